"""Everything that HTTP reaches: the page, health, the room's websocket, the event API and WHEP."""

import hmac
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec
from litestar import Litestar, MediaType, Response, Router, WebSocket, get, websocket
from litestar.datastructures import CacheControlHeader, State
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.static_files import create_static_files_router

from avatar_live import __version__
from avatar_live.channels.processes import ServerPlan
from avatar_live.protocol.asyncapi import Document, asyncapi
from avatar_live.protocol.wire import CLOSE_REFUSED
from avatar_live.server.keeper import Keeper
from avatar_live.server.member import serve_member
from avatar_live.server.sockets import Line

CLOSE_TOKEN: Final = 4401
NOT_BUILT: Final = (
    "The viewer page is not built yet: run `python3 live.py`, which builds it, or `npm ci && npm run build` in web/.\n"
)
PAGE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Everything comes from here; styles may be set by script, pictures drawn by it.
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'",  # a foreign page could lay our gift buttons under its own
}

Socket = WebSocket[object, object, State]


class ServerHealth(msgspec.Struct, frozen=True):
    """Say how the show does, for monitors."""

    status: str
    version: str
    epoch: str
    is_live: bool
    audience: int
    source: str


def make_app(plan: ServerPlan, keeper: Keeper, whep: Router) -> Litestar:
    """Return the ASGI app of one show."""

    @get("/api/health", sync_to_thread=False, summary="How the show does")
    def health() -> ServerHealth:
        room = keeper.room
        return ServerHealth("ok", __version__, room.epoch, keeper.stage.is_live, room.audience, room.source)

    @get("/schema/asyncapi.json", sync_to_thread=False, include_in_schema=False)
    def sockets_described() -> Document:
        return asyncapi(__version__)

    @websocket("/ws")
    async def room_socket(socket: Socket) -> None:
        if not _is_from_here(socket):
            await socket.close(CLOSE_REFUSED, "This room is for pages of its own address.")
            return
        await socket.accept()
        await serve_member(keeper, socket.receive, _line_of(socket))

    @websocket("/api/events")
    async def event_socket(socket: Socket) -> None:
        await socket.accept()
        line = _line_of(socket)
        refusal = _refusal(plan.token, socket)
        if refusal:
            await socket.close(CLOSE_TOKEN, refusal)
            return
        since = socket.query_params.get("since", "")
        if not keeper.log.listen(line, int(since) if since.isdecimal() and len(since) < 16 else None):
            await socket.close(CLOSE_REFUSED, "Too many programs listen already.")
            return
        try:
            while (await socket.receive())["type"] != "websocket.disconnect":
                pass  # a listener has nothing to say; reading is how its end is noticed
        finally:
            keeper.log.forget(line)

    return Litestar(
        [health, sockets_described, room_socket, event_socket, whep, _page(Path(plan.web_folder))],
        openapi_config=OpenAPIConfig(
            title="avatar_live",
            version=__version__,
            description="The show's HTTP side; its websockets are described at /schema/asyncapi.json.",
            render_plugins=[JsonRenderPlugin()],  # the other pages load scripts from elsewhere
        ),
        logging_config=None,
    )


def _page(folder: Path) -> Router | HTTPRouteHandler:
    if (folder / "index.html").is_file():
        return create_static_files_router(
            path="/",
            directories=[folder],
            html_mode=True,
            cache_control=CacheControlHeader(no_cache=True),
            after_request=_with_page_headers,
            include_in_schema=False,
        )

    @get("/", media_type=MediaType.TEXT, status_code=503, sync_to_thread=False, include_in_schema=False)
    def not_built() -> str:
        return NOT_BUILT

    return not_built


def _with_page_headers(response: Response[object]) -> Response[object]:
    response.headers.update(PAGE_HEADERS)
    return response


def _is_from_here(socket: Socket) -> bool:
    """Say whether a browser's page comes from this host; programs send no Origin."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == socket.headers.get("host", "").lower()


def _refusal(token: str, socket: Socket) -> str:
    if not token:
        return "The event API is off: start the server with a token."
    scheme, _, bearer = socket.headers.get("authorization", "").partition(" ")
    offered = bearer.strip() if scheme.lower() == "bearer" else socket.query_params.get("token", "")
    if hmac.compare_digest(offered.encode(), token.encode()):
        return ""
    return "Wrong token: pass the show's own as ?token= or as Authorization: Bearer."


def _line_of(socket: Socket) -> Line:
    line = socket.scope["state"]["line"]
    assert isinstance(line, Line)
    return line
