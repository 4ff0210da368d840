"""uvicorn's HTTP, with an end to patience, with the address of who calls through a proxy, and a limit for each address.

uvicorn bounds how long a connection may rest between requests, and how long a head may be, but not how slowly head and
body come, nor how slowly an answer is read: a thousand clients that send a byte a second, or take none, would hold a
thousand sockets for as long as they like.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import h11
from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from avatar_live import clock
from avatar_live.edge.callers import Callers
from avatar_live.edge.doorstep import Doorstep
from avatar_live.edge.joins import JoinRate
from avatar_live.server.access import Access, bearer
from avatar_live.server.signalling import CORS, PREFLIGHT
from avatar_live.server.tokens import TokenError

REQUEST_S_MAX: Final = 10.0  # the longest bodies are offers of some kilobytes
ANSWER_S_MAX: Final = 30.0  # without any progress of who reads: what a transport keeps is 64 KiB at most
TOO_OFTEN: Final = "Too many requests from your address: wait a moment."
SIGNED: Final = ("/api/bridges/", "/api/topup/")
WATCHES: Final = "/whep"
TOKENS: Final = ("/api/", "/metrics")
FOR_ALL_ORIGINS: Final = (WATCHES, "/whip", "/sdk.js")
_HERE: Final = (h11.DONE, h11.MUST_CLOSE, h11.CLOSED, h11.ERROR)


def impatient_http(
    doorstep: Doorstep, request_s_max: float = REQUEST_S_MAX, answer_s_max: float = ANSWER_S_MAX
) -> type[H11Protocol]:
    """Return the protocol, for uvicorn to make one of for every connection."""

    class ImpatientHttp(H11Protocol):
        """Cut a connection whose request does not come, or whose answer is not taken."""

        _waiting: asyncio.TimerHandle | None = None
        _unread: asyncio.TimerHandle | None = None
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
            self._is_read_again()
            super().handle_websocket_upgrade(event)

        def connection_lost(self, exc: Exception | None) -> None:
            self._wait_no_more()
            self._is_read_again()
            super().connection_lost(exc)

        def pause_writing(self) -> None:
            super().pause_writing()
            self._unread = self.loop.call_later(answer_s_max, self._cut)

        def resume_writing(self) -> None:
            self._is_read_again()
            super().resume_writing()

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

        def _is_read_again(self) -> None:
            if self._unread is not None:
                self._unread.cancel()
                self._unread = None

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


def with_limit(app: ASGIApp, rate: JoinRate, access: Access, has_watch: Callable[[str], bool]) -> ASGIApp:
    """Return the app, for who does not ask too often.

    Not counted are programs of this machine, who has a token of the show, who signs what is posted, since a platform
    may not post it again, and who leaves or mends a stream that is watched, as `has_watch` says.
    """

    def is_known(scope: HTTPScope) -> bool:
        path = scope["path"]
        if path.startswith(SIGNED):
            return scope["method"] == HttpMethod.POST
        if path.startswith(f"{WATCHES}/"):
            return has_watch(path.removeprefix(f"{WATCHES}/"))
        offered = bearer(dict(scope["headers"]).get(b"authorization", b"").decode("latin-1"))
        if not offered or not path.startswith(TOKENS):
            return False
        try:
            access.held(offered, clock.wall_s())
        except TokenError:
            return False
        return True

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        caller = scope.get("client")
        if scope["type"] != ScopeType.HTTP or caller is None or is_known(scope):
            await app(scope, receive, send)
        elif wait_s := rate.wait_s(caller[0], clock.now_s()):
            await _turn_away(scope, send, wait_s)
        else:
            await app(scope, receive, send)

    return call


async def _turn_away(scope: HTTPScope, send: Send, wait_s: int) -> None:
    """Say when to come back, also to pages of other origins where they may ask at all."""
    body = TOO_OFTEN.encode()
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        "Retry-After": str(wait_s),
    }
    status = HTTPStatus.TOO_MANY_REQUESTS
    if scope["path"].startswith(FOR_ALL_ORIGINS):
        headers |= CORS
        if scope["method"] == HttpMethod.OPTIONS:  # a browser hides what it is told where its preflight is refused
            status, headers, body = HTTPStatus.NO_CONTENT, PREFLIGHT, b""
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body, "more_body": False})
