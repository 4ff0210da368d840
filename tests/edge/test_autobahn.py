"""Autobahn|Testsuite against the edge: it may fail nothing that a plain `websockets` server passes.

The cases are the suite's own; kosoku runs them, since the suite's runner never left Python 2. Both servers answer with
what they hear and have the same limits, lifted far above those of a room: some cases send sixteen megabytes. Of the 216
cases on compression, of a thousand messages each, every group stands for itself with a few; all of them run with
`AUTOBAHN_CASES='*'`, in a quarter of an hour.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Sequence
from http import HTTPStatus
from typing import Final

import pytest
from kosoku import FailureError, run_fuzzingclient
from kosoku._kosoku import CaseResult
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode

from avatar_live.edge import socket as sockets
from avatar_live.edge.socket import EdgeSocket, Guest, Handshake

BYTES_MAX: Final = 64 * 1024 * 1024
# Framing, pings, reserved bits, opcodes, fragments, UTF-8, closing, auto-fragmentation: RFC 6455.
PROTOCOL: Final = ("1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*")
PROTOCOL_CASES: Final = 247
LIMITS: Final = ("9.*",)
# RFC 7692: messages of five kinds, and seven sets of parameters; whole and in fragments.
COMPRESSION: Final = (
    *("12.1.1", "12.1.11", *(f"12.{kind}.5" for kind in range(1, 6))),
    *(f"13.{parameters}.{size}" for parameters in range(1, 8) for size in (3, 11)),
)
CASES: Final = tuple(os.environ.get("AUTOBAHN_CASES", "").split()) or (*PROTOCOL, *LIMITS, *COMPRESSION)
AT_ONCE: Final = 8
# Accepted by the suite: it passed, could not be judged, or asks for a parameter that the server declined.
PASSED: Final = {"OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED"}

pytestmark = [
    pytest.mark.timeout(1_800 if "AUTOBAHN_CASES" in os.environ else 600),
    # The suite's cases leave the files open that they read.
    pytest.mark.filterwarnings("ignore:Exception ignored in.*testdata:pytest.PytestUnraisableExceptionWarning"),
]


class Echo:
    """Say everything again."""

    _deflate = PerMessageDeflate(True, True, 15, 15)

    def receive(self, handshake: Handshake) -> Guest | HTTPStatus:
        return self

    def opened(self, line: EdgeSocket) -> None:
        pass

    def heard(self, line: EdgeSocket, data: bytes, *, is_text: bool) -> None:
        frame = Frame(Opcode.TEXT if is_text else Opcode.BINARY, data)
        line.write(frame.serialize(mask=False, extensions=[self._deflate] if line.kind & 1 else []))

    def lives(self, line: EdgeSocket) -> None:
        pass

    def closed(self, line: EdgeSocket) -> None:
        pass


class ByteByByte(EdgeSocket):
    """A line on which every byte arrives alone."""

    def data_received(self, data: bytes) -> None:
        for at in range(len(data)):
            super().data_received(data[at : at + 1])


@contextlib.asynccontextmanager
async def our_edge(line: Callable[[sockets.Reception], EdgeSocket] = EdgeSocket) -> AsyncIterator[int]:
    echo = Echo()
    server = await asyncio.get_running_loop().create_server(lambda: line(echo.receive), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@contextlib.asynccontextmanager
async def plain_websockets() -> AsyncIterator[int]:
    async def echo(line: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in line:
                await line.send(message)

    async with serve(echo, "127.0.0.1", 0, max_size=BYTES_MAX) as server:
        yield next(iter(server.sockets)).getsockname()[1]


async def failures(port: int, cases: Sequence[str], count_min: int = 1) -> set[str]:
    """Return the cases whose messages, or whose goodbye, the suite does not let pass, alone and in company.

    Some wait for a second and no longer, which a busy machine may have no time for.
    """
    results = await run(port, cases, AT_ONCE)
    assert len(results) >= count_min
    failed = [result.case_id for result in results if not has_passed(result)]
    return {result.case_id for result in await run(port, failed, 1) if not has_passed(result)} if failed else set()


async def run(port: int, cases: Sequence[str], concurrency: int) -> list[CaseResult]:
    try:
        return await run_fuzzingclient(f"ws://127.0.0.1:{port}", cases, concurrency=concurrency)
    except FailureError as failure:
        return list(failure.results)


def has_passed(result: CaseResult) -> bool:
    return PASSED.issuperset((result.behavior.value, result.behavior_close.value))


@pytest.fixture(autouse=True)
def _lifted_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "FRAME_BYTES_MAX", BYTES_MAX)
    monkeypatch.setattr(sockets, "PARTS_MAX", BYTES_MAX)
    monkeypatch.setattr(sockets, "HEARD_BYTES", 1024 * 1024)
    monkeypatch.setattr(sockets, "SENDING_BYTES", 1024 * 1024)


async def plain_passes(cases: set[str]) -> set[str]:
    """Return those of the cases that a plain server passes."""
    if not cases:
        return set()
    async with plain_websockets() as port:
        return cases - await failures(port, sorted(cases))


async def test_the_edge_fails_no_case_that_plain_websockets_passes() -> None:
    async with our_edge() as port:
        failed = await failures(port, CASES, len(CASES))
    assert await plain_passes(failed) == set()


async def test_nor_does_it_when_every_byte_arrives_alone() -> None:
    async with our_edge(ByteByByte) as port:
        failed = await failures(port, (*PROTOCOL, "12.1.1", "13.1.3"), PROTOCOL_CASES + 2)
    assert await plain_passes(failed) == set()


async def test_the_suite_can_tell_a_server_that_is_none() -> None:
    """What says nothing at all fails, so a case that passes says something."""

    class Silent(Echo):
        def heard(self, line: EdgeSocket, data: bytes, *, is_text: bool) -> None:
            pass

    loop, silent = asyncio.get_running_loop(), Silent()
    async with await loop.create_server(lambda: EdgeSocket(silent.receive), "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await failures(port, ("1.1.1", "1.2.1")) == {"1.1.1", "1.2.1"}
