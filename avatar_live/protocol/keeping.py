"""How a room is kept, as its host sees it over HTTP: who is silenced, what waits, what viewers reported."""

import msgspec

from avatar_live.protocol.wire import HoldEnd, HoldMode, HoldReason


class Reported(msgspec.Struct, frozen=True):
    """A line that viewers reported, and how many of them."""

    line: int
    viewer: str
    reports: int
    name: str
    text: str


class HeldLine(msgspec.Struct, frozen=True):
    """A line that waits: `approve` and `deny` name it by its `line`."""

    line: int
    viewer: str
    name: str
    text: str
    reason: HoldReason
    seconds_left: float


class RoomOrder(msgspec.Struct, frozen=True):
    """How the room is kept just now; viewers are digests."""

    slow_s: float
    is_frozen: bool
    has_links: bool
    moderators: tuple[str, ...]
    banned: dict[str, str]
    muted: dict[str, float]  # seconds left
    reported: tuple[Reported, ...]
    is_hidden: bool
    hold: HoldMode
    hold_s: float
    then: HoldEnd
    delay_s: float
    held: tuple[HeldLine, ...]


class Invitation(msgspec.Struct, frozen=True):
    """A token for a page's `Join`, by the link `#invitation=TOKEN`: it makes one viewer a moderator, once."""

    token: str
    seconds: float
