"""A game that sells effects does each paid one once and says how it went, whatever dies in the middle."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
from narrow import Way, way_to
from patience import DEADLINE_S
from show_server import TOKEN, ShowServer, show_server

from avatar_live.client import Events, OfferedEffect, PaidEffect, RefusedError, Viewer
from avatar_live.client.sales import Sales
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.effects import EffectAskedEvent, OfferTaken
from avatar_live.protocol.programs import FromProgram, OfferEffects, ReportEffect
from avatar_live.protocol.wire import GiftUpdate

GHOST = OfferedEffect("ghost", "Ghost", "👻", 25, at_once_max=16)
SIEGE = OfferedEffect("siege", "Siege", "🏰", 40, seconds=300.0)
STORM = OfferedEffect("storm", "Storm", "🌩️", 40, seconds=0.5)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ShowServer]:
    """A server that a test may end, and that comes back at the same port."""
    with show_server(tmp_path) as running:
        running.plan = msgspec.structs.replace(running.plan, port=running.port)
        yield running


def address(server: ShowServer) -> str:
    return f"http://127.0.0.1:{server.port}"


@contextlib.asynccontextmanager
async def castle(server: ShowServer, journal: Path | None = None) -> AsyncIterator[tuple[Events, Viewer, Way]]:
    """Sell in a room, over a way that can be cut, to a viewer."""
    async with way_to(server.port) as way, Viewer(address(server), "Ann") as ann, Events(way.address, TOKEN) as events:
        await events.sell("castle", [GHOST, SIEGE, STORM], journal)
        yield events, ann, way


async def paid(events: Events) -> PaidEffect:
    async with asyncio.timeout(DEADLINE_S):
        return await anext(events.of(PaidEffect))


async def stands(ann: Viewer, id: str, state: str) -> GiftUpdate:
    """Wait until a gift of hers stands so."""
    async with asyncio.timeout(DEADLINE_S):
        async for message in ann:
            if isinstance(message, GiftUpdate) and (message.id, message.state) == (id, state):
                return message
    raise AssertionError(state)


def life(ann: Viewer) -> str:
    """Return in which life of the room she is."""
    assert ann.welcome is not None
    return ann.welcome.epoch


async def back(ann: Viewer, before: str) -> None:
    """Wait until she is in the next life of the room, where she may be already."""
    async with asyncio.timeout(DEADLINE_S):
        while life(ann) == before:
            await anext(ann)


async def test_an_effect_is_sold_done_and_paid(server: ShowServer) -> None:
    async with castle(server) as (events, ann, _):
        assert (await ann.give("castle/ghost", "one")).balance_coins == START_BALANCE_COINS - 25
        effect = await paid(events)
        assert (effect.effect, effect.name, effect.price_coins) == ("ghost", "Ann", 25)
        effect.done()
        assert (await stands(ann, "one", "done")).balance_coins == START_BALANCE_COINS - 25


async def test_an_effect_that_could_not_be_is_paid_back_with_the_games_reason(server: ShowServer) -> None:
    async with castle(server) as (events, ann, _):
        await ann.give("castle/ghost", "one")
        (await paid(events)).failed("The castle sleeps.")
        update = await stands(ann, "one", "refunded")
        assert (update.balance_coins, update.reason) == (START_BALANCE_COINS, "The castle sleeps.")


async def test_an_effect_that_takes_time_runs_rests_and_ends_by_itself(server: ShowServer) -> None:
    async with castle(server) as (events, ann, _):
        await ann.give("castle/storm", "one")
        effect = await paid(events)
        effect.running()
        await stands(ann, "one", "running")
        effect.paused()
        await stands(ann, "one", "paused")
        effect.resumed()
        await stands(ann, "one", "done")
        ended = await asyncio.wait_for(anext(events.of("effect_ended")), DEADLINE_S)
        assert (ended.id, ended.state, effect.state) == (effect.id, "done", "done")


async def test_each_paid_effect_reaches_the_game_once_over_cut_lines(server: ShowServer) -> None:
    async with castle(server) as (events, ann, way):
        done: list[str] = []
        for number in range(9):
            if number % 3 == 1:
                way.cut()
            await ann.give("castle/ghost", f"gift-{number}")
            way.mend()
            if number % 3 == 2:
                way.cut()
                way.mend()
            effect = await paid(events)
            done.append(effect.id)
            if number % 3 == 0:
                way.cut()
                way.mend()
            effect.done()
            await stands(ann, f"gift-{number}", "done")
        assert len(set(done)) == 9
        assert ann.balance_coins == START_BALANCE_COINS - 9 * 25


async def test_two_lines_of_a_game_do_each_paid_effect_once_and_the_last_goes_on_alone(server: ShowServer) -> None:
    given: list[str] = []

    async def play(events: Events) -> None:
        async for effect in events.of(PaidEffect):
            given.append(effect.id)
            effect.done()

    async with castle(server) as (first, ann, _), asyncio.TaskGroup() as games:
        playing = [games.create_task(play(first))]
        async with Events(address(server), TOKEN) as second:
            await second.sell("castle", [GHOST, SIEGE, STORM])
            playing.append(games.create_task(play(second)))
            for number in range(6):
                await ann.give("castle/ghost", f"gift-{number}")
                await stands(ann, f"gift-{number}", "done")
            playing[1].cancel()
        await ann.give("castle/ghost", "last")
        await stands(ann, "last", "done")
        playing[0].cancel()
    assert len(given) == len(set(given)) == 7


async def test_what_runs_while_the_server_dies_is_done_once(server: ShowServer) -> None:
    async with castle(server) as (events, ann, _):
        await ann.give("castle/siege", "one")
        effect = await paid(events)
        effect.running()
        await stands(ann, "one", "running")
        before = life(ann)
        server.kill()
        await asyncio.to_thread(server.start)
        await back(ann, before)
        effect.done()
        await stands(ann, "one", "done")
        await ann.give("castle/ghost", "two")
        other = await paid(events)
        assert (other.effect, other.id != effect.id) == ("ghost", True)
        assert ann.balance_coins == START_BALANCE_COINS - 40 - 25


async def test_a_game_that_dies_after_it_did_an_effect_does_it_no_second_time(
    server: ShowServer, tmp_path: Path
) -> None:
    journal = tmp_path / "castle.journal"
    async with Viewer(address(server), "Ann") as ann:
        async with castle(server, journal) as (events, _, way):
            await ann.give("castle/ghost", "one")
            effect = await paid(events)
            way.cut()
            effect.done()  # and the room never hears it
        async with castle(server, journal) as (events, _, _):
            await stands(ann, "one", "done")
            await ann.give("castle/storm", "two")
            assert (await paid(events)).effect == "storm"
        assert ann.balance_coins == START_BALANCE_COINS - 25 - 40


async def test_a_journal_that_cannot_be_written_keeps_nobody_from_hearing_that_it_is_done(
    server: ShowServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = tmp_path / "nowhere" / "castle.journal"
    async with Viewer(address(server), "Ann") as ann, castle(server, journal) as (events, _, _):
        await ann.give("castle/ghost", "one")
        (await paid(events)).done()
        await stands(ann, "one", "done")
    assert "a restart may do an effect again" in caplog.text


async def test_what_a_game_says_last_is_told_before_it_goes(server: ShowServer) -> None:
    async with Viewer(address(server), "Ann") as ann:
        async with castle(server) as (events, _, _):
            await ann.give("castle/ghost", "one")
            effect = await paid(events)
            await events._sales["castle"]._is_said.wait()  # "accepted" is told, and nothing waits to be
            effect.done()
        await stands(ann, "one", "done")


async def test_a_game_that_says_goodbye_is_given_no_more_effects() -> None:
    """Answer the game's reports one by one, so that it leaves between two of them."""
    reports, answers, given = list[FromProgram](), asyncio.Queue[None](), list[PaidEffect]()

    async def ask(command: FromProgram) -> OfferTaken | None:
        if isinstance(command, OfferEffects):
            return OfferTaken((asked("first"), asked("second")))
        reports.append(command)
        await answers.get()
        return None

    async def paid(effect: PaidEffect) -> None:
        given.append(effect)
        effect.done()
        closing.append(asyncio.create_task(sales.close()))

    closing = list[asyncio.Task[None]]()
    sales = Sales("castle", ask, paid, None)
    await sales.offer()
    answers.put_nowait(None)
    async with asyncio.timeout(DEADLINE_S):
        while not closing:  # noqa: ASYNC110 (the game's turn comes when the room has answered)
            await asyncio.sleep(0)
        sales.asked(asked("third"))
        answers.put_nowait(None)
        await closing[0]
    assert [effect.id for effect in given] == ["first"]
    assert [(report.effect_id, report.state) for report in reports if isinstance(report, ReportEffect)] == [
        ("first", "accepted"),
        ("first", "done"),
    ]


