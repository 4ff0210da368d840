"""What the host, or a program in the host's place, does in the room over HTTP."""

import asyncio
import secrets
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from avatar_live import clock
from avatar_live.protocol.together import (
    CHOICE_CHARACTERS_MAX,
    CHOICES_MAX,
    CHOICES_MIN,
    GOAL_TARGET_MAX,
    GOAL_TITLE_CHARACTERS_MAX,
    LOTTERY_COINS_MAX,
    LOTTERY_LIKES_MAX,
    LOTTERY_SECONDS_MAX,
    LOTTERY_SECONDS_MIN,
    LOTTERY_WORD_CHARACTERS_MAX,
    POLL_SECONDS_MAX,
    POLL_SECONDS_MIN,
    QUESTION_CHARACTERS_MAX,
    WINNERS_MAX,
    Board,
    BoardKind,
    GoalBar,
    GoalKind,
    Lottery,
    Poll,
    Prize,
)
from avatar_live.protocol.wire import CHAT_CHARACTERS_MAX
from avatar_live.room import boards, goals, lottery, polls
from avatar_live.room import events as ev
from avatar_live.room.chat import obstacle_to_host
from avatar_live.room.state import Draw, Reward
from avatar_live.server.access import Access
from avatar_live.server.described import sentences
from avatar_live.server.keeper import Keeper
from avatar_live.server.ledger import LedgerError

BODY_BYTES_MAX: Final = 8_192


class HostLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the host writes; `reply_to` is the number of the line that it answers."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=CHAT_CHARACTERS_MAX)]
    reply_to: Annotated[int, msgspec.Meta(ge=0)] = 0


class Told(msgspec.Struct, frozen=True):
    """The number of the line that everybody was told."""

    line: int


Choice = Annotated[str, msgspec.Meta(min_length=1, max_length=CHOICE_CHARACTERS_MAX)]


class NewPoll(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the host asks; with an `answer`, the number of the right choice from 0 on, it is a quiz."""

    question: Annotated[str, msgspec.Meta(min_length=1, max_length=QUESTION_CHARACTERS_MAX)]
    choices: Annotated[tuple[Choice, ...], msgspec.Meta(min_length=CHOICES_MIN, max_length=CHOICES_MAX)]
    seconds: Annotated[float, msgspec.Meta(ge=POLL_SECONDS_MIN, le=POLL_SECONDS_MAX)] = 60.0
    answer: Annotated[int, msgspec.Meta(ge=0, lt=CHOICES_MAX)] | None = None


class NewGoal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What everybody together shall reach, and what the stage does then."""

    kind: GoalKind
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=GOAL_TITLE_CHARACTERS_MAX)]
    target: Annotated[int, msgspec.Meta(ge=1, le=GOAL_TARGET_MAX)]
    reward: Reward = "confetti"


