"""A guest's picture in the show's: made to size once for each of its pictures, and copied in each frame."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.signals.layer import Layer

MARGIN_SHARE: Final = 1.0 / 28.0  # of the picture's height, as the signs of the overlay keep
FLOOR_SHARE: Final = 1.0 / 6.0  # below that is the overlay's: title, credit and score
FRAME_SHARE: Final = 1.0 / 240.0
FRAME_BGR: Final = (255, 255, 255)


@dataclass(frozen=True, slots=True, eq=False)
class Inset:
    """Hold a guest's picture (h, w, 3) BGR at its final size, and where its top left corner stands."""

    pixels: NDArray[np.uint8]
    left_px: int
    top_px: int


def inset_of(guest: NDArray[np.uint8], layer: Layer, width_px: int, height_px: int) -> Inset:
    """Return a guest's picture, BGRA (h, w, 4), as it stands in a picture of this size, whole and in its own shape."""
    scale = layer.size * min(width_px / guest.shape[1], height_px / guest.shape[0])
    wide, tall = max(1, round(guest.shape[1] * scale)), max(1, round(guest.shape[0] * scale))
    way = cv2.INTER_AREA if wide < guest.shape[1] else cv2.INTER_LINEAR
    pixels = np.ascontiguousarray(cv2.resize(guest, (wide, tall), interpolation=way)[..., :3], np.uint8)
    if layer.place != "full":
        line = max(1, round(height_px * FRAME_SHARE))
        cv2.rectangle(pixels, (0, 0), (wide - 1, tall - 1), FRAME_BGR, 2 * line - 1)  # half of it lies outside
    margin, floor = round(height_px * MARGIN_SHARE), round(height_px * FLOOR_SHARE)
    left, top = (width_px - wide) // 2, (height_px - tall) // 2
    if "left" in layer.place:
        left = margin
    elif "right" in layer.place:
        left = width_px - wide - margin
    if "top" in layer.place:
        top = margin
    elif "bottom" in layer.place:
        top = height_px - tall - floor
    return Inset(pixels, min(max(left, 0), width_px - wide), min(max(top, 0), height_px - tall))


def draw_inset(picture: NDArray[np.uint8], inset: Inset) -> None:
    """Draw it into a BGRA picture in place."""
    tall, wide = inset.pixels.shape[:2]
    target = picture[inset.top_px : inset.top_px + tall, inset.left_px : inset.left_px + wide]
    target[..., :3] = inset.pixels
    target[..., 3] = 255
