"""WHIP in: who may bring a picture, how it arrives, and that nothing of it stays."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import numpy as np
import psutil
import pytest
import pytest_asyncio
from guests import HEIGHT_PX, ORANGE, TOKEN, WIDTH_PX, House, Hum, Still, house, inlet, publisher, served
from litestar import Litestar
from numpy.typing import NDArray
from patience import DEADLINE_S

from avatar_live.broadcast.offer import OFFER_BYTES_MAX
from avatar_live.channels.processes import GUEST_PIXELS_MAX, GUEST_RING
from avatar_live.channels.ring import PACKET_S, SoundPacket, SoundRing
from avatar_live.server.signalling import FRAGMENT, SDP
from avatar_live.server.whip import Inlet, whip_routes
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ

COLOUR_DISTANCE_MAX = 12
GREEN = (60, 200, 60)
CYCLES = 20
GROWTH_BYTES_MAX = 6_000_000  # of the allocator's arenas; a picture that stayed each time would be twice as much


@pytest_asyncio.fixture
async def whip(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with house(tmp_path) as home, httpx.AsyncClient(base_url=home.address, timeout=DEADLINE_S) as client:
        yield client


def is_of(picture: NDArray[np.uint8], colour: tuple[int, int, int]) -> bool:
    return picture.size > 0 and bool(np.abs(picture[..., :3].mean((0, 1)) - colour).max() <= COLOUR_DISTANCE_MAX)


async def test_a_guests_picture_arrives_in_its_own_size_and_colour_and_is_gone_after_the_goodbye(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as home, publisher(home.address) as guest:
        assert (await home.next_picture()).size == 0, "without a guest there is a picture of nothing"
        response = await guest.publish(Still())
        assert response.status_code == 201, response.text
        assert response.headers["Content-Type"] == "application/sdp"
        assert response.headers["Location"].startswith("/whip/")
        assert response.headers["ETag"].strip('"')
        assert response.headers["Accept-Patch"] == FRAGMENT
        picture = await home.next_picture(lambda picture: is_of(picture, ORANGE))
        assert picture.shape == (HEIGHT_PX, WIDTH_PX, 4)
        assert (await guest.leave()).status_code == 200
        await home.next_picture(lambda picture: picture.size == 0)
        assert (await guest.leave()).status_code == 404


async def test_a_guests_sound_arrives_too_and_ends_with_the_guest(tmp_path: Path) -> None:
    async with house(tmp_path) as home, publisher(home.address) as guest:
        with contextlib.closing(SoundRing(tmp_path / GUEST_RING)) as ring:
            heard: list[SoundPacket] = []

            def has_heard_enough() -> bool:
                heard.extend(ring.read())
                return len(heard) > 100

            await guest.publish(Still(), Hum())
            await home.until(has_heard_enough, "the guest is not heard")
            tone = np.concatenate([packet.samples for packet in heard[-50:]])[:, 0].astype(np.float64)
            hz = np.abs(np.fft.rfft(tone * np.hanning(len(tone)))).argmax() * AUDIO_CLOCK_HZ / len(tone)
            assert hz == pytest.approx(Hum.HZ, abs=2.0)
            steps_s = np.diff([packet.captured_s for packet in heard[-50:]])
            assert np.median(steps_s) == pytest.approx(PACKET_S, abs=0.005)
            assert steps_s.min() > PACKET_S - 0.005, "a machine that had no time tells it late, and nothing twice"
            assert (await guest.leave()).status_code == 200
            await home.next_picture(lambda picture: picture.size == 0)
            await home.until(lambda: ring.read() == [], "what was under way is the last of it")
            await asyncio.sleep(10 * PACKET_S)
            assert ring.read() == []


async def test_a_new_guest_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    async with house(tmp_path) as home, publisher(home.address) as first, publisher(home.address) as second:
        await first.publish(Still())
        await home.next_picture(lambda picture: is_of(picture, ORANGE))
        await second.publish(Still(GREEN))
        await home.next_picture(lambda picture: is_of(picture, GREEN))
        assert (await first.leave()).status_code == 404
        assert (await second.leave()).status_code == 200


async def test_a_guest_that_vanishes_without_a_word_leaves_no_picture(tmp_path: Path) -> None:
    async with house(tmp_path) as home, publisher(home.address) as guest:
        await guest.publish(Still())
        await home.next_picture(lambda picture: picture.size > 0)
        await guest.connection.close()
        await home.next_picture(lambda picture: picture.size == 0)


async def test_a_large_picture_is_made_to_fit(tmp_path: Path) -> None:
    async with house(tmp_path) as home, publisher(home.address) as guest:
        await guest.publish(Still(size_px=(1080, 1920)))
        picture = await home.next_picture(lambda picture: picture.size > 0)
        height_px, width_px = picture.shape[:2]
        assert height_px * width_px <= GUEST_PIXELS_MAX
        assert abs(height_px / width_px - 1920 / 1080) < 0.01


@pytest.mark.parametrize(("token", "shown"), [("another", TOKEN), ("another", "")])
async def test_without_the_guest_token_nobody_brings_a_picture(tmp_path: Path, token: str, shown: str) -> None:
    async with house(tmp_path, shown) as home, publisher(home.address, token) as guest:
        response = await guest.publish(Still())
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="guest"'
        assert response.headers["Access-Control-Allow-Origin"] == "*"


async def test_a_body_that_is_no_offer_is_refused(whip: httpx.AsyncClient) -> None:
    for body, kind, status in (
        ("v=0\r\n", "text/plain", 415),
        ("hello", SDP, 400),
        ("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n", SDP, 406),
        ("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n", SDP, 406),
        ("v=0\r\n" + "a" * OFFER_BYTES_MAX, SDP, 413),
    ):
        headers = {"Content-Type": kind, "Authorization": f"Bearer {TOKEN}"}
        assert (await whip.post("/whip", content=body, headers=headers)).status_code == status


async def test_candidates_of_a_guest_are_taken_under_the_sessions_tag(tmp_path: Path) -> None:
    async with house(tmp_path) as home, publisher(home.address) as guest:
        response = await guest.publish(Still())
        lines = guest.connection.localDescription.sdp.splitlines(keepends=True)
        fragment = "".join(line for line in lines if line.startswith(("a=ice-", "a=candidate")))
        tag = {"Content-Type": FRAGMENT, "If-Match": response.headers["ETag"]}
        assert (await guest.patch(fragment, **tag)).status_code == 204
        assert (await guest.patch(fragment, **{**tag, "If-Match": '"another"'})).status_code == 412
        restart = "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n"
        assert (await guest.patch(restart, **{"Content-Type": FRAGMENT})).status_code == 428
        assert (await guest.patch(restart, **tag)).status_code == 422
        guest.session = "/whip/no-such-session"
        assert (await guest.patch(fragment, **{**tag, "If-Match": "*"})).status_code == 404


async def test_while_the_inlet_is_away_guests_are_told_when_to_come_back(tmp_path: Path) -> None:
    app = Litestar([whip_routes(Inlet(tmp_path), TOKEN)], openapi_config=None, logging_config=None)
    async with served(app) as address, publisher(address) as guest:
        response = await guest.publish(Still())
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0


async def test_pages_of_other_origins_may_bring_a_picture(whip: httpx.AsyncClient) -> None:
    response = await whip.options("/whip", headers={"Origin": "https://camera.example"})
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert {"POST", "DELETE", "PATCH"} <= set(response.headers["Access-Control-Allow-Methods"].split(", "))
    assert (await whip.get("/whip")).status_code == 405


async def test_twenty_guests_one_after_the_other_leave_nothing_behind(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        process = psutil.Process(home.process.pid)
        await come_and_go(home, 5)  # what is made once is made
        before = traces(process)
        await come_and_go(home, CYCLES)
        await home.until(lambda: traces(process)[0] <= before[0], f"more than {before}: {traces(process)}")
        await home.until(lambda: traces(process)[1] < before[1] + CYCLES // 2, f"a thread of each: {traces(process)}")
        assert traces(process)[2] - before[2] < GROWTH_BYTES_MAX


async def come_and_go(home: House, times: int) -> None:
    for number in range(times):
        async with publisher(home.address) as guest:
            await guest.publish(Still())
            await home.next_picture(lambda picture: picture.size > 0)
            if number % 2:  # every other one closes its connection without a word
                assert (await guest.leave()).status_code == 200
        await home.next_picture(lambda picture: picture.size == 0)


def traces(process: psutil.Process) -> tuple[int, int, int]:
    """Return how many files and sockets, how many threads and how much memory it has.

    The loop's pool may be a thread or two larger later: it grows when two of its jobs meet, and never shrinks.
    """
    return process.num_fds(), process.num_threads(), process.memory_info().rss


async def test_an_inlet_that_was_killed_comes_back_with_nothing_of_its_guest(tmp_path: Path) -> None:
    async with house(tmp_path) as home, publisher(home.address) as first, publisher(home.address) as second:
        await first.publish(Still())
        await home.next_picture(lambda picture: picture.size > 0)
        home.process.kill()
        home.process.wait()
        with inlet(tmp_path):
            await home.next_picture(lambda picture: picture.size == 0)
            assert (await first.leave()).status_code == 404
            assert (await second.publish(Still(GREEN))).status_code == 201
            await home.next_picture(lambda picture: is_of(picture, GREEN))
