"""uvicorn's HTTP, with an end to patience, with the address of who calls through a proxy, and a limit for each address.

uvicorn bounds how long a connection may rest between requests, and how long a head may be, but not how slowly head and
body come: a thousand clients that send a byte a second would hold a thousand sockets for as long as they like.
"""

import asyncio
from typing import Final

import h11
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from avatar_live import clock
from avatar_live.edge.callers import Callers
from avatar_live.edge.doorstep import Doorstep
from avatar_live.edge.joins import JoinRate

REQUEST_S_MAX: Final = 10.0  # the longest bodies are offers of some kilobytes
TOO_OFTEN: Final = "Too many requests from your address: wait a moment."
_HERE: Final = (h11.DONE, h11.MUST_CLOSE, h11.CLOSED, h11.ERROR)


def impatient_http(doorstep: Doorstep, request_s_max: float = REQUEST_S_MAX) -> type[H11Protocol]:
    """Return the protocol, for uvicorn to make one of for every connection."""

    class ImpatientHttp(H11Protocol):
        """Cut a connection whose request does not come."""

        _waiting: asyncio.TimerHandle | None = None
        _peer = ""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._peer = self.client[0] if self.client else ""
            self._wait()

        def data_received(self, data: bytes) -> None:
            if self._waiting is None:
                self._wait()
            if self.transport.is_closing():
                return
            super().data_received(data)
            if self.conn.their_state in _HERE:
                self._wait_no_more()

        def handle_websocket_upgrade(self, event: h11.Request) -> None:
            self._wait_no_more()
            super().handle_websocket_upgrade(event)

        def connection_lost(self, exc: Exception | None) -> None:
            self._wait_no_more()
            super().connection_lost(exc)

        def _wait(self) -> None:
            if doorstep.enter(self._peer):
                self._waiting = self.loop.call_later(request_s_max, self._cut)
            else:
                self.transport.abort()

        def _wait_no_more(self) -> None:
            if self._waiting is not None:
                self._waiting.cancel()
                self._waiting = None
                doorstep.leave(self._peer)

        def _cut(self) -> None:
            self.transport.abort()

    return ImpatientHttp


def with_callers(app: ASGIApp, callers: Callers) -> ASGIApp:
    """Return the app, told of each request from whose address it comes."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        peer = scope.get("client")
        if scope["type"] == ScopeType.HTTP and peer is not None:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            scope["client"] = (callers.address_of(peer[0], headers), peer[1])
        await app(scope, receive, send)

    return call


def with_limit(app: ASGIApp, rate: JoinRate) -> ASGIApp:
    """Return the app, for who does not ask too often; programs of this machine are not counted."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        caller = scope.get("client")
        wait_s = rate.wait_s(caller[0], clock.now_s()) if scope["type"] == ScopeType.HTTP and caller is not None else 0
        if wait_s == 0:
            await app(scope, receive, send)
            return
        body = TOO_OFTEN.encode()
        headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": len(body), "Retry-After": wait_s}
        encoded = [(name.encode(), str(value).encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 429, "headers": encoded})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return call
