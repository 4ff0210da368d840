"""Programs hear every event once and in order, whatever happens to the line, the server or the program."""

import asyncio
import contextlib
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
from narrow import Way, way_to
from patience import DEADLINE_S
from ports import free_port
from shared import PROJECT
from show_server import TOKEN, ShowServer, page, show_server

from avatar_live.client import (
    ChatEvent,
    ClientError,
    ClosedError,
    Event,
    Events,
    GiftEvent,
    Missed,
    Position,
    RefusedError,
    Viewer,
)
from avatar_live.client.line import RETRY_FIRST_S, RETRY_S_MAX, Backoff, socket_url
from avatar_live.protocol.api import EVENTS
from avatar_live.protocol.wire import CHAT_CHARACTERS_MAX, CLOSE_TOKEN


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    """A server that lives through the tests of this file."""
    with show_server(tmp_path_factory.mktemp("show")) as running:
        yield running


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[ShowServer]:
    """A server that the test may end, and that comes back at the same port."""
    mortal = ShowServer(tmp_path)
    mortal.plan = msgspec.structs.replace(mortal.plan, port=free_port())
    try:
        mortal.start()
        yield mortal
    finally:
        mortal.kill()


def address(server: ShowServer) -> str:
    return f"http://127.0.0.1:{server.port}"


@contextlib.asynccontextmanager
async def listening(way: Way, server: ShowServer) -> AsyncIterator[tuple[Events, Viewer]]:
    """Listen to the chat over a way, and sit in the room beside it."""
    async with Events(way.address, TOKEN, types=["chat"]) as events, Viewer(address(server), "Ann") as ann:
        yield events, ann


async def chat(events: Events, *texts: str) -> list[Event]:
    """Return the events up to the last of these chat lines, which are heard in this order."""
    wanted, heard = list(texts), []
    async with asyncio.timeout(DEADLINE_S):
        while wanted:
            heard.append(await anext(events))
            data = heard[-1].data
            if isinstance(data, ChatEvent):
                assert data.text == wanted.pop(0)
    return heard


async def test_events_come_typed_and_numbered_without_gaps(server: ShowServer) -> None:
    async with Events(address(server), TOKEN) as events, Viewer(address(server), "Ann") as ann:
        await ann.say("hello")
        await ann.give("tomato", "typed-1")
        heard = await chat(events, "hello")
        async with asyncio.timeout(DEADLINE_S):
            while heard[-1].type != "gift":
                heard.append(await anext(events))
        assert [event.seq for event in heard] == list(range(heard[0].seq, heard[0].seq + len(heard)))
        gift = heard[-1].data
        assert isinstance(gift, GiftEvent)
        assert (gift.id, gift.name, gift.gift, gift.price_coins) == ("typed-1", "Ann", "tomato", 5)
        assert all(type(event.data) is EVENTS[event.type] for event in heard)
        assert events.position == (heard[-1].epoch, heard[-1].seq)


async def test_what_happens_while_the_line_is_cut_is_told_afterwards_once(server: ShowServer) -> None:
    async with way_to(server.port) as way, listening(way, server) as (events, ann):
        await ann.say("before")
        await chat(events, "before")
        for number in range(3):
            way.cut()
            await ann.say(f"during {number}")
            way.mend()
            await ann.say(f"after {number}")
            await chat(events, f"during {number}", f"after {number}")


async def test_a_line_that_breaks_before_the_first_event_misses_nothing(server: ShowServer) -> None:
    async with way_to(server.port) as way, listening(way, server) as (events, ann):
        way.cut()
        await ann.say("first")
        way.mend()
        await chat(events, "first")


async def test_a_server_that_stops_and_comes_back_is_waited_for_as_long_as_it_asks(mortal: ShowServer) -> None:
    async with Events(address(mortal), TOKEN, types=["chat"]) as events, Viewer(address(mortal), "Ann") as ann:
        await ann.say("before")
        await chat(events, "before")
        assert mortal.stop() == 0
        with pytest.raises(ClientError, match="broke"):
            await events.state()
        await asyncio.to_thread(mortal.start)
        assert (await events.state()).title == "Test show"
        await ann.say("after")
        await chat(events, "after")


async def test_events_go_on_after_the_server_was_killed_each_once(mortal: ShowServer) -> None:
    async with Events(address(mortal), TOKEN, types=["gift"]) as events, Viewer(address(mortal), "Ann") as ann:
        ids: list[str] = []
        for life in range(3):
            for _ in range(4):
                ids.append((await ann.give("tomato", f"life-{life}-{len(ids)}")).id)
            heard = [(await anext(gifts)).id for gifts in [events.of(GiftEvent)] for _ in range(4)]
            assert heard == ids[-4:]
            mortal.kill()
            mortal.start()


async def test_a_program_that_starts_again_resumes_where_it_stopped(server: ShowServer) -> None:
    async with Viewer(address(server), "Ann") as ann:
        async with Events(address(server), TOKEN, types=["chat"]) as events:
            await ann.say("one")
            await chat(events, "one")
            position = events.position
        await ann.say("two")
        async with Events(address(server), TOKEN, types=["chat"], since=position) as events:
            await ann.say("three")
            await chat(events, "two", "three")


async def test_events_that_are_gone_are_told_of(server: ShowServer) -> None:
    async with Events(address(server), TOKEN, since=Position("an earlier life", 7)) as events:
        first = await asyncio.wait_for(anext(events), DEADLINE_S)
        assert first.type == "missed"
        assert isinstance(first.data, Missed) and first.data.since == 7


