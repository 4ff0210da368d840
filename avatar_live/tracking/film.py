"""A film's pictures one by one, as fast as they are asked for: for measurements, which bring their own time."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from avatar_live.tracking.source import Picture


def pictures_of(path: Path) -> Iterator[Picture]:
    """Yield a film's pictures in their own size, each with its own time in the film."""
    with av.open(str(path), metadata_errors="replace") as film:
        for frame in film.decode(video=0):
            assert frame.time is not None, "every frame of a film has a time"
            pixels = np.ascontiguousarray(frame.to_ndarray(format="rgb24"), np.uint8)
            yield Picture(pixels, float(frame.time))
