"""WHEP: how a player, ours or anyone's, comes to a stream with one HTTP request.

`POST /whep` is the show for everybody, `POST /whep/player` the own stream of whoever holds a play token. Candidates
are not trickled: ours are all in the answer, and a viewer's are learned from its first check.
https://www.ietf.org/archive/id/draft-ietf-wish-whep-03.txt
"""

from collections.abc import Callable
from typing import Final

from litestar import Request, Response, Router, delete, patch, post, route
from litestar.datastructures import State
from litestar.params import FromPath

from avatar_live.broadcast.broadcaster import Broadcaster, BroadcastError
from avatar_live.broadcast.offer import OFFER_BYTES_MAX
from avatar_live.signals.encoded import MAIN_STREAM

SDP: Final = "application/sdp"
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Accept-Post, Retry-After",
}
PREFLIGHT: Final = {
    **CORS,
    "Access-Control-Allow-Methods": "POST, DELETE, PATCH, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, If-Match",
    "Access-Control-Max-Age": "86400",
}

_Request = Request[object, object, State]


def whep_routes(broadcaster: Broadcaster, player_stream: Callable[[str], str | None]) -> Router:
    """Return the routes under `/whep`; `player_stream` names the stream of a play token, or None for a wrong one."""

    async def answered(stream: str, request: _Request) -> Response[bytes]:
        if request.content_type[0] != SDP:
            return _refused(415, f"Send the offer with Content-Type: {SDP}.", {"Accept-Post": SDP})
        try:
            offer = (await request.body()).decode()
            watch = await broadcaster.watch(stream, offer, request.client.host if request.client else "")
        except UnicodeDecodeError:
            return _refused(400, "The body is not a session description: send an SDP offer.")
        except BroadcastError as refusal:
            later = {} if refusal.retry_after_s is None else {"Retry-After": str(refusal.retry_after_s)}
            return _refused(refusal.status, refusal.sentence, later)
        headers = {**CORS, "Location": f"/whep/{watch.id}", "ETag": f'"{watch.id}"', "Cache-Control": "no-store"}
        return Response(watch.answer_sdp.encode(), status_code=201, media_type=SDP, headers=headers)

    @post("/", request_max_body_size=OFFER_BYTES_MAX, include_in_schema=False)
    async def watch_show(request: _Request) -> Response[bytes]:
        return await answered(MAIN_STREAM, request)

    @post("/player", request_max_body_size=OFFER_BYTES_MAX, include_in_schema=False)
    async def watch_own_game(request: _Request) -> Response[bytes]:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        stream = player_stream(token.strip()) if scheme.lower() == "bearer" else None
        if stream is None:
            challenge = {"WWW-Authenticate": 'Bearer realm="player"'}
            return _refused(401, "This play token is not valid, or its game is over.", challenge)
        return await answered(stream, request)

    @delete("/{watch_id:str}", status_code=200, include_in_schema=False)
    async def leave(watch_id: FromPath[str]) -> Response[bytes]:
        if not await broadcaster.unwatch(watch_id):
            return _refused(404, "There is no such session, or it has ended.")
        return Response(b"", status_code=200, headers=CORS)

    @patch("/{watch_id:str}", include_in_schema=False)
    async def trickle(watch_id: FromPath[str]) -> Response[bytes]:
        return _refused(405, "Candidates are not trickled here.", {"Allow": "DELETE, OPTIONS"})

    @route(["/", "/player", "/{watch_id:str}"], http_method=["OPTIONS"], status_code=204, include_in_schema=False)
    async def preflight() -> Response[None]:
        return Response(None, status_code=204, headers={**PREFLIGHT, "Accept-Post": SDP})

    # Litestar answers OPTIONS by itself on every path that has no handler for it yet: ours comes first.
    return Router("/whep", route_handlers=[preflight, watch_show, watch_own_game, leave, trickle])


def _refused(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        sentence.encode(),
        status_code=status,
        media_type="text/plain; charset=utf-8",
        headers={**CORS, **(headers or {})},
    )
