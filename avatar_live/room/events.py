"""What happens to the room (`Event`, a closed union); what it wants done about that stands in `effects`.

A viewer is named by a digest of the secret that the viewer's page keeps; the secret itself is only passed through.
"""

from typing import Literal

import msgspec

from avatar_live.protocol.effects import EffectStep, OfferedEffect
from avatar_live.protocol.together import GoalKind, Prize
from avatar_live.protocol.view import Camp
from avatar_live.protocol.wire import GiftState, Moderate, PushState


class Joined(msgspec.Struct, frozen=True):
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


class Left(msgspec.Struct, frozen=True):
    """One connection of a viewer is gone."""

    viewer: str


class Said(msgspec.Struct, frozen=True):
    viewer: str
    text: str
    reply_to: int = 0


class HostSaid(msgspec.Struct, frozen=True):
    """The host writes into the chat."""

    text: str
    reply_to: int = 0


class OutsideSaid(msgspec.Struct, frozen=True):
    """A program, or a viewer of another platform, says something; `source` names where."""

    source: str
    name: str
    text: str
    reply_to: int = 0


class OutsideGave(msgspec.Struct, frozen=True):
    """A viewer of another platform gave something there; `worth` says in words what it was worth there."""

    source: str
    id: str
    name: str
    gift: str
    count: int
    worth: str = ""
    text: str = ""


class OutsideLiked(msgspec.Struct, frozen=True):
    source: str
    count: int


class OutsideFollowed(msgspec.Struct, frozen=True):
    """A viewer of another platform follows the host there."""

    source: str
    name: str


class Moderated(msgspec.Struct, frozen=True):
    """A moderator, or the host (`by` is empty), keeps order; or a `program`, which may what a moderator may."""

    by: str
    order: Moderate
    program: str = ""


class HostHid(msgspec.Struct, frozen=True):
    """The host is behind the panic card, or comes back."""

    is_hidden: bool


class Invited(msgspec.Struct, frozen=True):
    """A viewer has used a moderator's invitation."""

    viewer: str


class LineReported(msgspec.Struct, frozen=True):
    """A viewer finds a line out of place."""

    viewer: str
    seq: int


class Liked(msgspec.Struct, frozen=True):
    viewer: str
    count: int


class LikesCarried(msgspec.Struct, frozen=True):
    """Likes that an earlier life of the room let in, said by lines that have not joined this one yet."""

    count: int


class CampPicked(msgspec.Struct, frozen=True):
    """A press of a camp's button; its `id`, where it has one, is the client's own."""

    viewer: str
    camp: Camp
    id: str = ""


class MovedPush(msgspec.Struct, frozen=True):
    """How far the game is with one push of a viewer."""

    viewer: str
    id: str
    camp: Camp
    state: PushState
    reason: str = ""


class PushesMoved(msgspec.Struct, frozen=True):
    """The game has taken pushes, lets them wait, or cannot take them."""

    pushes: tuple[MovedPush, ...]


class FollowAsked(msgspec.Struct, frozen=True):
    viewer: str
    is_following: bool


class FollowKept(msgspec.Struct, frozen=True):
    """It is written down whether a viewer follows; `followers` do."""

    viewer: str
    is_following: bool
    followers: int


class FollowRefused(msgspec.Struct, frozen=True):
    """It could not be written down."""

    viewer: str
    reason: str


class FollowersCounted(msgspec.Struct, frozen=True):
    """So many followed before this life of the room."""

    followers: int


class PollOpened(msgspec.Struct, frozen=True):
    """The host asks something; see `polls.asked` for what fits."""

    question: str
    choices: tuple[str, ...]
    seconds: float
    answer: int | None = None


class PollClosed(msgspec.Struct, frozen=True):
    """The host ends the poll before its time."""


class Voted(msgspec.Struct, frozen=True):
    viewer: str
    poll: int
    choice: int


class LotteryOpened(msgspec.Struct, frozen=True):
    """The host opens a lottery; see `lottery.terms` for what fits. The `seed` is fresh and unguessable."""

    word: str
    likes: int
    seconds: float
    winners: int
    prize: Prize
    coins: int
    seed: str


class Awarded(msgspec.Struct, frozen=True):
    """The ledger has booked a prize."""

    viewer: str
    id: str
    balance_coins: int


class AwardFailed(msgspec.Struct, frozen=True):
    """The house could not give a prize."""

    viewer: str
    id: str
    reason: str


