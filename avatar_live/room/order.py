"""Who may talk, how often, and what must not be said: the state that moderation keeps."""

from collections.abc import Mapping
from typing import Final

import msgspec

from avatar_live.protocol.wire import HoldEnd, HoldMode, HoldReason, Rest
from avatar_live.room.events import Said
from avatar_live.room.roster import Roster

BANNED_MAX: Final = 10_000
MUTED_MAX: Final = 10_000
MODERATORS_MAX: Final = 100
HELD_MAX: Final = 200  # more than a moderator reads in the time that they wait
HELD_EACH_MAX: Final = 5  # of one viewer
DELAYED_MAX: Final = 2_000
REGULARS_MAX: Final = 10_000  # are known at least; who is forgotten is a newcomer again
HOLD_S: Final = 60.0
HOLD_S_MAX: Final = 600.0
DELAY_S_MAX: Final = 20.0
NOBODY: Final[Roster[None]] = Roster()


class WaitingLine(msgspec.Struct, frozen=True):
    """A line that only its writer and the moderators know of."""

    id: int
    said: Said
    name: str
    reason: HoldReason
    said_s: float
    due_s: float  # when it waits no longer
    is_approved: bool = False


class Order(msgspec.Struct, frozen=True):
    """Viewers are named by digest; `muted` says until when, on the clock of `step`."""

    moderators: frozenset[str] = frozenset()
    banned: Mapping[str, str] = msgspec.field(default_factory=dict)  # with the reason
    muted: Mapping[str, float] = msgspec.field(default_factory=dict)
    slow_s: float = 0.0
    is_frozen: bool = False
    has_links: bool = True
    words: frozenset[str] = frozenset()  # folded, see `filter.py`
    authors: Mapping[int, str] = msgspec.field(default_factory=dict)  # of the lines that the room keeps
    reports: Mapping[int, frozenset[str]] = msgspec.field(default_factory=dict)
    removed: tuple[int, ...] = ()
    is_hidden: bool = False  # the host is behind the panic card
    hold: HoldMode = "off"
    hold_s: float = HOLD_S
    hold_end: HoldEnd = "tell"
    delay_s: float = 0.0
    waiting_id: int = 0
    held: tuple[WaitingLine, ...] = ()  # for a moderator's word
    delayed: tuple[WaitingLine, ...] = ()  # for their time
    regulars: Roster[None] = NOBODY  # whose lines were told lately
    former_regulars: Roster[None] = NOBODY  # and whose before that: together at least the last `REGULARS_MAX`

    @property
    def rest(self) -> Rest:
        """Why there is neither chat nor gifts just now; empty while there is."""
        return "hidden" if self.is_hidden else "frozen" if self.is_frozen else ""


IN_ORDER: Final = Order()
