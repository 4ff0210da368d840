"""Edges as processes of their own: they share a port, a link to the room, and the show's bad days."""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
import websockets
from patience import DEADLINE_S
from ports import free_port
from show_server import TOKEN, Page, ShowServer, show_server

from avatar_live.channels.processes import HEALTH_BYTES_MAX, EdgePlan, Health, health_slot
from avatar_live.channels.slot import Slot
from avatar_live.edge.socket import HANDSHAKE_BYTES_MAX, HANDSHAKE_S
from avatar_live.protocol.codec import to_viewer
from avatar_live.protocol.wire import (
    CLOSE_REFUSED,
    CLOSE_RESTARTING,
    ChatLine,
    GiftGiven,
    GiftUpdate,
    GiveGift,
    Join,
    Like,
    Moderate,
    PickCamp,
    PushUpdate,
    Refused,
    Say,
    Show,
    Welcome,
)
from avatar_live.room.moderation import BANNED
from avatar_live.server.keeper import digest

EDGES = 2


class Edges:
    """Some edges of one show's server."""

    def __init__(self, server: ShowServer) -> None:
        self._folder = server.plan.run_folder
        self.port = free_port()
        self.processes = [self._start(number) for number in range(1, EDGES + 1)]
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        started_s = time.monotonic()
        while not all(self._is_ready(number, started_s) for number in range(1, EDGES + 1)):
            assert time.monotonic() - started_s < DEADLINE_S, "the edges did not come up"
            time.sleep(0.02)

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait(DEADLINE_S)
            assert process.stdin is not None
            process.stdin.close()

    def _start(self, number: int) -> "subprocess.Popen[bytes]":
        plan = EdgePlan(self._folder, number, port=self.port)
        command = [sys.executable, "-m", "avatar_live.edge", msgspec.json.encode(plan).decode()]
        return subprocess.Popen(command, stdin=subprocess.PIPE)

    def _is_ready(self, number: int, since_s: float) -> bool:
        with contextlib.closing(Slot(health_slot(Path(self._folder), f"edge-{number}"), HEALTH_BYTES_MAX)) as slot:
            data = slot.read()
        health = msgspec.json.decode(data, type=Health) if data is not None else None
        return health is not None and health.is_ready and health.at_s > since_s


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    with show_server(tmp_path_factory.mktemp("edges")) as running:
        yield running


@pytest.fixture
def edges(server: ShowServer) -> Iterator[Edges]:
    running = Edges(server)
    yield running
    running.end()


async def joined(edges: Edges, name: str, viewer: str | None = None) -> Page:
    socket = await websockets.connect(f"ws://127.0.0.1:{edges.port}/ws")
    await socket.send(msgspec.json.encode(Join(name, viewer)).decode())
    welcome = to_viewer(await asyncio.wait_for(socket.recv(decode=False), DEADLINE_S))
    assert isinstance(welcome, Welcome)
    return Page(socket, welcome)


async def test_pages_at_different_edges_are_in_one_room(edges: Edges) -> None:
    pages = [await joined(edges, f"viewer {number}") for number in range(12)]
    assert pages[-1].welcome.show.audience == 12
    await pages[0].send(Say("hello all"))
    await pages[1].send(GiveGift("edges-gift-1", "rose"))
    for page in pages:
        await page.until(GiftGiven)
        assert "hello all" in [line.text for line in page.heard_of(ChatLine)]
    assert (await pages[1].until(GiftUpdate)).id == "edges-gift-1"
    for page in pages:
        await page.send(Like(3))
    await pages[2].until(Show, lambda show: show.likes >= 36)
    for page in pages:
        await page.socket.close()


async def test_votes_at_an_edge_that_is_killed_are_sent_again_and_each_has_an_end(
    edges: Edges, server: ShowServer
) -> None:
    ann = await joined(edges, "Ann")
    presses = [PickCamp("red", f"press-{number}") for number in range(6)]
    for press in presses:
        await ann.send(press)
    edges.end()
    again = Edges(server)
    try:
        back = await joined(again, "Ann", ann.welcome.viewer)
        assert back.welcome.epoch == ann.welcome.epoch
        for press in presses:
            await back.send(press)
        left = {press.id for press in presses}
        while left:
            told = await back.until(PushUpdate)
            assert told.state == "done"
            left.discard(told.id)
        await back.socket.close()
    finally:
        again.end()


