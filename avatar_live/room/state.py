"""What the room knows, as one frozen value."""

import math
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from avatar_live.protocol.cues import Cue
from avatar_live.protocol.together import GoalBar, GoalKind, Prize
from avatar_live.protocol.view import Camp
from avatar_live.protocol.wire import ChatLine, GiftGiven, PushState, Show
from avatar_live.room.bucket import Allowance, Bucket
from avatar_live.room.chatter import Chatter
from avatar_live.room.order import IN_ORDER, Order
from avatar_live.room.roster import Roster
from avatar_live.room.shelf import EMPTY_SHELF, Shelf

CHAT_ALLOWANCE: Final = Allowance(rate_hz=5.0, burst=5.0)
LIKE_ALLOWANCE: Final = Allowance(rate_hz=10.0, burst=20.0)
CAMP_ALLOWANCE: Final = Allowance(rate_hz=5.0, burst=10.0)
DEED_ALLOWANCE: Final = Allowance(rate_hz=2.0, burst=20.0)  # each is a write to the disk
GIFT_ALLOWANCE: Final = Allowance(rate_hz=5.0, burst=10.0)
OUTSIDE_ALLOWANCE: Final = Allowance(rate_hz=20.0, burst=60.0)  # lines from outside, all together
OUTSIDE_SHOWN_ALLOWANCE: Final = Allowance(rate_hz=0.5, burst=4.0)  # of their gifts, what the stage shows: it is free
# A page that comes back asks again for what was not answered; only a flood is kept from the ledger.
ASK_ALLOWANCE: Final = Allowance(rate_hz=50.0, burst=200.0)
# Of the whole room: what nobody could read any more, and what no stage could show.
ROOM_CHAT_ALLOWANCE: Final = Allowance(rate_hz=200.0, burst=1_000.0)
ROOM_GIFT_ALLOWANCE: Final = Allowance(rate_hz=5_000.0, burst=50_000.0)

LINES_KEPT_MAX: Final = 200  # for pages that come back
LINES_SHOWN_MAX: Final = 50  # for newcomers
CUES_WAITING_MAX: Final = 400  # two or three a gift; beyond, a gift is refused before it is paid
HEARTS_EVERY_TICKS: Final = 10  # likes of one second rise together
PUSHES_KEPT_MAX: Final = 32  # of a viewer, for pages that ask again
FORGET_S: Final = 60.0  # a viewer who is gone keeps camp and allowances so long

SEATS: Final = 2  # at most
QUEUE_MAX: Final = 20
CONNECT_S: Final = 8.0
FIRST_FRAME_S: Final = 5.0
QUEUE_S_MAX: Final = 300.0


class Combo(msgspec.Struct, frozen=True):
    """Gifts of one kind that a viewer gives one after another: the newest of them, and what all were paid with."""

    line: GiftGiven
    coins: int
    until_s: float


class Ballot(msgspec.Struct, frozen=True):
    """A poll: who chose what, and how often each choice was chosen; `told_s` is when the counts were told last."""

    id: int
    question: str
    choices: tuple[str, ...]
    answer: int | None
    until_s: float
    counts: tuple[int, ...]
    votes: Roster[int] = msgspec.field(default_factory=Roster)
    is_over: bool = False
    is_changed: bool = False
    told_s: float = 0.0


class Entry(msgspec.Struct, frozen=True):
    """One viewer's entry into a lottery, under a public tag."""

    name: str
    tag: str


class Draw(msgspec.Struct, frozen=True):
    """A lottery: who is in, who has won, and whose prize is `waiting` to be booked."""

    id: int
    word: str
    likes: int
    winners: int
    prize: Prize
    coins: int
    seed: str
    epoch: str  # of the life of the room in which it was opened
    until_s: float
    told_s: float
    entries: Roster[Entry] = msgspec.field(default_factory=Roster)
    likes_of: Roster[int] = msgspec.field(default_factory=Roster)
    phase: Literal["open", "drawing", "over"] = "open"
    won: tuple[tuple[str, Entry], ...] = ()
    waiting: frozenset[str] = frozenset()
    is_changed: bool = False


Reward = Literal["none", "confetti", "fireworks", "barrage", "dance"]


class Target(msgspec.Struct, frozen=True):
    """A goal: `target` more of something than there were at `from_value`."""

    id: int
    kind: GoalKind
    title: str
    target: int
    from_value: int
    reward: Reward
    is_reached: bool = False


class Giver(msgspec.Struct, frozen=True):
    name: str
    coins: int


