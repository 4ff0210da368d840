"""What the ledger is asked for and what it answers; both unions are closed."""

from dataclasses import dataclass, field
from typing import Final, Literal

from avatar_live.protocol.wire import GiftState

FROM_THE_START: Final = -1
PARTS_AT_ONCE: Final = 1_000  # are looked at in one transaction, so that no gift waits long for it
EVERYBODY: Final = "*"  # the viewer whose rule holds for all who have none of their own

Progress = Literal["playing", "done"]
State = Literal["committed", "playing", "done", "refunded"]


@dataclass(frozen=True, slots=True)
class Rule:
    """Say what a viewer may spend. The rule of `EVERYBODY` fills the gaps of a viewer's own.

    `is_adult` is what is known of one viewer; of `EVERYBODY`, True means that only who is known to be adult may give.
    """

    day_coins_max: int | None = None  # a day of UTC
    show_coins_max: int | None = None
    cool_off_until_s: float | None = None
    is_adult: bool | None = None


# --- requests --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenWallet:
    viewer: str
    coins: int


@dataclass(frozen=True, slots=True)
class HasWallet:
    viewer: str


@dataclass(frozen=True, slots=True)
class Pay:
    """Take the price for the viewer's gift `id`, once; a gift that is not known yet is refused with an `obstacle`."""

    viewer: str
    name: str
    id: str
    gift: str
    price_coins: int
    obstacle: str
    room: str
    show: str
    count: int = 1  # how many of it: `price_coins` is for all together


@dataclass(frozen=True, slots=True)
class Mark:
    viewer: str
    id: str
    state: Progress


@dataclass(frozen=True, slots=True)
class Refund:
    viewer: str
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class TopUp:
    """Bring coins from outside into a wallet, once for each `id` of the provider."""

    viewer: str
    provider: str
    id: str
    coins: int


@dataclass(frozen=True, slots=True)
class Follow:
    """Let a viewer follow a room from now on, or no more; None only asks."""

    viewer: str
    room: str
    is_following: bool | None


@dataclass(frozen=True, slots=True)
class OpenRound:
    """Ask for the round of a show, which is its first if there is none yet, or begin another one."""

    room: str
    show: str
    is_another: bool


PartRow = tuple[str, int, float, str]  # the viewer, likes, seconds of watching, and the camp or nothing


@dataclass(frozen=True, slots=True)
class KeepParts:
    """Write down what part viewers have had in a show; likes and seconds only rise, and a camp is kept."""

    room: str
    show: str
    parts: tuple[PartRow, ...]


@dataclass(frozen=True, slots=True)
class AskPart:
    room: str
    show: str
    viewer: str


@dataclass(frozen=True, slots=True)
class ForgetParts:
    """Delete what parts viewers had in a room's other shows, of the next `PARTS_AT_ONCE` viewers after one; nothing
    when this is not the show whose round is the room's newest.
    """

    room: str
    show: str
    after: str


@dataclass(frozen=True, slots=True)
class SetRule:
    viewer: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Drain:
    """Ask for what the room has not finished, from the transfer after `after` on, and for wallets topped up since.

    Before the first of all, `FROM_THE_START`, nobody waits to hear of a top-up.
    """

    room: str
    after: int


Request = (
    OpenWallet
    | HasWallet
    | Pay
    | Mark
    | Refund
    | TopUp
    | Follow
    | OpenRound
    | KeepParts
    | AskPart
    | ForgetParts
    | SetRule
    | Drain
)


# --- answers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paid:
    """The gift is committed, for the first time, by the transfer `number`."""

    balance_coins: int
    number: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PaidBefore:
    """The same viewer gave the same gift under this id before; it stands so."""

    state: GiftState
    balance_coins: int
    reason: str


@dataclass(frozen=True, slots=True)
class NotPaid:
    """Nothing was taken."""

    balance_coins: int
    reason: str


Answer = Paid | PaidBefore | NotPaid


@dataclass(frozen=True, slots=True)
class ToppedUp:
    """The coins are in the wallet; `is_repeat` where this top-up was known already."""

    balance_coins: int
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class NotToppedUp:
    """Nothing was brought in."""

    reason: str


@dataclass(frozen=True, slots=True)
class Following:
    """Whether a viewer follows, and how many do."""

    is_following: bool
    followers: int


@dataclass(frozen=True, slots=True)
class Round:
    """A round of the givers: every gift of a transfer above `after` counts in it."""

    number: int
    after: int


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A gift that was paid by the transfer `number` and is neither done nor refunded."""

    viewer: str
    name: str
    id: str
    gift: str
    price_coins: int
    balance_coins: int
    number: int = field(default=0, compare=False)
    count: int = 1


@dataclass(frozen=True, slots=True)
class Filled:
    """A wallet that was topped up, as it stands now."""

    viewer: str
    balance_coins: int


@dataclass(frozen=True, slots=True)
class Drained:
    """What was in the outbox, oldest first, and the last transfer that was looked at."""

    gifts: tuple[Unfinished, ...]
    filled: tuple[Filled, ...]
    number: int
