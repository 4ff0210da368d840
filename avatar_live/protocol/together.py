"""What viewers do together, as their pages are told of it: polls, goals and boards. Of each the newest message wins."""

from typing import Final, Literal

import msgspec

from avatar_live.protocol.whole import Whole

QUESTION_CHARACTERS_MAX: Final = 120
CHOICE_CHARACTERS_MAX: Final = 40
CHOICES_MIN: Final = 2
CHOICES_MAX: Final = 6
POLL_SECONDS_MIN: Final = 5
POLL_SECONDS_MAX: Final = 3_600
POLL_SHOWN_S: Final = 15.0  # how long its end stands
GOALS_MAX: Final = 3
GOAL_TARGET_MAX: Final = 1_000_000_000
GOAL_TITLE_CHARACTERS_MAX: Final = 40
PLACES_MAX: Final = 10  # of a board

WINNERS_MAX: Final = 50
LOTTERY_COINS_MAX: Final = 1_000_000  # for each winner
LOTTERY_LIKES_MAX: Final = 10_000
LOTTERY_WORD_CHARACTERS_MAX: Final = 20
LOTTERY_SECONDS_MIN: Final = 5
LOTTERY_SECONDS_MAX: Final = 3_600
LOTTERY_SHOWN_S: Final = 30.0

Prize = Literal["coins", "ticket"]
GoalKind = Literal["likes", "coins", "followers", "viewers"]
BoardKind = Literal["round", "season"]


class Vote(msgspec.Struct, frozen=True, tag="vote"):
    """Choose in a poll, by the number of the choice from 0 on; until the poll ends another vote replaces it."""

    poll: Whole
    choice: Whole


class AskBoard(msgspec.Struct, frozen=True, tag="ask_board"):
    """Ask for a board and for one's own place on it."""

    of: BoardKind


class ClaimTicket(msgspec.Struct, frozen=True, tag="claim_ticket"):
    """Take the free play ticket of who has watched and liked enough; once a show."""


class FreeTicket(msgspec.Struct, frozen=True, tag="free_ticket"):
    """Tell a viewer how far the own free ticket is: likes and seconds of watching up to now."""

    likes: int
    seconds: float
    is_used: bool


class Lottery(msgspec.Struct, frozen=True, tag="lottery"):
    """Tell how a lottery stands: enter by saying `word`, or by so many `likes`.

    Everybody can check it: `commitment` is the SHA-256 of `seed`, which is told at the end, and the winners are the
    entries with the smallest SHA-256 of `seed:tag`.
    """

    id: int
    prize: Prize
    coins: int  # for each winner
    winners_max: int
    word: str
    likes: int
    entries: int
    seconds_left: float
    commitment: str
    is_over: bool = False
    winners: tuple[str, ...] = ()
    seed: str = ""


class OwnEntry(msgspec.Struct, frozen=True, tag="own_entry"):
    """Tell a viewer that they are in a lottery, under which tag, and at its end whether they have won."""

    lottery: int
    tag: str
    is_winner: bool = False


class Poll(msgspec.Struct, frozen=True, tag="poll"):
    """Tell how a poll stands.

    A quiz keeps its `votes` (empty until then) and its `answer` to itself until it is over.
    """

    id: int
    question: str
    choices: tuple[str, ...]
    votes: tuple[int, ...]
    seconds_left: float
    is_quiz: bool = False
    is_over: bool = False
    answer: int | None = None


class OwnVote(msgspec.Struct, frozen=True, tag="own_vote"):
    """Tell a viewer's pages what the viewer's vote is."""

    poll: int
    choice: int


class GoalBar(msgspec.Struct, frozen=True):
    """How far everybody together is on the way to something: `value` of `target`."""

    id: int
    kind: GoalKind
    title: str
    target: int
    value: int
    is_reached: bool = False


class Goals(msgspec.Struct, frozen=True, tag="goals"):
    """Tell of the goals that the host has set."""

    goals: tuple[GoalBar, ...]


class Place(msgspec.Struct, frozen=True):
    """One place of a board."""

    name: str
    coins: int


class Board(msgspec.Struct, frozen=True, tag="board"):
    """Tell who gave most: in the round of this number, or in the season (`number` is its year and month, 202601)."""

    of: BoardKind
    number: int
    top: tuple[Place, ...]


class OwnPlace(msgspec.Struct, frozen=True, tag="own_place"):
    """Tell a viewer the own place on a board, from 1 on; 0 for who has given nothing."""

    of: BoardKind
    place: int
    coins: int


Newest = Poll | Goals | Board | Lottery  # an older one of the same kind is worth nothing any more
