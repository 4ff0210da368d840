"""A page without a socket, for what a real one could not do in a test's time."""

import contextlib
from collections.abc import AsyncIterator

from fake_client import FakeClient

from avatar_live.edge.edge import Edge
from avatar_live.edge.origin import is_from_here
from avatar_live.protocol.wire import Join, Welcome
from avatar_live.server.entrance import Entrance
from avatar_live.server.keeper import Keeper


def edge_of(keeper: Keeper) -> Edge:
    """Open an edge to a keeper's room."""
    entrance = Entrance(keeper)
    edge = Edge(entrance, is_from_here=is_from_here)
    entrance.attach(edge)
    return edge


@contextlib.asynccontextmanager
async def joined(keeper: Keeper, name: str, viewer: str | None = None) -> AsyncIterator[tuple[FakeClient, Welcome]]:
    """Join as a viewer and leave at the end of the block."""
    page = FakeClient(edge_of(keeper).receive)
    page.say(Join(name, viewer))
    yield page, await page.until(Welcome)
    page.leave()
