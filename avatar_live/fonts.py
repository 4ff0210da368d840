"""Which font writes a line: Pillow's own for English, the system's for the rest of the world, where it has one."""

import unicodedata
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

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


_CANDIDATES: Final = ((), _FOREIGN_FONTS, _WIDE_FONTS)  # the first is Pillow's own
_NO_CHARACTER: Final = "\U0010ffff"
_PROBE_PX: Final = 20
_MISSING: Final = "·"


def font_for(text: str, size_px: int) -> Font:
    """Return the font that can write most of `text`, as far as this machine has one."""
    return _font(_paths_for(text), size_px)


def legible(text: str) -> str:
    """Return `text` with a dot for each run of characters, such as emoji, that its font would show as boxes."""
    paths = _paths_for(text)
    if all(_is_unseen(character) or _writes(paths, character) for character in text):
        return text
    seen = (character for character in text if not _is_unseen(character))  # marks of what is missing stand alone
    runs = groupby(seen, lambda character: _writes(paths, character))
    return "".join("".join(run) if is_written else _MISSING for is_written, run in runs)


def text_width(text: str, size_px: int) -> int:
    """Return how wide a line of text is."""
    return int(font_for(text, size_px).getlength(text))


def shorten(text: str, size_px: int, width_px_max: int) -> str:
    """Make a line legible, and cut it with an ellipsis where it is wider than `width_px_max`."""
    text = legible(text)
    if text_width(text, size_px) <= width_px_max:
        return text
    while text and text_width(text + "…", size_px) > width_px_max:
        text = text[:-1]
    return text.rstrip() + "…"


@lru_cache(maxsize=1024)
def _paths_for(text: str) -> tuple[str, ...]:
    seen = {character for character in text if not _is_unseen(character)}
    return max(_CANDIDATES, key=lambda paths: sum(_writes(paths, character) for character in seen))


def _is_unseen(character: str) -> bool:
    """Say whether a character has no glyph of its own: a mark, a variant's sign or a joiner."""
    return unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf")


@lru_cache(maxsize=8192)
def _writes(paths: tuple[str, ...], character: str) -> bool:
    font = _font(paths, _PROBE_PX)
    return character.isspace() or bytes(font.getmask(character)) != bytes(font.getmask(_NO_CHARACTER))


@cache
def _font(paths: tuple[str, ...], size_px: int) -> Font:
    for path in paths:
        if Path(path).exists():
            return ImageFont.truetype(path, size_px)
    return ImageFont.load_default(size_px)
