"""What viewers do together, as their pages are told of it: polls, goals and boards. Of each the newest message wins."""

from typing import Final, Literal

import msgspec

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

GoalKind = Literal["likes", "coins", "followers", "viewers"]
BoardKind = Literal["round", "season"]


class Vote(msgspec.Struct, frozen=True, tag="vote"):
    """Choose in a poll, by the number of the choice from 0 on; until the poll ends another vote replaces it."""

    poll: int
    choice: int


class AskBoard(msgspec.Struct, frozen=True, tag="ask_board"):
    """Ask for a board and for one's own place on it."""

    of: BoardKind


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


Newest = Poll | Goals | Board  # an older one of the same kind is worth nothing any more
