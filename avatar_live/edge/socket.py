"""One websocket as an `asyncio.Protocol`: RFC 6455 by websockets' sans-I/O core, with a short way for what is usual.

The core reads the handshake and every odd frame: fragments, pings, closes, damage. Whole, masked, small data frames,
which is all that pages send, are read by `frames.usual`; until something odd arrives a line needs no core, and 30,000
of them need no memory for it.
"""

import asyncio
import logging
import socket
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol, cast

from websockets.exceptions import NegotiationError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import Close, CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import ExtensionParameter

from avatar_live import clock
from avatar_live.edge.doorstep import Doorstep
from avatar_live.edge.frames import ODD, PLAIN_JSON, Kind, is_utf8, kind_of, usual
from avatar_live.protocol.codec import SUBPROTOCOLS, agreed
from avatar_live.protocol.wire import CLOSE_SLOW

SENDING_BYTES: Final = 32 * 1024  # the system would take megabytes for a reader that sleeps, and nobody could tell
HEARD_BYTES: Final = 8 * 1024  # what arrives is parsed in one go: thousands of frames would hold up everybody else
# So much may wait in this process while a line counts as clear: nothing where somebody writes around asyncio, and some
# on Windows, where all that is written waits for the loop's next turn.
CLEAR_BYTES_MAX: Final = 0 if sys.platform == "linux" else 8 * 1024
UNSENT_BYTES_MAX: Final = 256 * 1024  # above this much unsent, a line is cut
FRAME_BYTES_MAX: Final = 65_536  # a message above this is cut by the protocol itself
PARTS_MAX: Final = 64  # of one message; empty ones weigh nothing and are remembered all the same
HANDSHAKE_BYTES_MAX: Final = 16 * 1024
HANDSHAKE_S: Final = 5.0
GOODBYE_S: Final = 1.0
PINGS_MAX: Final = 20.0  # at once; browsers send none, a program's keep-alive a few a minute
PINGS_HZ: Final = 5.0
CLOSE_REASON_BYTES_MAX: Final = 123  # RFC 6455, 5.5: 125 less the code
_WINDOW_BITS: Final = 15

_quiet = logging.getLogger("avatar_live.edge.core")
_quiet.setLevel(logging.CRITICAL)  # what strangers send is endless, and would fill the disk


class Guest(Protocol):
    """What a line leads to."""

    def opened(self, line: "EdgeSocket") -> None:
        """Begin: the handshake is done."""

    def heard(self, line: "EdgeSocket", data: bytes, *, is_text: bool) -> None:
        """Take one message."""

    def lives(self, line: "EdgeSocket") -> None:
        """Take note of an answer to a ping."""

    def closed(self, line: "EdgeSocket") -> None:
        """Forget the line; called once for every line that was opened."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a client asks for: the path with its query, headers by lower-case name, and its network address."""

    target: str
    headers: dict[str, str]
    address: str


Reception = Callable[[Handshake], Guest | HTTPStatus]  # a status refuses