def asked(id: str) -> EffectAskedEvent:
    return EffectAskedEvent(id=id, game="castle", effect="ghost", name="Ann", price_coins=25, seconds=0.0)


async def test_a_game_hears_its_effects_beside_a_mask(server: ShowServer) -> None:
    async with Viewer(address(server), "Ann") as ann, Events(address(server), TOKEN, types=["chat"]) as events:
        await events.sell("castle", [GHOST])
        await ann.give("castle/ghost", "one")
        assert (await paid(events)).name == "Ann"


async def test_an_offer_that_cannot_be_is_refused_in_a_sentence(server: ShowServer) -> None:
    async with Events(address(server), TOKEN) as events:
        with pytest.raises(RefusedError, match="one id"):
            await events.sell("castle", [GHOST, GHOST])


async def test_a_game_without_asyncio_sells_as_well(server: ShowServer) -> None:
    def play() -> int:
        with Events(address(server), TOKEN) as events, Viewer(address(server), "Ann") as ann:
            events.sell("castle", [GHOST])
            ann.give("castle/ghost", "one")
            next(events.of(PaidEffect)).done()
            next(events.of("effect_ended"))
            return ann.balance_coins

    assert await asyncio.wait_for(asyncio.to_thread(play), DEADLINE_S) == START_BALANCE_COINS - 25
