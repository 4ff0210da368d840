"""Pictures as H.264 takes them: I420, which a whole stack of renditions shares, and sizes that fit it."""

from math import sqrt
from typing import Final

import av
import cv2
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

SMALL_PICTURE_PIXELS: Final = 640 * 360
_SMALL_SCALE_MAX: Final = 0.5  # of each side: a small picture that is nearly as large as the full one saves nobody


def size_of(pixels: NDArray[np.uint8]) -> tuple[int, int]:
    """Return the width and height of a picture, BGRA (height, width, 4) or I420 (height * 3 / 2, width)."""
    rows, width_px = pixels.shape[:2]
    return width_px, rows if pixels.ndim == 3 else rows * 2 // 3


def small_size(width_px: int, height_px: int) -> tuple[int, int]:
    """Return the size of the small rung of a picture: as many pixels as 640x360 has, of the same shape, even sides."""
    scale = min(_SMALL_SCALE_MAX, sqrt(SMALL_PICTURE_PIXELS / (width_px * height_px)))
    return max(2, 2 * round(width_px * scale / 2)), max(2, 2 * round(height_px * scale / 2))


class Packer:
    """Turn BGRA pictures of one size into I420, always in the same memory. Takes 0.6 ms for 1280x720."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self._planes = np.empty((height_px * 3 // 2, width_px), np.uint8)

    def pack(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the picture as I420 (height * 3 / 2, width), which the next call overwrites; I420 stays as it is."""
        if pixels.ndim == 2:
            return pixels
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2YUV_I420, dst=self._planes), np.uint8)


class Shrinker:
    """Make I420 pictures smaller by averaging.

    libswscale, because OpenCV's averaging has a fast path for the half alone: milliseconds of CPU to 640x360, the copy
    left out, 0.17 here and 0.07 there from 1280x720, 0.23 here and 1.7 there from 1920x1080 (shared 2-core x86-64).
    """

    def __init__(self, width_px: int, height_px: int) -> None:
        self._size = (width_px, height_px)
        self._reformatter = VideoReformatter()

    def shrink(self, planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a fresh I420 picture of the smaller size."""
        frame = av.VideoFrame.from_numpy_buffer(planes, format="yuv420p")
        small = self._reformatter.reformat(frame, *self._size, interpolation=Interpolation.AREA)
        return small.to_ndarray().astype(np.uint8, copy=False)
