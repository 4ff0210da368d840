"""Where websockets are shown to: pages to the room's edge, programs with a token to the event API."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlsplit

from avatar_live import clock
from avatar_live.edge.edge import Edge, Refusal
from avatar_live.edge.socket import EdgeSocket, Guest, Handshake, Reception
from avatar_live.protocol.wire import CLOSE_REFUSED, CLOSE_TOKEN
from avatar_live.server.access import Access, bearer
from avatar_live.server.programs import ProgramLine, Programs, listening_refusal
from avatar_live.server.tokens import TokenError

EVENTS: Final = "/api/events"
SEQ_CHARACTERS_MAX: Final = 15
EPOCH_CHARACTERS_MAX: Final = 64


def reception(edge: Edge, programs: Programs, access: Access) -> Reception:
    """Return what answers the handshakes of this process's port."""

    def receive(handshake: Handshake) -> Guest | HTTPStatus:
        try:
            target = urlsplit(handshake.target)
        except ValueError:  # "//[": what strangers ask for is not worth a traceback
            return HTTPStatus.BAD_REQUEST
        if target.path == "/ws":
            return edge.receive(handshake)
        if target.path != EVENTS:
            return HTTPStatus.NOT_FOUND
        asked = parse_qs(target.query)
        offered = bearer(handshake.headers.get("authorization", "")) or asked.get("token", [""])[-1]
        try:
            held = access.held(offered, clock.wall_s())
        except TokenError as refusal:
            return Refusal(CLOSE_TOKEN, str(refusal))
        types = types_of(asked.get("types", [""])[-1])
        if refused := listening_refusal(held, types):
            return Refusal(CLOSE_REFUSED, refused)
        epoch = asked.get("epoch", [""])[-1][:EPOCH_CHARACTERS_MAX] or None
        return ProgramLine(programs, held, frozenset(types), epoch, since_of(asked.get("since", [""])[-1]))

    return receive


def types_of(text: str) -> tuple[str, ...]:
    """Return the types of events that a query names, such as "gift,chat"."""
    return tuple(type for type in text.split(",") if type)


def since_of(text: str) -> int | None:
    """Return the number after which a query wants to hear events; None for what is no number."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= SEQ_CHARACTERS_MAX else None


def socket_factory(receive: Reception) -> Callable[..., EdgeSocket]:
    """Return what uvicorn calls for every websocket that it meets, whatever it passes."""
    return lambda *_, **__: EdgeSocket(receive)