class EdgeSocket(asyncio.Protocol):
    """Carry one line between a transport and its guest."""

    __slots__ = (
        "_core",
        "_doorstep",
        "_guest",
        "_is_ended",
        "_parts",
        "_pinged",
        "_reception",
        "_rest",
        "_timer",
        "_transport",
        "behind_s",
        "descriptor",
        "is_clear",
        "kind",
    )

    def __init__(self, reception: Reception, doorstep: Doorstep | None = None) -> None:
        self._reception: Reception | None = reception  # until the handshake is done
        self._doorstep = doorstep  # while the handshake is not done, where somebody counts
        self._transport: asyncio.Transport | None = None
        self._guest: Guest | None = None
        self._core: ServerProtocol | None = None
        self._rest = b""  # the beginning of what has not arrived whole
        self._parts: list[bytes] | None = None  # of a fragmented message
        self._pinged: tuple[float, float] | None = None  # how many of late, and when
        self._timer: asyncio.TimerHandle | None = None  # cuts a peer that does not shake hands, or does not say goodbye
        self._is_ended = False  # a close frame was sent or came
        self.kind: Kind = PLAIN_JSON
        self.descriptor = -1  # of the socket, for who writes to many at once
        self.behind_s = 0.0  # since when too much is unsent; 0 when the line is not behind
        self.is_clear = False  # frames may be written, and the system has taken those that were

    # --- what a guest does ------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether frames may be written."""
        return self._guest is not None and not self._is_ended and self._transport is not None

    def unsent_bytes(self) -> int:
        """Return how much waits in this process for the reader."""
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    def write(self, frames: bytes) -> None:
        """Write whole frames without waiting; the system takes what it can, the rest is kept."""
        if self._transport is not None and not self._is_ended:
            self._transport.write(frames)

    def send(self, frames: bytes) -> None:
        """Write what may not be lost; a line with too much unsent is cut instead."""
        if self.unsent_bytes() > UNSENT_BYTES_MAX:
            self.close(CLOSE_SLOW, "too slow; you may come back")
        else:
            self.write(frames)

    def close(self, code: int, reason: str) -> None:
        """Say goodbye, and cut the line soon, whether the peer reads or not."""
        if not self.is_open:
            return
        reason = reason.encode()[:CLOSE_REASON_BYTES_MAX].decode(errors="ignore")
        assert self._transport is not None
        self._transport.write(Frame(Opcode.CLOSE, Close(code, reason).serialize()).serialize(mask=False))
        self._end_soon()

    def abort(self) -> None:
        """Cut the line without a word."""
        self._end()
        if self._transport is not None:
            self._transport.abort()

    # --- what the transport does ------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with a fresh connection."""
        self._transport = cast(asyncio.Transport, transport)
        self.is_clear = True
        self._transport.set_write_buffer_limits(CLEAR_BYTES_MAX)
        if self.unsent_bytes() > CLEAR_BYTES_MAX:
            self.pause_writing()  # which asyncio has told a server of pages that had this connection before
        endpoint = transport.get_extra_info("socket")
        self.descriptor = endpoint.fileno()
        endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENDING_BYTES)
        endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, HEARD_BYTES)
        self._cut_after(HANDSHAKE_S)
        if self._doorstep is not None and not self._doorstep.enter(_peer_of(self._transport)):
            self._doorstep = None
            self.abort()

    def data_received(self, data: bytes) -> None:
        """Read what arrived."""
        if self._guest is None:
            self._await_handshake(data)
        elif self._core is not None:
            self._read_oddly(self._core, data)
        elif self._is_ended:
            self._hear_goodbye(data)
        else:
            self._read(self._guest, self._rest + data if self._rest else data)

    def pause_writing(self) -> None:
        """Take note that the system does not take all that was written."""
        self.behind_s, self.is_clear = clock.now_s(), False

    def resume_writing(self) -> None:
        """Take note that it has."""
        self.behind_s, self.is_clear = 0.0, not self._is_ended

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the guest."""
        self._end()
        self._cut_after(None)
        self._step_in()
        self._transport = self._reception = self._core = None
        if self._guest is not None:
            guest, self._guest = self._guest, None
            guest.closed(self)

    # --- the short way ----------------------------------------------------------------------------------------------

    def _read(self, guest: Guest, data: bytes) -> None:
        at = 0
        while at < len(data):
            read = usual(data, at, self.kind)
            if read is None:
                break
            if read == ODD:
                self._rest = b""
                self._core = _core_of(self.kind)
                self._read_oddly(self._core, data[at:])
                return
            payload, at = read
            if payload is None:
                guest.lives(self)
                continue
            guest.heard(self, payload, is_text=self.kind < 2)
            if self._is_ended or self._transport is None:
                return
        self._rest = data[at:]

    def _hear_goodbye(self, data: bytes) -> None:
        """Close at the answer to our close frame; whatever else comes now is late."""
        if data[0] & 0x0F == Opcode.CLOSE and self._transport is not None:
            self._transport.close()

    # --- the long way -----------------------------------------------------------------------------------------------

    def _await_handshake(self, data: bytes) -> None:
        if self._reception is None or self._transport is None:
            return  # refused, and still talking
        self._rest += data
        end = self._rest.find(b"\r\n\r\n")
        if end < 0:
            if len(self._rest) > HANDSHAKE_BYTES_MAX:
                self._transport.abort()
            return
        head, self._rest = self._rest[: end + 4], self._rest[end + 4 :]
        core = _core_of(None)
        core.receive_data(head)
        request = next((event for event in core.events_received() if isinstance(event, Request)), None)
        guest = self._received(core, request, self._reception) if request is not None else None
        self._reception = None
        self._step_in()
        if guest is None:
            self._write_out(core)
            return
        self._guest = guest
        self._cut_after(None)
        # Both addresses of every line, kept by asyncio for whoever asks: of 30,000 lines they fill 10 MB.
        getattr(self._transport, "_extra", {}).clear()
        self.kind = kind_of(
            SUBPROTOCOLS[core.subprotocol] if core.subprotocol else "json", is_deflated=bool(core.extensions)
        )
        self._write_out(core)
        guest.opened(self)
        if self._rest and not self._is_ended:
            early, self._rest = self._rest, b""
            self.data_received(early)

    def _step_in(self) -> None:
        """Let the next one come to the door."""
        if self._doorstep is not None and self._transport is not None:
            self._doorstep.leave(_peer_of(self._transport))
        self._doorstep = None

    def _received(self, core: ServerProtocol, request: Request, reception: Reception) -> Guest | None:
        """Let the reception answer a handshake that is sound; None when it is refused."""
        response = core.accept(request)
        guest: Guest | HTTPStatus | None = None
        if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            assert self._transport is not None
            headers = {name.lower(): value for name, value in request.headers.raw_items()}
            guest = reception(Handshake(request.path, headers, _peer_of(self._transport)))
            if isinstance(guest, HTTPStatus):
                response = core.reject(guest, f"{guest.description or guest.phrase}.\n")
        core.send_response(response)
        return None if isinstance(guest, HTTPStatus) else guest

    def _read_oddly(self, core: ServerProtocol, data: bytes) -> None:
        core.receive_data(data)
        pieces = deque(core.data_to_send())  # a pong for each ping, then perhaps a goodbye
        for event in core.events_received():
            frame = cast(Frame, event)
            if frame.opcode is Opcode.PING:
                self._count_ping()
                self._write_pieces([pieces.popleft()])  # before the answer to what was said after the ping
            elif frame.opcode is Opcode.PONG and self._guest is not None:
                self._guest.lives(self)
            elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT) and not self._is_ended:
                self._gather(core, frame)
        self._write_pieces(pieces)
        self._write_out(core)

    def _gather(self, core: ServerProtocol, frame: Frame) -> None:
        """Put a message together from its frames and pass it on."""
        if frame.opcode is not Opcode.CONT:
            self._parts = [b"t" if frame.opcode is Opcode.TEXT else b"b"]
        assert self._parts is not None, "the core refuses a continuation of nothing"
        self._parts.append(bytes(frame.data))
        if len(self._parts) > 1 + PARTS_MAX:
            self._parts = None
            core.fail(CloseCode.MESSAGE_TOO_BIG, "too many parts")
            self._write_out(core)  # now, since more parts may have come with this one
            return
        if not frame.fin:
            return
        kind, *parts = self._parts
        self._parts = None
        payload, is_text = b"".join(parts), kind == b"t"
        if is_text and not is_utf8(payload):
            core.fail(CloseCode.INVALID_DATA, "text is UTF-8")
            return
        if self._guest is not None:
            self._guest.heard(self, payload, is_text=is_text)

    def _count_ping(self) -> None:
        """Cut a peer that pings in masses: the answers would pile up here."""
        now_s = clock.now_s()
        pings, since_s = self._pinged or (0.0, now_s)
        pings = max(pings - (now_s - since_s) * PINGS_HZ, 0.0) + 1.0
        self._pinged = pings, now_s
        if pings > PINGS_MAX:
            self.abort()

    def _write_out(self, core: ServerProtocol) -> None:
        """Write what the core has to say."""
        self._write_pieces(core.data_to_send())
        if core.state in (State.CLOSING, State.CLOSED):
            self._end()

    def _write_pieces(self, pieces: Iterable[bytes]) -> None:
        """Write pieces of the core's; an empty one is the end of it."""
        for piece in pieces:
            if self._transport is None or self._transport.is_closing():
                return
            if piece and not self._is_ended:
                self._transport.write(piece)
            elif not piece:
                self._end_soon()
                self._transport.close()

    def _end(self) -> None:
        self._is_ended, self.is_clear = True, False

    def _end_soon(self) -> None:
        self._end()
        self._cut_after(GOODBYE_S)

    def _cut_after(self, seconds: float | None) -> None:
        """Cut the line in so many seconds, or not at all; an earlier word on that is forgotten."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self.abort)


def _peer_of(transport: asyncio.Transport) -> str:
    peer = transport.get_extra_info("peername")
    return peer[0] if isinstance(peer, tuple) else ""


class _Deflate(ServerPerMessageDeflateFactory):
    """Offer compression (RFC 7692) to those who can inflate what was compressed once for everybody."""

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        answer, extension = super().process_request_params(params, accepted_extensions)
        if extension.local_max_window_bits < _WINDOW_BITS:
            raise NegotiationError("one window for all")  # the line does without
        return answer, extension


def _core_of(kind: Kind | None) -> ServerProtocol:
    """Return a core for a handshake, or for a line of this kind that is open."""
    if kind is None:
        return ServerProtocol(
            extensions=[_Deflate(server_no_context_takeover=True, client_no_context_takeover=True)],
            select_subprotocol=lambda _, offered: agreed(offered)[0],  # type: ignore[arg-type, return-value]
            max_size=FRAME_BYTES_MAX,
            logger=_quiet,
        )
    core = ServerProtocol(state=State.OPEN, max_size=FRAME_BYTES_MAX, logger=_quiet)
    if kind & 1:
        core.extensions = [PerMessageDeflate(True, True, _WINDOW_BITS, _WINDOW_BITS)]
    return core
