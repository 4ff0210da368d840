"""WHEP: how a player, ours or anyone's, comes to a stream with one HTTP request.

`POST /whep` is the show for everybody, or for who holds the watch token where there is one; `POST /whep/player` is
the own stream of whoever holds a play token. Our candidates are all in the answer; a viewer's may follow its offer.
https://www.ietf.org/archive/id/draft-ietf-wish-whep-03.txt
"""

import hmac
from collections.abc import Callable, Sequence

from litestar import Response, Router, delete, get, patch, post, route
from litestar.params import FromPath

from avatar_live import clock
from avatar_live.broadcast.broadcaster import Broadcaster, BroadcastError
from avatar_live.broadcast.fragment import FRAGMENT_BYTES_MAX
from avatar_live.broadcast.offer import OFFER_BYTES_MAX
from avatar_live.edge.address import household
from avatar_live.edge.joins import JoinRate
from avatar_live.protocol.ice import IceConfig, IceServer, for_browser, issued
from avatar_live.server import signalling as sig
from avatar_live.server.signalling import SDP, HttpRequest
from avatar_live.signals.encoded import MAIN_STREAM

__all__ = ["SDP", "whep_routes"]


def whep_routes(
    broadcaster: Broadcaster,
    player_stream: Callable[[str], str | None],
    *,
    watch_token: str = "",
    ice_servers: Sequence[IceServer] = (),
    joins: JoinRate | None = None,
) -> Router:
    """Return the routes under `/whep`; `player_stream` names the stream of a play token, or None for a wrong one."""
    rate = joins if joins is not None else JoinRate()

    def may_watch(request: HttpRequest) -> bool:
        return not watch_token or hmac.compare_digest(sig.bearer(request).encode(), watch_token.encode())

    async def answered(stream: str, request: HttpRequest) -> Response[bytes]:
        address = request.client.host if request.client else ""
        if wait_s := rate.wait_s(address, clock.now_s()):
            return sig.refused(429, "Too many offers from your address: wait a moment.", {"Retry-After": str(wait_s)})
        offer = await sig.offered(request)
        if isinstance(offer, Response):
            return offer
        try:
            await broadcaster.load()
            watch = await broadcaster.watch(stream, offer, household(address))
        except BroadcastError as refusal:
            return sig.refusal_of(refusal)
        return sig.began(f"/whep/{watch.id}", watch.id, watch.answer_sdp, ice_servers)

    @post(
        "/",
        request_max_body_size=OFFER_BYTES_MAX,
        operation_class=sig.SdpOperation,
        operation_id="WatchShow",
        summary="Watch the show (WHEP)",
    )
    async def watch_show(request: HttpRequest) -> Response[bytes]:
        if not may_watch(request):
            return sig.unauthorized("show", "This show is for who holds its token: send it as Authorization: Bearer.")
        return await answered(MAIN_STREAM, request)

    @post(
        "/player",
        request_max_body_size=OFFER_BYTES_MAX,
        operation_class=sig.SdpOperation,
        operation_id="WatchOwnGame",
        summary="Watch and steer one's own game (WHEP, with a play token)",
    )
    async def watch_own_game(request: HttpRequest) -> Response[bytes]:
        stream = player_stream(sig.bearer(request))
        if stream is None:
            return sig.unauthorized("player", "This play token is not valid, or its game is over.")
        return await answered(stream, request)

    @delete(
        "/{watch_id:str}",
        status_code=200,
        operation_class=sig.GoodbyeOperation,
        operation_id="LeaveStream",
        summary="End a session",
    )
    async def leave(watch_id: FromPath[str]) -> Response[bytes]:
        if not await broadcaster.unwatch(watch_id):
            return sig.refused(404, "There is no such session, or it has ended.")
        return Response(b"", status_code=200, headers=sig.CORS)

    @patch(
        "/{watch_id:str}",
        request_max_body_size=FRAGMENT_BYTES_MAX,
        operation_class=sig.FragmentOperation,
        operation_id="TrickleToStream",
        summary="Add a viewer's candidates",
    )
    async def trickle(watch_id: FromPath[str], request: HttpRequest) -> Response[bytes]:
        return await sig.patched(request, watch_id, broadcaster.has, broadcaster.trickle)

    @get("/ice", operation_id="IceServers", summary="The STUN and TURN servers that a page hands to its browser")
    async def ice(request: HttpRequest) -> Response[IceConfig | bytes]:
        if not may_watch(request) and player_stream(sig.bearer(request)) is None:
            return sig.unauthorized("show", "This show is for who holds its token.")  # type: ignore[return-value]
        servers = tuple(for_browser(issued(server, clock.wall_s())) for server in ice_servers)
        return Response(IceConfig(servers), headers={**sig.CORS, "Cache-Control": "no-store"})

    @route(["/", "/player", "/ice", "/{watch_id:str}"], http_method=["OPTIONS"], include_in_schema=False)
    async def preflight(request: HttpRequest) -> Response[None]:
        # A relay's credentials are for who may watch; a browser's own preflight carries no token.
        return sig.preflight(ice_servers if may_watch(request) else ())

    # Litestar answers OPTIONS by itself on every path that has no handler for it yet: ours comes first.
    return Router("/whep", route_handlers=[preflight, watch_show, watch_own_game, ice, leave, trickle])
