"""The examples do what they say, as programs of their own, beside a real server that also dies."""

import asyncio
import contextlib
import json
import re
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
from narrow import way_to
from pages import npm
from patience import DEADLINE_S
from shared import PROJECT
from show_server import TOKEN, ShowServer, show_server

from avatar_live.client import ChatEvent, Events, Viewer
from avatar_live.protocol.wire import ChatLine, GiftUpdate, Offers

EXAMPLES = PROJECT / "assets" / "examples"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ShowServer]:
    """A server that a test may end, and that comes back at the same port."""
    with show_server(tmp_path) as running:
        running.plan = msgspec.structs.replace(running.plan, port=running.port)
        yield running


@contextlib.asynccontextmanager
async def example(*command: str) -> AsyncIterator[asyncio.StreamReader]:
    """Run an example and yield what it prints."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=PROJECT)
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def python(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(EXAMPLES / f"{name}.py"), *arguments)


def address(server: ShowServer) -> str:
    return f"http://127.0.0.1:{server.port}"


async def hears_each_gift_once(server: ShowServer, *command: str) -> None:
    """Give through two deaths of the server, to an example that prints what it hears."""
    async with (
        way_to(server.port) as way,
        Viewer(address(server), "Ann") as ann,
        example(*command, way.address, TOKEN) as printed,
        asyncio.timeout(DEADLINE_S),
    ):
        await way.is_answered.wait()
        for number, gift in enumerate(["rose", "duck", "tomato", "confetti", "rose", "sticker"]):
            assert (await ann.give(gift)).state == "committed"
            assert (await printed.readline()).decode().strip() == f"Ann gave a {gift}"
            if number in (1, 3):
                server.kill()
                await asyncio.to_thread(server.start)


async def test_the_gift_bot_hears_each_gift_once(server: ShowServer) -> None:
    await hears_each_gift_once(server, *python("gift_bot"))


async def test_the_gift_bot_in_javascript_hears_each_gift_once(server: ShowServer) -> None:
    npm("run", "build-sdk")
    node = shutil.which("node")
    assert node is not None
    await hears_each_gift_once(server, node, "--experimental-websocket", str(EXAMPLES / "gift_bot.mjs"))


async def test_the_die_of_the_readme_is_on_the_shelf_and_rolls_for_who_pays(server: ShowServer) -> None:
    async with Viewer(address(server), "Ann") as ann, example(*python("die", address(server), TOKEN)):
        async with asyncio.timeout(DEADLINE_S):
            while not (isinstance(message := await anext(ann), Offers) and message.offers):
                pass
            assert [(offer.id, offer.price_coins) for offer in message.offers] == [("die/roll", 15)]
            assert (await ann.give("die/roll")).state == "committed"
            while not (isinstance(message := await anext(ann), ChatLine) and message.name == "Die"):
                pass
            assert re.fullmatch("Ann rolls a [1-6]!", message.text)
            while not (isinstance(message := await anext(ann), GiftUpdate) and message.state == "done"):
                pass


async def test_the_help_bot_answers_in_the_chat(server: ShowServer) -> None:
    command = python("help_bot", address(server), TOKEN)
    async with Viewer(address(server), "Ann") as ann, Events(address(server), TOKEN) as events, example(*command):
        heard = asyncio.create_task(_answer(events, "Say !score"))
        while not heard.done():
            await ann.say("!help")
            await asyncio.wait({heard}, timeout=0.5)
        assert (await heard).name == "Helper"
        await ann.say(" !SCORE ")
        assert (await _answer(events, "Red 0")).text == "Red 0, blue 0."
        await ann.like(3)
        await ann.say("!likes")
        assert (await _answer(events, "3 likes")).text == "3 likes, Ann!"


async def _answer(events: Events, begins: str) -> ChatEvent:
    async with asyncio.timeout(DEADLINE_S):
        async for line in events.of(ChatEvent):
            if line.text.startswith(begins):
                return line
    raise AssertionError(begins)


async def test_the_lamp_flashes_gold_for_a_gift_and_goes_dark_again(server: ShowServer) -> None:
    shown: asyncio.Queue[list[int]] = asyncio.Queue()
    is_off = True

    async def lamp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak as much HTTP as a lamp does, after it was off at first."""
        nonlocal is_off
        if is_off:
            is_off = False
            writer.close()
            return
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        assert head.startswith("post /json/state ")
        length = int(head.partition("content-length:")[2].split()[0])
        shown.put_nowait(json.loads(await reader.readexactly(length))["seg"][0]["col"][0])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(lamp, "127.0.0.1", 0) as listener:
        place = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        async with Viewer(address(server), "Ann") as ann, example(*python("lamp", place, address(server), TOKEN)):
            first = asyncio.create_task(shown.get())
            while not first.done():
                await ann.give("tomato")
                await asyncio.wait({first}, timeout=0.5)
            assert await first == [255, 180, 20]
            assert await asyncio.wait_for(shown.get(), DEADLINE_S) == [0, 0, 0]
