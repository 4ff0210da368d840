"""What a viewer's body looks like: parts and colours that follow from the viewer's id, a shirt from the camp."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Final, TypeVar

from avatar_live.protocol.view import Camp

LOOKS_KEPT: Final = 1_024

Choice = TypeVar("Choice")

_HAIR: Final = (("shell", "tuft"), ("bob",), ("shell", "buns"), ("shell", "tails"), ("shell",))
_HATS: Final = ((), (), ("cap",), ("beanie",), ("ears",))
_EXTRAS: Final = ((), ("scarf",), ("cape",), ("bag",))
_POKES_THROUGH: Final = {"tuft", "buns"}  # a hat goes over these

_SKINS: Final = ("#ffe3cb", "#fcd3b0", "#f0bd92", "#d79a6b", "#a86d45", "#8d5a3b")
_HAIRS: Final = ("#3a2a2c", "#6b3f26", "#b5713a", "#f2cf7a", "#d9542f", "#8f6be8", "#4fc3b5", "#f58fc0", "#dfe3f2")
_TROUSERS: Final = ("#2b2f55", "#3f3a63", "#4a3b35", "#2f4a4d", "#59607a")
_SHOES: Final = ("#f4f1ff", "#ffd66b", "#2a2540", "#8a5a3c")
_SHIRTS: Final[dict[Camp, tuple[str, ...]]] = {
    "red": ("#ff3d55", "#f5334c", "#ff5148"),
    "blue": ("#2f7dff", "#2a6cf5", "#2f90ff"),
}
_ACCENTS: Final[dict[Camp, tuple[str, ...]]] = {
    "red": ("#c41f3a", "#ff9aa6", "#fff0e8"),
    "blue": ("#1d4fc4", "#8fc4ff", "#eaf1ff"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """Name the parts that are worn and fill the colour slots (`#rrggbb`)."""

    parts: frozenset[str]
    colors: dict[str, str]


@lru_cache(maxsize=LOOKS_KEPT)
def look_of(player: str, camp: Camp) -> Look:
    """Return a player's look: the same for the same id, however often the player comes back."""
    lots = iter(blake2b(player.encode(), digest_size=16).digest())

    def draw(choices: Sequence[Choice]) -> Choice:
        return choices[next(lots) % len(choices)]

    hair, hat, extra = draw(_HAIR), draw(_HATS), draw(_EXTRAS)
    worn = {"body", *hair, *hat, *extra}
    if worn & {"cap", "beanie"}:
        worn -= _POKES_THROUGH
    colors = {
        "skin": draw(_SKINS),
        "hair": draw(_HAIRS),
        "trousers": draw(_TROUSERS),
        "shoes": draw(_SHOES),
        "shirt": draw(_SHIRTS[camp]),
        "accent": draw(_ACCENTS[camp]),
        "ink": "#241b3f",
        "white": "#fffaf2",
        "blush": "#ff8f8a",
    }
    return Look(frozenset(worn), colors)
