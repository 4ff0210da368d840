"""`bench sync`: a flash and a click that belong together, and how far apart a viewer's browser shows and plays them.

Both carry the same captured time and go through the real console, encoders, server, WHEP and page. The flash is taken
at the time at which the browser expects to show it, the click at the time at which its sample leaves for the speaker.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from playwright.sync_api import Page

from avatar_live import clock
from avatar_live.app.bench.browser import chromium
from avatar_live.app.bench.test_card import card_show
from avatar_live.app.faults import ShowError
from avatar_live.app.settings import Settings

LOOK_S: Final = 4.0
SETTLED_MS: Final = 25.0
SETTLE_S_MAX: Final = 90.0  # a browser brings sound and picture together in small steps, once a second
PAIR_MS_MAX: Final = 400.0  # further apart they belong to different seconds
OFFSET_MS_MAX: Final = 40.0

# Notes when a corner of the picture turns white, by the time at which it is expected on the screen, and when the first
# loud sample after a pause is pulled from the jitter buffer, both in milliseconds of the page's clock. The samples come
# straight from the track, in pieces whose own stamps are even: WebAudio would add a queue, which the element's player
# has not. Measured beside each other it was 23 ms, and what is read here agreed with the browser's own
# `estimatedPlayoutTimestamp` within 10 ms.
_WATCH: Final = """async (video) => {
  window.flashes = []; window.clicks = []; window.presented = 0;
  const [track] = video.srcObject.getAudioTracks();
  const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
  const listen = async () => {
    let quiet = 0, hop_ms = Infinity;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const since_ms = value.timestamp / 1000;
      hop_ms = Math.min(hop_ms + 0.001, performance.now() - since_ms);  // follows a clock that drifts
      const samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      for (let at = 0; at < samples.length; at++) {
        if (Math.abs(samples[at]) < 0.1) { quiet++; continue; }
        if (quiet > value.sampleRate / 4)
          window.clicks.push(since_ms + hop_ms + (at / value.sampleRate) * 1000);
        quiet = 0;
      }
      value.close();
    }
  };
  listen();
  const side = 16, pen = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  let was_white = false;
  const look = (_, frame) => {
    pen.drawImage(video, frame.width / 2 - side / 2, frame.height * 0.8, side, side, 0, 0, side, side);
    const pixels = pen.getImageData(0, 0, side, side).data;
    let sum = 0;
    for (let at = 0; at < pixels.length; at += 4) sum += pixels[at] + pixels[at + 1] + pixels[at + 2];
    const is_white = sum > 215 * 3 * side * side;
    if (is_white && !was_white) window.flashes.push(frame.expectedDisplayTime);
    was_white = is_white;
    window.presented++;
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}"""

# How long after it was pulled a sample leaves for the speaker, as WebRTC itself knows: seconds and samples so far.
_KEEP_PEER: Final = """const Peer = RTCPeerConnection;
window.RTCPeerConnection = class extends Peer { constructor(...given) { super(...given); window.peer = this; } };"""
_PLAYOUT: Final = """async () => {
  const reports = [...(await window.peer.getStats()).values()];
  const report = reports.find((report) => report.type === "media-playout");
  return report ? [report.totalPlayoutDelay, report.totalSamplesCount] : [0, 0];
}"""


def measure_sync(
    settings: Settings, seconds: float, report: Callable[[str], None], settle_s_max: float = SETTLE_S_MAX
) -> dict[str, Any]:
    """Watch the test card for so long, once the browser has brought both together, and return the figures for JSON."""
    with card_show(settings, report, has_flash=True) as link, chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
        page = context.new_page()
        page.add_init_script(_KEEP_PEER)
        page.goto(link)
        video = page.locator("#main-video")
        video.evaluate("(video) => new Promise((done) => video.requestVideoFrameCallback(() => done(true)))")
        video.evaluate(_WATCH)
        report("A viewer watches; the browser brings sound and picture together ...")
        began_s = clock.now_s()
        while clock.now_s() - began_s < settle_s_max and not _is_together(_seen(page, LOOK_S)):
            pass
        settled_s = clock.now_s() - began_s
        report(f"That took {settled_s:.0f} s; measuring for {seconds:.0f} s ...")
        flashes, clicks, presented, playout_ms = _seen(page, seconds)
    return {
        **sync_figures(flashes, clicks),
        "settled_s": round(settled_s, 1),
        "playout_ms": round(playout_ms, 1),
        "presented_fps": round(presented / seconds, 2),
        "seconds": seconds,
    }


def _seen(page: Page, seconds: float) -> tuple[list[float], list[float], int, float]:
    """Return the flashes shown and the clicks heard for so long, ms, pictures, and how long the speaker takes, ms."""
    page.evaluate("() => { flashes.length = clicks.length = presented = 0; }")
    before = page.evaluate(_PLAYOUT)
    page.wait_for_timeout(seconds * 1_000.0)
    after = page.evaluate(_PLAYOUT)
    flashes, clicks, presented = page.evaluate("() => [flashes, clicks, presented]")
    playout_ms = 1_000.0 * (after[0] - before[0]) / max(after[1] - before[1], 1)
    return flashes, [pulled_ms + playout_ms for pulled_ms in clicks], presented, playout_ms


def _is_together(seen: tuple[list[float], list[float], int, float]) -> bool:
    flashes, clicks, _, _ = seen
    offsets_ms = [offset_ms for _, offset_ms in _pairs(flashes, clicks)]
    return len(offsets_ms) > 2 and abs(float(np.median(offsets_ms))) < SETTLED_MS


def sync_figures(flashes_ms: list[float], clicks_ms: list[float]) -> dict[str, Any]:
    """Return how much later than its flash each click is heard, ms. Raises ShowError where hardly any has both."""
    pairs = _pairs(flashes_ms, clicks_ms)
    if len(pairs) < 2:
        raise ShowError(f"Of {len(flashes_ms)} flashes and {len(clicks_ms)} clicks hardly any came: look at the page.")
    at_ms, offsets_ms = np.array(pairs).T
    slope, _ = np.polyfit((at_ms - at_ms[0]) / 60_000.0, offsets_ms, 1)
    low, middle, high = np.percentile(offsets_ms, (5, 50, 95))
    return {
        "offset_ms_p50": round(float(middle), 1),
        "offset_ms_p5": round(float(low), 1),
        "offset_ms_p95": round(float(high), 1),
        "drift_ms_per_minute": round(float(slope), 2),
        "is_within_40_ms": bool(abs(middle) <= OFFSET_MS_MAX),
        "pairs": len(pairs),
        "flashes": len(flashes_ms),
        "clicks": len(clicks_ms),
    }


def _pairs(flashes_ms: list[float], clicks_ms: list[float]) -> list[tuple[float, float]]:
    """Return when each click was heard that has a flash, and how much later than the flash, ms."""
    flashes = np.array(flashes_ms)
    pairs = [
        (click_ms, click_ms - float(flashes[np.abs(flashes - click_ms).argmin()]))
        for click_ms in (clicks_ms if flashes_ms else ())
    ]
    return [(click_ms, offset_ms) for click_ms, offset_ms in pairs if abs(offset_ms) < PAIR_MS_MAX]
