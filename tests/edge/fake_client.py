"""A websocket client on a transport without a socket: websockets' own client core, spoken to in bytes."""

import asyncio
from typing import Protocol, TypeVar

import msgspec
from patience import DEADLINE_S
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri

from avatar_live.edge.socket import EdgeSocket, Reception
from avatar_live.protocol.codec import Form, encoded, to_viewer
from avatar_live.protocol.wire import FromViewer, ToViewer

M = TypeVar("M", bound=msgspec.Struct)


class FakeSocket:
    def setsockopt(self, *_: object) -> None:
        pass

    def fileno(self) -> int:
        return -1


class Peer(Protocol):
    def receive(self, data: bytes) -> None: ...

    def cut(self) -> None: ...


class Nobody:
    """A peer that neither reads nor minds."""

    def receive(self, data: bytes) -> None:
        pass

    def cut(self) -> None:
        pass


class FakeTransport(asyncio.Transport):
    """Hand what is written to the client, or hold it back as a reader does that is stuck."""

    def __init__(self, client: Peer) -> None:
        super().__init__({"socket": FakeSocket(), "peername": ("192.0.2.7", 5_000)})
        self._client = client
        self._held = bytearray()
        self._is_closing = False
        self.is_holding = False
        self.unsent_more = 0  # to stand for what need not be written out

    def write(self, data: bytes | bytearray | memoryview) -> None:
        is_handshake = bytes(data[:4]) == b"HTTP"
        if self.is_holding and not is_handshake:
            self._held += data
        else:
            self._client.receive(bytes(data))

    def release(self) -> None:
        self.is_holding, self.unsent_more = False, 0
        held, self._held = bytes(self._held), bytearray()
        self._client.receive(held)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return len(self._held) + self.unsent_more

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        if not self._is_closing:
            self._is_closing = True
            self._client.cut()


class FakeClient:
    """Shake hands on creation; `heard` is every message so far, `close_code` how the line ended."""

    def __init__(
        self,
        reception: Reception,
        target: str = "/ws",
        *,
        headers: dict[str, str] | None = None,
        form: Form = "json",
        subprotocols: tuple[str, ...] = (),
        is_deflating: bool = False,
        pieces: int | None = None,
        is_slow: bool = False,
    ) -> None:
        extensions = [ClientPerMessageDeflateFactory()] if is_deflating else None
        self.core = ClientProtocol(
            parse_uri(f"ws://show.example{target}"),
            extensions=extensions,
            subprotocols=list(subprotocols) or None,  # type: ignore[arg-type]
        )
        self.form: Form = form
        self.frames: list[bytes] = []
        self.status = 0
        self._passed = 0  # messages that `until` has looked at
        self.is_cut = False
        self._pieces = pieces
        self._new = asyncio.Event()
        self.transport = FakeTransport(self)
        self.server = EdgeSocket(reception)
        self.server.connection_made(self.transport)
        request = self.core.connect()
        for name, value in (headers or {}).items():
            request.headers[name] = value
        self.core.send_request(request)
        self.transport.is_holding = is_slow
        self.flush()

    @property
    def close_code(self) -> int | None:
        return self.core.close_rcvd.code if self.core.close_rcvd is not None else None

    @property
    def heard(self) -> list[ToViewer]:
        return [to_viewer(frame, self.form, is_text=self.form == "json") for frame in self.frames]

    def say(self, message: FromViewer) -> None:
        self.say_bytes(encoded(message, self.form), is_text=self.form == "json")

    def say_bytes(self, data: bytes, *, is_text: bool = True) -> None:
        if self.core.state is State.OPEN:
            (self.core.send_text if is_text else self.core.send_binary)(data)
        self.flush()

    def flush(self) -> None:
        """Send what the core has to say, in one piece or in pieces of some bytes."""
        data = b"".join(self.core.data_to_send())
        step = self._pieces or max(len(data), 1)
        for begin in range(0, len(data), step):
            if not self.is_cut:
                self.server.data_received(data[begin : begin + step])

    def receive(self, data: bytes) -> None:
        self.core.receive_data(data)
        for event in self.core.events_received():
            if isinstance(event, Response):
                self.status = event.status_code
            elif isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.BINARY):
                self.frames.append(bytes(event.data))
        self._new.set()

    def answer(self) -> None:
        """Send what the core answers by itself: pongs, closes."""
        self.flush()

    def cut(self) -> None:
        self.is_cut = True
        self.server.connection_lost(None)
        self._new.set()

    def leave(self) -> None:
        """Go without a word."""
        self.transport.abort()

    def fall_behind(self, unsent_bytes: int = 1) -> None:
        """Read no more for now."""
        self.transport.unsent_more = unsent_bytes
        self.server.pause_writing()

    def catch_up(self) -> None:
        """Read everything."""
        self.transport.unsent_more = 0
        self.server.resume_writing()

    async def until(self, kind: type[M]) -> M:
        """Wait for the next message of a kind; what came before it is passed over."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                while self._passed < len(self.frames):
                    message = self.heard[self._passed]
                    self._passed += 1
                    if isinstance(message, kind):
                        return message
                self._new.clear()
                await self._new.wait()

    async def closed(self) -> int:
        """Wait for the server's goodbye."""
        async with asyncio.timeout(DEADLINE_S):
            while self.close_code is None:
                self._new.clear()
                await self._new.wait()
        return self.close_code
