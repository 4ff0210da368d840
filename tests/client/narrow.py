"""A way to a server that a test can cut and mend: what a bad network does between a program and a show."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Way:
    """Forward connections to a port; `cut` breaks them all, and refuses new ones until `mend`."""

    def __init__(self, port: int) -> None:
        self.address = ""
        self.opened = 0
        self.is_answered = asyncio.Event()  # by the server, once at least
        self._port = port
        self._is_cut = False
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Break everything without a goodbye."""
        self._is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        self.opened += 1
        with contextlib.suppress(OSError):
            if self._is_cut:
                writer.transport.abort()
                return
            try:
                other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                writer.close()
                return
            both = {writer, other_writer}
            self._writers |= both
            try:
                await asyncio.gather(_pump(reader, other_writer), _pump(other_reader, writer, self.is_answered))
            finally:
                self._writers -= both
                for one in both:
                    one.close()


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_moved: asyncio.Event | None = None
) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            if is_moved is not None:
                is_moved.set()
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def way_to(port: int) -> AsyncIterator[Way]:
    """Open a way to a port of this machine."""
    way = Way(port)
    server = await asyncio.start_server(way.carry, "127.0.0.1", 0)
    way.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield way
    finally:
        way.cut()
        server.close()
