"""Where a guest's picture stands in the show's, as a word and as a value."""

from dataclasses import dataclass
from typing import Final

PLACES: Final = ("top-left", "top-right", "bottom-left", "bottom-right", "center", "full")
SIZE_PERCENT: Final = 30
SIZE_PERCENT_MIN: Final = 5
SIZE_PERCENT_MAX: Final = 100
LAYER_WORDS: Final = (
    f"use {', '.join(PLACES[:-1])} or {PLACES[-1]}, with a size in percent such as top-right:40, or off"
)


class LayerError(ValueError):
    """Say in one sentence why a guest cannot be shown there and what to do about it."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Stand at a place of `PLACES`, at most `size` (0..1) of the picture wide and tall."""

    place: str
    size: float


def parse_layer(text: str) -> Layer | None:
    """Return where a text such as "top-right:40" places a guest, None for "off" or nothing. Raises LayerError."""
    if text.strip().lower() in ("", "off"):
        return None
    place, colon, percent = text.strip().lower().partition(":")
    if place not in PLACES or (colon and not (percent.isdecimal() and len(percent) <= 3)):
        raise LayerError(f'A guest cannot be shown at "{text[:40]}": {LAYER_WORDS}.')
    size = int(percent) if percent else SIZE_PERCENT_MAX if place == "full" else SIZE_PERCENT
    if not SIZE_PERCENT_MIN <= size <= SIZE_PERCENT_MAX:
        raise LayerError(f"A guest's size is {SIZE_PERCENT_MIN} to {SIZE_PERCENT_MAX} percent of the picture.")
    return Layer(place, size / 100.0)
