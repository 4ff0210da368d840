"""The event API's lines: a welcome, what was missed, masks, commands, tokens, a word in silence and a goodbye."""

import asyncio
import threading
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from unittest.mock import Mock

import msgspec
import pytest
from fake_client import FakeClient
from patience import DEADLINE_S
from studio import TOKEN, Program, Studio

from avatar_live import clock
from avatar_live.edge.socket import UNSENT_BYTES_MAX
from avatar_live.protocol.api import ApiEvent
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.effects import RETURN_S, OfferedEffect
from avatar_live.protocol.programs import (
    COMMAND_BYTES_MAX,
    KEEPALIVE_S,
    SCOPES,
    Answer,
    AskState,
    FromProgram,
    Keepalive,
    KeepOrder,
    Missed,
    OfferEffects,
    ProgramWelcome,
    Reconnect,
    ReportEffect,
    SayLine,
    Scope,
    UseMask,
)
from avatar_live.protocol.samples import Value
from avatar_live.protocol.wire import (
    CHAT_CHARACTERS_MAX,
    CLOSE_BAD_MESSAGE,
    CLOSE_FULL,
    CLOSE_REFUSED,
    CLOSE_RESTARTING,
    CLOSE_TOKEN,
)
from avatar_live.room import events as ev
from avatar_live.room import turns
from avatar_live.server import access, tokens
from avatar_live.server.commands import Commands
from avatar_live.server.event_log import EVENTS_KEPT_MAX
from avatar_live.server.game_owners import OWNED
from avatar_live.server.keeper import Keeper
from avatar_live.server.ledger import Ledger
from avatar_live.server.programs import (
    COMMAND_ALLOWANCE,
    HOST_LISTENERS,
    LISTENERS_MAX,
    LISTENERS_OF_ONE_MAX,
    TOO_FAST,
    TOO_MANY,
    TOO_MANY_OF_ONE,
)
from avatar_live.server.standing import AUDIT_FILE, Standing


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    yield Studio(tmp_path, ledger)
    ledger.close()


# --- what a program is told --------------------------------------------------------------------------------------


async def test_a_program_is_greeted_and_then_hears_what_is_new(studio: Studio) -> None:
    studio.report_likes(3)
    program = studio.program()
    assert program.heard == [
        ProgramWelcome(studio.log.epoch, 3, 1, KEEPALIVE_S, SCOPES, (), "Test show"),
    ]
    studio.report_likes(1)
    assert program.seqs == [4]


async def test_a_program_that_was_away_hears_what_it_missed_in_order(studio: Studio) -> None:
    studio.report_likes(5)
    program = studio.program(f"&since=2&epoch={studio.log.epoch}")
    studio.report_likes(1)
    assert isinstance(program.heard[0], ProgramWelcome)
    assert program.seqs == [3, 4, 5, 6]
    assert not any(isinstance(message, Missed) for message in program.heard)


async def test_a_program_of_an_earlier_life_is_told_that_events_are_gone(studio: Studio) -> None:
    studio.report_likes(3)
    program = studio.program("&since=1&epoch=another-life")
    assert program.heard[1] == Missed("another-life", 1, 1)
    assert program.seqs == [1, 2, 3]


async def test_a_program_that_was_away_for_too_long_is_told_how_many_are_gone(studio: Studio) -> None:
    studio.report_likes(EVENTS_KEPT_MAX + 2)
    program = studio.program(f"&since=1&epoch={studio.log.epoch}")
    assert program.heard[1] == Missed(studio.log.epoch, 1, 3)
    assert program.seqs == list(range(3, EVENTS_KEPT_MAX + 3))


