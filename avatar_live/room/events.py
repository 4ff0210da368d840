"""What happens to the room (`Event`) and what it wants done about it (`Effect`); both unions are closed.

A viewer is named by a digest of the secret that the viewer's page keeps; the secret itself is only passed through.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from avatar_live.protocol.cues import Cue
from avatar_live.protocol.effects import EffectStep, OfferedEffect
from avatar_live.protocol.together import GoalKind, Prize
from avatar_live.protocol.view import Camp
from avatar_live.protocol.wire import GiftState, Moderate, PushState, ToViewer, Welcome

# --- events --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Joined:
    """A page of a viewer is there; `member` is its connection, `epoch` and `seq` what it has seen."""

    member: int
    viewer: str
    secret: str
    name: str
    balance_coins: int
    epoch: str | None = None
    seq: int = 0
    is_following: bool = False
    likes: int = 0  # of this show, and so the others, in an earlier life of the room
    watched_s: float = 0.0
    camp: Camp | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """One connection of a viewer is gone."""

    viewer: str


@dataclass(frozen=True, slots=True)
class Said:
    viewer: str
    text: str
    reply_to: int = 0


@dataclass(frozen=True, slots=True)
class HostSaid:
    """The host writes into the chat."""

    text: str
    reply_to: int = 0


@dataclass(frozen=True, slots=True)
class OutsideSaid:
    """A program, or a viewer of another platform, says something; `source` names where."""

    source: str
    name: str
    text: str
    reply_to: int = 0


@dataclass(frozen=True, slots=True)
class OutsideGave:
    """A viewer of another platform gave something there; `worth` says in words what it was worth there."""

    source: str
    id: str
    name: str
    gift: str
    count: int
    worth: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class OutsideLiked:
    source: str
    count: int


@dataclass(frozen=True, slots=True)
class OutsideFollowed:
    """A viewer of another platform follows the host there."""

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Moderated:
    """A moderator, or the host (`by` is empty), keeps order; or a `program`, which may what a moderator may."""

    by: str
    order: Moderate
    program: str = ""


@dataclass(frozen=True, slots=True)
class HostHid:
    """The host is behind the panic card, or comes back."""

    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Invited:
    """A viewer has used a moderator's invitation."""

    viewer: str


@dataclass(frozen=True, slots=True)
class LineReported:
    """A viewer finds a line out of place."""

    viewer: str
    seq: int


@dataclass(frozen=True, slots=True)
class Liked:
    viewer: str
    count: int


@dataclass(frozen=True, slots=True)
class LikesCarried:
    """Likes that an earlier life of the room let in, said by lines that have not joined this one yet."""

    count: int


@dataclass(frozen=True, slots=True)
class CampPicked:
    """A press of a camp's button; its `id`, where it has one, is the client's own."""

    viewer: str
    camp: Camp
    id: str = ""


@dataclass(frozen=True, slots=True)
class MovedPush:
    """How far the game is with one push of a viewer."""

    viewer: str
    id: str
    camp: Camp
    state: PushState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PushesMoved:
    """The game has taken pushes, lets them wait, or cannot take them."""

    pushes: tuple[MovedPush, ...]


@dataclass(frozen=True, slots=True)
class FollowAsked:
    viewer: str
    is_following: bool


@dataclass(frozen=True, slots=True)
class FollowKept:
    """It is written down whether a viewer follows; `followers` do."""

    viewer: str
    is_following: bool
    followers: int


@dataclass(frozen=True, slots=True)
class FollowRefused:
    """It could not be written down."""

    viewer: str
    reason: str


@dataclass(frozen=True, slots=True)
class FollowersCounted:
    """So many followed before this life of the room."""

    followers: int


@dataclass(frozen=True, slots=True)
class PollOpened:
    """The host asks something; see `polls.asked` for what fits."""

    question: str
    choices: tuple[str, ...]
    seconds: float
    answer: int | None = None


@dataclass(frozen=True, slots=True)
class PollClosed:
    """The host ends the poll before its time."""


@dataclass(frozen=True, slots=True)
class Voted:
    viewer: str
    poll: int
    choice: int


@dataclass(frozen=True, slots=True)
class LotteryOpened:
    """The host opens a lottery; see `lottery.terms` for what fits. The `seed` is fresh and unguessable."""

    word: str
    likes: int
    seconds: float
    winners: int
    prize: Prize
    coins: int
    seed: str


