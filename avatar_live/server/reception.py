"""Where websockets are shown to: pages to the room's edge, programs that hold the token to the event API."""

import hmac
from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlsplit

from avatar_live.edge.edge import Edge, Refusal
from avatar_live.edge.socket import EdgeSocket, Guest, Handshake, Reception
from avatar_live.protocol.wire import CLOSE_REFUSED, CLOSE_TOKEN
from avatar_live.server.event_log import EventLog

TOO_MANY: Final = "Too many programs listen already."
OFF: Final = "The event API is off: start the server with a token."
WRONG: Final = "Wrong token: pass the show's own as ?token= or as Authorization: Bearer."


def reception(edge: Edge, log: EventLog, token: str) -> Reception:
    """Return what answers the handshakes of this process's port."""

    def receive(handshake: Handshake) -> Guest | HTTPStatus:
        try:
            target = urlsplit(handshake.target)
        except ValueError:  # "//[": what strangers ask for is not worth a traceback
            return HTTPStatus.BAD_REQUEST
        if target.path == "/ws":
            return edge.receive(handshake)
        if target.path != "/api/events":
            return HTTPStatus.NOT_FOUND
        asked = parse_qs(target.query)
        refusal = _refusal(token, asked, handshake.headers)
        if refusal:
            return Refusal(CLOSE_TOKEN, refusal)
        since = asked.get("since", [""])[-1]
        return _Listener(log, int(since) if since.isdecimal() and len(since) < 16 else None)

    return receive


def socket_factory(receive: Reception) -> Callable[..., EdgeSocket]:
    """Return what uvicorn calls for every websocket that it meets, whatever it passes."""
    return lambda *_, **__: EdgeSocket(receive)


def _refusal(token: str, asked: dict[str, list[str]], headers: dict[str, str]) -> str:
    if not token:
        return OFF
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    offered = bearer.strip() if scheme.lower() == "bearer" else asked.get("token", [""])[-1]
    return "" if hmac.compare_digest(offered.encode(), token.encode()) else WRONG


class _Listener:
    """A program that listens and has nothing to say."""

    def __init__(self, log: EventLog, since: int | None) -> None:
        self._log = log
        self._since = since

    def opened(self, line: EdgeSocket) -> None:
        if not self._log.listen(line, self._since):
            line.close(CLOSE_REFUSED, TOO_MANY)

    def heard(self, line: EdgeSocket, data: bytes, *, is_text: bool) -> None:
        pass

    def lives(self, line: EdgeSocket) -> None:
        pass

    def closed(self, line: EdgeSocket) -> None:
        self._log.forget(line)
