"""Real Chromium watches: what it decodes, when it gets a picture, and what it sends back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from browser import chromium, until
from lossy import Losses
from patience import DEADLINE_S
from playwright.async_api import Browser, Page
from show import PLAYER_STREAM, PLAYER_TOKEN, Show, running_show

from avatar_live.broadcast.fanout import KEYFRAME_GAP_S
from avatar_live.broadcast.feedback import Estimate, Reception
from avatar_live.broadcast.headers import ABS_SEND_TIME, MID, PLAYOUT_DELAY
from avatar_live.broadcast.sender import RtpSender
from avatar_live.clock import now_s, wall_s
from avatar_live.protocol.wire import Keys
from avatar_live.signals.encoded import MAIN_STREAM

pytestmark = pytest.mark.asyncio(loop_scope="module")

RED, GREEN, BLUE, GREY = (200, 40, 40), (40, 200, 40), (40, 40, 200), (128, 128, 128)
COLOUR_DISTANCE_MAX = 12
LOST_SHARE, REPAIRED_SHARE_MIN = 0.02, 0.99
LOSSY_ROUNDS_MAX = 12
SETTLING_ROUNDS_MAX = 60  # of half a second

# Collect the ages of the next pictures: their 16 bit time stamp against the server's monotonic clock.
AGES = """([offset, count]) => new Promise((resolve) => {
  const ages = [];
  const read = () => {
    const row = pixels().getImageData(0, 340, 640, 1).data;
    let stamp = 0;
    for (let bit = 0; bit < 16; bit++) if (row[(bit * 40 + 20) * 4] > 128) stamp |= 1 << bit;
    const now = performance.timeOrigin + performance.now() - offset;
    ages.push((((now - stamp) % 65536) + 65536) % 65536);
    if (ages.length < count) video.requestVideoFrameCallback(read); else resolve(ages);
  };
  video.requestVideoFrameCallback(read);
})"""

# Collect for how many milliseconds the next pictures are held, beside the time that it takes to decode them.
HELD = """(count) => new Promise((resolve) => {
  const held = [];
  const read = (_, {presentationTime, receiveTime, processingDuration}) => {
    held.push(presentationTime - receiveTime - 1_000 * processingDuration);
    if (held.length < count) video.requestVideoFrameCallback(read); else resolve(held);
  };
  video.requestVideoFrameCallback(read);
})"""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def show() -> AsyncIterator[Show]:
    async with running_show() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def noisy_show() -> AsyncIterator[Show]:
    async with running_show(is_noisy=True) as running:
        yield running


@pytest.fixture
def losses(monkeypatch: pytest.MonkeyPatch) -> Losses:
    return Losses.everywhere(monkeypatch)


async def open_page(browser: Browser, show: Show) -> Page:
    page = await browser.new_page()
    await page.goto(show.address)
    return page


async def watch(browser: Browser, show: Show, **options: object) -> Page:
    page = await open_page(browser, show)
    path = "/whep/player" if "token" in options else "/whep"
    answer = await page.evaluate("([path, options]) => watch(path, options)", [path, options])
    assert answer["status"] == 201, answer
    return page


async def decoded(page: Page, frames: int) -> None:
    await until(page, "async (count) => (await inbound('video')).framesDecoded >= count", frames)


async def eventually(claim: object) -> None:
    assert callable(claim)
    async with asyncio.timeout(DEADLINE_S):
        while not claim():  # noqa: ASYNC110 (the show's threads and callbacks have no event to wait for)
            await asyncio.sleep(0.02)


async def test_two_viewers_see_the_same_encode_in_the_right_colours(browser: Browser, show: Show) -> None:
    pages = [await watch(browser, show), await watch(browser, show)]
    for page in pages:
        await decoded(page, 30)
        seen = await page.evaluate("[pixel(100, 60), pixel(500, 60), pixel(100, 250), pixel(500, 250)]")
        for colour, expected in zip(seen, (BLUE, GREEN, RED, GREY), strict=True):
            assert max(abs(a - b) for a, b in zip(colour, expected, strict=True)) <= COLOUR_DISTANCE_MAX, seen
    assert show.broadcaster.streams() == {MAIN_STREAM: 2}
    assert show.encoders[MAIN_STREAM].figures()["fps"] < 45, "one encode, not one for each"
    for page in pages:
        await page.close()


async def test_a_late_joiner_has_a_picture_at_once(browser: Browser, show: Show) -> None:
    first = await watch(browser, show)
    await decoded(first, 20)
    late = await open_page(browser, show)
    asked, asked_s = len(show.keyframes_wanted), now_s()
    answer = await late.evaluate("watch()")
    assert answer["status"] == 201
    await decoded(late, 1)
    assert 1 <= len(show.keyframes_wanted) - asked <= 1 + (now_s() - asked_s) / KEYFRAME_GAP_S, (
        "once, and until it comes"
    )
    report = await late.evaluate("inbound('video')")
    assert report["keyFramesDecoded"] >= 1
    assert report["pliCount"] == 0, "a lone delta would have made the browser ask"
    for page in (first, late):
        await page.close()


async def test_a_browser_that_lost_pictures_asks_and_gets_a_keyframe(
    browser: Browser, show: Show, losses: Losses
) -> None:
    page = await watch(browser, show, audio=False)
    await decoded(page, 10)
    before, asked = await page.evaluate("inbound('video')"), len(show.keyframes_wanted)
    sender = video_sender(show)
    sender._line = replace(sender._line, resent_type=None)
    losses.to_lose = 5  # and none is sent again
    await until(page, "async (count) => (await inbound('video')).pliCount > count", before["pliCount"])
    await eventually(lambda: len(show.keyframes_wanted) > asked)
    await until(page, "async (count) => (await inbound('video')).keyFramesDecoded > count", before["keyFramesDecoded"])
    await page.close()


def video_sender(show: Show) -> RtpSender:
    (place,) = show.broadcaster._places.values()
    sender = place.viewer._video.sender
    assert sender is not None, "aiortc sends"
    return sender


async def test_a_browser_decodes_everything_that_was_sent(browser: Browser, noisy_show: Show) -> None:
    page = await watch(browser, noisy_show)
    await decoded(page, 60)
    report = await page.evaluate("inbound('video')")
    assert report["packetsLost"] == 0
    assert report["nackCount"] == report["pliCount"] == report["framesDropped"] == 0
    assert (await page.evaluate("inbound('audio')"))["packetsLost"] == 0
    sender = video_sender(noisy_show)
    assert abs(sender.packets - report["packetsReceived"]) < 60
    assert sender.octets > 100_000
    await page.close()


async def test_lost_packets_are_sent_again_and_no_keyframe_is_asked_for(
    browser: Browser, noisy_show: Show, losses: Losses
) -> None:
    page = await watch(browser, noisy_show, audio=False)
    await decoded(page, 10)
    rounds = [await lossy_round(page, noisy_show, losses)]
    # A browser that gets no time to ask in loses what it waited for.
    while rounds[-1] and len(rounds) < LOSSY_ROUNDS_MAX:
        rounds.append(await lossy_round(page, noisy_show, losses))
    assert not rounds[-1], rounds
    await page.close()


async def lossy_round(page: Page, show: Show, losses: Losses) -> dict[str, object]:
    """Lose some packets until some twenty were repaired; return what was not as it should be."""
    sender = video_sender(show)
    lost_before = losses.lost[sender._line.payload_type]
    before, asked = await page.evaluate("inbound('video')"), len(show.keyframes_wanted)
    losses.share = LOST_SHARE
    repaired = before.get("retransmittedPacketsReceived", 0)  # not there before the first
    await until(page, "async (n) => (await inbound('video')).retransmittedPacketsReceived >= n", repaired + 20)
    losses.share = 0.0
    await decoded(page, (await page.evaluate("inbound('video')"))["framesDecoded"] + 30)
    report = await page.evaluate("inbound('video')")
    lost = losses.lost[sender._line.payload_type] - lost_before
    wrong = {
        "repaired": report["retransmittedPacketsReceived"] - repaired - lost * REPAIRED_SHARE_MIN,
        "keyframes": before["pliCount"] - report["pliCount"] + asked - len(show.keyframes_wanted),
        "freezes": before.get("freezeCount", 0) + 1 - report.get("freezeCount", 0),
    }
    return {name: by for name, by in wrong.items() if by < 0}


async def test_a_browser_tells_what_comes_and_what_its_network_carries(browser: Browser, noisy_show: Show) -> None:
    page = await watch(browser, noisy_show)
    await eventually(lambda: {type(one) for _, one in noisy_show.feedback} == {Estimate, Reception})
    assert all(one.bitrate_bps > 100_000 for _, one in noisy_show.feedback if isinstance(one, Estimate))
    await eventually(
        lambda: any(isinstance(one, Reception) and one.rtt_s is not None for _, one in noisy_show.feedback)
    )
    receptions = [one for _, one in noisy_show.feedback if isinstance(one, Reception)]
    assert {one.loss for one in receptions} == {0.0}
    assert all(one.rtt_s < 0.5 for one in receptions if one.rtt_s is not None)
    await page.close()


async def test_a_games_picture_is_shown_at_once_and_the_shows_is_not_hurried(browser: Browser, show: Show) -> None:
    spectator = await watch(browser, show, audio=False)
    await decoded(spectator, 30)
    assert PLAYOUT_DELAY not in video_sender(show)._line.extensions.ids
    smoothed_ms = await held_ms(spectator)
    await spectator.evaluate("connection.close()")
    await eventually(lambda: show.broadcaster.streams() == {})
    player = await watch(browser, show, token=PLAYER_TOKEN, input=True, audio=False)
    await decoded(player, 30)
    line = video_sender(show)._line
    assert {MID, ABS_SEND_TIME, PLAYOUT_DELAY} <= set(line.extensions.ids)
    assert await held_ms(player) < smoothed_ms / 3
    for page in (spectator, player):
        await page.close()


async def held_ms(page: Page) -> float:
    """Return for how long pictures are held, from the last packet to the screen, without the time to decode them.

    The lower quartile of many: a machine that is busy with others may hold any of them longer.
    """
    held = await page.evaluate(HELD, 60)
    return float(sorted(held)[len(held) // 4])


async def test_delete_ends_the_stream_for_one_and_leaves_the_other(browser: Browser, show: Show) -> None:
    leaver, stayer = await watch(browser, show), await watch(browser, show)
    await decoded(leaver, 5)
    assert await leaver.evaluate("fetch(session, {method: 'DELETE'}).then((response) => response.status)") == 200
    assert show.broadcaster.streams() == {MAIN_STREAM: 1}
    shown = "video.getVideoPlaybackQuality().totalVideoFrames"  # outlives the connection, unlike its statistics
    before = -1
    for _ in range(SETTLING_ROUNDS_MAX):  # what was on its way and in the jitter buffer is shown first
        left = await leaver.evaluate(shown)
        if left == before:
            break
        before = left
        await until(stayer, f"(count) => {shown} >= count", await stayer.evaluate(shown) + 15)
    assert left == before, "pictures still come to who has left"
    for page in (leaver, stayer):
        await page.close()


async def test_a_page_that_is_closed_is_noticed(browser: Browser, show: Show) -> None:
    page = await watch(browser, show)
    await decoded(page, 1)
    await page.evaluate("connection.close()")
    await eventually(lambda: show.broadcaster.streams() == {})
    await page.close()


async def test_a_players_own_stream_is_steered_with_keys(browser: Browser, show: Show) -> None:
    page = await watch(browser, show, token=PLAYER_TOKEN, input=True, audio=False)
    await decoded(page, 5)
    await until(page, "() => channel.readyState === 'open'")
    await page.evaluate("""() => {
        channel.send(JSON.stringify({type: 'keys', n: 1, up: true, down: false, left: true, right: false}));
        channel.send('nonsense');
    }""")
    await eventually(lambda: show.keys)
    assert show.keys == [(PLAYER_STREAM, Keys(n=1, up=True, left=True))]
    await page.evaluate("connection.close()")
    await eventually(lambda: show.broadcaster.streams() == {})
    await page.close()
    assert show.keys[-1] == (PLAYER_STREAM, Keys(n=2))


async def test_a_wrong_play_token_is_told_so(browser: Browser, show: Show) -> None:
    page = await open_page(browser, show)
    answer = await page.evaluate("watch('/whep/player', {token: 'guessed'})")
    assert answer["status"] == 401
    assert answer["text"] == "This play token is not valid, or its game is over."
    await page.close()


async def test_the_picture_is_fresh(browser: Browser, show: Show) -> None:
    """Read the time stamp in the picture when the browser presents it; generous, for busy test machines."""
    page = await watch(browser, show, audio=False)
    await decoded(page, 30)
    ages_ms = await page.evaluate(AGES, [(wall_s() - now_s()) * 1e3, 30])
    assert sorted(ages_ms)[len(ages_ms) // 2] < 150
    await page.close()