async def test_whoever_asks_for_all_that_is_kept_is_not_cut_for_being_slow(studio: Studio) -> None:
    said: dict[str, Value] = {
        "name": "Ann",
        "text": "\N{CAT FACE}" * CHAT_CHARACTERS_MAX,
        "line": 1,
        "role": "viewer",
        "reply_to": 0,
    }
    for _ in range(EVENTS_KEPT_MAX // 2):
        studio.log.report("refund", {"id": "1", "reason": "\N{CAT FACE}" * CHAT_CHARACTERS_MAX}, 1_000.0)
        studio.log.report("chat", said, 1_000.0)
    program = studio.program("&since=0", is_slow=True)
    assert program.client.transport.get_write_buffer_size() < UNSENT_BYTES_MAX
    studio.report_likes(1)
    program.client.transport.release()
    assert program.close_code is None
    assert program.seqs == sorted(program.seqs) and program.seqs[-1] == EVENTS_KEPT_MAX + 1
    assert len(program.seqs) > 100


async def test_a_mask_lets_only_its_types_pass_until_it_is_changed(studio: Studio) -> None:
    studio.report_likes(1)
    studio.log.report("goal", {"camp": "red", "red": 1, "blue": 0}, 1_000.0)
    program = studio.program("&types=goal,gift&since=0")
    welcome = program.heard[0]
    assert isinstance(welcome, ProgramWelcome) and welcome.types == ("gift", "goal")
    assert program.seqs == [2]
    studio.report_likes(1)
    assert program.seqs == [2]
    assert program.ask(UseMask("1", ("like",))) == Answer("1", True)
    studio.report_likes(1)
    studio.log.report("goal", {"camp": "red", "red": 2, "blue": 0}, 1_000.0)
    assert program.seqs == [2, 4]
    assert program.ask(UseMask("2")) == Answer("2", True)
    studio.log.report("goal", {"camp": "red", "red": 3, "blue": 0}, 1_000.0)
    assert program.seqs == [2, 4, 6]


async def test_a_mask_of_what_there_is_not_is_refused_and_the_old_one_stays(studio: Studio) -> None:
    program = studio.program("&types=like")
    answer = program.ask(UseMask("1", ("likes",)))
    assert isinstance(answer, Answer) and not answer.ok and '"likes"' in answer.reason
    studio.report_likes(1)
    assert program.seqs == [1]
    refused = studio.program("&types=likes")
    assert refused.close_code == CLOSE_REFUSED and '"likes"' in refused.close_reason


async def test_a_silent_line_hears_that_it_lives_and_up_to_where_nothing_was_missed(studio: Studio) -> None:
    now_s = clock.now_s()
    program, masked = studio.program(), studio.program("&types=gift")
    studio.programs.look_after(now_s + KEEPALIVE_S - 1.0, clock.wall_s())
    assert len(program.heard) == len(masked.heard) == 1
    studio.report_likes(1)
    studio.programs.look_after(clock.now_s() + KEEPALIVE_S, clock.wall_s())
    assert program.heard[-1] == masked.heard[-1] == Keepalive(studio.log.epoch, 1)
    studio.programs.look_after(clock.now_s() + 1.0, clock.wall_s())
    assert len(masked.heard) == 2


async def test_a_server_that_stops_asks_programs_to_come_back(studio: Studio) -> None:
    studio.report_likes(2)
    program = studio.program()
    studio.programs.say_goodbye()
    assert program.heard[-1] == Reconnect(studio.log.epoch, 2, 1.0)
    assert program.close_code == CLOSE_RESTARTING


async def test_one_listener_past_the_limit_is_asked_to_come_later_until_another_goes(studio: Studio) -> None:
    lines = [studio.program() for _ in range(LISTENERS_MAX)]
    assert all(line.close_code is None for line in lines)
    assert studio.program().end == (CLOSE_FULL, TOO_MANY)
    lines[0].client.leave()
    assert studio.program().close_code is None


async def test_no_program_takes_more_lines_than_its_own_and_all_of_them_leave_some_to_the_host(studio: Studio) -> None:
    programs = (LISTENERS_MAX - HOST_LISTENERS) // LISTENERS_OF_ONE_MAX
    for _ in range(programs):
        token = studio.token("read", wall_s=clock.wall_s())
        assert all(studio.program(token=token).close_code is None for _ in range(LISTENERS_OF_ONE_MAX))
        assert studio.program(token=token).end == (CLOSE_FULL, TOO_MANY_OF_ONE)
    assert studio.program(token=studio.token("read", wall_s=clock.wall_s())).end == (CLOSE_FULL, TOO_MANY)
    assert all(studio.program().close_code is None for _ in range(HOST_LISTENERS))
    assert studio.program().end == (CLOSE_FULL, TOO_MANY)


# --- what a program asks -----------------------------------------------------------------------------------------


async def test_a_program_asks_how_the_show_does(studio: Studio) -> None:
    answer = studio.program().ask(AskState("s"))
    assert isinstance(answer, Answer) and answer.ok
    assert (answer.id, answer.data["title"], answer.data["audience"]) == ("s", "Test show", 0)


async def test_a_program_writes_a_line_in_its_own_name(studio: Studio) -> None:
    program = studio.program(token=studio.token("read", "chat", wall_s=clock.wall_s()))
    assert program.ask(SayLine("1", "hello")) == Answer("1", True)
    (event,) = [message for message in program.heard if isinstance(message, ApiEvent)]
    assert (event.type, event.source, event.data["name"], event.data["text"]) == ("chat", "bot", "Robot", "hello")
    refused = program.ask(SayLine("2", " "))
    assert isinstance(refused, Answer) and not refused.ok


async def test_a_program_keeps_order_as_the_host_does(studio: Studio) -> None:
    program = studio.program()
    assert program.ask(KeepOrder("freeze", id="1")) == Answer("1", True)
    assert studio.keeper.room.order.is_frozen
    answer = program.ask(SayLine("2", "hello"))
    assert isinstance(answer, Answer) and not answer.ok and "rests" in answer.reason
    answer = program.ask(KeepOrder("mute", seq=99, seconds=5.0, id="3"))
    assert isinstance(answer, Answer) and not answer.ok


async def test_a_program_that_keeps_order_answers_to_the_host_and_is_in_the_audit_log(
    tmp_path: Path, studio: Studio
) -> None:
    studio.keeper.handle(ev.Invited("mod"))
    token = studio.token("read", "moderate", wall_s=clock.wall_s())
    program = studio.program(token=token)
    for order in (KeepOrder("ban", viewer="mod", id="1"), KeepOrder("demote", viewer="mod", id="2")):
        answer = program.ask(order)
        assert isinstance(answer, Answer) and not answer.ok
    assert program.ask(KeepOrder("freeze", id="3")) == Answer("3", True)
    deeds = [msgspec.json.decode(line) for line in (tmp_path / AUDIT_FILE).read_bytes().splitlines()]
    id = tokens.read(studio.standing, token, clock.wall_s()).id
    assert [(one["by"], one["deed"]) for one in deeds[1:]] == [(f"program Robot ({id})", "freeze")]


async def test_a_game_belongs_to_the_token_that_offered_it_first(studio: Studio) -> None:
    wall_s = clock.wall_s()
    first, other = (studio.token("read", "games", wall_s=wall_s) for _ in range(2))
    game, thief, host = studio.program(token=first), studio.program(token=other), studio.program()
    ghost = (OfferedEffect("ghost", "Ghost", "G", 25),)
    assert is_done(game.ask(OfferEffects("1", "castle", ghost)))
    studio.keeper.handle(ev.GiftCommitted("ann", "Ann", "gift-1", "castle/ghost", 75, "t", 25))
    id = turns.effect_id("ann", "gift-1")
    assert thief.ask(OfferEffects("2", "castle", ())) == Answer("2", False, OWNED)
    assert thief.ask(ReportEffect("3", id, "failed")) == Answer("3", False, OWNED)
    assert is_done(thief.ask(OfferEffects("4", "tower", ghost)))
    assert is_done(host.ask(OfferEffects("5", "castle", ghost)))
    assert is_done(game.ask(ReportEffect("6", id, "done")))
    assert thief.ask(OfferEffects("7", "castle", ())) == Answer("7", False, OWNED)
    tokens.revoke(studio.standing, tokens.read(studio.standing, first, wall_s).id, wall_s)
    assert is_done(thief.ask(OfferEffects("8", "castle", ghost)))


async def committed(keeper: Keeper, count: int) -> None:
    until_s = clock.now_s() + DEADLINE_S
    while keeper.gifts_committed < count:
        assert clock.now_s() < until_s, "it was never paid"
        await asyncio.sleep(0.01)


async def test_a_disk_that_hangs_holds_up_no_offer_and_who_pays_waits_until_it_is_written_whose_the_game_is(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hangs, is_back, keeper = threading.Event(), threading.Event(), studio.keeper

    def hang(_: int) -> None:
        hangs.set()
        is_back.wait(DEADLINE_S)

    monkeypatch.setattr("avatar_live.server.whole_file.os.fsync", hang)
    await asyncio.wrap_future(keeper.ledger.open_wallet("ann"))
    arrival = keeper.crowd.add("ann", Mock(), 1)
    keeper.handle(ev.Joined(arrival, "ann", "her secret", "Ann", START_BALANCE_COINS))
    assert is_done(studio.program().ask(OfferEffects("1", "castle", (OfferedEffect("ghost", "Ghost", "G", 25),))))
    assert await asyncio.to_thread(hangs.wait, DEADLINE_S)
    keeper.handle(ev.GiftAsked("ann", "gift-1", "castle/ghost"))
    keeper.handle(ev.GiftAsked("ann", "gift-2", "tomato"))
    await committed(keeper, 1)
    unfinished = await asyncio.wrap_future(keeper.ledger.drain())
    assert [one.id for one in unfinished.gifts] == ["gift-2"], "who did not pay for the game waited for nothing"
    assert Standing(tmp_path).kept.games == {}
    is_back.set()
    await committed(keeper, 2)
    assert set(Standing(tmp_path).kept.games) == {"castle"}


async def test_a_game_that_has_been_away_for_long_is_free_for_others(studio: Studio) -> None:
    wall_s = clock.wall_s()
    game, other = (studio.program(token=studio.token("read", "games", wall_s=wall_s)) for _ in range(2))
    assert is_done(game.ask(OfferEffects("1", "castle", ())))
    game.client.leave()
    assert other.ask(OfferEffects("2", "castle", ())) == Answer("2", False, OWNED)
    studio.keeper.room, _ = turns.tick(studio.keeper.room, clock.now_s() + RETURN_S + 1.0)
    assert is_done(other.ask(OfferEffects("3", "castle", ())))


def is_done(answer: object) -> bool:
    return isinstance(answer, Answer) and answer.ok


async def test_two_lines_of_one_game_do_a_paid_effect_once(studio: Studio) -> None:
    lines = [studio.program() for _ in range(2)]
    for line in lines:
        assert is_done(line.ask(OfferEffects("1", "castle", (OfferedEffect("ghost", "Ghost", "G", 25),))))
    studio.keeper.handle(ev.GiftCommitted("ann", "Ann", "gift-1", "castle/ghost", 75, "t", 25))
    accepted = ReportEffect("2", turns.effect_id("ann", "gift-1"), "accepted")
    assert is_done(lines[0].ask(accepted))
    assert lines[1].ask(accepted) == Answer("2", False, turns.OTHER_LINE)
    lines[0].client.leave()
    asked = lines[1].heard[-1]
    assert isinstance(asked, ApiEvent) and asked.type == "effect_asked"
    assert is_done(lines[1].ask(accepted))


@pytest.mark.parametrize(
    ("data", "id"),
    [
        pytest.param(b'{"type":"dance","id":"7"}', "7", id="a command that nobody knows"),
        pytest.param(b'{"type":"say","id":"8"}', "8", id="a field is missing"),
        pytest.param(b'{"type":"mask","id":"' + b"x" * 65 + b'"}', "x" * 65, id="an id that is too long"),
        pytest.param(b"hello", "", id="no JSON"),
        pytest.param(b'{"type":"state","id":9}', "", id="an id that is no text"),
        pytest.param(b"[" * 10_000, "", id="brackets"),
    ],
)
async def test_what_is_no_command_is_answered_and_the_line_goes_on(studio: Studio, data: bytes, id: str) -> None:
    program = studio.program()
    program.client.say_bytes(data)
    answer = program.heard[-1]
    assert isinstance(answer, Answer) and (answer.id, answer.ok) == (id, False)
    studio.report_likes(1)
    assert program.seqs == [1]


async def test_a_command_of_the_longest_size_is_answered_and_one_byte_more_ends_the_line(studio: Studio) -> None:
    command = msgspec.json.encode(AskState("1"))
    program = studio.program()
    program.client.say_bytes(command.ljust(COMMAND_BYTES_MAX))
    answer = program.heard[-1]
    assert isinstance(answer, Answer) and answer.ok
    program.client.say_bytes(command.ljust(COMMAND_BYTES_MAX + 1))
    assert program.close_code == CLOSE_BAD_MESSAGE
    binary = studio.program()
    binary.client.say_bytes(command, is_text=False)
    assert binary.close_code == CLOSE_BAD_MESSAGE


async def test_commands_up_to_the_allowance_are_done_and_one_past_it_is_refused(studio: Studio) -> None:
    program = studio.program()
    for number in range(int(COMMAND_ALLOWANCE.burst)):
        answer = program.ask(AskState(str(number)))
        assert isinstance(answer, Answer) and answer.ok
    while isinstance(answer := program.ask(AskState("more")), Answer) and answer.ok:
        pass  # what trickled in while this loop ran
    assert answer == Answer("more", False, TOO_FAST)


async def test_every_command_of_the_protocol_is_performed() -> None:
    with pytest.raises(AssertionError, match="UseMask"):
        Commands().check_whole()


# --- who may ---------------------------------------------------------------------------------------------------


async def test_who_brings_a_wrong_token_or_none_is_refused(tmp_path: Path, studio: Studio) -> None:
    for query in ("", "?token=", "?token=a-tokem", f"?token={TOKEN}&token=b"):
        assert FakeClient(studio.receive, f"/api/events{query}").close_code == CLOSE_TOKEN
    assert FakeClient(studio.receive, "//[").status == HTTPStatus.BAD_REQUEST
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert FakeClient(studio.receive, "/api/events", headers=bearer).close_code is None
    off = Studio(tmp_path / "off", studio.keeper.ledger, token="")
    assert Program(FakeClient(off.receive, "/api/events?token=")).close_reason == access.OFF


async def test_a_token_of_another_room_or_role_or_time_is_refused_with_the_reason(
    tmp_path: Path, studio: Studio
) -> None:
    wall_s = clock.wall_s()
    other = Studio(tmp_path / "other", studio.keeper.ledger)
    foreign = other.token("read", wall_s=wall_s)
    assert studio.program(token=foreign).close_reason == tokens.WRONG
    other.standing.kept.key = studio.standing.kept.key
    foreign = other.token("read", wall_s=wall_s)
    assert studio.program(token=foreign).close_reason == tokens.FOREIGN
    expired = studio.token("read", wall_s=wall_s - 61.0)
    assert studio.program(token=expired).close_reason == tokens.EXPIRED
    assert '"read"' in studio.program(token=studio.token("chat", wall_s=wall_s)).close_reason


@pytest.mark.parametrize(
    ("command", "scope"), [(SayLine("1", "hello"), "chat"), (KeepOrder("freeze", id="1"), "moderate")]
)
async def test_a_command_needs_its_scope(studio: Studio, command: FromProgram, scope: Scope) -> None:
    program = studio.program(token=studio.token("read", wall_s=clock.wall_s()))
    answer = program.ask(command)
    assert isinstance(answer, Answer) and not answer.ok and f'"{scope}"' in answer.reason
    assert studio.program(token=studio.token("read", scope, wall_s=clock.wall_s())).ask(command) == Answer("1", True)


async def test_a_line_ends_when_its_token_ends_or_is_taken_back(studio: Studio) -> None:
    wall_s = clock.wall_s()
    short, revoked, host = (
        studio.program(token=studio.token("read", wall_s=wall_s, lifetime_s=5.0)),
        studio.program(token=(token := studio.token("read", wall_s=wall_s))),
        studio.program(),
    )
    studio.programs.look_after(clock.now_s(), wall_s + 4.0)
    assert short.close_code is None
    studio.programs.look_after(clock.now_s(), wall_s + 5.0)
    assert short.end == (CLOSE_TOKEN, tokens.EXPIRED)
    tokens.revoke(studio.standing, tokens.read(studio.standing, token, wall_s).id, wall_s)
    studio.programs.look_after(clock.now_s(), wall_s + 6.0)
    assert revoked.end == (CLOSE_TOKEN, tokens.REVOKED)
    assert host.close_code is None
