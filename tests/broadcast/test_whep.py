"""WHEP as a player speaks it: statuses, headers, and a door that says why it stays shut."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar
from peer import DEADLINE_S, Peer, peer, until

from avatar_live.broadcast.broadcaster import Broadcaster
from avatar_live.broadcast.offer import OFFER_BYTES_MAX
from avatar_live.server.whep import SDP, whep_routes
from avatar_live.signals.encoded import MAIN_STREAM

OFFER = {"Content-Type": SDP}


@contextlib.asynccontextmanager
async def house(viewers_max: int = 10) -> AsyncIterator[tuple[httpx.AsyncClient, Broadcaster]]:
    broadcaster = Broadcaster(
        want_keyframe=lambda stream, rung: None,
        on_keys=lambda stream, keys: None,
        on_watchers=lambda stream, count: None,
        allow_loopback=True,
        viewers_max=viewers_max,
    )
    app = Litestar([whep_routes(broadcaster, {"good": "player-1"}.get)], openapi_config=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(cast(Any, app)), base_url="http://house.test") as client:
        yield client, broadcaster
    await broadcaster.close()


@pytest_asyncio.fixture
async def viewer() -> AsyncIterator[Peer]:
    async with peer() as opened:
        yield opened


async def test_a_session_begins_with_a_post_and_ends_with_a_delete(viewer: Peer) -> None:
    async with house() as (client, broadcaster):
        response = await client.post("/whep", content=await viewer.offer(), headers=OFFER)
        assert response.status_code == 201
        assert response.headers["Content-Type"] == SDP
        assert response.headers["ETag"].strip('"')
        session = response.headers["Location"]
        assert session.startswith("/whep/")
        assert len(session) > 30, "nobody should be able to guess somebody else's session"
        assert "Location" in response.headers["Access-Control-Expose-Headers"]
        assert response.text.startswith("v=0")
        assert broadcaster.streams() == {MAIN_STREAM: 1}
        ended = await client.delete(session)
        assert ended.status_code == 200
        assert ended.headers["Access-Control-Allow-Origin"] == "*"
        assert broadcaster.streams() == {}
        assert (await client.delete(session)).status_code == 404


async def test_a_goodbye_that_comes_after_the_end_is_no_mistake(viewer: Peer) -> None:
    async with house() as (client, broadcaster):
        response = await client.post("/whep", content=await viewer.offer(), headers=OFFER)
        broadcaster.end(MAIN_STREAM)  # as when the viewer's connection closes faster than its page can say so
        assert (await client.delete(response.headers["Location"])).status_code == 200
        assert (await client.delete(response.headers["Location"])).status_code == 404


async def test_a_play_token_opens_its_own_stream(viewer: Peer) -> None:
    async with house() as (client, broadcaster):
        headers = {**OFFER, "Authorization": "Bearer good"}
        response = await client.post("/whep/player", content=await viewer.offer(), headers=headers)
        assert response.status_code == 201
        assert broadcaster.streams() == {"player-1": 1}
        assert (await client.delete(response.headers["Location"])).status_code == 200


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer bad", "Basic good", "good"])
async def test_without_a_valid_play_token_the_door_stays_shut(viewer: Peer, authorization: str | None) -> None:
    async with house() as (client, broadcaster):
        headers = OFFER if authorization is None else {**OFFER, "Authorization": authorization}
        response = await client.post("/whep/player", content=await viewer.offer(), headers=headers)
        assert response.status_code == 401
        assert "Bearer" in response.headers["WWW-Authenticate"]
        assert broadcaster.streams() == {}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"v=0\r\n", "application/json", 415),
        (b"v=0\r\n", None, 415),
        (b"", SDP, 400),
        (b"hello", SDP, 400),
        (b"\xff\xfe", SDP, 400),
        (b"v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n", SDP, 406),
        (b"v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n", SDP, 406),
        (b"v=0\r\nm=video\r\na=rtpmap:\r\n", SDP, 406),
        (b"v=0\r\n" + b"a" * OFFER_BYTES_MAX, SDP, 413),
    ],
)
async def test_a_body_that_is_no_offer_is_refused(body: bytes, kind: str | None, status: int) -> None:
    async with house() as (client, broadcaster):
        response = await client.post("/whep", content=body, headers={} if kind is None else {"Content-Type": kind})
        assert response.status_code == status, response.text
        assert broadcaster.streams() == {}
        if status == 415:
            assert response.headers["Accept-Post"] == SDP
        if status in (400, 406, 415):
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert response.text.endswith(".")


async def test_a_full_house_says_when_to_come_back(viewer: Peer) -> None:
    async with house(viewers_max=0) as (client, _):
        response = await client.post("/whep", content=await viewer.offer(), headers=OFFER)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0


async def test_candidates_are_not_trickled(viewer: Peer) -> None:
    async with house() as (client, _):
        session = (await client.post("/whep", content=await viewer.offer(), headers=OFFER)).headers["Location"]
        response = await client.patch(session, content=b"a=candidate:1", headers={"If-Match": "*"})
        assert response.status_code == 405
        assert "DELETE" in response.headers["Allow"]


@pytest.mark.parametrize("path", ["/whep", "/whep/player", "/whep/some-session"])
async def test_pages_of_other_origins_may_ask(path: str) -> None:
    async with house() as (client, _):
        response = await client.options(path, headers={"Origin": "https://player.example"})
        assert response.status_code == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert {"POST", "DELETE"} <= set(response.headers["Access-Control-Allow-Methods"].split(", "))
        assert {"Content-Type", "Authorization"} <= set(response.headers["Access-Control-Allow-Headers"].split(", "))
        assert response.headers["Accept-Post"] == SDP


async def test_the_answer_connects(viewer: Peer) -> None:
    async with house() as (client, broadcaster):
        response = await client.post("/whep", content=await viewer.offer(), headers=OFFER)
        await viewer.accept(response.text)
        assert DEADLINE_S > 0
        await client.delete(response.headers["Location"])
        await until(lambda: broadcaster.streams() == {}, "the session is still there")