class NewLottery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let viewers enter by a word in the chat, or by so many likes; each winner gets `coins`, or a play ticket."""

    word: Annotated[str, msgspec.Meta(max_length=LOTTERY_WORD_CHARACTERS_MAX)] = ""
    likes: Annotated[int, msgspec.Meta(ge=0, le=LOTTERY_LIKES_MAX)] = 0
    seconds: Annotated[float, msgspec.Meta(ge=LOTTERY_SECONDS_MIN, le=LOTTERY_SECONDS_MAX)] = 60.0
    winners: Annotated[int, msgspec.Meta(ge=1, le=WINNERS_MAX)] = 1
    prize: Prize = "coins"
    coins: Annotated[int, msgspec.Meta(ge=0, le=LOTTERY_COINS_MAX)] = 0


class Drawing(msgspec.Struct, frozen=True):
    """A lottery and, when it is over, the tags of all its entries and of its winners: enough to draw it again."""

    lottery: Lottery
    entries: tuple[str, ...]
    winners: tuple[str, ...]


def host_routes(keeper: Keeper, access: Access) -> Router:
    """Return the host's routes."""

    @post(
        "/chat",
        sync_to_thread=False,
        request_max_body_size=BODY_BYTES_MAX,
        summary="Write into the chat",
        responses=sentences(409),
    )
    def say(data: HostLine) -> Response[Told | str]:
        if obstacle := obstacle_to_host(data.text):
            return _refused(obstacle)
        keeper.handle(ev.HostSaid(data.text, data.reply_to))
        return Response(Told(keeper.room.seq))

    @post(
        "/polls",
        sync_to_thread=False,
        request_max_body_size=BODY_BYTES_MAX,
        summary="Ask the viewers",
        responses=sentences(409),
    )
    def ask(data: NewPoll) -> Response[Poll | str]:
        asked = polls.asked(data.question, data.choices, data.seconds, data.answer)
        if isinstance(asked, str) or polls.is_running(keeper.room):
            return _refused(asked if isinstance(asked, str) else polls.RUNNING)
        keeper.handle(ev.PollOpened(asked.question, asked.choices, asked.seconds, asked.answer))
        return Response(_poll())

    @post("/polls/end", sync_to_thread=False, status_code=200, summary="End the poll now", responses=sentences(409))
    def end() -> Response[Poll | str]:
        if not polls.is_running(keeper.room):
            return _refused(polls.NOT_RUNNING)
        keeper.handle(ev.PollClosed())
        return Response(_poll())

    @get("/polls", sync_to_thread=False, summary="How the newest poll stands", responses=sentences(404))
    def look() -> Response[Poll | str]:
        if keeper.room.ballot is None:
            return _refused(polls.NOT_RUNNING, 404)
        return Response(_poll())

    @post(
        "/goals",
        sync_to_thread=False,
        request_max_body_size=BODY_BYTES_MAX,
        summary="Set a goal for everybody together",
        responses=sentences(409),
    )
    def set_goal(data: NewGoal) -> Response[GoalBar | str]:
        if obstacle := goals.obstacle_to_set(keeper.room, data.title, data.target):
            return _refused(obstacle)
        keeper.handle(ev.GoalSet(data.kind, data.title, data.target, data.reward))
        return Response(goals.bars(keeper.room)[-1])

    @get("/goals", sync_to_thread=False, summary="How far the goals are")
    def look_at_goals() -> tuple[GoalBar, ...]:
        return goals.bars(keeper.room)

    @delete(
        "/goals/{goal:int}",
        sync_to_thread=False,
        status_code=200,
        summary="Take a goal away",
        responses=sentences(200, 404),
    )
    def drop_goal(goal: FromPath[int]) -> Response[str]:
        if all(bar.id != goal for bar in goals.bars(keeper.room)):
            return _refused(goals.NO_SUCH_GOAL, 404)
        keeper.handle(ev.GoalDropped(goal))
        return Response("done", media_type="text/plain")

    @post(
        "/lotteries",
        request_max_body_size=BODY_BYTES_MAX,
        summary="Open a lottery",
        responses=sentences(409, 503),
    )
    async def open_lottery(data: NewLottery) -> Response[Lottery | str]:
        terms = lottery.terms(data.word, data.likes, data.seconds, data.winners, data.prize, data.coins)
        if isinstance(terms, str):
            return _refused(terms)
        try:
            house_coins = await asyncio.wrap_future(keeper.ledger.house_coins())
        except LedgerError as failure:
            return _refused(str(failure), 503)
        if terms.coins * terms.winners > house_coins:
            return _refused(f"The house has earned {house_coins} coins; the prizes take {terms.coins * terms.winners}.")
        if obstacle := lottery.obstacle_to_open(keeper.room, data.prize, data.winners):
            return _refused(obstacle)
        seed = secrets.token_hex(16)
        opened = terms.word, terms.likes, terms.seconds, terms.winners, terms.prize, terms.coins
        keeper.handle(ev.LotteryOpened(*opened, seed))
        assert keeper.room.draw is not None
        return Response(lottery.lottery_of(keeper.room.draw, clock.now_s()))

    @post("/rounds", summary="Begin another round: the board is empty again", responses=sentences(503))
    async def begin_round() -> Response[Board | str]:
        try:
            await keeper.begin_round()
        except LedgerError as failure:
            return _refused(str(failure), 503)
        return Response(boards.board(keeper.room))

    @get("/board", summary="Who gave most in this round or season", responses=sentences(503))
    async def look_at_board(of: FromQuery[BoardKind] = "round") -> Response[Board | str]:
        if of == "round":
            return Response(boards.board(keeper.room))
        try:
            return Response(await keeper.seasons.board())
        except LedgerError as failure:
            return _refused(str(failure), 503)

    def _poll() -> Poll:
        assert keeper.room.ballot is not None
        return polls.poll_of(keeper.room.ballot, clock.now_s())

    routes = [
        say,
        ask,
        end,
        look,
        open_lottery,
        set_goal,
        look_at_goals,
        drop_goal,
        begin_round,
        look_at_board,
    ]
    return Router("/api", route_handlers=routes, guards=[access.guard("host")])


def lottery_route(keeper: Keeper) -> HTTPRouteHandler:
    """Return the one route for everybody: whoever wants to can draw a lottery again."""
    drawings = Drawings()

    @get(
        "/api/lotteries",
        sync_to_thread=False,
        summary="The newest lottery, to draw it again",
        responses=sentences(404),
    )
    def look_at_lottery() -> Response[Drawing | str]:
        draw = keeper.room.draw
        return _refused(lottery.NONE, 404) if draw is None else Response(drawings.of(draw, clock.now_s()))

    return look_at_lottery


class Drawings:
    """Show lotteries; the entries of one that is over are sorted once: of 100,000 that holds the room up for 0.1 s."""

    def __init__(self) -> None:
        self._over: tuple[Draw, Drawing] | None = None

    def of(self, draw: Draw, now_s: float) -> Drawing:
        """Return what everybody may know of a lottery, and of one that is over what it takes to draw it again."""
        if draw.phase != "over":
            return Drawing(lottery.lottery_of(draw, now_s), (), ())
        if self._over is None or self._over[0] is not draw:
            entries = tuple(sorted(entry.tag for _, entry in draw.entries.items()))
            winners = tuple(entry.tag for _, entry in draw.won)
            self._over = draw, Drawing(lottery.lottery_of(draw, now_s), entries, winners)
        return self._over[1]


def _refused(sentence: str, status: int = 409) -> Response[Any]:
    return Response(sentence, status_code=status, media_type="text/plain")
