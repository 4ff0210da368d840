"""What a viewer's page and the server say to each other: JSON text frames, one tagged object each, over one websocket.

The client makes the id of a gift (a UUID), so the same gift sent twice is paid once. `seq` numbers what everybody is
told within an `epoch` (one life of the server's room), so that a page that comes back can say what it has seen.
"""

from typing import Final, Literal

import msgspec

from avatar_live.protocol.catalogue import Gift
from avatar_live.protocol.effects import Offer, OfferState
from avatar_live.protocol.emotes import Emote
from avatar_live.protocol.together import (
    AskBoard,
    Board,
    ClaimTicket,
    FreeTicket,
    GoalBar,
    Goals,
    Lottery,
    OwnEntry,
    OwnPlace,
    OwnVote,
    Poll,
    Vote,
)
from avatar_live.protocol.view import Camp
from avatar_live.protocol.whole import Whole

MESSAGE_BYTES_MAX: Final = 4_096
NAME_CHARACTERS_MAX: Final = 24
CHAT_CHARACTERS_MAX: Final = 200
LIKES_PER_MESSAGE_MAX: Final = 50
GIFT_ID_CHARACTERS_MAX: Final = 64
GIFT_COUNT_MAX: Final = 99  # of one gift at once
PUSH_ID_CHARACTERS_MAX: Final = 64

# Close codes: 4000-4099 may come back, 4100-4199 should not without a change.
CLOSE_SLOW: Final = 4000
CLOSE_RESTARTING: Final = 4001
CLOSE_BAD_MESSAGE: Final = 4100
CLOSE_REFUSED: Final = 4101
CLOSE_FULL: Final = 4002
CLOSE_TOKEN: Final = 4102


# --- from the viewer ---------------------------------------------------------------------------------------------


class Join(msgspec.Struct, frozen=True, tag="join"):
    """Enter the room, first message of all. `viewer` is the secret id that the page keeps (it owns the wallet);
    absent for a newcomer. `epoch` and `seq` say what a returning page has seen."""

    name: str
    viewer: str | None = None
    epoch: str | None = None
    seq: Whole = 0
    token: str | None = None  # a moderator's invitation, good once


class Say(msgspec.Struct, frozen=True, tag="say"):
    """Write a chat line; `reply_to` is the `seq` of the line that it answers."""

    text: str
    reply_to: Whole = 0


class Like(msgspec.Struct, frozen=True, tag="like"):
    """Like `count` times since the last message."""

    count: Whole = 1


class GiveGift(msgspec.Struct, frozen=True, tag="gift"):
    """Give `count` of the gift `gift` of the catalogue; `id` is the client's own and makes it happen once.

    `price_coins` is what one was shown to cost: a gift that costs more by now is refused, and 0 says nothing.
    """

    id: str
    gift: str
    count: Whole = 1
    price_coins: Whole = 0


class PickCamp(msgspec.Struct, frozen=True, tag="camp"):
    """Stand with a camp; each press also pushes a little.

    With an `id`, the client's own, a press that is sent again pushes once, and `PushUpdate` tells how it stands.
    """

    camp: Camp
    id: str = ""


class Follow(msgspec.Struct, frozen=True, tag="follow"):
    """Follow this room from now on, or no more."""

    is_following: bool = True


class LeaveGame(msgspec.Struct, frozen=True, tag="leave_game"):
    """End one's own first-person game early."""


Deed = Literal[
    "mute",
    "unmute",
    "ban",
    "unban",
    "remove",
    "slow",
    "freeze",
    "thaw",
    "links_off",
    "links_on",
    "hold",
    "delay",
    "approve",
    "deny",
    "dismiss",
    "demote",
]
HoldMode = Literal["off", "words", "links", "newcomers", "all"]  # each holds what those before it hold, too
HoldEnd = Literal["tell", "drop"]
HoldReason = Literal["word", "link", "newcomer", "all", "delay"]
Rest = Literal["", "frozen", "hidden"]
MODERATION_SECONDS_MAX: Final = 30 * 86_400.0
REASON_CHARACTERS_MAX: Final = 200


class Moderate(msgspec.Struct, frozen=True, tag="moderate"):
    """Keep order, as a moderator: `seq` points at a line and so at who wrote it, `viewer` at a viewer's digest.

    `seconds` is how long a mute lasts, or the time between two lines of a viewer (`slow`, 0 ends it).
    `is_by_address` lets a ban hold for the network address, too. `dismiss` forgets the reports of a line. `hold` says
    which lines wait for a moderator, for `seconds`, and what happens to them `then`; `delay` how long everybody's lines
    wait; `approve` and `deny` decide on the waiting line `line`.
    """

    deed: Deed
    seq: Whole = 0
    viewer: str = ""
    seconds: float = 0.0
    reason: str = ""
    is_by_address: bool = False
    line: Whole = 0
    hold: HoldMode = "off"
    then: HoldEnd = "tell"


