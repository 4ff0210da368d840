"""A page without a socket, for what a real one could not do in a test's time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import TypeVar

import msgspec

from avatar_live.protocol.wire import FromViewer, Join, ToViewer, Welcome
from avatar_live.server.keeper import Keeper
from avatar_live.server.member import serve_member
from avatar_live.server.sockets import Line

M = TypeVar("M", bound=msgspec.Struct)
DEADLINE_S = 10.0
_decoder: msgspec.json.Decoder[ToViewer] = msgspec.json.Decoder(ToViewer)


class FakePage:
    """Both directions are queues."""

    def __init__(self) -> None:
        self.says: asyncio.Queue[Mapping[str, object]] = asyncio.Queue()
        self.hears: asyncio.Queue[ToViewer] = asyncio.Queue()
        self.closed_with: int | None = None

    def is_open(self) -> bool:
        return self.closed_with is None

    def unsent_bytes(self) -> int:
        return 0

    def write(self, frame: bytes) -> None:
        start = frame.index(b"{")
        self.hears.put_nowait(_decoder.decode(frame[start:]))

    def close(self, code: int, reason: str) -> None:
        self.closed_with = code

    def say(self, message: FromViewer) -> None:
        self.says.put_nowait({"type": "websocket.receive", "text": msgspec.json.encode(message).decode()})

    async def until(self, kind: type[M]) -> M:
        async with asyncio.timeout(DEADLINE_S):
            while not isinstance(message := await self.hears.get(), kind):
                pass
            return message


@contextlib.asynccontextmanager
async def joined(keeper: Keeper, name: str, viewer: str | None = None) -> AsyncIterator[tuple[FakePage, Welcome]]:
    page = FakePage()
    serving = asyncio.create_task(serve_member(keeper, page.says.get, Line(page)))
    page.say(Join(name, viewer))
    yield page, await page.until(Welcome)
    page.says.put_nowait({"type": "websocket.disconnect"})
    await serving