async def test_a_mute_and_a_ban_hold_at_every_edge(edges: Edges, server: ShowServer) -> None:
    pages = [await joined(edges, f"viewer {number}") for number in range(6)]
    host, muted = pages[0], digest(pages[1].welcome.viewer)
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=DEADLINE_S) as client:

        async def do(order: Moderate) -> None:
            place = f"http://127.0.0.1:{server.port}/api/moderation"
            assert (await client.post(place, content=msgspec.json.encode(order))).status_code == 200

        await do(Moderate("mute", viewer=muted, seconds=60.0))
        again = [pages[1], *[await joined(edges, "muted", pages[1].welcome.viewer) for _ in range(6)]]
        for one in again:
            await one.send(Say("still here"))
            await one.until(Refused, lambda refused: "You are muted" in refused.reason)
        await do(Moderate("ban", viewer=muted))
        for one in again:
            assert await one.closed() == (CLOSE_REFUSED, BANNED)
    for _ in range(6):
        socket = await websockets.connect(f"ws://127.0.0.1:{edges.port}/ws")
        await socket.send(msgspec.json.encode(Join("back", pages[1].welcome.viewer)).decode())
        with pytest.raises(websockets.ConnectionClosed):
            await asyncio.wait_for(socket.recv(), DEADLINE_S)
        assert socket.close_code == CLOSE_REFUSED
    await host.send(Say("quiet at last"))
    await host.until(ChatLine, lambda line: line.text == "quiet at last")
    assert "still here" not in [line.text for line in host.heard_of(ChatLine)]
    for one in (host, *pages[2:]):
        await one.socket.close()


async def test_an_edge_that_is_killed_takes_only_its_own_pages_and_they_come_back(edges: Edges) -> None:
    pages = [await joined(edges, f"viewer {number}") for number in range(12)]
    edges.processes[0].kill()
    edges.processes[0].wait(DEADLINE_S)
    staying = [page for page in pages if page.socket.state.name == "OPEN"]
    async with asyncio.timeout(DEADLINE_S):
        while len(staying) == len(pages):  # the system tells of the end a little later
            await asyncio.sleep(0.01)
            staying = [page for page in pages if page.socket.state.name == "OPEN"]
    assert staying, "two edges share twelve pages"
    await staying[0].until(Show, lambda show: show.audience == len(staying))
    gone = next(page for page in pages if page not in staying)
    back = await joined(edges, "back", gone.welcome.viewer)
    assert back.welcome.viewer == gone.welcome.viewer
    assert back.welcome.balance_coins == gone.welcome.balance_coins
    for page in (*staying, back):
        await page.socket.close()


async def test_when_the_room_dies_every_page_is_told_to_come_back_and_can(edges: Edges, server: ShowServer) -> None:
    page = await joined(edges, "Ann")
    server.kill()
    assert (await page.closed())[0] == CLOSE_RESTARTING
    early = await websockets.connect(f"ws://127.0.0.1:{edges.port}/ws")
    await asyncio.wait_for(early.wait_closed(), DEADLINE_S)
    assert early.close_code == CLOSE_RESTARTING
    server.start()
    edges.wait_until_ready()
    again = await joined(edges, "Ann", page.welcome.viewer)
    assert again.welcome.viewer == page.welcome.viewer
    assert again.welcome.epoch != page.welcome.epoch
    await again.socket.close()


async def test_a_handshake_that_never_ends_is_cut(edges: Edges) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", edges.port)
    writer.write(b"GET /ws HTTP/1.1\r\n" + b"X: " + b"y" * HANDSHAKE_BYTES_MAX)
    with contextlib.suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(), DEADLINE_S) == b""
    writer.close()


async def test_a_handshake_that_takes_for_ever_is_cut(edges: Edges, server: ShowServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", edges.port)
    writer.write(b"GET /ws HTTP/1.1\r\n")
    with contextlib.suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(), HANDSHAKE_S + DEADLINE_S) == b""
    writer.close()
