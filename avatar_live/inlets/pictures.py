"""A guest's decoded frames as pictures that the engine can use."""

import math
from pathlib import Path
from typing import Final

import numpy as np
from av import VideoFrame

from avatar_live.channels import PictureSlot
from avatar_live.channels.processes import GUEST_PIXELS_MAX, GUEST_SLOT

NO_PICTURE: Final = np.zeros((0, 0, 4), np.uint8)


class GuestPictures:
    """Share the newest picture; where there was an earlier guest, nothing of it is left at the beginning."""

    def __init__(self, run_folder: Path) -> None:
        self._slot = PictureSlot(run_folder / GUEST_SLOT, GUEST_PIXELS_MAX)
        self.shown = 0
        self.size_px = (0, 0)
        self.clear()

    def show(self, frame: VideoFrame) -> None:
        """Share a frame, made smaller where it is larger than the slot."""
        width_px, height_px = fitted(frame.width, frame.height)
        picture = frame.reformat(width=width_px, height=height_px, format="bgra").to_ndarray()
        self._slot.write(picture.astype(np.uint8, copy=False))
        self.size_px = (frame.width, frame.height)
        self.shown += 1

    def clear(self) -> None:
        """Say that there is no guest."""
        self._slot.write(NO_PICTURE)
        self.size_px = (0, 0)

    def close(self) -> None:
        """Take the last picture away and let go of the memory."""
        self.clear()
        self._slot.close()


def fitted(width_px: int, height_px: int) -> tuple[int, int]:
    """Return the size, of the same shape, at which a picture fits `GUEST_PIXELS_MAX`; never larger than it is."""
    scale = min(1.0, math.sqrt(GUEST_PIXELS_MAX / (width_px * height_px)))
    return max(1, math.floor(width_px * scale)), max(1, math.floor(height_px * scale))
