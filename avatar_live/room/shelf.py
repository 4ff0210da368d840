"""What is on sale beside the plain gifts, how much of it was sold, and which paid effects are on their way."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from avatar_live.protocol.effects import Offer, OfferedEffect
from avatar_live.room.roster import Roster

TURNS_MAX: Final = 500  # on their way at once; beyond, an effect is refused before it is paid
TURNS_OF_ONE_MAX: Final = 50  # of one effect
STAGE: Final = ""  # the game of the gifts that our own stage shows for a while

Phase = Literal["queued", "asked", "accepted", "running", "paused"]

_NOBODY: Final[Roster[int]] = Roster()


class Game(msgspec.Struct, frozen=True):
    """An outside game: what it sells, by game/effect, and whether it is here."""

    effects: Mapping[str, OfferedEffect]
    lines: int = 0  # on which it offered; one without any is here while it repeats itself
    is_here: bool = True
    heard_s: float = 0.0
    gone_s: float = 0.0


class Turn(msgspec.Struct, frozen=True):
    """One paid effect on its way: it waits in line, is asked, accepted, runs (or rests) and ends."""

    id: str  # by which the game knows it, over all lives of room and game
    viewer: str
    name: str
    gift_id: str
    gift: str  # game/effect, or a gift of our own
    price_coins: int
    left_s: float  # of its running, while it does not run
    phase: Phase = "queued"
    until_s: float = 0.0  # when the phase ends by itself
    line: str = ""  # of its game, the one that has it; empty for one without a line

    @property
    def game(self) -> str:
        """Return the game that does it; `STAGE` for a gift of our own."""
        return game_of(self.gift)


class Shelf(msgspec.Struct, frozen=True):
    """`sold` and `had` count what was paid in this show and not given back; `promised` is with the ledger just now."""

    games: Mapping[str, Game] = msgspec.field(default_factory=dict)
    sold: Mapping[str, int] = msgspec.field(default_factory=dict)
    had: Roster[int] = _NOBODY  # by viewer and effect
    sold_s: Mapping[str, float] = msgspec.field(default_factory=dict)  # when an effect was last paid
    promised: Mapping[tuple[str, str], str] = msgspec.field(default_factory=dict)  # the effect, by viewer and gift id
    turns: tuple[Turn, ...] = ()  # in the order in which they were paid
    told: tuple[Offer, ...] = ()


EMPTY_SHELF: Final = Shelf()


def game_of(gift: str) -> str:
    """Return the game in whose name something is sold."""
    game, slash, _ = gift.partition("/")
    return game if slash else STAGE
