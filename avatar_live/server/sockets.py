"""Websockets of the audience: written to directly, prebuilt frames for everybody, bounded for each.

uvicorn's own `send` waits for a slow reader and cannot skip; a `Line` looks at what is unsent instead. Only this file
knows uvicorn's websocket protocol from inside (its version is pinned).
"""

import socket
from typing import Final, Protocol

import msgspec
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from avatar_live import clock
from avatar_live.protocol.codec import encoded
from avatar_live.protocol.wire import CLOSE_SLOW
from avatar_live.room.bucket import Allowance, Bucket, take

SKIP_BYTES: Final = 32 * 1024  # above this much unsent, what is replaced soon anyway is skipped
HEARD_BYTES: Final = 8 * 1024
UNSENT_BYTES_MAX: Final = 256 * 1024  # above this much unsent, a line is cut
STUCK_S_MAX: Final = 5.0
GOODBYE_S: Final = 1.0
PING_ALLOWANCE: Final = Allowance(rate_hz=5.0, burst=20.0)  # browsers send none; a program's keep-alive a few a minute
CLOSE_REASON_BYTES_MAX: Final = 123  # RFC 6455, 5.5: 125 less the code


def framed(message: msgspec.Struct) -> bytes:
    """Return a message as one unmasked websocket text frame, ready for any number of lines."""
    return Frame(Opcode.TEXT, encoded(message)).serialize(mask=False)


class Wire(Protocol):
    """What a line needs of a websocket."""

    def is_open(self) -> bool:
        """Say that frames may be written."""

    def unsent_bytes(self) -> int:
        """Return how much waits in this process for the reader."""

    def write(self, frame: bytes) -> None:
        """Write a frame without waiting."""

    def close(self, code: int, reason: str) -> None:
        """Say goodbye and cut the connection soon, whether the peer reads or not."""


class Line:
    """Send to one page: everything in order, but the show only while the page keeps up."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._stuck_since_s: float | None = None
        self.owes_show = False  # the newest show was skipped
        self.skipped = 0

    def send(self, frame: bytes) -> None:
        """Send what may not be lost; a line with too much unsent is cut instead."""
        if not self._wire.is_open():
            return
        if self._wire.unsent_bytes() > UNSENT_BYTES_MAX:
            self._wire.close(CLOSE_SLOW, "too slow; you may come back")
            return
        self._wire.write(frame)

    def send_show(self, frame: bytes) -> None:
        """Send what the next one replaces, unless the page is behind."""
        self.owes_show = self._wire.unsent_bytes() > SKIP_BYTES
        if self.owes_show:
            self.skipped += 1
        elif self._wire.is_open():
            self._wire.write(frame)

    def sweep(self, now_s: float, show: bytes) -> None:
        """Make up for a skipped show, and cut a line that has been behind for `STUCK_S_MAX`."""
        if self._wire.unsent_bytes() <= SKIP_BYTES:
            self._stuck_since_s = None
            if self.owes_show:
                self.send_show(show)
        elif self._stuck_since_s is None:
            self._stuck_since_s = now_s
        elif now_s - self._stuck_since_s > STUCK_S_MAX and self._wire.is_open():
            self._wire.close(CLOSE_SLOW, "too slow; you may come back")

    def close(self, code: int, reason: str) -> None:
        """Say goodbye with a code of `protocol/wire.py`."""
        self._wire.close(code, reason)


class RoomSocket(WebSocketsSansIOProtocol):
    """uvicorn's websocket, which hands the app a `Line` in `scope["state"]["line"]`."""

    _pings = Bucket()

    async def run_asgi(self) -> None:
        """Run the app with the line in its scope."""
        # The system would take megabytes for a reader that has gone to sleep; then nobody could tell it is behind.
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SKIP_BYTES)
        # What arrives is parsed in one go: thousands of frames at once would hold up everybody else.
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, HEARD_BYTES)
        self.scope["state"]["line"] = Line(self)
        await super().run_asgi()

    def handle_ping(self) -> None:
        """Answer a ping, and cut a peer that sends them in masses: the answers would pile up here."""
        pinged = take(self._pings, PING_ALLOWANCE, clock.now_s())
        if pinged is None:
            self.transport.abort()
            return
        self._pings = pinged
        super().handle_ping()

    def keepalive_timeout(self) -> None:
        """Cut a peer that answers no ping; uvicorn alone would wait for it to read what is unsent."""
        super().keepalive_timeout()
        self.transport.abort()

    def is_open(self) -> bool:
        """Say that the handshake is done and neither side has said goodbye."""
        return self.handshake_complete and self.conn.state is State.OPEN and not self.transport.is_closing()

    def unsent_bytes(self) -> int:
        """Return how much the transport holds back."""
        return self.transport.get_write_buffer_size()

    def write(self, frame: bytes) -> None:
        """Write to the transport, which keeps what the system does not take."""
        self.transport.write(frame)

    def close(self, code: int, reason: str) -> None:
        """Send a close frame, and cut the transport if the peer does not answer it."""
        if not self.is_open():
            return
        reason = reason.encode()[:CLOSE_REASON_BYTES_MAX].decode(errors="ignore")
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        # As uvicorn's own close does, except that it neither waits for the reader nor trusts it to answer.
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(GOODBYE_S, self.transport.abort)
