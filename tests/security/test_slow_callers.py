"""Slow handshakes, slow HTTP heads and bodies, and many who never say what they want."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from http import HTTPStatus

import pytest
import uvicorn
from attacker import Line, handshake, line
from patience import DEADLINE_S
from show_server import ShowServer, show_server

from avatar_live.edge.callers import Callers
from avatar_live.edge.doorstep import Doorstep
from avatar_live.edge.socket import EdgeSocket, Handshake
from avatar_live.server.http import REQUEST_S_MAX, impatient_http

SOON_S = 0.5


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    with show_server(tmp_path_factory.mktemp("slowness")) as running:
        yield running


async def echo(scope: dict[str, object], receive: object, send: object) -> None:
    """Answer with how long the body was, as any app that reads bodies."""
    length, is_more = 0, True
    while is_more:
        message = await receive()  # type: ignore[operator]
        if message["type"] == "http.disconnect":
            return
        length += len(message["body"])
        is_more = message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": str(length).encode()})  # type: ignore[operator]


App = Callable[[dict[str, object], object, object], Awaitable[None]]


class _Web(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def served(doorstep: Doorstep, request_s_max: float = SOON_S, app: App = echo) -> AsyncIterator[int]:
    """Serve an app with our patience; yield the port."""
    http = impatient_http(doorstep, request_s_max, SOON_S)
    config = uvicorn.Config(app, port=0, http=http, lifespan="off", log_config=None)
    web = _Web(config)
    serving = asyncio.create_task(web.serve())
    await until(lambda: web.started)
    try:
        yield web.servers[0].sockets[0].getsockname()[1]
    finally:
        web.should_exit = True
        await serving


async def drips(one: Line, data: bytes, pause_s: float) -> None:
    """Send a byte now and then, for as long as the other side takes them."""
    with contextlib.suppress(ConnectionError):
        for byte in data:
            one.write(bytes([byte]))
            await one.writer.drain()
            await asyncio.sleep(pause_s)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing at all"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: test\r\nX-Slow: " + b"x" * 500, id="a head that does not end"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 500\r\n\r\n" + b"x" * 400, id="a body"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 90, id="chunks"
        ),
    ],
)
async def test_who_sends_a_byte_now_and_then_is_cut(data: bytes) -> None:
    doorstep = Doorstep(Callers())
    async with served(doorstep) as port, line(port) as one:
        began_s = time.monotonic()
        dripping = asyncio.create_task(drips(one, data, SOON_S / 50))
        assert await one.is_cut()
        assert time.monotonic() - began_s >= SOON_S * 0.8
        dripping.cancel()
        await asyncio.gather(dripping, return_exceptions=True)
        assert doorstep.count == 0


async def test_who_asks_again_on_the_same_connection_has_the_same_patience_and_who_rests_is_not_pending() -> None:
    doorstep = Doorstep(Callers())
    asked = b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello"
    async with served(doorstep) as port, line(port) as one:
        for _ in range(3):
            one.write(asked)
            assert (await one.head()).startswith(b"HTTP/1.1 200 ")
            assert doorstep.count == 0
            await one.reader.readuntil(b"0\r\n\r\n")
            await asyncio.sleep(SOON_S)
        one.write(asked[:-1])
        assert await one.is_cut()
        assert doorstep.count == 0


async def test_a_request_that_comes_in_time_is_answered_however_it_is_cut_up() -> None:
    async with served(Doorstep(Callers()), request_s_max=30.0) as port, line(port) as one:
        await drips(one, b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello", 0.001)
        assert (await one.head()).startswith(b"HTTP/1.1 200 ")


async def test_two_requests_in_one_packet_are_both_answered() -> None:
    doorstep = Doorstep(Callers())
    async with served(doorstep) as port, line(port, b"GET / HTTP/1.1\r\nHost: test\r\n\r\n" * 2) as one:
        for _ in range(2):
            assert (await one.head()).startswith(b"HTTP/1.1 200 ")
            await one.reader.readuntil(b"0\r\n\r\n")
        assert doorstep.count == 0


@pytest.mark.parametrize("is_reading", [False, True])
async def test_who_takes_no_answer_is_cut_and_who_reads_gets_all_of_it(is_reading: bool) -> None:
    parts, part, ended = 512, b"x" * 65_536, asyncio.Event()

    async def much(scope: dict[str, object], receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        for number in range(1, parts + 1):
            told = {"type": "http.response.body", "body": part, "more_body": number < parts}
            await send(told)  # type: ignore[operator]
        ended.set()

    asked = b"GET / HTTP/1.0\r\nHost: test\r\n\r\n"
    async with served(Doorstep(Callers()), app=much) as port, line(port, asked) as one:
        if not is_reading:
            await asyncio.wait_for(ended.wait(), DEADLINE_S)  # it need not wait for who is gone
        with contextlib.suppress(ConnectionError):
            size = 0
            while data := await one.reader.read(65_536):
                size += len(data)
        assert (size > parts * len(part)) is is_reading


async def test_so_many_may_stand_at_the_door_and_one_more_is_sent_away() -> None:
    doorstep = Doorstep(Callers(), pending_max=3)
    async with served(doorstep, request_s_max=30.0) as port, contextlib.AsyncExitStack() as stack:
        waiting = [await stack.enter_async_context(line(port)) for _ in range(3)]
        await until(lambda: doorstep.count == 3)
        async with line(port) as one_more:
            assert await one_more.is_cut()
        waiting[0].write(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        assert (await waiting[0].head()).startswith(b"HTTP/1.1 200 ")
        async with line(port, b"GET / HTTP/1.1\r\nHost: test\r\n\r\n") as next_one:
            assert (await next_one.head()).startswith(b"HTTP/1.1 200 ")


def test_of_one_address_fewer_may_stand_at_the_door_unless_it_stands_for_many() -> None:
    doorstep = Doorstep(Callers(["203.0.113.9"]), pending_max=100, each_max=2)
    assert [doorstep.enter("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert doorstep.enter("192.0.2.2"), "another address is let in"
    doorstep.leave("192.0.2.1")
    assert doorstep.enter("192.0.2.1")
    for many in ("127.0.0.1", "203.0.113.9"):
        assert all(doorstep.enter(many) for _ in range(5))


async def test_an_edge_counts_who_does_not_shake_hands() -> None:
    doorstep = Doorstep(Callers(), pending_max=1)
    loop = asyncio.get_running_loop()
    seen: list[Handshake] = []

    def receive(asked: Handshake) -> HTTPStatus:
        seen.append(asked)
        return HTTPStatus.NOT_FOUND

    edge = await loop.create_server(lambda: EdgeSocket(receive, doorstep), "127.0.0.1", 0)
    port = edge.sockets[0].getsockname()[1]
    try:
        async with line(port, b"GET /ws HTTP/1.1\r\n") as slow:
            await until(lambda: doorstep.count == 1)
            async with line(port, handshake()) as late:
                assert await late.is_cut()
            assert not seen
            slow.write(handshake()[len(b"GET /ws HTTP/1.1\r\n") :])
            assert (await slow.head()).startswith(b"HTTP/1.1 404 ")
            assert doorstep.count == 0
    finally:
        edge.close()
        await edge.wait_closed()


async def test_a_running_server_has_this_patience(server: ShowServer) -> None:
    """A handshake at an edge's own port is in `tests/edge/test_edge_process.py`."""
    asked = b"POST /whep/ HTTP/1.1\r\nHost: test\r\nContent-Type: application/sdp\r\nContent-Length: 500\r\n\r\nv=0"
    async with line(server.port, asked) as one:
        began_s = time.monotonic()
        assert await one.is_cut(REQUEST_S_MAX + 10.0)
        assert time.monotonic() - began_s >= REQUEST_S_MAX - 1.0
    async with line(server.port, b"GET /api/health HTTP/1.1\r\nHost: test\r\n\r\n") as one:
        assert (await one.head()).startswith(b"HTTP/1.1 200 ")


async def until(claim: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not claim():  # noqa: ASYNC110  (what a protocol counts wakes nobody)
            await asyncio.sleep(0.01)
