"""What the room wants done (`Effect`, a closed union) about what happens to it, which stands in `events`."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from avatar_live.protocol.cues import Cue
from avatar_live.protocol.view import Camp
from avatar_live.protocol.wire import ToViewer, Welcome


class Greet(msgspec.Struct, frozen=True):
    """Answer a join on its own connection."""

    member: int
    welcome: Welcome


class Tell(msgspec.Struct, frozen=True):
    """Tell every page of one viewer."""

    viewer: str
    message: ToViewer


class TellAll(msgspec.Struct, frozen=True):
    message: ToViewer


class Commit(msgspec.Struct, frozen=True):
    """Take the price from the viewer's wallet and answer with `GiftCommitted`, `GiftRepeated` or `GiftRefused`.

    `price_coins` is for all `count` together. A gift that the ledger does not know yet is refused when there is an
    `obstacle`: the reason why it could not happen.
    """

    viewer: str
    name: str
    id: str
    gift: str
    price_coins: int
    obstacle: str = ""
    count: int = 1


class Mark(msgspec.Struct, frozen=True):
    """Write down how far a viewer's committed gift has come."""

    viewer: str
    id: str
    state: Literal["playing", "done"]


class Refund(msgspec.Struct, frozen=True):
    """Give the price back, once, and answer with `GiftRefunded`."""

    viewer: str
    id: str
    reason: str


class Award(msgspec.Struct, frozen=True):
    """Give a viewer coins out of what the house has earned, once for each `id`; answer `Awarded` or `AwardFailed`."""

    viewer: str
    id: str
    coins: int


class KeepFollow(msgspec.Struct, frozen=True):
    """Write down whether a viewer follows, and answer with `FollowKept` or `FollowRefused`."""

    viewer: str
    is_following: bool


class Part(msgspec.Struct, frozen=True):
    """What part a viewer has had in the show, as far as it still earns something."""

    viewer: str
    likes: int
    watched_s: float
    camp: Camp | None


class KeepParts(msgspec.Struct, frozen=True):
    """Write these down, and answer with `PartsNotKept` where that fails."""

    parts: tuple[Part, ...]


class ShowCue(msgspec.Struct, frozen=True):
    """Ask the stage; repeated whenever an engine comes, until `CueWasTaken`. One engine shows a `key` once."""

    id: int
    cue: Cue
    key: str = ""


class PushBall(msgspec.Struct, frozen=True):
    """Push the ball as soon as the game can; what a `viewer` did is answered with `PushesMoved` under its `id`."""

    camp: Camp
    strength: float
    viewer: str = ""
    id: str = ""


class EnterPitch(msgspec.Struct, frozen=True):
    player: str
    name: str
    camp: Camp


class LeavePitch(msgspec.Struct, frozen=True):
    """Take a player off the pitch and end the player's stream."""

    player: str


class SendAway(msgspec.Struct, frozen=True):
    """Close every page of a viewer who is banned, and remember the address, too, where asked."""

    viewer: str
    reason: str
    is_by_address: bool


class LetBack(msgspec.Struct, frozen=True):
    """Forget the addresses of a viewer whose ban is over."""

    viewer: str


class Record(msgspec.Struct, frozen=True):
    """Write into the audit log who did what, and keep who is muted, banned and trusted over restarts."""

    by: str
    deed: str
    viewer: str
    reason: str
    text: str = ""  # of a removed line only


class Report(msgspec.Struct, frozen=True):
    """Tell the event API; `source` names where it happened, empty for this room."""

    type: str
    data: Mapping[str, str | int | float | bool]
    source: str = ""


Effect = (
    Greet
    | Tell
    | TellAll
    | Commit
    | Mark
    | Refund
    | Award
    | KeepFollow
    | KeepParts
    | ShowCue
    | PushBall
    | EnterPitch
    | LeavePitch
    | SendAway
    | LetBack
    | Record
    | Report
)
Effects = tuple[Effect, ...]
