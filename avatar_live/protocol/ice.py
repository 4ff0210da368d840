"""Where two peers behind firewalls find a way to each other: STUN and TURN servers, as the host names them.

`parse_ice_server` reads what a host writes, `issued` makes what a peer is told, `link` writes it as an HTTP header
(RFC 9725, 4.6).
"""

import base64
import hashlib
import hmac
import re
from typing import Final

import msgspec

ICE_SERVERS_MAX: Final = 8
TEXT_CHARS_MAX: Final = 512
CREDENTIAL_S: Final = 6 * 3600  # a show's length: who has watched once shall not use the relay for ever
_URL: Final = re.compile(r"(?:stuns?:[^\s?,/]+|turns?:[^\s?,/]+(?:\?transport=(?:udp|tcp))?)")
_WORD: Final = re.compile(r'[^\s",\\]+')


class IceServerError(ValueError):
    """Say why something is no STUN or TURN server, and how one is written."""


class IceServer(msgspec.Struct, frozen=True):
    """Name a server; with a `secret` that it shares with us, each peer gets credentials that end by themselves."""

    url: str
    username: str = ""
    credential: str = ""
    secret: str = ""


class IceConfig(msgspec.Struct, frozen=True):
    """Tell a page what to hand to `RTCPeerConnection`: `ice_servers` as the browser calls their fields."""

    ice_servers: tuple[dict[str, str], ...] = ()


def parse_ice_server(text: str) -> IceServer:
    """Return the server that a text such as `turn:example.org:3478,USER,CREDENTIAL` names. Raises IceServerError."""
    url, *words = text.strip().split(",")
    if len(text) > TEXT_CHARS_MAX or not _URL.fullmatch(url) or not all(_WORD.fullmatch(word) for word in words):
        raise IceServerError(
            f'"{url[:60]}" is no STUN or TURN server: write stun:stun.example.org:3478, '
            "turn:turn.example.org:3478,USER,CREDENTIAL or turn:turn.example.org:3478,secret=SECRET."
        )
    if url.startswith("stun"):
        if words:
            raise IceServerError(f"{url} is a STUN server, which asks for no user: leave out what follows it.")
        return IceServer(url)
    match words:
        case [word] if word.startswith("secret=") and word != "secret=":
            return IceServer(url, secret=word.removeprefix("secret="))
        case [username, credential]:
            return IceServer(url, username, credential)
        case _:
            raise IceServerError(f"{url} is a TURN server: add ,USER,CREDENTIAL or ,secret=SECRET to it.")


def issued(server: IceServer, wall_s: float) -> IceServer:
    """Return the server as a peer may know it: a shared secret becomes a user and a credential for `CREDENTIAL_S`.

    The scheme is that of coturn's `use-auth-secret` (draft-uberti-behave-turn-rest-00).
    """
    if not server.secret:
        return server
    username = f"{round(wall_s) + CREDENTIAL_S}:viewer"
    digest = hmac.digest(server.secret.encode(), username.encode(), hashlib.sha1)
    return IceServer(server.url, username, base64.b64encode(digest).decode())


def link(server: IceServer) -> str:
    """Return an issued server as one value of an HTTP `Link` header."""
    value = f'<{server.url}>; rel="ice-server"'
    if server.username:
        value += f'; username="{server.username}"; credential="{server.credential}"; credential-type="password"'
    return value


def for_browser(server: IceServer) -> dict[str, str]:
    """Return an issued server as a browser's `RTCIceServer`."""
    if not server.username:
        return {"urls": server.url}
    return {"urls": server.url, "username": server.username, "credential": server.credential}
