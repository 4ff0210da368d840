"""Somebody who writes bytes by hand: no library between the test and the socket can refuse what it asks for.

What such a person tries is in this folder, a theme a file, each against a running server:

    wrong, expired, replayed and foreign-room tokens            test_forged_tokens
    pages of other sites                                        test_foreign_origins
    oversized, fragmented, compressed and broken messages       test_hostile_messages
    slow handshakes, slow heads and bodies                      test_slow_callers
    negative, overflowing and double spending, prices, hooks    test_stolen_money
    floods from an address, a viewer, through a proxy           test_floods
    script, bidirectional and zalgo text                        test_shown_text
    talking on when muted or banned                             test_silenced
"""

import asyncio
import contextlib
import os
import struct
import zlib
from collections.abc import AsyncIterator

import msgspec
from patience import DEADLINE_S

from avatar_live.protocol.wire import FromViewer

TEXT, BINARY, CONTINUED, CLOSE = 1, 2, 0, 8
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def handshake(path: str = "/ws", *more: str, host: str = "127.0.0.1") -> bytes:
    """Return a websocket handshake with more header lines."""
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {KEY}",
        "Sec-WebSocket-Version: 13",
        *more,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def frame(data: bytes, opcode: int = TEXT, *, is_final: bool = True, is_deflated: bool = False) -> bytes:
    """Return a masked frame (RFC 6455, 5.2)."""
    head = bytes([(0x80 if is_final else 0) | (0x40 if is_deflated else 0) | opcode])
    if len(data) < 126:
        head += bytes([0x80 | len(data)])
    elif len(data) < 65_536:
        head += struct.pack(">BH", 0x80 | 126, len(data))
    else:
        head += struct.pack(">BQ", 0x80 | 127, len(data))
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
    return head + mask + masked


def said(message: FromViewer) -> bytes:
    """Return a message as a frame."""
    return frame(msgspec.json.encode(message))


def deflated(data: bytes) -> bytes:
    """Return data as permessage-deflate wants it (RFC 7692, 7.2.1)."""
    packer = zlib.compressobj(9, wbits=-15)
    return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


class Line:
    """One TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)

    async def head(self) -> bytes:
        """Return the head of an HTTP response."""
        return await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), DEADLINE_S)

    async def frame(self) -> tuple[int, bytes]:
        """Return the next frame's opcode and payload; servers mask nothing."""
        async with asyncio.timeout(DEADLINE_S):
            first, length = await self.reader.readexactly(2)
            if length == 126:
                (length,) = struct.unpack(">H", await self.reader.readexactly(2))
            elif length == 127:
                (length,) = struct.unpack(">Q", await self.reader.readexactly(8))
            return first & 0x0F, await self.reader.readexactly(length)

    async def close_code(self) -> int:
        """Return the code of the close frame, after whatever comes before it."""
        while True:
            opcode, payload = await self.frame()
            if opcode == CLOSE:
                return int(struct.unpack(">H", payload[:2])[0])

    async def is_cut(self, patience_s: float = DEADLINE_S) -> bool:
        """Wait until the other side is gone. Raises TimeoutError."""
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(patience_s):
                while await self.reader.read(65_536):
                    pass
        return True


@contextlib.asynccontextmanager
async def line(port: int, first: bytes = b"") -> AsyncIterator[Line]:
    """Connect, and say something at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(first)
        yield Line(reader, writer)
    finally:
        writer.transport.abort()


@contextlib.asynccontextmanager
async def opened(port: int, *more: str) -> AsyncIterator[Line]:
    """Shake hands for the room."""
    async with line(port, handshake("/ws", *more)) as one:
        assert (await one.head()).startswith(b"HTTP/1.1 101 ")
        yield one