class ReportLine(msgspec.Struct, frozen=True, tag="report"):
    """Tell the host that a line should not stand there; one viewer counts once a line."""

    seq: Whole


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    """Ask for an answer; `t` comes back as it was."""

    t: float


FromViewer = (
    Join
    | Say
    | Like
    | GiveGift
    | PickCamp
    | Vote
    | AskBoard
    | Follow
    | ClaimTicket
    | LeaveGame
    | Moderate
    | ReportLine
    | Ping
)


# --- to the viewer -----------------------------------------------------------------------------------------------


Badge = Literal["host", "moderator", "top", "follower"]  # `top`: one of the round's most generous


class ChatLine(msgspec.Struct, frozen=True, tag="chat"):
    """Tell everybody of a chat line: `@name` in its text speaks to somebody, `:code:` is an emote.

    `reply_to` is the `seq` of the line that it answers, 0 for none, and `reply_name` who wrote that one.
    `source` names where it was written, such as "twitch", and is empty for this room.
    """

    seq: int
    name: str
    text: str
    badges: tuple[Badge, ...] = ()
    reply_to: int = 0
    reply_name: str = ""
    source: str = ""


class GiftGiven(msgspec.Struct, frozen=True, tag="gift_given"):
    """Tell everybody of a committed gift, given `count` times at once.

    Gifts of one kind by one viewer that follow each other within `COMBO_S` are one combo; `combo` names it, and
    `combo_count` is how many were given in it up to now.
    """

    seq: int
    id: str
    name: str
    gift: str
    count: int = 1
    combo: str = ""
    combo_count: int = 1


class ComboEnded(msgspec.Struct, frozen=True, tag="combo_ended"):
    """Tell everybody what a combo of more than one gift came to."""

    combo: str
    name: str
    gift: str
    count: int
    coins: int


class Removed(msgspec.Struct, frozen=True, tag="removed"):
    """Take the chat line `seq` off every page."""

    seq: int


class Waiting(msgspec.Struct, frozen=True, tag="waiting"):
    """Tell a viewer that the own line `id` is not told yet."""

    id: int
    text: str
    reason: HoldReason


class Held(msgspec.Struct, frozen=True, tag="held"):
    """Ask moderators about a line that waits, at most `seconds` more."""

    id: int
    name: str
    text: str
    reason: HoldReason
    seconds: float


class Decided(msgspec.Struct, frozen=True, tag="decided"):
    """Tell its writer and the moderators that a line waits no longer; one that `is_told` follows as a chat line."""

    id: int
    is_told: bool
    reason: str = ""


class Kept(msgspec.Struct, frozen=True, tag="kept"):
    """Tell moderators how the room is kept, whenever somebody changes that."""

    slow_s: float
    is_frozen: bool
    has_links: bool
    hold: HoldMode
    hold_s: float
    then: HoldEnd
    delay_s: float


class Lines(msgspec.Struct, frozen=True, tag="lines"):
    """Tell several lines at once, in order: a large room speaks in ticks."""

    lines: tuple[ChatLine | GiftGiven, ...]


class Show(msgspec.Struct, frozen=True, tag="show"):
    """State of the show, sent on change and at most `SHOW_HZ` times a second; the newest wins."""

    audience: int
    likes: int
    ball: float
    score_red: int
    score_blue: int
    camp_red: int
    camp_blue: int
    playing: tuple[str, ...]
    is_live: bool  # the engine sends frames
    source: str  # what drives the avatar, in words for people
    rest: Rest = ""  # no chat and no gifts: the room is frozen, or the host hides
    shelf: tuple[OfferState, ...] = ()  # what hinders offers, or is left of them
    followers: int = 0


