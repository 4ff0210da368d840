"""A real server in a process of its own, and pages that speak to it over real websockets."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypedDict, TypeVar

import msgspec
import websockets
from patience import DEADLINE_S

from avatar_live.channels.processes import HEALTH_BYTES_MAX, Health, Order, ServerPlan, health_slot
from avatar_live.channels.slot import Slot
from avatar_live.protocol.wire import FromViewer, Join, Lines, Show, ToViewer, Welcome

TOKEN = "a-token-of-the-show"
M = TypeVar("M", bound=msgspec.Struct)
_decoder: msgspec.json.Decoder[ToViewer] = msgspec.json.Decoder(ToViewer)


class ShowServer:
    """One show's server, started, killed and started again on the same folders; its port may change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan = ServerPlan(
            run_folder=str(folder / "run"),
            data_folder=str(folder / "data"),
            web_folder=str(folder / "web"),
            port=0,
            title="Test show",
            token=TOKEN,
            allow_loopback_ice=True,
        )
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self) -> None:
        """Start and wait until it serves."""
        started_s = time.monotonic()
        self.process = spawn(self.plan)
        while True:
            health = self.health()
            if health is not None and health.is_ready and health.at_s > started_s:
                self.port = int(health.status.rpartition(":")[2])
                return
            assert self.process.poll() is None, "the server ended while it was starting"
            assert time.monotonic() - started_s < DEADLINE_S, "the server did not come up"
            time.sleep(0.02)

    def order(self, order: Order) -> None:
        """Order something, as the parent does."""
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(order) + b"\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """End it without a word, as a crash does."""
        assert self.process is not None
        self.process.kill()
        self.wait()

    def stop(self) -> int:
        """End its input, as a parent that is gone does; return the exit code."""
        assert self.process is not None and self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        return self.wait()

    def wait(self) -> int:
        """Wait for its end."""
        assert self.process is not None
        code = self.process.wait(DEADLINE_S)
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        return code

    def health(self) -> Health | None:
        """Return what it last said of itself."""
        slot = Slot(health_slot(Path(self.plan.run_folder), "server"), HEALTH_BYTES_MAX)
        try:
            data = slot.read()
        finally:
            slot.close()
        return msgspec.json.decode(data, type=Health) if data else None


@contextlib.contextmanager
def show_server(folder: Path) -> Iterator[ShowServer]:
    """Run a server until the end of the block."""
    server = ShowServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def spawn(plan: ServerPlan) -> "subprocess.Popen[bytes]":
    """Start a server's process, its input held open."""
    command = [sys.executable, "-m", "avatar_live.server", msgspec.json.encode(plan).decode()]
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def single(message: ToViewer) -> tuple[ToViewer, ...]:
    """Return the lines that came in one frame, or the message alone."""
    return message.lines if isinstance(message, Lines) else (message,)


class Page:
    """A viewer's page."""

    def __init__(self, socket: websockets.ClientConnection, welcome: Welcome) -> None:
        self.socket = socket
        self.welcome = welcome
        self.heard: list[ToViewer] = []
        self._unread: list[ToViewer] = []
        self.show = welcome.show

    async def send(self, message: FromViewer) -> None:
        """Say one message."""
        await self.socket.send(msgspec.json.encode(message).decode())

    async def until(self, kind: type[M], claim: Callable[[M], bool] = lambda _: True) -> M:
        """Listen until a message of a kind fulfils a claim, and return it."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                if not self._unread:
                    self._unread += single(_decoder.decode(await self.socket.recv()))
                message = self._unread.pop(0)
                self.heard.append(message)
                if isinstance(message, Show):
                    self.show = message
                if isinstance(message, kind) and claim(message):
                    return message

    async def sees(self, claim: Callable[[Show], bool]) -> Show:
        """Wait until the show fulfils a claim, which it may do already, and return it."""
        return self.show if claim(self.show) else await self.until(Show, claim)

    async def closed(self) -> tuple[int, str]:
        """Listen until the server closes, and return its code and reason."""
        async with asyncio.timeout(DEADLINE_S):
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    self.heard += single(_decoder.decode(await self.socket.recv()))
            return self.socket.close_code or 0, self.socket.close_reason or ""

    def heard_of(self, kind: type[M]) -> list[M]:
        """Return what was heard so far of one kind."""
        return [message for message in self.heard if isinstance(message, kind)]


@contextlib.asynccontextmanager
async def page(
    server: ShowServer, name: str, viewer: str | None = None, epoch: str | None = None, seq: int = 0
) -> AsyncIterator[Page]:
    """Join as a viewer."""
    async with websockets.connect(f"ws://127.0.0.1:{server.port}/ws") as socket:
        await socket.send(msgspec.json.encode(Join(name, viewer, epoch, seq)).decode())
        welcome = _decoder.decode(await asyncio.wait_for(socket.recv(), DEADLINE_S))
        while isinstance(welcome, Show):
            welcome = _decoder.decode(await asyncio.wait_for(socket.recv(), DEADLINE_S))
        assert isinstance(welcome, Welcome)
        yield Page(socket, welcome)


@contextlib.asynccontextmanager
async def events(server: ShowServer, query: str = f"token={TOKEN}") -> AsyncIterator[websockets.ClientConnection]:
    """Listen to the event API."""
    async with websockets.connect(f"ws://127.0.0.1:{server.port}/api/events?{query}") as socket:
        yield socket


class Heard(TypedDict):
    """One event as a program hears it."""

    epoch: str
    seq: int
    type: str
    at: float
    data: dict[str, str | int | float | bool]


async def next_event(socket: websockets.ClientConnection, type: str) -> Heard:
    """Return the next event of a type."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            event: Heard = json.loads(await socket.recv())
            if event["type"] == type:
                return event
