"""Lines at an edge elsewhere that only read, in masses: what one costs in memory, and a frame to it in CPU time."""

import asyncio
import base64
import os
from typing import Final

import msgspec

from avatar_live.protocol.wire import Join

_AT_ONCE: Final = 50


class Reader(asyncio.Protocol):
    """A line that joins and counts bytes."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._begun = b""
        self.heard_bytes = 0
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Shake hands."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /ws HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Join after the handshake; the first message is the welcome."""
        self.heard_bytes += len(data)
        if self.joined.done():
            return
        is_new = b"\r\n\r\n" not in self._begun
        self._begun += data
        if is_new and b"\r\n\r\n" in self._begun:
            self.transport.write(_masked(msgspec.json.encode(Join(f"Reader {self._number}"))))
        if b'"welcome"' in self._begun:
            self._begun = b""
            self.joined.set_result(None)


async def gather_readers(port: int, count: int) -> list[Reader]:
    """Let so many lines join."""
    loop, readers = asyncio.get_running_loop(), list[Reader]()
    for begin in range(0, count, _AT_ONCE):
        numbers = range(begin, min(begin + _AT_ONCE, count))
        opened = [loop.create_connection(lambda number=number: Reader(number), "127.0.0.1", port) for number in numbers]  # type: ignore[misc]
        some = [reader for _, reader in await asyncio.gather(*opened)]
        await asyncio.gather(*(reader.joined for reader in some))
        readers += some
    return readers


def _masked(payload: bytes) -> bytes:
    assert len(payload) < 126, "a join is short"
    return bytes((0x81, 0x80 | len(payload), 0, 0, 0, 0)) + payload  # masked with zeros
