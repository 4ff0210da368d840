"""What the host does about the room over HTTP: every deed, and links for moderators."""

from litestar import MediaType, Response, Router, get, post

from avatar_live import clock
from avatar_live.protocol.keeping import HeldLine, Invitation, Reported, RoomOrder
from avatar_live.protocol.wire import ChatLine, Moderate
from avatar_live.room import events as ev
from avatar_live.room.moderation import obstacle_to
from avatar_live.server.access import Access, Connection
from avatar_live.server.described import sentences
from avatar_live.server.invitations import INVITATION_S, invitation
from avatar_live.server.keeper import Keeper
from avatar_live.server.tokens import named

BODY_BYTES_MAX = 4_096


def moderation_routes(keeper: Keeper, access: Access) -> Router:
    """Return the routes of the host, and of programs that keep order; only the host makes moderators."""

    @get("/", sync_to_thread=False, summary="How the room is kept")
    def look() -> RoomOrder:
        room, order, now_s = keeper.room, keeper.room.order, clock.now_s()
        reported = sorted(order.reports.items(), key=lambda one: -len(one[1]))
        lines = {line.seq: line for line in room.lines if isinstance(line, ChatLine)}
        return RoomOrder(
            order.slow_s,
            order.is_frozen,
            order.has_links,
            tuple(sorted(order.moderators)),
            dict(order.banned),
            {viewer: until_s - now_s for viewer, until_s in order.muted.items() if until_s > now_s},
            tuple(
                Reported(seq, order.authors.get(seq, ""), len(viewers), lines[seq].name, lines[seq].text)
                for seq, viewers in reported
                if seq in lines
            ),
            order.is_hidden,
            order.hold,
            order.hold_s,
            order.hold_end,
            order.delay_s,
            tuple(
                HeldLine(one.id, one.said.viewer, one.name, one.said.text, one.reason, max(one.due_s - now_s, 0.0))
                for one in (*order.held, *order.delayed)
                if not one.is_approved
            ),
        )

    @post(
        "/",
        status_code=200,
        request_max_body_size=BODY_BYTES_MAX,
        summary="Keep order",
        responses=sentences(200, 409),
    )
    async def moderate(data: Moderate, request: Connection) -> Response[str]:
        program = named(request.state.held)
        obstacle = obstacle_to(keeper.room, "", data, clock.now_s(), program)
        if obstacle:
            return Response(obstacle, status_code=409, media_type=MediaType.TEXT)
        keeper.handle(ev.Moderated("", data, program))
        if keeper.standing is not None:
            await keeper.standing.settled()
        return Response("done", media_type=MediaType.TEXT)

    @post(
        "/invitations",
        guards=[access.guard()],
        sync_to_thread=False,
        summary="Make a link for a moderator",
        responses=sentences(409),
    )
    def invite() -> Response[Invitation | str]:
        if keeper.standing is None:
            return Response("This room keeps nothing.", status_code=409, media_type="text/plain")
        return Response(Invitation(invitation(keeper.standing, clock.wall_s()), INVITATION_S))

    return Router("/api/moderation", route_handlers=[look, moderate, invite], guards=[access.guard("moderate")])
