"""The command that carries viewers' lines on a machine of its own: `avatar-live edge`."""

import secrets
import socket
from typing import Annotated

import typer

from avatar_live.app.faults import ShowError
from avatar_live.app.network import ACTIVE_MAX, DEFAULT_ROOM, checked_host, checked_proxies, checked_redis, checked_room
from avatar_live.app.network_options import HostOption, LinesOption, ProxyOption, RedisOption, RoomOption
from avatar_live.app.terminal import say
from avatar_live.channels.processes import NodePlan
from avatar_live.edge.households import LINES_EACH_MAX
from avatar_live.edge.node_process import NodeError, run

DEFAULT_EDGE_PORT = 8081
DEFAULT_MONITOR_PORT = 8082


def edge(
    redis: RedisOption = "",
    room: RoomOption = DEFAULT_ROOM,
    port: Annotated[int, typer.Option("--port", min=1, max=65_535, help="Where pages open their lines, at /ws.")] = (
        DEFAULT_EDGE_PORT
    ),
    host: HostOption = "0.0.0.0",  # noqa: S104  (viewers are on other machines)
    monitor_port: Annotated[
        int,
        typer.Option("--monitor-port", min=1, max=65_535, help="Where monitors ask: [b]/health[/b], [b]/metrics[/b]."),
    ] = DEFAULT_MONITOR_PORT,
    origins: Annotated[
        list[str] | None,
        typer.Option(
            "--origin",
            envvar="AVATAR_LIVE_ORIGINS",
            help="Host and port of a page that may open lines here, as browsers write it, such as "
            "[b]show.example[/b], beside pages of this very port. May be given again.",
        ),
    ] = None,
    proxies: ProxyOption = None,
    lines_each_max: LinesOption = LINES_EACH_MAX,
    active_max: Annotated[
        int,
        typer.Option("--active-max", min=1, help="So many lines are told everything ten times a second."),
    ] = ACTIVE_MAX,
) -> None:
    """Example: [b]avatar-live edge --redis redis://redis.example:6379/0 --port 8081[/b]"""
    if not redis:
        raise ShowError("An edge reaches its room through Redis: name the show's own with --redis redis://host:6379/0.")
    plan = NodePlan(
        redis=checked_redis(redis),
        room=checked_room(room),
        host=checked_host(host),
        port=port,
        monitor_port=monitor_port,
        origins=tuple(origin.lower() for origin in origins or ()),
        proxies=checked_proxies(proxies or ()),
        active_max=active_max,
        lines_each_max=lines_each_max,
    )
    try:
        run(plan, f"{socket.gethostname()}-{secrets.token_hex(4)}", say)
    except NodeError as error:
        raise ShowError(str(error)) from error
