"""STUN and TURN servers as a host writes them and as peers are told of them."""

import base64
import hashlib
import hmac

import pytest

from avatar_live.protocol.ice import (
    CREDENTIAL_S,
    IceServer,
    IceServerError,
    for_browser,
    issued,
    link,
    parse_ice_server,
)


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("stun:stun.test", IceServer("stun:stun.test")),
        (" stun:[2001:db8::1]:3478 ", IceServer("stun:[2001:db8::1]:3478")),
        ("turn:turn.test:3478,ada,open", IceServer("turn:turn.test:3478", "ada", "open")),
        ("turns:turn.test?transport=tcp,ada,o=p", IceServer("turns:turn.test?transport=tcp", "ada", "o=p")),
        ("turn:turn.test,secret=hush", IceServer("turn:turn.test", secret="hush")),
    ],
)
def test_a_server_is_read(text: str, server: IceServer) -> None:
    assert parse_ice_server(text) == server


@pytest.mark.parametrize(
    "text",
    [
        "", "stun.test", "http://stun.test", "stun:", "stun:stun.test,ada,open", "turn:turn.test", "turn:turn.test,ada",
        "turn:turn.test,secret=", "turn:turn.test,a,b,c", 'turn:turn.test,a"b,c', "turn:turn.test?transport=sctp,a,b",
        "turn:turn.test,a b,c", "stun:" + "a" * 600,
    ],
)  # fmt: skip
def test_what_is_no_server_is_told(text: str) -> None:
    with pytest.raises(IceServerError):
        parse_ice_server(text)


def test_a_shared_secret_becomes_credentials_that_end() -> None:
    told = issued(IceServer("turn:turn.test", secret="hush"), wall_s=1_000.4)
    assert told.username == f"{1_000 + CREDENTIAL_S}:viewer"
    digest = hmac.new(b"hush", told.username.encode(), hashlib.sha1).digest()
    assert told.credential == base64.b64encode(digest).decode()
    assert told.secret == "" and "hush" not in link(told) + str(for_browser(told))


def test_a_peer_is_told_what_it_needs_and_no_more() -> None:
    assert link(IceServer("stun:stun.test")) == '<stun:stun.test>; rel="ice-server"'
    assert for_browser(IceServer("stun:stun.test")) == {"urls": "stun:stun.test"}
    told = IceServer("turn:turn.test", "ada", "open")
    assert link(told).endswith('username="ada"; credential="open"; credential-type="password"')
    assert for_browser(told) == {"urls": "turn:turn.test", "username": "ada", "credential": "open"}