@dataclass(frozen=True, slots=True)
class Awarded:
    """The ledger has booked a prize."""

    viewer: str
    id: str
    balance_coins: int


@dataclass(frozen=True, slots=True)
class AwardFailed:
    """The house could not give a prize."""

    viewer: str
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class TicketClaimed:
    """A viewer wants the free play ticket."""

    viewer: str


@dataclass(frozen=True, slots=True)
class GoalSet:
    """The host sets a goal for everybody together."""

    kind: GoalKind
    title: str
    target: int
    reward: Literal["none", "confetti", "fireworks", "barrage", "dance"] = "none"


@dataclass(frozen=True, slots=True)
class GoalDropped:
    id: int


@dataclass(frozen=True, slots=True)
class RoundBegun:
    """The host begins another round: in it count the gifts of transfers above `after`, as the ledger numbers them."""

    number: int
    after: int


@dataclass(frozen=True, slots=True)
class Gave:
    """What a viewer gave in a round, under the name of the last gift."""

    viewer: str
    name: str
    coins: int


@dataclass(frozen=True, slots=True)
class RoundRestored:
    """The ledger knows the round of an earlier life of the room, and what was given in it for good."""

    number: int
    after: int
    givers: tuple[Gave, ...]


@dataclass(frozen=True, slots=True)
class PartsNotKept:
    """What part these viewers have had could not be written down just now."""

    viewers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlaceAsked:
    """A viewer wants to see the round's board and the own place on it."""

    viewer: str


@dataclass(frozen=True, slots=True)
class GiftAsked:
    viewer: str
    id: str
    gift: str
    count: int = 1
    shown_coins: int = 0  # the price of one that the viewer saw; 0 when nobody said


@dataclass(frozen=True, slots=True)
class GiftCommitted:
    """The ledger holds the gift; `token` is fresh and unguessable, for a ticket's stream.

    `price_coins` is what was paid for an effect of an outside game, which may be away and so not tell.
    """

    viewer: str
    name: str
    id: str
    gift: str
    balance_coins: int
    token: str
    price_coins: int = 0
    count: int = 1
    transfer: int = 0  # as the ledger numbers it, from 1 on


@dataclass(frozen=True, slots=True)
class GiftRepeated:
    """The ledger knew the gift already: say again how it stands."""

    viewer: str
    id: str
    state: GiftState
    balance_coins: int
    reason: str


@dataclass(frozen=True, slots=True)
class GiftRefused:
    """The ledger did not take the gift; without `balance_coins` nobody knows the wallet just now."""

    viewer: str
    id: str
    balance_coins: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class GiftRefunded:
    """The ledger has given the coins back."""

    viewer: str
    id: str
    balance_coins: int
    reason: str


@dataclass(frozen=True, slots=True)
class WalletFilled:
    """Coins came into a wallet from outside."""

    viewer: str
    balance_coins: int


@dataclass(frozen=True, slots=True)
class GameOffered:
    """An outside game sells these from now on, and no others."""

    game: str
    effects: tuple[OfferedEffect, ...]
    is_new_line: bool = False  # it speaks on a line of its own, which `GameLeft` ends


@dataclass(frozen=True, slots=True)
class GamesRemembered:
    """These games sold effects in this show, in an earlier life of the room, and may come back."""

    games: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GameLeft:
    """A line of an outside game is gone; what it had accepted is asked again."""

    game: str
    line: str = ""


@dataclass(frozen=True, slots=True)
class EffectReported:
    """A game says on one of its lines how far a paid effect is; `reason` says why it failed."""

    id: str
    step: EffectStep
    reason: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Sale:
    """How many of an outside effect a viewer paid and got, and when the last one was paid."""

    viewer: str
    gift: str
    count: int
    at_s: float


@dataclass(frozen=True, slots=True)
class SalesCounted:
    """The ledger knows what this show sold before this life of the room."""

    sales: tuple[Sale, ...]


@dataclass(frozen=True, slots=True)
class CueWasTaken:
    id: int


@dataclass(frozen=True, slots=True)
class EngineCame:
    pass


@dataclass(frozen=True, slots=True)
class EngineLeft:
    pass


@dataclass(frozen=True, slots=True)
class SeatsMeasured:
    """The stage carries so many players just now, those who play included."""

    count: int