class TicketClaimed(msgspec.Struct, frozen=True):
    """A viewer wants the free play ticket."""

    viewer: str


class GoalSet(msgspec.Struct, frozen=True):
    """The host sets a goal for everybody together."""

    kind: GoalKind
    title: str
    target: int
    reward: Literal["none", "confetti", "fireworks", "barrage", "dance"] = "none"


class GoalDropped(msgspec.Struct, frozen=True):
    id: int


class RoundBegun(msgspec.Struct, frozen=True):
    """The host begins another round: in it count the gifts of transfers above `after`, as the ledger numbers them."""

    number: int
    after: int


class Gave(msgspec.Struct, frozen=True):
    """What a viewer gave in a round, under the name of the last gift."""

    viewer: str
    name: str
    coins: int


class RoundRestored(msgspec.Struct, frozen=True):
    """The ledger knows the round of an earlier life of the room, and what was given in it for good."""

    number: int
    after: int
    givers: tuple[Gave, ...]


class PartsNotKept(msgspec.Struct, frozen=True):
    """What part these viewers have had could not be written down just now."""

    viewers: tuple[str, ...]


class PlaceAsked(msgspec.Struct, frozen=True):
    """A viewer wants to see the round's board and the own place on it."""

    viewer: str


class GiftAsked(msgspec.Struct, frozen=True):
    viewer: str
    id: str
    gift: str
    count: int = 1
    shown_coins: int = 0  # the price of one that the viewer saw; 0 when nobody said


class GiftCommitted(msgspec.Struct, frozen=True):
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


class GiftRepeated(msgspec.Struct, frozen=True):
    """The ledger knew the gift already: say again how it stands."""

    viewer: str
    id: str
    state: GiftState
    balance_coins: int
    reason: str


class GiftRefused(msgspec.Struct, frozen=True):
    """The ledger did not take the gift; without `balance_coins` nobody knows the wallet just now."""

    viewer: str
    id: str
    balance_coins: int | None
    reason: str


class GiftRefunded(msgspec.Struct, frozen=True):
    """The ledger has given the coins back."""

    viewer: str
    id: str
    balance_coins: int
    reason: str


class WalletFilled(msgspec.Struct, frozen=True):
    """Coins came into a wallet from outside."""

    viewer: str
    balance_coins: int


class GameOffered(msgspec.Struct, frozen=True):
    """An outside game sells these from now on, and no others."""

    game: str
    effects: tuple[OfferedEffect, ...]
    is_new_line: bool = False  # it speaks on a line of its own, which `GameLeft` ends


class GamesRemembered(msgspec.Struct, frozen=True):
    """These games sold effects in this show, in an earlier life of the room, and may come back."""

    games: tuple[str, ...]


class GameLeft(msgspec.Struct, frozen=True):
    """A line of an outside game is gone; what it had accepted is asked again."""

    game: str
    line: str = ""


class EffectReported(msgspec.Struct, frozen=True):
    """A game says on one of its lines how far a paid effect is; `reason` says why it failed."""

    id: str
    step: EffectStep
    reason: str = ""
    line: str = ""


class Sale(msgspec.Struct, frozen=True):
    """How many of an outside effect a viewer paid and got, and when the last one was paid."""

    viewer: str
    gift: str
    count: int
    at_s: float


class SalesCounted(msgspec.Struct, frozen=True):
    """The ledger knows what this show sold before this life of the room."""

    sales: tuple[Sale, ...]


class CueWasTaken(msgspec.Struct, frozen=True):
    id: int


class EngineCame(msgspec.Struct, frozen=True):
    pass


class EngineLeft(msgspec.Struct, frozen=True):
    pass


class SeatsMeasured(msgspec.Struct, frozen=True):
    """The stage carries so many players just now, those who play included."""

    count: int


class SourceChanged(msgspec.Struct, frozen=True):
    """What drives the avatar, in words for people."""

    source: str


class PlayerWatches(msgspec.Struct, frozen=True):
    """The stream of a player has its viewer."""

    player: str


class PlayerSees(msgspec.Struct, frozen=True):
    """The first frame of a player's stream is on its way to the player."""

    player: str


class PlayLeft(msgspec.Struct, frozen=True):
    """A player ends the own game early."""

    viewer: str


class GoalWasScored(msgspec.Struct, frozen=True):
    camp: Camp
    score_red: int
    score_blue: int


class Ticked(msgspec.Struct, frozen=True):
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
