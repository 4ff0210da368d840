"""The newest picture between processes."""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatar_live.channels.slot import Slot


class PictureSlot:
    """Share the newest picture, BGRA (height, width, 4) uint8, of at most `pixels_max` pixels."""

    _SIZE = struct.Struct("<II")

    def __init__(self, path: Path, pixels_max: int) -> None:
        self._slot = Slot(path, self._SIZE.size + pixels_max * 4)

    def write(self, pixels: NDArray[np.uint8]) -> None:
        """Publish a picture. Raises ValueError when it has more than `pixels_max` pixels."""
        height, width, _ = pixels.shape
        self._slot.write(self._SIZE.pack(width, height) + pixels.tobytes())

    def read_new(self) -> NDArray[np.uint8] | None:
        """Return the newest picture when it was not read yet, else None."""
        data = self._slot.read_new()
        if data is None:
            return None
        width, height = self._SIZE.unpack_from(data)
        return np.frombuffer(data, np.uint8, offset=self._SIZE.size).reshape(height, width, 4)

    def close(self) -> None:
        """Let go of the memory."""
        self._slot.close()
