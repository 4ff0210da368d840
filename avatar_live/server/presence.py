"""GET /api/nodes: which edges elsewhere carry viewers, and whether the count of viewers is exact just now."""

from collections.abc import Callable

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler

from avatar_live.server.access import Access
from avatar_live.server.keeper import Keeper
from avatar_live.server.lease import NodeState


class EdgeNode(msgspec.Struct, frozen=True):
    """Say how an edge does: lines as it counts them, those in the room, and the seconds since it was last heard of."""

    name: str
    lines: int
    inside: int
    silent_s: float
    is_silent: bool


class Presence(msgspec.Struct, frozen=True):
    """Say who is there. The audience is an estimate while an edge is silent: it may be gone, with its viewers."""

    audience: int
    is_exact: bool
    nodes: list[EdgeNode]


def presence_route(keeper: Keeper, states: Callable[[], tuple[NodeState, ...]], access: Access) -> HTTPRouteHandler:
    """Return the route, for who may look at the show."""

    @get("/api/nodes", sync_to_thread=False, guards=[access.guard("read")], summary="Which edges carry viewers")
    def presence() -> Presence:
        nodes = [EdgeNode(one.name, one.lines, one.inside, round(one.silent_s, 3), one.is_silent) for one in states()]
        return Presence(keeper.room.audience, not any(one.is_silent for one in nodes), nodes)

    return presence
