"""What monitors ask an edge: `/health` (200, or 503 while it has no room), and `/metrics` for Prometheus."""

import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, Final

import msgspec
import uvicorn
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from avatar_live.edge.edge import Edge
from avatar_live.edge.node import Node

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX: Final = "avatar_live_edge"

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class EdgeHealth(msgspec.Struct, frozen=True):
    """Say how an edge does."""

    status: str
    node: str
    lines: int
    waiting: int


class Monitor:
    """Answer over HTTP, as an ASGI app."""

    def __init__(self, edge: Edge, node: Node) -> None:
        self._edge = edge
        self._node = node
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    async def __call__(self, scope: Scope, receive: object, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        match scope["method"], scope["path"]:
            case "GET" | "HEAD", "/health":
                health = self.health()
                body = msgspec.json.encode(health)
                await _answer(send, 200 if health.status == "ok" else 503, "application/json", body)
            case "GET" | "HEAD", "/metrics":
                await _answer(send, 200, CONTENT_TYPE, generate_latest(self._registry))
            case _:
                await _answer(send, 404, "text/plain; charset=utf-8", b"There are /health and /metrics.\n")

    def health(self) -> EdgeHealth:
        """Return how this edge does."""
        status = "ok" if self._node.is_there else "the room or Redis is away"
        return EdgeHealth(status, self._node.name, len(self._edge), self._node.waiting)

    def collect(self) -> Iterable[Metric]:
        """Return every metric once."""
        edge, node = self._edge, self._node
        for name, told, value in (
            ("lines", "Viewers' websockets that end here.", len(edge)),
            ("unsent_bytes", "What waits for viewers who read slowly.", edge.unsent_bytes()),
            ("waiting_messages", "What waits for Redis or the room.", node.waiting),
            ("has_room", "Whether the room was heard of in the last seconds.", int(node.is_there)),
        ):
            yield GaugeMetricFamily(f"{_PREFIX}_{name}", told, value=value)
        for name, told, value in (
            ("frames", "Times that a line was told what it was owed.", edge.written),
            ("skipped", "Times that a line was too far behind to be told.", edge.skipped),
            ("batches", "Batches sent to the room.", node.batches),
        ):
            yield CounterMetricFamily(f"{_PREFIX}_{name}", told, value=value)


async def serve_monitor(monitor: Monitor, listener: socket.socket) -> None:
    """Answer monitors until cancelled."""
    await _Quiet(
        uvicorn.Config(monitor, loop="asyncio", lifespan="off", ws="none", log_config=None, access_log=False)
    ).serve(sockets=[listener])


class _Quiet(uvicorn.Server):
    """uvicorn without its own signal handlers: the process has its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _answer(send: Send, status: int, kind: str, body: bytes) -> None:
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
