"""Wrong, expired, replayed and foreign-room tokens, each against a running server.

The rules alone are in `tests/server/test_standing.py`, a watch token's in `tests/broadcast/test_whep.py`.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest
from attacker import handshake, line, opened, said
from patience import DEADLINE_S
from show_server import TOKEN, ShowServer, show_server

from avatar_live.protocol.wire import CLOSE_TOKEN, Join
from avatar_live.server.invitations import invitation
from avatar_live.server.standing import Standing


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    with show_server(tmp_path_factory.mktemp("tokens")) as running:
        yield running


def standing_of(server: ShowServer) -> Standing:
    return Standing(Path(server.plan.data_folder))


async def answer(server: ShowServer, token: str) -> tuple[int, bytes]:
    """Join with an invitation; return the opcode and the payload of the answer."""
    async with opened(server.port) as one:
        one.write(said(Join("Mod", token=token)))
        return await one.frame()


def ask(method: str, address: str, authorization: str) -> int:
    headers = {b"Authorization": authorization.encode(), b"Content-Type": b"application/sdp"}
    return httpx.request(method, address, headers=headers, content=b"{}", timeout=DEADLINE_S).status_code


async def refused(server: ShowServer, token: str) -> bool:
    opcode, payload = await answer(server, token)
    return opcode == 8 and int.from_bytes(payload[:2]) == CLOSE_TOKEN


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é" * 100, "x" * 3_000])
async def test_a_wrong_invitation_opens_nothing(server: ShowServer, token: str) -> None:
    assert await refused(server, token)


async def test_an_invitation_signed_by_nobody_opens_nothing(server: ShowServer) -> None:
    claims = {"aud": standing_of(server).kept.room, "role": "moderator", "jti": "1", "exp": time.time() + 60.0}
    assert await refused(server, jwt.encode(claims, "", algorithm="none"))
    assert await refused(server, jwt.encode(claims, "guessed-key-of-thirty-two-letters", algorithm="HS256"))


async def test_an_expired_invitation_opens_nothing(server: ShowServer) -> None:
    assert await refused(server, invitation(standing_of(server), time.time() - 10.0, lifetime_s=5.0))


async def test_an_invitation_is_good_once_also_after_a_restart(tmp_path: Path) -> None:
    with show_server(tmp_path) as server:
        token = invitation(standing_of(server), time.time())
        opcode, welcome = await answer(server, token)
        assert opcode == 1 and b'"is_moderator":true' in welcome
        assert await refused(server, token)
        server.kill()
        server.start()
        assert await refused(server, token)


async def test_an_invitation_of_another_room_opens_nothing(server: ShowServer, tmp_path: Path) -> None:
    there, here = Standing(tmp_path), standing_of(server)
    assert await refused(server, invitation(there, time.time()))
    there.kept.key = here.kept.key  # though it knew the key
    assert await refused(server, invitation(there, time.time()))


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "é"])
async def test_a_wrong_show_token_hears_no_events_and_orders_nothing(server: ShowServer, token: str) -> None:
    async with line(server.port, handshake("/api/events", f"Authorization: Bearer {token}")) as one:
        head = await one.head()
        assert head.startswith((b"HTTP/1.1 101 ", b"HTTP/1.1 401 ", b"HTTP/1.1 403 "))
        if head.startswith(b"HTTP/1.1 101 "):
            assert await one.close_code() == CLOSE_TOKEN
    address = f"http://127.0.0.1:{server.port}"
    for method, path in (
        ("GET", "/api/moderation"),
        ("POST", "/api/moderation"),
        ("POST", "/api/moderation/invitations"),
        ("POST", "/api/wallets/somebody/topup"),
        ("PUT", "/api/wallets/somebody/limits"),
    ):
        assert ask(method, address + path, f"Bearer {token}".strip()) == 401, path


async def test_a_play_token_that_nobody_has_shows_nothing(server: ShowServer) -> None:
    assert ask("POST", f"http://127.0.0.1:{server.port}/whep/player", "Bearer guessed") == 401
