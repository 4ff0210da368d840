"""WHEP as a player speaks it: statuses, headers, and a door that says why it stays shut."""

import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio
from aioice.ice import StunProtocol
from aioice.stun import Message
from litestar import Litestar
from peer import Peer, peer, until

from avatar_live.broadcast.broadcaster import Broadcaster
from avatar_live.broadcast.fragment import FRAGMENT_BYTES_MAX
from avatar_live.broadcast.offer import CANDIDATES_MAX, OFFER_BYTES_MAX
from avatar_live.broadcast.viewer import Viewer
from avatar_live.edge.joins import JoinRate
from avatar_live.protocol.ice import IceServer
from avatar_live.room.bucket import Allowance
from avatar_live.server.signalling import FRAGMENT
from avatar_live.server.whep import SDP, whep_routes
from avatar_live.signals.encoded import MAIN_STREAM

OFFER = {"Content-Type": SDP}


@contextlib.asynccontextmanager
async def house(
    viewers_max: int = 10,
    *,
    watch_token: str = "",
    joins: JoinRate | None = None,
    told: Sequence[IceServer] = (),
    client_address: str = "127.0.0.1",
) -> AsyncIterator[tuple[httpx.AsyncClient, Broadcaster]]:
    broadcaster = Broadcaster(
        want_keyframe=lambda stream, rung: None,
        on_keys=lambda stream, keys: None,
        on_watchers=lambda stream, count: None,
        allow_loopback=True,
        viewers_max=viewers_max,
    )
    routes = whep_routes(broadcaster, {"good": "player-1"}.get, watch_token=watch_token, ice_servers=told, joins=joins)
    app = Litestar([routes], openapi_config=None, logging_config=None)
    transport = httpx.ASGITransport(cast(Any, app), client=(client_address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://house.test") as client:
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


async def test_a_server_without_webrtc_says_so(viewer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = await viewer.offer()
    monkeypatch.setitem(sys.modules, Viewer.__module__, None)  # as where one of its libraries is missing
    async with house() as (client, broadcaster):
        response = await client.post("/whep", content=offer, headers=OFFER)
        assert response.status_code == 503
        assert "WebRTC cannot be loaded" in response.text
        assert broadcaster.streams() == {}


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


async def test_a_viewer_connects_by_candidates_that_follow_its_offer(viewer: Peer) -> None:
    async with house() as (client, broadcaster):
        offer = await viewer.offer()
        lines = offer.splitlines(keepends=True)
        bare = "".join(line for line in lines if not line.startswith(("a=candidate:", "a=end-of-candidates")))
        response = await client.post("/whep", content=bare, headers=OFFER)
        session, etag = response.headers["Location"], response.headers["ETag"]
        assert response.headers["Accept-Patch"] == FRAGMENT
        (place,) = broadcaster._places.values()
        deaf(place.viewer)
        trickled = await client.patch(
            session, content=fragment_of(offer), headers={"Content-Type": FRAGMENT, "If-Match": etag}
        )
        assert trickled.status_code == 204, trickled.text
        assert "ETag" not in trickled.headers, "it is the same ICE session still (RFC 9725, 4.3.2)"
        await viewer.accept(response.text)


def deaf(watcher: Viewer) -> None:
    """Let a viewer's first check not be heard, by which it would be found without any candidate of its own."""
    ice = watcher._connection.getTransceivers()[0].receiver.transport.transport._connection
    check = ice.check_incoming

    def hear(message: Message, addr: tuple[str, int], protocol: StunProtocol) -> None:
        if any((one.host, one.port) == addr for one in ice.remote_candidates):
            check(message, addr, protocol)

    ice.check_incoming = hear  # type: ignore[method-assign]


def fragment_of(offer: str) -> str:
    wanted = ("a=ice-ufrag", "a=ice-pwd", "m=", "a=mid", "a=candidate", "a=end-of-candidates")
    return "".join(line for line in offer.splitlines(keepends=True) if line.startswith(wanted))


async def test_candidates_need_the_sessions_tag_its_credentials_and_their_own_type(viewer: Peer) -> None:
    async with house() as (client, _):
        offer = await viewer.offer()
        response = await client.post("/whep", content=offer, headers=OFFER)
        session, tag = response.headers["Location"], response.headers["ETag"]
        fragment = fragment_of(offer)
        restart = "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n"
        broken = fragment + "a=candidate:1 1 udp 1 192.0.2.9 x typ host\r\n"
        for body, kind, condition, status in (
            (fragment, FRAGMENT, tag, 204),
            (fragment, FRAGMENT, "*", 204),
            (fragment, FRAGMENT, f'"another", {tag}', 204),
            (fragment, SDP, tag, 415),
            (fragment, FRAGMENT, None, 204),
            (restart, FRAGMENT, None, 428),
            (fragment, FRAGMENT, '"another"', 412),
            (restart, FRAGMENT, tag, 422),
            ("hello", FRAGMENT, tag, 400),
            (b"\xff", FRAGMENT, tag, 400),
            (broken, FRAGMENT, tag, 400),
            (fragment + "a" * FRAGMENT_BYTES_MAX, FRAGMENT, tag, 413),
        ):
            headers = {"Content-Type": kind} | ({} if condition is None else {"If-Match": condition})
            answer = await client.patch(session, content=body, headers=headers)
            assert answer.status_code == status, (body[-80:], answer.text)
            if status == 415:
                assert answer.headers["Accept-Patch"] == FRAGMENT
        headers = {"Content-Type": FRAGMENT, "If-Match": "*"}
        assert (await client.patch("/whep/no-such-session", content=fragment, headers=headers)).status_code == 404


async def test_a_peer_has_no_more_than_its_number_of_candidates(viewer: Peer) -> None:
    async with house() as (client, broadcaster):
        offer = await viewer.offer()
        response = await client.post("/whep", content=offer, headers=OFFER)
        many = "".join(f"a=candidate:{n} 1 udp 1 192.0.2.1 {n + 1} typ host\r\n" for n in range(CANDIDATES_MAX + 1))
        headers = {"Content-Type": FRAGMENT, "If-Match": "*"}
        body = fragment_of(offer) + many
        assert (await client.patch(response.headers["Location"], content=body, headers=headers)).status_code == 204
        (place,) = broadcaster._places.values()
        ice = place.viewer._connection.getTransceivers()[0].receiver.transport.transport._connection
        ports = {candidate.port for candidate in ice.remote_candidates if candidate.host == "192.0.2.1"}
        assert 1 in ports
        assert len(ice.remote_candidates) <= CANDIDATES_MAX < len(many.splitlines())


async def test_a_closed_show_is_for_who_holds_its_token(viewer: Peer) -> None:
    async with house(watch_token="let-me-in") as (client, broadcaster):
        offer = await viewer.offer()
        for authorization in (None, "Bearer wrong", "Basic let-me-in"):
            headers = OFFER if authorization is None else {**OFFER, "Authorization": authorization}
            response = await client.post("/whep", content=offer, headers=headers)
            assert response.status_code == 401
            assert response.headers["WWW-Authenticate"] == 'Bearer realm="show"'
        assert broadcaster.streams() == {}
        headers = {**OFFER, "Authorization": "Bearer let-me-in"}
        assert (await client.post("/whep", content=offer, headers=headers)).status_code == 201


async def test_who_calls_too_often_is_told_when_to_come_back(viewer: Peer) -> None:
    async with house(joins=JoinRate(Allowance(rate_hz=0.25, burst=1.0)), client_address="192.0.2.7") as (client, _):
        assert (await client.post("/whep", content=b"", headers=OFFER)).status_code == 400
        response = await client.post("/whep", content=await viewer.offer(), headers=OFFER)
        assert response.status_code == 429
        assert response.headers["Retry-After"] == "4"


async def test_players_are_told_of_the_servers_that_help_them(viewer: Peer) -> None:
    servers = (IceServer("stun:stun.test"), IceServer("turn:turn.test", "viewer", "open"))
    links = (
        '<stun:stun.test>; rel="ice-server", <turn:turn.test>; rel="ice-server"; '
        'username="viewer"; credential="open"; credential-type="password"'
    )
    async with house(told=servers) as (client, _):
        response = await client.post("/whep", content=await viewer.offer(), headers=OFFER)
        assert response.headers["Link"] == links
        assert "Link" in response.headers["Access-Control-Expose-Headers"]
        assert (await client.options("/whep")).headers["Link"] == links
        assert (await client.get("/whep/ice")).json() == {
            "ice_servers": [
                {"urls": "stun:stun.test"},
                {"urls": "turn:turn.test", "username": "viewer", "credential": "open"},
            ]
        }
    async with house(told=servers, watch_token="let-me-in") as (client, _):
        assert "Link" not in (await client.options("/whep")).headers, "a relay is for who may watch"
        assert (await client.get("/whep/ice")).status_code == 401
        assert (await client.get("/whep/ice", headers={"Authorization": "Bearer good"})).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_a_stream_is_nothing_to_be_fetched(method: str) -> None:
    async with house() as (client, _):
        assert (await client.request(method, "/whep")).status_code == 405


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
        await client.delete(response.headers["Location"])
        await until(lambda: broadcaster.streams() == {}, "the session is still there")
