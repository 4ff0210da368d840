"""What programs may ask of the room: each command of the protocol with the scope it needs and what it does.

A module that brings a command adds it here by its type; one that nobody added is refused when the server starts.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from avatar_live import clock
from avatar_live.protocol.effects import OfferTaken
from avatar_live.protocol.programs import (
    Answer,
    AskState,
    FromProgram,
    KeepOrder,
    OfferEffects,
    ReportEffect,
    RoomState,
    SayLine,
    Scope,
    SendTest,
    UseMask,
)
from avatar_live.protocol.samples import SampleError, Value, sample
from avatar_live.room import events as ev
from avatar_live.room import offers, turns
from avatar_live.room.moderation import obstacle_to
from avatar_live.room.outside import obstacle_to_line
from avatar_live.server.access import out_of_scope
from avatar_live.server.keeper import Keeper
from avatar_live.server.tokens import Held, named

NO_LINE: Final = "A mask is for a line that listens: open /api/events."
BOT: Final = "bot"
C = TypeVar("C", bound=msgspec.Struct)
Line = object | None  # a program's websocket, by identity


@dataclass(frozen=True, slots=True)
class Done:
    """It is done; `data` is what was asked for."""

    data: msgspec.Struct | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """It is not done, for a reason in one sentence."""

    reason: str


Outcome = Done | Rejected


class Commands:
    """Perform commands for whoever holds a token with their scope."""

    def __init__(self) -> None:
        self._known: dict[type[msgspec.Struct], tuple[Scope, Callable[[Held, Any, Line], Outcome]]] = {}
        self.on_gone: list[Callable[[Line], None]] = []  # told of every line that ends

    def add(self, kind: type[C], scope: Scope, perform: Callable[[Held, C], Outcome]) -> None:
        """Take commands of a type from now on."""
        self.add_for_lines(kind, scope, lambda held, command, _: perform(held, command))

    def add_for_lines(self, kind: type[C], scope: Scope, perform: Callable[[Held, C, Line], Outcome]) -> None:
        """Take commands of a type for which it counts on which line they came; by HTTP that is None."""
        assert kind not in self._known, "a command has one meaning"
        self._known[kind] = scope, perform

    def check_whole(self) -> None:
        """Make sure that every command of the protocol does something."""
        missing = [kind.__name__ for kind in FromProgram.__args__ if kind not in self._known]
        assert not missing, f"nobody performs {missing}"

    def scope_of(self, command: FromProgram) -> Scope:
        """Return the scope that a command needs."""
        return self._known[type(command)][0]

    def perform(self, held: Held, command: FromProgram, line: Line = None) -> Answer:
        """Do what a program asks, if it may."""
        scope, perform = self._known[type(command)]
        refusal = out_of_scope(held, scope)
        outcome = Rejected(refusal) if refusal else perform(held, command, line)
        match outcome:
            case Done(data):
                return Answer(command.id, True, data=data)
            case Rejected(reason):
                return Answer(command.id, False, reason)


def room_commands(keeper: Keeper) -> Commands:
    """Return the commands that the room itself performs."""

    def state(_: Held, command: AskState) -> Outcome:
        return Done(state_of(keeper))

    def say(held: Held, command: SayLine) -> Outcome:
        line = ev.OutsideSaid(BOT, command.name or held.name, command.text, command.reply_to)
        if obstacle := obstacle_to_line(keeper.room, line, clock.now_s()):
            return Rejected(obstacle)
        keeper.handle(line)
        return Done()

    def keep_order(held: Held, command: KeepOrder) -> Outcome:
        program = named(held)
        if obstacle := obstacle_to(keeper.room, "", command, clock.now_s(), program):
            return Rejected(obstacle)
        keeper.handle(ev.Moderated("", command, program))
        return Done()

    def test(_: Held, command: SendTest) -> Outcome:
        return send_tests(keeper, command.event, command.count, command.data)

    games_on: dict[Line, dict[str, str]] = {}  # the games of each line, and how the room names the line
    numbers = itertools.count(1)

    def offer(held: Held, command: OfferEffects, line: Line) -> Outcome:
        game = command.game
        obstacle = offers.obstacle_to_offer(keeper.room, game, command.effects)
        if obstacle := obstacle or keeper.game_owners.obstacle(keeper.room, held, game):
            return Rejected(obstacle)
        keeper.game_owners.offered(held, game)
        on_line = games_on.setdefault(line, {}) if line is not None else {game: ""}
        keeper.handle(ev.GameOffered(game, command.effects, is_new_line=game not in on_line))
        on_line.setdefault(game, f"line-{next(numbers)}")
        return Done(OfferTaken(turns.asked(keeper.room, game)))

    def gone(line: Line) -> None:
        for game, name in games_on.pop(line, {}).items():
            keeper.handle(ev.GameLeft(game, name))

    def report(held: Held, command: ReportEffect, line: Line) -> Outcome:
        game = turns.game_of_effect(keeper.room, command.effect_id)
        name = games_on.get(line, {}).get(game, "")
        told = ev.EffectReported(command.effect_id, command.state, command.reason, name)
        obstacle = keeper.game_owners.obstacle(keeper.room, held, game)
        if obstacle := obstacle or turns.obstacle_to_report(keeper.room, told):
            return Rejected(obstacle)
        keeper.handle(told)
        return Done()

    def mask(_: Held, command: UseMask) -> Outcome:
        return Rejected(NO_LINE)

    commands = Commands()
    commands.add(UseMask, "read", mask)
    commands.add(AskState, "read", state)
    commands.add(SayLine, "chat", say)
    commands.add(KeepOrder, "moderate", keep_order)
    commands.add(SendTest, "host", test)
    commands.add_for_lines(OfferEffects, "games", offer)
    commands.add_for_lines(ReportEffect, "games", report)
    commands.on_gone.append(gone)
    return commands


def send_tests(keeper: Keeper, event: str, count: int, data: dict[str, Value]) -> Outcome:
    """Report events that are marked as a test: they are told like all others, and nothing else comes of them."""
    try:
        made = [sample(event, keeper.log.seq + number, data) for number in range(1, count + 1)]
    except SampleError as refusal:
        return Rejected(str(refusal))
    for one in made:
        keeper.log.report(event, one, clock.wall_s(), is_test=True)
    return Done()


def state_of(keeper: Keeper) -> RoomState:
    """Return how the show does."""
    room, show = keeper.room, keeper.room.show
    return RoomState(
        title=room.title,
        is_live=keeper.stage.is_live,
        audience=room.audience,
        likes=room.likes,
        camp_red=room.camp_red,
        camp_blue=room.camp_blue,
        score_red=show.score_red,
        score_blue=show.score_blue,
        playing=show.playing,
    )