class Round(msgspec.Struct, frozen=True):
    """What was given since the host began a round: by transfers above `after`, as the ledger numbers them.

    `top` and `ranking` (sums, ascending) are as of `told_s`.
    """

    number: int = 1
    after: int = 0
    givers: Roster[Giver] = msgspec.field(default_factory=Roster)
    top: tuple[tuple[str, Giver], ...] = ()
    ranking: tuple[int, ...] = ()
    is_changed: bool = False
    told_s: float = 0.0
    refundable: Mapping[tuple[str, str], int] = msgspec.field(default_factory=dict)  # coins of gifts that may come back


_UNUSED: Final = Bucket()
_SILENT: Final = Chatter()
_NOBODY: Final[Roster["Viewer"]] = Roster()
FIRST_ROUND: Final = Round()
_NO_COMBOS: Final[Roster[Combo]] = Roster()


class OwnPush(msgspec.Struct, frozen=True):
    """A press for a camp: `asked` until the game has said something of it."""

    id: str
    camp: Camp
    state: PushState | Literal["asked"] = "asked"


class Viewer(msgspec.Struct, frozen=True):
    name: str
    balance_coins: int
    connections: int = 0
    camp: Camp | None = None
    gone_s: float = 0.0
    chat: Bucket = _UNUSED
    like: Bucket = _UNUSED
    press: Bucket = _UNUSED
    gift: Bucket = _UNUSED
    ask: Bucket = _UNUSED
    deed: Bucket = _UNUSED
    spoke_s: float = -math.inf
    pushes: tuple[OwnPush, ...] = ()  # the newest
    is_following: bool = False
    likes: int = 0
    came_s: float = 0.0
    watched_s: float = 0.0  # before `came_s`
    has_had_ticket: bool = False  # the free one
    kept: tuple[int, float, Camp | None] | None = (0, 0.0, None)  # as it was written down last; None where that failed
    ticket_tries: int = 0


class WaitingCue(msgspec.Struct, frozen=True):
    """A cue that no engine has taken yet; its last cue makes a gift done."""

    cue: Cue
    viewer: str = ""
    gift_id: str = ""
    key: str = ""  # names what was paid for over the lives of the room


class Ticket(msgspec.Struct, frozen=True):
    viewer: str
    name: str
    gift_id: str
    token: str
    asked_s: float


class Seat(msgspec.Struct, frozen=True):
    """A ticket that is being used: invited (the page shall connect), entering (the stage shall show), playing."""

    ticket: Ticket
    player: str
    camp: Camp
    phase: Literal["invited", "entering", "playing"]
    until_s: float


NOTHING_SHOWN: Final = Show(0, 0, 0.0, 0, 0, 0, 0, (), False, "")


class Room(msgspec.Struct, frozen=True):
    """Hold one life of the room, named by `epoch`; `seq` numbers the lines that everybody is told."""

    epoch: str
    title: str = ""
    run: str = ""  # names the show over the lives of its room
    viewers: Roster[Viewer] = _NOBODY
    audience: int = 0
    camp_red: int = 0
    camp_blue: int = 0
    chatter: Chatter = _SILENT
    likes: int = 0
    likes_reported: int = 0
    likes_shown: int = 0
    seq: int = 0
    lines: tuple[ChatLine | GiftGiven, ...] = ()
    combos: Roster[Combo] = _NO_COMBOS  # by who gives
    combos_told: tuple[Combo, ...] = ()  # to newcomers
    combos_sweep: int = 0
    ballot: Ballot | None = None  # of the newest poll
    polls: int = 0
    draw: Draw | None = None  # of the newest lottery
    lotteries: int = 0
    targets: tuple[Target, ...] = ()
    goal_number: int = 0
    goals_told: tuple[GoalBar, ...] = ()
    goals_told_s: float = 0.0
    round: Round = FIRST_ROUND
    coins_given: int = 0
    followers: int = 0
    cues: Mapping[int, WaitingCue] = msgspec.field(default_factory=dict)
    cue_id: int = 0
    has_engine: bool = False
    source: str = ""
    seats: tuple[Seat, ...] = ()
    seats_max: int = SEATS  # fewer while the machine that draws and encodes is full
    queue: tuple[Ticket, ...] = ()
    player_number: int = 0
    sweep: int = 0
    show: Show = NOTHING_SHOWN
    order: Order = IN_ORDER
    shelf: Shelf = EMPTY_SHELF
    outside: Bucket = _UNUSED
    outside_shown: Bucket = _UNUSED
    chat: Bucket = _UNUSED
    gift: Bucket = _UNUSED
