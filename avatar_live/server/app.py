"""Everything that HTTP reaches: page, health, descriptions, coins, WHEP and WHIP; websockets are the reception's."""

import functools
from pathlib import Path
from typing import Final

import msgspec
from litestar import Litestar, MediaType, Response, Router, get
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.response import File
from litestar.static_files import create_static_files_router

from avatar_live import __version__
from avatar_live.channels.processes import ServerPlan
from avatar_live.protocol.asyncapi import Document, asyncapi
from avatar_live.server.access import Access
from avatar_live.server.commands import Commands
from avatar_live.server.described import GuardedRoutes, Refusal, SoundStructs
from avatar_live.server.games import games_routes
from avatar_live.server.host import host_routes, lottery_route
from avatar_live.server.keeper import Keeper
from avatar_live.server.moderation import moderation_routes
from avatar_live.server.program_routes import program_routes
from avatar_live.server.providers import Providers
from avatar_live.server.topup import money_routes

NOT_BUILT: Final = (
    "The viewer page is not built yet: run `python3 live.py`, which builds it, or `npm ci && npm run build` in web/.\n"
)
# Everything comes from here; styles may be set by script, pictures drawn by it. A line may end at another port of ours.
PAGE_POLICY: Final = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"  # a foreign page could lay our gift buttons under its own
)
EDGES_POLICY: Final = "; connect-src 'self' ws://*:{port} wss://*:{port}"
SDK_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
}


class ServerHealth(msgspec.Struct, frozen=True):
    """Say how the show does, for monitors."""

    status: str
    version: str
    epoch: str
    is_live: bool
    audience: int
    source: str


class RoomPlace(msgspec.Struct, frozen=True):
    """Say where a page opens its line: at `/ws` of the page's own port, or of `socket_port` where that is not 0."""

    title: str
    socket_port: int


class _App(Litestar):
    """Load nothing for pydantic and attrs where they are at hand: none of our routes speaks them, for ten megabytes."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def make_app(
    plan: ServerPlan, keeper: Keeper, access: Access, commands: Commands, *routes: Router | HTTPRouteHandler
) -> Litestar:
    """Return the ASGI app of one show; `routes` are those of WHEP, WHIP and what monitors read."""
    described = functools.cache(lambda: asyncapi(__version__))  # 5 ms of the loop that keeps the room, for a stranger

    @get("/api/health", sync_to_thread=False, summary="How the show does")
    def health() -> ServerHealth:
        room = keeper.room
        return ServerHealth("ok", __version__, room.epoch, keeper.stage.is_live, room.audience, room.source)

    @get("/api/room", sync_to_thread=False, summary="Where the room's websocket is")
    def entrance() -> RoomPlace:
        return RoomPlace(keeper.room.title, plan.edge_port)

    @get("/schema/asyncapi.json", sync_to_thread=False, include_in_schema=False)
    def sockets_described() -> Document:
        return described()

    money = money_routes(keeper.ledger, Providers(Path(plan.data_folder)), access)
    moderation = moderation_routes(keeper, access)
    host = host_routes(keeper, access)
    programs = program_routes(keeper, access, commands)
    games = games_routes(keeper, access)
    own: list[Router | HTTPRouteHandler] = [
        health,
        entrance,
        sockets_described,
        money,
        moderation,
        host,
        lottery_route(keeper),
        games,
        programs,
        _sdk(Path(plan.web_folder)),
    ]
    return _App(
        [*own, *routes, _page(plan)],
        openapi_config=OpenAPIConfig(
            title="avatar_live",
            version=__version__,
            description="The show's HTTP side; its websockets are described at /schema/asyncapi.json.",
            render_plugins=[JsonRenderPlugin()],  # the other pages load scripts from elsewhere
        ),
        exception_handlers={UnicodeDecodeError: _not_utf8},
        plugins=[GuardedRoutes(), SoundStructs()],
        logging_config=None,
    )


def _not_utf8(_: object, __: UnicodeDecodeError) -> Response[Refusal]:
    """Refuse a body that Litestar lets pass as JSON until it is read."""
    return Response(Refusal(400, "The body is not UTF-8."), status_code=400)


def _sdk(folder: Path) -> HTTPRouteHandler:
    """Return the route of the JavaScript SDK, which pages from anywhere may import: an overlay's is often a file."""

    @get("/sdk.js", sync_to_thread=False, include_in_schema=False, response_headers=SDK_HEADERS)
    def sdk() -> File:
        path = folder / "sdk.js"
        if not path.is_file():
            raise NotFoundException(NOT_BUILT.strip())
        return File(path, media_type="text/javascript", content_disposition_type="inline")

    return sdk


def _page(plan: ServerPlan) -> Router | HTTPRouteHandler:
    folder, headers = Path(plan.web_folder), _page_headers(plan.edge_port)

    def with_headers(response: Response[object]) -> Response[object]:
        response.headers.update(headers)
        return response

    if (folder / "index.html").is_file():
        return create_static_files_router(
            path="/",
            directories=[folder],
            html_mode=True,
            cache_control=CacheControlHeader(no_cache=True),
            after_request=with_headers,
            include_in_schema=False,
        )

    @get("/", media_type=MediaType.TEXT, status_code=503, sync_to_thread=False, include_in_schema=False)
    def not_built() -> str:
        return NOT_BUILT

    return not_built


def _page_headers(edge_port: int) -> dict[str, str]:
    """Return what a browser is told of the page: what it may load, and where it may open its line."""
    return {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": PAGE_POLICY + (EDGES_POLICY.format(port=edge_port) if edge_port else ""),
    }