@dataclass(frozen=True, slots=True)
class SourceChanged:
    """What drives the avatar, in words for people."""

    source: str


@dataclass(frozen=True, slots=True)
class PlayerWatches:
    """The stream of a player has its viewer."""

    player: str


@dataclass(frozen=True, slots=True)
class PlayerSees:
    """The first frame of a player's stream is on its way to the player."""

    player: str


@dataclass(frozen=True, slots=True)
class PlayLeft:
    """A player ends the own game early."""

    viewer: str


@dataclass(frozen=True, slots=True)
class GoalWasScored:
    camp: Camp
    score_red: int
    score_blue: int


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time has passed; what the game and the engine look like now."""

    ball: float
    score_red: int
    score_blue: int
    is_live: bool


Event = (
    Joined
    | Left
    | Said
    | HostSaid
    | OutsideSaid
    | OutsideGave
    | OutsideLiked
    | OutsideFollowed
    | Moderated
    | HostHid
    | Invited
    | LineReported
    | Liked
    | LikesCarried
    | CampPicked
    | PushesMoved
    | FollowAsked
    | FollowKept
    | FollowRefused
    | FollowersCounted
    | PollOpened
    | PollClosed
    | Voted
    | LotteryOpened
    | Awarded
    | AwardFailed
    | TicketClaimed
    | GoalSet
    | GoalDropped
    | RoundBegun
    | RoundRestored
    | PartsNotKept
    | PlaceAsked
    | GiftAsked
    | GiftCommitted
    | GiftRepeated
    | GiftRefused
    | GiftRefunded
    | WalletFilled
    | GameOffered
    | GamesRemembered
    | GameLeft
    | EffectReported
    | SalesCounted
    | CueWasTaken
    | EngineCame
    | EngineLeft
    | SeatsMeasured
    | SourceChanged
    | PlayerWatches
    | PlayerSees
    | PlayLeft
    | GoalWasScored
    | Ticked
)

# --- effects -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Greet:
    """Answer a join on its own connection."""

    member: int
    welcome: Welcome


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell every page of one viewer."""

    viewer: str
    message: ToViewer


@dataclass(frozen=True, slots=True)
class TellAll:
    message: ToViewer


@dataclass(frozen=True, slots=True)
class Commit:
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


@dataclass(frozen=True, slots=True)
class Mark:
    """Write down how far a viewer's committed gift has come."""

    viewer: str
    id: str
    state: Literal["playing", "done"]


@dataclass(frozen=True, slots=True)
class Refund:
    """Give the price back, once, and answer with `GiftRefunded`."""

    viewer: str
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Award:
    """Give a viewer coins out of what the house has earned, once for each `id`; answer `Awarded` or `AwardFailed`."""

    viewer: str
    id: str
    coins: int


@dataclass(frozen=True, slots=True)
class KeepFollow:
    """Write down whether a viewer follows, and answer with `FollowKept` or `FollowRefused`."""

    viewer: str
    is_following: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What part a viewer has had in the show, as far as it still earns something."""

    viewer: str
    likes: int
    watched_s: float
    camp: Camp | None


@dataclass(frozen=True, slots=True)
class KeepParts:
    """Write these down, and answer with `PartsNotKept` where that fails."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ShowCue:
    """Ask the stage; repeated whenever an engine comes, until `CueWasTaken`. One engine shows a `key` once."""

    id: int
    cue: Cue
    key: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class PushBall:
    """Push the ball as soon as the game can; what a `viewer` did is answered with `PushesMoved` under its `id`."""

    camp: Camp
    strength: float
    viewer: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class EnterPitch:
    player: str
    name: str
    camp: Camp


@dataclass(frozen=True, slots=True)
class LeavePitch:
    """Take a player off the pitch and end the player's stream."""

    player: str


@dataclass(frozen=True, slots=True)
class SendAway:
    """Close every page of a viewer who is banned, and remember the address, too, where asked."""

    viewer: str
    reason: str
    is_by_address: bool


@dataclass(frozen=True, slots=True)
class LetBack:
    """Forget the addresses of a viewer whose ban is over."""

    viewer: str


@dataclass(frozen=True, slots=True)
class Record:
    """Write into the audit log who did what, and keep who is muted, banned and trusted over restarts."""

    by: str
    deed: str
    viewer: str
    reason: str
    text: str = ""  # of a removed line only


@dataclass(frozen=True, slots=True)
class Report:
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