async def test_a_wrong_token_is_told_once_and_never_tried_again(server: ShowServer) -> None:
    async with way_to(server.port) as way:
        with pytest.raises(ClosedError) as closed:
            async with Events(way.address, "wrong"):
                pytest.fail("nobody is let in")
        assert closed.value.code == CLOSE_TOKEN and "token" in str(closed.value).lower()
        await asyncio.sleep(2 * RETRY_FIRST_S)
        assert way.opened == 1


async def test_an_address_of_something_else_is_told_in_a_sentence(server: ShowServer) -> None:
    with pytest.raises(ClosedError, match="no show at"):
        async with Events(f"{address(server)}/somewhere", TOKEN):
            pytest.fail("nobody is there")
    with pytest.raises(ClientError, match="no address of a show"):
        async with Events("ftp://show.example", TOKEN):
            pytest.fail("nobody is there")


async def test_a_program_that_starts_before_the_show_waits_for_it(mortal: ShowServer) -> None:
    mortal.kill()
    opening = asyncio.create_task(Events(address(mortal), TOKEN).__aenter__())
    await asyncio.to_thread(mortal.start)
    events = await asyncio.wait_for(opening, DEADLINE_S)
    assert (await events.state()).title == "Test show"
    await events.__aexit__(None, None, None)


async def test_a_program_says_a_line_and_hears_why_another_is_refused(server: ShowServer) -> None:
    async with Events(address(server), TOKEN) as events:
        await events.say("from a bot", name="Robo")
        (*_, line) = await chat(events, "from a bot")
        assert isinstance(line.data, ChatEvent) and line.data.name == "Robo"
        assert (await events.state()).title == "Test show"
        with pytest.raises(RefusedError):
            await events.say("x" * (CHAT_CHARACTERS_MAX + 1))


async def test_who_waits_for_an_answer_is_told_when_the_line_breaks(server: ShowServer) -> None:
    async with way_to(server.port) as way, Events(way.address, TOKEN) as events:
        asked = asyncio.create_task(events.state())
        await asyncio.sleep(0)
        way.cut()
        with contextlib.suppress(RefusedError), pytest.raises(ClientError, match="broke"):
            assert (await asked).title  # it was quicker than the cut
            raise ClientError("broke")


async def test_the_blocking_form_says_the_same_and_leaves_no_thread(server: ShowServer) -> None:
    def follow() -> tuple[str, str]:
        with Events(address(server), TOKEN) as events, Viewer(address(server), "Ann") as ann:
            assert ann.give("rose").state == "committed"
            gift = next(events.of("gift"))
            events.say(f"thank you, {gift.name}")
            line = next(events.of(ChatEvent))
            assert events.position is not None
            return gift.gift, line.text

    assert await asyncio.wait_for(asyncio.to_thread(follow), DEADLINE_S) == ("rose", "thank you, Ann")
    assert not [thread for thread in threading.enumerate() if "avatar_live client" in thread.name]


def test_the_blocking_form_fails_as_clearly(server: ShowServer) -> None:
    with pytest.raises(ClosedError), Events(address(server), "wrong"):
        pytest.fail("nobody is let in")
    assert not [thread for thread in threading.enumerate() if "avatar_live client" in thread.name]


async def test_the_environment_says_where_and_who(server: ShowServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATAR_LIVE_ADDRESS", address(server))
    monkeypatch.setenv("AVATAR_LIVE_TOKEN", TOKEN)
    async with Events() as events:
        assert (await events.state()).title == "Test show"


async def test_a_page_and_a_program_see_the_same_viewer(server: ShowServer) -> None:
    async with Events(address(server), TOKEN, types=["viewer_joined"]) as events, page(server, "Ben"):
        assert (await anext(events.of("viewer_joined"))).name == "Ben"


def test_waits_double_with_jitter_up_to_a_limit() -> None:
    longest, shortest = Backoff(lambda: 1.0), Backoff(lambda: 0.0)
    waits = [longest.next_s() for _ in range(8)]
    assert waits[:3] == [RETRY_FIRST_S, 2 * RETRY_FIRST_S, 4 * RETRY_FIRST_S] and waits[-1] == RETRY_S_MAX
    assert [shortest.next_s() for _ in range(8)] == [wait / 2 for wait in waits]
    longest.reset()
    assert longest.next_s() == RETRY_FIRST_S


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("http://127.0.0.1:8080", "ws://127.0.0.1:8080/ws"),
        ("https://show.example/live/", "wss://show.example/live/ws"),
        ("127.0.0.1:8080", "ws://127.0.0.1:8080/ws"),
        ("wss://[::1]:9000", "wss://[::1]:9000/ws"),
    ],
)
def test_an_address_may_be_written_as_people_write_it(written: str, url: str) -> None:
    assert socket_url(written, "/ws") == url


def test_the_client_needs_msgspec_and_websockets_alone() -> None:
    asked = "import avatar_live.client, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", asked], cwd=PROJECT, capture_output=True, text=True, check=True)
    ours = set(loaded.stdout.split()) - set(sys.stdlib_module_names)
    needed = {"avatar_live", "msgspec", "websockets"}
    assert needed <= ours
    # Read where it is there, and done without where it is not; the other is what some environments bring.
    assert {name for name in ours - needed if not name.startswith("_")} <= {"typing_extensions", "sitecustomize"}