class Welcome(msgspec.Struct, frozen=True, tag="welcome"):
    """Answer a join: the viewer's secret id and wallet, the catalogue, the show, what was missed or the last lines."""

    viewer: str
    name: str
    epoch: str
    seq: int
    balance_coins: int
    catalogue: tuple[Gift, ...]
    show: Show
    recent: tuple[ChatLine | GiftGiven, ...]
    title: str
    player: str | None = None  # the token of a first-person game still running
    player_seconds_left: float | None = None  # of that game; None before its first picture
    camp: Camp | None = None  # the camp that a returning viewer stands with
    is_moderator: bool = False
    removed: tuple[int, ...] = ()  # lines that a returning page may still show
    emotes: tuple[Emote, ...] = ()
    waiting: tuple[Waiting, ...] = ()  # the viewer's own
    held: tuple[Held, ...] = ()  # everybody's, for a moderator
    kept: Kept | None = None  # how the room is kept, for a moderator
    offers: tuple[Offer, ...] = ()  # of outside games
    combos: tuple[GiftGiven, ...] = ()  # the newest gift of each combo that goes on
    poll: Poll | None = None
    vote: int | None = None  # the own one, in that poll
    goals: tuple[GoalBar, ...] = ()
    board: Board | None = None  # of the round
    is_following: bool = False
    lottery: Lottery | None = None
    entry: OwnEntry | None = None
    free_ticket: FreeTicket | None = None


class Offers(msgspec.Struct, frozen=True, tag="offers"):
    """Tell what outside games sell from now on, beside the catalogue."""

    offers: tuple[Offer, ...]


# From "committed" on a gift that takes its time is "queued", "running" for some seconds or "paused", then "done"; or
# "failed", and a moment later "refunded".
GiftState = Literal["committed", "queued", "running", "paused", "done", "failed", "refused", "refunded"]


class GiftUpdate(msgspec.Struct, frozen=True, tag="gift_update"):
    """Tell a giver how the own gift `id` stands, with the wallet after it and the reason when refused or refunded.

    `seconds` is what is left of one that runs; `gift` says what it is, to a page that did not send it itself.
    """

    id: str
    state: GiftState
    balance_coins: int
    reason: str = ""
    seconds: float = 0.0
    gift: str = ""


class PlayStart(msgspec.Struct, frozen=True, tag="play_start"):
    """Invite a ticket's owner: POST an SDP offer to `/whep/player` with `Authorization: Bearer <token>`."""

    token: str
    seconds: float


class PlayEnd(msgspec.Struct, frozen=True, tag="play_end"):
    reason: str


class OwnCamp(msgspec.Struct, frozen=True, tag="own_camp"):
    """Tell a viewer's pages which camp the viewer stands with from now on, by a button or by a word in the chat."""

    camp: Camp


# A press that comes too fast is refused. One that is accepted is done with the game's next tick; after a goal it is
# queued until the kick-off. It has failed where more wait for that than the game can hold.
PushState = Literal["queued", "done", "failed", "refused"]


class PushUpdate(msgspec.Struct, frozen=True, tag="push_update"):
    """Tell a viewer how the own push stands: of a press by its `id`, of a camp's word in a chat line by `line:` and the
    line's `seq`."""

    id: str
    camp: Camp
    state: PushState
    reason: str = ""


class OwnFollow(msgspec.Struct, frozen=True, tag="own_follow"):
    """Tell a viewer's pages whether the viewer follows this room."""

    is_following: bool


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """Say in one sentence why a message was not taken; `about` is its tag."""

    about: str
    reason: str


class Wallet(msgspec.Struct, frozen=True, tag="wallet"):
    """Tell a viewer's pages what is in the wallet after coins came in."""

    balance_coins: int


class Pong(msgspec.Struct, frozen=True, tag="pong"):
    t: float


ToViewer = (
    Welcome
    | ChatLine
    | GiftGiven
    | ComboEnded
    | Removed
    | Waiting
    | Held
    | Decided
    | Kept
    | Lines
    | Show
    | Offers
    | GiftUpdate
    | PlayStart
    | PlayEnd
    | OwnCamp
    | PushUpdate
    | OwnFollow
    | Poll
    | OwnVote
    | Goals
    | Lottery
    | OwnEntry
    | FreeTicket
    | Board
    | OwnPlace
    | Refused
    | Wallet
    | Pong
)
SHOW_HZ: Final = 10.0

# Over the data channel "input" of a player's stream: the same JSON form, newest wins.


class Keys(msgspec.Struct, frozen=True, tag="keys"):
    """Say which arrow keys are down; an older `n` than the last is dropped."""

    n: int
    up: bool = False
    down: bool = False
    left: bool = False
    right: bool = False


# Over the data channel "pulse" of any stream that a page of ours watches: JSON too, unordered, and lost for good.


class Pulse(msgspec.Struct, frozen=True, tag="pulse"):
    """Say once a second that the page lives, and how its picture does: `freezes` and `frozen_ms` since the stream
    began, and how long a picture waits in the browser before it is shown."""

    freezes: int = 0
    frozen_ms: int = 0
    delay_ms: int = 0
