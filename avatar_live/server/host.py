"""What the host, or a program in the host's place, does in the room over HTTP."""

from typing import Annotated, Final

import msgspec
from litestar import Response, Router, post

from avatar_live.protocol.wire import CHAT_CHARACTERS_MAX
from avatar_live.room import events as ev
from avatar_live.room.chat import obstacle_to_host
from avatar_live.server.access import Access
from avatar_live.server.described import sentences
from avatar_live.server.keeper import Keeper

BODY_BYTES_MAX: Final = 8_192


class HostLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the host writes; `reply_to` is the number of the line that it answers."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=CHAT_CHARACTERS_MAX)]
    reply_to: Annotated[int, msgspec.Meta(ge=0)] = 0


class Told(msgspec.Struct, frozen=True):
    """The number of the line that everybody was told."""

    line: int


def host_routes(keeper: Keeper, access: Access) -> Router:
    """Return the host's routes."""

    @post(
        "/chat",
        sync_to_thread=False,
        request_max_body_size=BODY_BYTES_MAX,
        summary="Write into the chat",
        responses=sentences(409),
    )
    def say(data: HostLine) -> Response[Told | str]:
        if obstacle := obstacle_to_host(data.text):
            return Response(obstacle, status_code=409, media_type="text/plain")
        keeper.handle(ev.HostSaid(data.text, data.reply_to))
        return Response(Told(keeper.room.seq))

    return Router("/api", route_handlers=[say], guards=[access.guard("host")])
