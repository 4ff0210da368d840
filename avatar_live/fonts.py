"""Which font writes a line: Pillow's own for English, the system's for the rest of the world, where it has one."""

from functools import cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_FOREIGN_CHARACTERS: Final = ("\u00a1", "\u1fff")  # Pillow's own font writes English and no more
_FIRST_WIDE_CHARACTER: Final = "\u2e80"  # Chinese, Japanese, Korean
_WIDE_FONTS: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/msyh.ttc",
)
_FOREIGN_FONTS: Final = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "C:/Windows/Fonts/segoeui.ttf",
    *_WIDE_FONTS,
)


def font_for(text: str, size_px: int) -> Font:
    """Return a font that can write `text`, as far as this machine has one."""
    if any(character >= _FIRST_WIDE_CHARACTER for character in text):
        return _font(_WIDE_FONTS, size_px)
    first, last = _FOREIGN_CHARACTERS
    return _font(_FOREIGN_FONTS if any(first <= character <= last for character in text) else (), size_px)


def text_width(text: str, size_px: int) -> int:
    """Return how wide a line of text is."""
    return int(font_for(text, size_px).getlength(text))


def shorten(text: str, size_px: int, width_px_max: int) -> str:
    """Cut a line with an ellipsis where it is wider than `width_px_max`."""
    if text_width(text, size_px) <= width_px_max:
        return text
    while text and text_width(text + "…", size_px) > width_px_max:
        text = text[:-1]
    return text.rstrip() + "…"


@cache
def _font(paths: tuple[str, ...], size_px: int) -> Font:
    for path in paths:
        if Path(path).exists():
            return ImageFont.truetype(path, size_px)
    return ImageFont.load_default(size_px)
