"""Between an edge's process and the room's: batches of short messages over one local stream socket, in order.

Everything that happens within one turn of a loop travels as one batch: four bytes of length and msgpack. An edge whose
link breaks sends its lines away with "come back in a moment"; the room lets the members of an edge that is gone leave.
Both sides cut a link that the other does not read.
"""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final, Protocol, TypeVar

import msgspec

from avatar_live.protocol.wire import FromViewer, Join, ToViewer

SOCKET: Final = "edges.sock"  # in the show's private run folder
BATCH_BYTES_MAX: Final = 64 * 1024 * 1024
UNREAD_BYTES_MAX: Final = 32 * 1024 * 1024
RECONNECT_S: Final = 0.1
_LENGTH = struct.Struct("<I")


class Joined(msgspec.Struct, frozen=True, array_like=True, tag="j"):
    member: int
    join: Join
    address: str


class Said(msgspec.Struct, frozen=True, array_like=True, tag="s"):
    member: int
    message: FromViewer


class Left(msgspec.Struct, frozen=True, array_like=True, tag="l"):
    member: int


class Greet(msgspec.Struct, frozen=True, array_like=True, tag="g"):
    member: int
    welcome: ToViewer


class Tell(msgspec.Struct, frozen=True, array_like=True, tag="t"):
    member: int
    message: ToViewer


class TellAll(msgspec.Struct, frozen=True, array_like=True, tag="a"):
    message: ToViewer


class Close(msgspec.Struct, frozen=True, array_like=True, tag="c"):
    member: int
    code: int
    reason: str


FromEdge = Joined | Said | Left
ToLine = Greet | Tell | Close
ToEdge = ToLine | TellAll
W = TypeVar("W")


class Arrival(Protocol):
    """What the room does with one edge's link."""

    def heard(self, message: FromEdge) -> None:
        """Take one message."""

    def gone(self) -> None:
        """Let all its members leave."""


class Link:
    """Send messages in batches, one a turn of the loop."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._waiting: list[msgspec.Struct] = []
        self._encoder = msgspec.msgpack.Encoder()

    def send(self, message: msgspec.Struct) -> None:
        """Add a message to this turn's batch; it is lost only with the link."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting.append(message)

    def close(self) -> None:
        """Send what waits and end the link."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting or self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > UNREAD_BYTES_MAX:
            self._writer.transport.abort()
            return
        body = self._encoder.encode(waiting)
        self._writer.write(_LENGTH.pack(len(body)) + body)


async def hear(
    reader: asyncio.StreamReader, decoder: "msgspec.msgpack.Decoder[list[W]]", take: Callable[[W], None]
) -> None:
    """Pass on every message until the link ends, for whatever reason."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, msgspec.DecodeError):
        while True:
            (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
            if length > BATCH_BYTES_MAX:
                return
            for message in decoder.decode(await reader.readexactly(length)):
                take(message)


async def reach_room(
    run_folder: Path, arrive: Callable[[Link], None], take: Callable[[ToEdge], None], gone: Callable[[], None]
) -> None:
    """Keep a link to the room as an edge, for ever: connect, hear, tell that it is gone, and try again."""
    decoder = msgspec.msgpack.Decoder(list[ToEdge])
    while True:
        try:
            reader, writer = await asyncio.open_unix_connection(run_folder / SOCKET)
        except OSError:
            await asyncio.sleep(RECONNECT_S)
            continue
        arrive(Link(writer))
        try:
            await hear(reader, decoder, take)
        finally:
            writer.close()
            gone()


@contextlib.asynccontextmanager
async def serve_edges(run_folder: Path, arrive: Callable[[Link], Arrival]) -> AsyncIterator[None]:
    """Listen for edges as the room: `arrive` is called with each one's link."""
    decoder = msgspec.msgpack.Decoder(list[FromEdge])
    links: set[asyncio.StreamWriter] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        links.add(writer)
        arrival = arrive(Link(writer))
        try:
            await hear(reader, decoder, arrival.heard)
        finally:
            links.discard(writer)
            writer.close()
            arrival.gone()

    if not hasattr(asyncio, "start_unix_server"):  # Windows: the server's own process carries all lines
        yield
        return
    path = run_folder / SOCKET
    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(accept, path)
    try:
        yield
    finally:
        server.close()
        for writer in tuple(links):
            writer.close()
        await server.wait_closed()
