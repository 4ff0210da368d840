"""The bridges of a show: what happens elsewhere is handed to the room, and platforms that push are let in by HTTP."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, assert_never

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State

from avatar_live import clock
from avatar_live.bridges import douyin, kuaishou
from avatar_live.bridges.happening import Followed, Gave, Happening, Happenings, Hear, Liked, NotUnderstoodError, Said
from avatar_live.bridges.state import BridgeState
from avatar_live.channels.processes import BridgePlan
from avatar_live.room import events as ev
from avatar_live.server.access import Access
from avatar_live.server.keeper import Keeper

if TYPE_CHECKING:
    from avatar_live.bridges.bridge import Bridge

BODY_BYTES_MAX: Final = 1_048_576
NO_BRIDGE: Final = "There is no such bridge: start the show with --bridge."
FORGED: Final = "The signature does not fit this message and the bridge's secret."

_Request = Request[object, object, State]


class Bridging:
    """Hold the bridges of one show."""

    def __init__(self, plans: Sequence[BridgePlan], keeper: Keeper) -> None:
        self._bridges: dict[str, Bridge] = {}
        if plans:  # a client of HTTP takes four megabytes, which a show without bridges does without
            from avatar_live.bridges.spec import bridge_of

            self._bridges = {plan.source: bridge_of(plan, _hearing(plan.source, keeper)) for plan in plans}
        self._secrets = {plan.source: plan.keys for plan in plans}

    @property
    def bridges(self) -> "tuple[Bridge, ...]":
        """All of them; each is kept by a task of its own."""
        return tuple(self._bridges.values())

    def pushed(self, source: str) -> "tuple[Bridge, str] | None":
        """Return the bridge of a platform that pushes, and the secret that it shares with us."""
        bridge = self._bridges.get(source)
        return None if bridge is None else (bridge, self._secrets[source][f"{source.upper()}_SECRET"])


def bridge_routes(bridging: Bridging, access: Access) -> Router:
    """Return the routes by which platforms push, and the one that tells how the bridges stand."""

    @get("/", guards=[access.guard("read")], sync_to_thread=False, summary="How the bridges stand")
    def look() -> tuple[BridgeState, ...]:
        return tuple(bridge.state for bridge in bridging.bridges)

    @post("/douyin", request_max_body_size=BODY_BYTES_MAX, status_code=200, include_in_schema=False)
    async def from_douyin(request: _Request) -> Response[bytes]:
        """Take what Douyin pushes, signed by it."""
        found, body = bridging.pushed("douyin"), await request.body()
        if found is None:
            return _refused(404, NO_BRIDGE)
        bridge, secret = found
        if not douyin.is_signed(request.headers, body, secret, clock.wall_s()):
            return _refused(401, FORGED)
        try:
            happened: Happenings = douyin.happenings(request.headers.get("x-msg-type", ""), body)
        except NotUnderstoodError as error:
            return _refused(400, f"The body is no push ({error}).")
        bridge.take(happened)
        return Response(b"{}", media_type="application/json")

    @post("/kuaishou", request_max_body_size=BODY_BYTES_MAX, status_code=200, include_in_schema=False)
    async def from_kuaishou(request: _Request) -> Response[bytes]:
        """Take what Kuaishou pushes, signed by it."""
        found, body = bridging.pushed("kuaishou"), await request.body()
        if found is None:
            return _refused(404, NO_BRIDGE)
        bridge, secret = found
        if not kuaishou.is_signed(request.headers.get("kwaisign", ""), body, secret):
            return _refused(401, FORGED)
        try:
            happened = kuaishou.happenings(body)
        except NotUnderstoodError as error:
            return _refused(400, f"The body is no push ({error}).")
        bridge.take(happened)
        return Response(kuaishou.TAKEN, media_type="application/json")

    return Router("/api/bridges", route_handlers=[look, from_douyin, from_kuaishou])


def _hearing(source: str, keeper: Keeper) -> Hear:
    """Return what hands a platform's happenings to the room."""

    def hear(happening: Happening) -> None:
        match happening:
            case Said(_, name, text):
                keeper.handle(ev.OutsideSaid(source, name, text))
            case Gave(id, name, gift, count, worth, text):
                keeper.handle(ev.OutsideGave(source, id, name, gift, count, worth, text))
            case Liked(_, _, count):
                keeper.handle(ev.OutsideLiked(source, count))
            case Followed(_, name):
                keeper.handle(ev.OutsideFollowed(source, name))
            case _:
                assert_never(happening)

    return hear


def _refused(status: int, sentence: str) -> Response[bytes]:
    return Response(sentence.encode(), status_code=status, media_type="text/plain; charset=utf-8")
