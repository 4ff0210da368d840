"""Servers on this machine that speak as the platforms' documents say."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

from patience import DEADLINE_S
from websockets.asyncio.server import ServerConnection, serve

from avatar_live.bridges.bridge import Bridge
from avatar_live.bridges.happening import Happening


@dataclass
class Asked:
    """One HTTP request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Web:
    """Answer each request with a status and a document."""

    answer: Callable[[Asked], tuple[int, object]]
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    _serving: "set[asyncio.Task[None]]" = field(default_factory=set)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.add(cast("asyncio.Task[None]", asyncio.current_task()))
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            try:
                while True:
                    await self._answer_one(reader, writer)
            finally:
                writer.close()
                await writer.wait_closed()

    async def end(self) -> None:
        """Close every connection, before the loop that carries them ends."""
        for one in self._serving:
            one.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        asked = Asked(first.split()[1], headers, body)
        self.asked.append(asked)
        status, document = self.answer(asked)
        data = json.dumps(document).encode()
        writer.write(f"HTTP/1.1 {status} Said\r\ncontent-length: {len(data)}\r\n\r\n".encode() + data)
        await writer.drain()


@contextlib.asynccontextmanager
async def web(answer: Callable[[Asked], tuple[int, object]]) -> AsyncIterator[Web]:
    standing = Web(answer)
    server = await asyncio.start_server(standing.serve, "127.0.0.1", 0)
    standing.port = server.sockets[0].getsockname()[1]
    try:
        yield standing
    finally:
        server.close()
        await standing.end()


@contextlib.asynccontextmanager
async def websocket(speak: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[str]:
    async with serve(speak, "127.0.0.1", 0, ping_interval=None) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"


class Ear:
    """A bridge under test, and what came over it."""

    def __init__(self, carry: Callable[[Bridge], Awaitable[None]]) -> None:
        self.heard: list[Happening] = []
        self.bridge = Bridge("test", self.heard.append, carry)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        keeping = asyncio.create_task(self.bridge.keep())
        try:
            yield
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping

    async def until(self, claim: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while True:
                if claim():
                    return
                await asyncio.sleep(0.005)
