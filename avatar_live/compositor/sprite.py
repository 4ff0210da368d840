"""Small pictures that are painted once and blended every frame."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int, int]  # RGBA 0..255
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# Pillow brings a Latin font of its own; these bring the rest of the world where the system has one of them.
_WIDE_FONTS: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/msyh.ttc",
)
_FIRST_WIDE_CHARACTER: Final = "\u2e80"


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


def text_width(text: str, size_px: int) -> int:
    """Return how wide a line of text is."""
    return int(_font(_is_wide(text), size_px).getlength(text))


def draw_text(draw: ImageDraw.ImageDraw, text: str, x_px: int, middle_px: int, size_px: int, colour: Colour) -> None:
    """Write one line whose vertical middle is at `middle_px`."""
    draw.text((x_px, middle_px), text, colour, _font(_is_wide(text), size_px), anchor="lm")


def shorten(text: str, size_px: int, width_px_max: int) -> str:
    """Cut a line with an ellipsis where it is wider than `width_px_max`."""
    if text_width(text, size_px) <= width_px_max:
        return text
    while text and text_width(text + "…", size_px) > width_px_max:
        text = text[:-1]
    return text.rstrip() + "…"


def _is_wide(text: str) -> bool:
    return any(character >= _FIRST_WIDE_CHARACTER for character in text)


@cache
def _font(is_wide: bool, size_px: int) -> Font:
    for path in _WIDE_FONTS if is_wide else ():
        if Path(path).exists():
            return ImageFont.truetype(path, size_px)
    return ImageFont.load_default(size_px)
