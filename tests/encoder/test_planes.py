"""I420 that a stack of renditions shares, and the sizes of its rungs."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_live.encoder.planes import SMALL_PICTURE_PIXELS, Packer, Shrinker, size_of, small_size


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((1280, 720), (640, 360)),
        ((1920, 1080), (640, 360)),
        ((720, 1280), (360, 640)),
        ((960, 540), (480, 270)),
        ((640, 360), (320, 180)),
        ((1000, 1000), (480, 480)),
        ((64, 64), (32, 32)),
        ((2, 2), (2, 2)),
    ],
)
def test_the_small_picture_has_the_shape_of_the_full_one(size: tuple[int, int], small: tuple[int, int]) -> None:
    assert small_size(*size) == small
    assert small[0] * small[1] <= SMALL_PICTURE_PIXELS


def test_bgra_is_packed_once_and_i420_stays_what_it_is() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (36, 64, 4), np.uint8)
    packer = Packer(64, 36)
    planes = packer.pack(pixels)
    assert np.array_equal(planes, cv2.cvtColor(pixels, cv2.COLOR_BGRA2YUV_I420))
    assert size_of(planes) == size_of(pixels) == (64, 36)
    assert packer.pack(planes) is planes


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (960, 540)])
def test_a_shrunken_picture_is_the_average_of_the_full_one(size: tuple[int, int]) -> None:
    width_px, height_px = size
    small_width_px, small_height_px = small_size(*size)
    y, x = np.mgrid[:height_px, :width_px].astype(np.float32)
    pixels = np.full((height_px, width_px, 4), 255, np.uint8)
    for channel, phase in enumerate((0.0, 1.0, 2.0)):
        pixels[:, :, channel] = 128 + 100 * np.sin(x / 25 + phase) * np.cos(y / 20 - phase)
    planes = Packer(width_px, height_px).pack(pixels)
    shrunk = Shrinker(small_width_px, small_height_px).shrink(planes)
    assert size_of(shrunk) == (small_width_px, small_height_px)
    for before, after in zip(planes_of(planes), planes_of(shrunk), strict=True):
        wanted = cv2.resize(before, after.shape[::-1], interpolation=cv2.INTER_AREA)
        assert np.abs(after.astype(int) - wanted).mean() < 0.6


def planes_of(picture: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Return Y, U and V of an I420 picture."""
    width_px, height_px = size_of(picture)
    chroma = picture[height_px:].reshape(2, height_px // 2, width_px // 2)
    return [picture[:height_px], chroma[0], chroma[1]]
