"""How the outside reaches the show, checked before it starts: ICE servers, UDP ports, tokens, guests, Redis."""

import ipaddress
import re
from collections.abc import Sequence
from typing import Final

from avatar_live.app.faults import ShowError
from avatar_live.edge.streams import ROOM, open_redis
from avatar_live.protocol.ice import ICE_SERVERS_MAX, IceServer, IceServerError, parse_ice_server
from avatar_live.signals.layer import LayerError, parse_layer

ACTIVE_MAX: Final = 3_000  # pages that are told everything at once, at all edges together: one core's work
DEFAULT_ROOM: Final = "main"
UDP_PORT_MIN: Final = 1_024
PORT_MAX: Final = 65_535
_PORTS: Final = re.compile(r"(\d{1,5})-(\d{1,5})")
_TOKEN: Final = re.compile(r"[\w.~+/-]{8,200}=*", re.ASCII)  # RFC 6750, 2.1


def checked_host(host: str) -> str:
    """Return the address to serve on. Raises ShowError when it is none."""
    try:
        return str(ipaddress.ip_address("127.0.0.1" if host == "localhost" else host))
    except ValueError as error:
        raise ShowError(
            f'"{host}" is not an address: use 0.0.0.0 for the whole local network or 127.0.0.1 for this machine only.'
        ) from error


def checked_ice_servers(texts: Sequence[str]) -> tuple[IceServer, ...]:
    """Return the STUN and TURN servers. Raises ShowError for what is none."""
    if len(texts) > ICE_SERVERS_MAX:
        raise ShowError(f"At most {ICE_SERVERS_MAX} STUN and TURN servers can be named.")
    try:
        return tuple(parse_ice_server(text) for text in texts)
    except IceServerError as error:
        raise ShowError(str(error)) from error


def checked_udp_ports(text: str) -> tuple[int, int] | None:
    """Return the first and the last UDP port that may be used, None for any. Raises ShowError."""
    if not text:
        return None
    match = _PORTS.fullmatch(text)
    first, last = (int(match[1]), int(match[2])) if match else (0, 0)
    if not UDP_PORT_MIN <= first <= last <= PORT_MAX:
        raise ShowError(
            f'"{text}" are no UDP ports: write the first and the last, from {UDP_PORT_MIN} up, such as 40000-40199. '
            "Each viewer takes one."
        )
    return first, last


def checked_watch_token(token: str) -> str:
    """Return the token that closes the show, nothing for an open one. Raises ShowError."""
    if token and not _TOKEN.fullmatch(token):
        raise ShowError("A watch token has 8 to 200 letters, digits and -._~+/ in it: choose another.")
    return token


def checked_layer(layer: str) -> str:
    """Return where a guest is shown. Raises ShowError when there is no such place."""
    try:
        return layer if parse_layer(layer) is not None else ""
    except LayerError as error:
        raise ShowError(str(error)) from error


def checked_redis(url: str) -> str:
    """Return the URL of the Redis between this show and edges elsewhere, "" for none. Raises ShowError."""
    try:
        if url:
            open_redis(url)
    except ValueError as error:
        raise ShowError("--redis is no address of a Redis: write it like redis://host:6379/0.") from error
    return url


def checked_room(room: str) -> str:
    """Return a room's name. Raises ShowError when it cannot be one."""
    if not ROOM.fullmatch(room):
        raise ShowError(f'"{room}" cannot be the name of a room: use up to 32 of a-z, 0-9, "-" and "_".')
    return room


def checked_proxies(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the networks of proxies whose word is taken for who calls. Raises ShowError for what is none."""
    for text in texts:
        try:
            ipaddress.ip_network(text)
        except ValueError as error:
            raise ShowError(
                f'"{text}" is no address of a proxy: write one such as 127.0.0.1, or a network such as 10.0.0.0/8.'
            ) from error
    return tuple(str(ipaddress.ip_network(text)) for text in texts)
