"""WHIP: how a camera or a screen comes into the show, from OBS, a browser or a phone, with one HTTP request (RFC 9725).

The pictures do not come here: offers are handed to the inlet's process, which meets the guest by itself.
"""

import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from litestar import Response, Router, delete, patch, post, route
from litestar.params import FromPath

from avatar_live import clock
from avatar_live.broadcast.broadcaster import BroadcastError
from avatar_live.broadcast.fragment import FRAGMENT_BYTES_MAX
from avatar_live.broadcast.offer import OFFER_BYTES_MAX
from avatar_live.channels.asking import NobodyAnswersError, ask
from avatar_live.channels.processes import (
    FromInlet,
    GuestAnswer,
    GuestFragment,
    GuestLeaves,
    GuestOffer,
    GuestRefused,
    ToInlet,
)
from avatar_live.edge.joins import FOLLOW_UP_ALLOWANCE, JoinRate
from avatar_live.protocol.ice import IceServer
from avatar_live.server import signalling as sig
from avatar_live.server.signalling import HttpRequest

ANSWER_S_MAX: Final = 8.0  # a STUN server may take 5 of them
RETRY_AFTER_S: Final = 2
WRONG_TOKEN: Final = "Send the show's guest token as Authorization: Bearer."  # noqa: S105  (a sentence)
NO_GUESTS: Final = "This show takes no guests."

_answers: msgspec.msgpack.Decoder[FromInlet] = msgspec.msgpack.Decoder(FromInlet)


class Inlet:
    """Speak to the inlet's process, which may be starting again."""

    def __init__(self, run_folder: Path) -> None:
        self._run_folder = run_folder

    async def ask(self, question: ToInlet) -> FromInlet:
        """Return the answer. Raises BroadcastError for a refusal, and where nobody answers."""
        try:
            answer = await ask(self._run_folder, "inlet", question, _answers, ANSWER_S_MAX)
        except NobodyAnswersError as fault:
            raise BroadcastError(503, "Guests cannot be let in just now: try again.", RETRY_AFTER_S) from fault
        if isinstance(answer, GuestRefused):
            raise BroadcastError(answer.status, answer.sentence, answer.retry_after_s)
        return answer


def whip_routes(
    inlet: Inlet, token: str, *, ice_servers: Sequence[IceServer] = (), joins: JoinRate | None = None
) -> Router:
    """Return the routes under `/whip`, for who holds the `token`; without one nobody is let in."""
    rate = joins if joins is not None else JoinRate()
    follow_ups = JoinRate(FOLLOW_UP_ALLOWANCE)  # the inlet looks each session up: strangers must not keep it busy

    def too_many(request: HttpRequest) -> Response[bytes] | None:
        address = request.client.host if request.client else ""
        wait_s = follow_ups.wait_s(address, clock.now_s())
        if not wait_s:
            return None
        return sig.refused(429, "Too many requests from your address: wait a moment.", {"Retry-After": str(wait_s)})

    def may_enter(request: HttpRequest) -> bool:
        return bool(token) and hmac.compare_digest(sig.bearer(request).encode(), token.encode())

    @post(
        "/",
        request_max_body_size=OFFER_BYTES_MAX,
        operation_class=sig.SdpOperation,
        operation_id="BringPicture",
        summary="Bring a camera or a screen into the show (WHIP, with the guest token)",
    )
    async def publish(request: HttpRequest) -> Response[bytes]:
        address = request.client.host if request.client else ""
        if wait_s := rate.wait_s(address, clock.now_s()):  # before the token: guesses are limited, too
            return sig.refused(429, "Too many offers from your address: wait a moment.", {"Retry-After": str(wait_s)})
        if not may_enter(request):
            return sig.unauthorized("guest", WRONG_TOKEN if token else NO_GUESTS)
        offer = await sig.offered(request)
        if isinstance(offer, Response):
            return offer
        try:
            answer = await inlet.ask(GuestOffer(offer))
        except BroadcastError as refusal:
            return sig.refusal_of(refusal)
        assert isinstance(answer, GuestAnswer)
        return sig.began(f"/whip/{answer.session}", answer.session, answer.sdp, ice_servers)

    @delete(
        "/{session:str}",
        status_code=200,
        operation_class=sig.GoodbyeOperation,
        operation_id="TakePictureAway",
        summary="End a session",
    )
    async def leave(session: FromPath[str], request: HttpRequest) -> Response[bytes]:
        if (refused := too_many(request)) is not None:
            return refused
        try:
            await inlet.ask(GuestLeaves(session))
        except BroadcastError as refusal:
            return sig.refusal_of(refusal)
        return Response(b"", status_code=200, headers=sig.CORS)

    @patch(
        "/{session:str}",
        request_max_body_size=FRAGMENT_BYTES_MAX,
        operation_class=sig.FragmentOperation,
        operation_id="TrickleToInlet",
        summary="Add a guest's candidates",
    )
    async def trickle(session: FromPath[str], request: HttpRequest) -> Response[bytes]:
        if (refused := too_many(request)) is not None:
            return refused

        async def hand_on(session: str, fragment: str) -> None:
            await inlet.ask(GuestFragment(session, fragment))

        return await sig.patched(request, session, bool, hand_on)  # the inlet knows whether there is such a session

    @route(["/", "/{session:str}"], http_method=["OPTIONS"], include_in_schema=False)
    async def preflight(request: HttpRequest) -> Response[None]:
        return sig.preflight(ice_servers if may_enter(request) else ())

    return Router("/whip", route_handlers=[preflight, publish, leave, trickle])
