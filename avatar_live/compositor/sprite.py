"""Small pictures that are painted once and blended every frame."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from avatar_live.fonts import font_for

Colour = tuple[int, int, int, int]  # RGBA 0..255


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """Hold a picture ready to blend: `colour` (h, w, 3) BGR times its alpha, `cover` (h, w, 3) 255 minus its alpha."""

    colour: NDArray[np.uint8]
    cover: NDArray[np.uint8]

    @property
    def width_px(self) -> int:
        """Return the width."""
        return int(self.colour.shape[1])

    @property
    def height_px(self) -> int:
        """Return the height."""
        return int(self.colour.shape[0])


def sprite_of(image: Image.Image) -> Sprite:
    """Turn an RGBA picture into a sprite."""
    rgba = np.asarray(image.convert("RGBA"), np.uint16)
    alpha = rgba[..., 3:]
    colour = (rgba[..., 2::-1] * alpha + 127) // 255
    return Sprite(
        np.ascontiguousarray(colour, np.uint8),
        np.ascontiguousarray(np.repeat(255 - alpha, 3, axis=2), np.uint8),
    )


def blend(picture: NDArray[np.uint8], sprite: Sprite, x_px: int, y_px: int, opacity: float = 1.0) -> None:
    """Draw a sprite over a BGRA picture in place, its top left corner at (x, y); what stands outside is cut."""
    height, width = picture.shape[:2]
    left, top = max(x_px, 0), max(y_px, 0)
    right, bottom = min(x_px + sprite.width_px, width), min(y_px + sprite.height_px, height)
    if left >= right or top >= bottom or opacity <= 0.0:
        return
    part = np.s_[top - y_px : bottom - y_px, left - x_px : right - x_px]
    colour, cover = sprite.colour[part], sprite.cover[part]
    if opacity < 1.0:
        colour = (colour * opacity).astype(np.uint8)
        cover = (255 - (255 - cover) * opacity).astype(np.uint8)
    target = picture[top:bottom, left:right, :3]
    under = cv2.multiply(target, cover, scale=1.0 / 255.0)
    target[:] = cv2.add(under, colour)


def draw_text(draw: ImageDraw.ImageDraw, text: str, x_px: int, middle_px: int, size_px: int, colour: Colour) -> None:
    """Write one line whose vertical middle is at `middle_px`."""
    draw.text((x_px, middle_px), text, colour, font_for(text, size_px), anchor="lm")
