"""Clean what people write: one visible line that cannot reorder, hide or flood what stands around it."""

import unicodedata
from typing import Final

MARKS_IN_A_ROW_MAX: Final = 4  # Vietnamese and Hebrew need up to three; towers of marks need more
_JOINERS: Final = {"\u200c", "\u200d"}  # Persian and family emoji are written with them
_UNSEEN_CATEGORIES: Final = {"Cc", "Cf", "Cs", "Co", "Cn"}  # controls, bidirectional and other formats, non-characters
_BLANKS: Final = {"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"}  # letters and symbols that show nothing


def cleaned(text: str) -> str:
    """Return `text` in NFC without control, format and bidirectional characters, its blanks single, its ends bare."""
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if character.isspace() or category.startswith("Z") or character in _BLANKS:
            kept.append(" ")
            marks = 0
        elif category in ("Mn", "Me"):
            marks += 1
            if marks <= MARKS_IN_A_ROW_MAX:
                kept.append(character)
        elif character in _JOINERS or category not in _UNSEEN_CATEGORIES:
            kept.append(character)
            marks = 0
    line = " ".join("".join(kept).split())
    return line if any(_is_visible(character) for character in line) else ""


def _is_visible(character: str) -> bool:
    return character not in _JOINERS and character != " " and unicodedata.category(character) not in ("Mn", "Me")
