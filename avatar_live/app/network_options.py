"""The options of the network that an edge of its own has, too, with the words that `--help` prints."""

from typing import Annotated

import typer

HostOption = Annotated[
    str,
    typer.Option(
        "--host",
        help="[b]0.0.0.0[/b] lets phones in the local network watch, [b]127.0.0.1[/b] this machine only.",
        rich_help_panel="The network",
    ),
]
RedisOption = Annotated[
    str,
    typer.Option(
        "--redis",
        envvar="AVATAR_LIVE_REDIS",
        help="For rooms beyond one machine: the Redis through which edges elsewhere reach the room, such as "
        "[b]redis://host:6379/0[/b] or [b]rediss://...[/b]. A password is better kept in the environment.",
        rich_help_panel="The network",
    ),
]
RoomOption = Annotated[
    str,
    typer.Option(
        "--room",
        envvar="AVATAR_LIVE_ROOM",
        help="The room's name there; one server keeps a room, and another of the same name waits for its end.",
        rich_help_panel="The network",
    ),
]
ProxyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--trusted-proxy",
        "--proxy",
        envvar="AVATAR_LIVE_PROXIES",
        help="The address, or network, of a reverse proxy that viewers come through, such as [b]127.0.0.1[/b]: its "
        "X-Forwarded-For is believed then, and nobody else's. It must pass Host on, too. May be given again.",
        rich_help_panel="The network",
    ),
]
LinesOption = Annotated[
    int,
    typer.Option(
        "--lines-per-address",
        min=1,
        max=100_000,
        help="How many pages may be open from one address: more for a school or a phone network, fewer against floods.",
        rich_help_panel="The network",
    ),
]
