"""What the event API tells a game or bot: one JSON object a websocket text frame, in the order of `seq`.

Each type of event has a struct here that says what its `data` holds. The event API's description, the README's table
and the SDKs' types all follow from `EVENTS`; a newer server may add types and fields, which a client passes over.
"""

from typing import Final, Literal

import msgspec

from avatar_live.protocol.effects import EffectAskedEvent
from avatar_live.protocol.together import GoalKind, Prize
from avatar_live.protocol.view import Camp


class ApiEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tell of one thing that happened in the room.

    `type` is one of `EVENT_TYPES`, `data` has its `EVENT_FIELDS`; `at` is seconds since the Unix epoch. `epoch` names
    one life of the server's room, within which `seq` counts without gaps. `source` names where else it happened, such
    as "twitch", and is left out for this room; `test` is there, and true, where somebody only tries things out.
    """

    epoch: str
    seq: int
    type: str
    at: float
    data: dict[str, str | int | float | bool]
    source: str = ""
    test: bool = False


class ViewerJoinedEvent(msgspec.Struct, frozen=True):
    """A viewer came in; `audience` is how many are here with them."""

    name: str
    audience: int


class ViewerLeftEvent(msgspec.Struct, frozen=True):
    """A viewer went; `audience` is how many are left."""

    name: str
    audience: int


Role = Literal["host", "moderator", "viewer"]


class ChatEvent(msgspec.Struct, frozen=True):
    """Somebody wrote a line that everybody reads; `line` is its number, `reply_to` that of the line that it answers."""

    name: str
    text: str
    line: int
    role: Role
    reply_to: int


class ChatRemovedEvent(msgspec.Struct, frozen=True):
    """A moderator took a line off every page; a line's `chat` has no text any more when it is told again."""

    line: int


class LikeEvent(msgspec.Struct, frozen=True):
    """Viewers liked, told once a tick for everybody together; `total` counts the whole show."""

    count: int
    total: int


class GiftEvent(msgspec.Struct, frozen=True):
    """A gift was committed: its coins are paid. `id` is the giver's own, and names it for ever.

    `price_coins` is what was paid for all `count` of them. `combo` is the same for gifts of one kind that a viewer
    gives one after another, and `combo_count` how many those are up to now. A gift with a `source` was given on another
    platform: it cost no coins of ours, and `worth` says in words what it was worth there.
    """

    id: str
    name: str
    gift: str
    price_coins: int
    count: int = 1
    combo: str = ""
    combo_count: int = 1
    worth: str = ""


class ComboEndedEvent(msgspec.Struct, frozen=True):
    """A combo of more than one gift is over; `price_coins` is what was paid for all of it."""

    combo: str
    name: str
    gift: str
    count: int
    price_coins: int


class FollowedEvent(msgspec.Struct, frozen=True):
    """A viewer follows the room from now on, or the host on the platform that `source` names.

    `followers` is how many follow the room.
    """

    name: str
    followers: int


class PollStartedEvent(msgspec.Struct, frozen=True):
    """The host asks something; `GET /api/polls` has the choices."""

    poll: int
    question: str
    choices: int
    seconds: float
    is_quiz: bool


class PollEndedEvent(msgspec.Struct, frozen=True):
    """A poll is over: the choice with most `votes` (empty where nobody voted) of a `total`.

    Of a quiz, the `answer` and how many were `right`.
    """

    poll: int
    question: str
    winner: str
    votes: int
    total: int
    answer: str
    right: int


class LotteryStartedEvent(msgspec.Struct, frozen=True):
    """Viewers can enter a lottery; `commitment` is the SHA-256 of the seed that draws."""

    lottery: int
    prize: Prize
    coins: int
    winners: int
    word: str
    likes: int
    commitment: str


class LotteryEndedEvent(msgspec.Struct, frozen=True):
    """A lottery is over and its prizes are booked: the names of the `count` winners, and the seed that drew them."""

    lottery: int
    winners: str
    count: int
    entries: int
    prize: Prize
    coins: int
    seed: str


class GoalReachedEvent(msgspec.Struct, frozen=True):
    """Everybody together has reached what the host set: so many likes, coins, followers or viewers."""

    goal: int
    kind: GoalKind
    title: str
    target: int


class RoundStartedEvent(msgspec.Struct, frozen=True):
    """The board of who gave most in the round is empty again."""

    round: int


class CampEvent(msgspec.Struct, frozen=True):
    """A viewer stands with a camp from now on."""

    name: str
    camp: Camp


class GoalEvent(msgspec.Struct, frozen=True):
    """A camp scored; the score after it."""

    camp: Camp
    red: int
    blue: int


class PlayStartedEvent(msgspec.Struct, frozen=True):
    """A viewer with a ticket is in the game."""

    player: str
    name: str
    camp: Camp


class PlayEndedEvent(msgspec.Struct, frozen=True):
    """A viewer's game is over, and why."""

    player: str
    name: str
    reason: str


class RefundEvent(msgspec.Struct, frozen=True):
    """The gift of this id was paid back, and why."""

    id: str
    reason: str


class EffectEndedEvent(msgspec.Struct, frozen=True):
    """An effect of an outside game is done, or it failed for a reason and is paid back."""

    id: str
    game: str
    effect: str
    state: Literal["done", "failed"]
    reason: str


EVENTS: Final[dict[str, type[msgspec.Struct]]] = {
    "viewer_joined": ViewerJoinedEvent,
    "viewer_left": ViewerLeftEvent,
    "chat": ChatEvent,
    "chat_removed": ChatRemovedEvent,
    "like": LikeEvent,
    "gift": GiftEvent,
    "combo_ended": ComboEndedEvent,
    "followed": FollowedEvent,
    "camp": CampEvent,
    "goal": GoalEvent,
    "poll_started": PollStartedEvent,
    "poll_ended": PollEndedEvent,
    "goal_reached": GoalReachedEvent,
    "lottery_started": LotteryStartedEvent,
    "lottery_ended": LotteryEndedEvent,
    "round_started": RoundStartedEvent,
    "play_started": PlayStartedEvent,
    "play_ended": PlayEndedEvent,
    "refund": RefundEvent,
    "effect_asked": EffectAskedEvent,
    "effect_ended": EffectEndedEvent,
}
EVENT_FIELDS: Final = {type: struct.__struct_fields__ for type, struct in EVENTS.items()}
EVENT_TYPES: Final = tuple(EVENT_FIELDS)
