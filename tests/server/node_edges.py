"""Edges on machines of their own, played by processes of this one: started as a person starts them."""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest
import websockets
from patience import DEADLINE_S
from ports import free_port
from show_server import Page, ShowServer

from avatar_live.app.bench.private_redis import PrivateRedis, private_redis
from avatar_live.protocol.codec import to_viewer
from avatar_live.protocol.wire import Join, Welcome

ROOM = "evening"


class NodeEdge:
    """One edge, started, killed and started again at the same port."""

    def __init__(self, redis: str) -> None:
        self.port, self.monitor_port = free_port(), free_port()
        self.sockets: list[websockets.ClientConnection] = []
        self._command = [sys.executable, "-m", "avatar_live.app.cli", "edge", "--redis", redis, "--room", ROOM]
        self._command += ["--host", "127.0.0.1", "--port", str(self.port), "--monitor-port", str(self.monitor_port)]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(DEADLINE_S)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(DEADLINE_S)

    def ask(self, path: str) -> httpx.Response | None:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{self.monitor_port}{path}", trust_env=False, timeout=DEADLINE_S)
        return None

    def wait_until_ready(self) -> None:
        until_s = time.monotonic() + DEADLINE_S
        while (answer := self.ask("/health")) is None or answer.status_code != 200:
            assert time.monotonic() < until_s, "the edge has no room"
            assert self.process.poll() is None, "the edge has ended"
            time.sleep(0.05)

    async def page(self, name: str, viewer: str | None = None, epoch: str | None = None, seq: int = 0) -> Page:
        """Join as a viewer, as often as it takes."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                with contextlib.suppress(OSError, websockets.WebSocketException):
                    socket = await websockets.connect(f"ws://127.0.0.1:{self.port}/ws")
                    self.sockets.append(socket)
                    await socket.send(msgspec.json.encode(Join(name, viewer, epoch, seq)).decode())
                    welcome = to_viewer(await socket.recv(decode=False))
                    assert isinstance(welcome, Welcome)
                    return Page(socket, welcome)
                await asyncio.sleep(0.1)

    async def close_pages(self) -> None:
        for socket in self.sockets:
            socket.transport.abort()  # a goodbye would wait for an answer behind all that nobody read
            await socket.wait_closed()


class Scene:
    """A Redis, a server and two edges elsewhere."""

    def __init__(self, folder: Path, redis: PrivateRedis, ledger: str = "") -> None:
        self.redis = redis
        self.server = ShowServer(folder)
        self.server.plan = msgspec.structs.replace(self.server.plan, redis=redis.url, room=ROOM, ledger=ledger)
        self.edges: list[NodeEdge] = []

    async def __aenter__(self) -> "Scene":
        await asyncio.to_thread(self.server.start)
        self.edges += [NodeEdge(self.redis.url), NodeEdge(self.redis.url)]
        for edge in self.edges:
            await asyncio.to_thread(edge.wait_until_ready)
        return self

    async def __aexit__(self, *_: object) -> None:
        for edge in self.edges:
            await edge.close_pages()
            edge.kill()
        self.server.kill()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    with private_redis() as redis:
        async with Scene(tmp_path, redis) as running:
            yield running
