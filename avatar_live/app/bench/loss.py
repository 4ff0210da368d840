"""`bench loss`: one viewer in a real browser behind a bad network, and what the picture does there.

The page, the server and the encoders are the real ones; between server and browser stands the relay of `relay.py`. It
loses packets by chance, first few and then many, and then its link becomes too narrow for the full rung for a while.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from playwright.sync_api import Page, Route

from avatar_live.app.bench.browser import chromium
from avatar_live.app.bench.relay import Network, Relay
from avatar_live.app.bench.synthetic import FULL_RENDITION, SMALL_RENDITION, SyntheticEngine, running_server
from avatar_live.app.faults import ShowError
from avatar_live.clock import now_s, wall_s

DELAY_S: Final = 0.02  # each way: a viewer in the same country
NARROW_BPS: Final = 800_000.0
SETTLE_MS: Final = 1_000.0
PLAY_MS_MAX: Final = 20_000
CHANGE_MS_MAX: Final = 60_000

Report = Callable[[str], None]

# The page keeps its connections to itself: note each of them as it is made, and what the video shows when.
_WATCHED: Final = """
window.peers = [];
const Native = RTCPeerConnection;
window.RTCPeerConnection = class extends Native { constructor(...given) { super(...given); peers.push(this); } };
window.sizes = [];
window.shown = [];
addEventListener("DOMContentLoaded", () => {
  const follow = () => {
    const video = document.querySelector("#main-video");
    if (video === null) { setTimeout(follow, 20); return; }
    const show = (now, { height }) => {
      const at = performance.timeOrigin + performance.now();
      if (sizes.at(-1)?.[1] !== height) sizes.push([at, height]);
      shown.push(at);
      video.requestVideoFrameCallback(show);
    };
    video.requestVideoFrameCallback(show);
  };
  follow();
});
"""
_COUNTS: Final = """async () => {
  for (const report of (await peers.at(-1).getStats()).values())
    if (report.type === "inbound-rtp" && report.kind === "video")
      return {ssrc: report.ssrc, rtx_ssrc: report.rtxSsrc ?? 0, lost: report.packetsLost,
        received: report.packetsReceived, nacked: report.nackCount, plis: report.pliCount,
        retransmitted: report.retransmittedPacketsReceived ?? 0, freezes: report.freezeCount,
        frozen_s: report.totalFreezesDuration, frames: report.framesDecoded, dropped: report.framesDropped};
  return null;
}"""


@dataclass(frozen=True, slots=True)
class _Moment:
    at_s: float
    page: dict[str, float]
    lost: int
    repaired: int
    made: int
    asked: int


def measure_loss(seconds: float, squeeze_s: float, report: Report) -> dict[str, Any]:
    """Return what 2 % and 10 % of loss do, each for so many seconds, and how a squeeze of `squeeze_s` is lived through.

    Raises ShowError when the browser shows nothing.
    """
    with (
        running_server() as (address, folder),
        SyntheticEngine(folder) as engine,
        Relay() as relay,
        chromium() as browser,
    ):
        relay.set_network(Network(delay_s=DELAY_S))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        bench = _Bench(page, relay, engine)
        bench.open(address)
        report(f"A viewer watches; 2 % of packets are lost for {seconds:.0f} s ...")
        figures: dict[str, Any] = {"loss_2": bench.lossy(0.02, seconds)}
        report(f"10 % are lost for {seconds:.0f} s ...")
        figures["loss_10"] = bench.lossy(0.10, seconds)
        report(f"The link carries {NARROW_BPS / 1e3:.0f} kbit/s for {squeeze_s:.0f} s, then everything again ...")
        figures["squeeze"] = bench.squeezed(squeeze_s)
    return figures


class _Bench:
    """One viewer, one network, one show."""

    def __init__(self, page: Page, relay: Relay, engine: SyntheticEngine) -> None:
        self._page, self._relay, self._engine = page, relay, engine

    def open(self, address: str) -> None:
        """Let the viewer come, through the relay."""
        self._page.add_init_script(_WATCHED)
        self._page.route("**/whep", self._detour)
        self._page.goto(address)
        self._page.wait_for_function("() => shown.length > 30", timeout=PLAY_MS_MAX)
        self._page.wait_for_timeout(SETTLE_MS)

    def lossy(self, loss: float, seconds: float) -> dict[str, Any]:
        """Return what a share of loss does in so many seconds."""
        self._relay.set_network(Network(loss=loss, delay_s=DELAY_S))
        before = self._moment()
        self._page.wait_for_timeout(seconds * 1e3)
        after = self._moment()
        self._relay.set_network(Network(delay_s=DELAY_S))
        self._page.wait_for_timeout(SETTLE_MS)  # what is on its way is repaired
        mended = self._moment()
        span_s = after.at_s - before.at_s
        lost = mended.lost - before.lost
        repaired = min(mended.repaired - before.repaired, lost)
        return {
            "seconds": round(span_s, 1),
            "packets_lost": lost,
            "packets_lost_by_browser": _grown(before, mended, "lost"),
            "packets_asked_again": _grown(before, mended, "nacked"),
            "packets_sent_again": mended.repaired - before.repaired,
            "repaired_percent": round(100.0 * repaired / max(lost, 1), 2),
            "plis": _grown(before, mended, "plis"),
            "keyframes_per_second": round((after.asked - before.asked) / span_s, 2),
            "freezes_per_minute": round(_grown(before, mended, "freezes") / span_s * 60.0, 2),
            "frozen_ms": round(1e3 * _grown(before, mended, "frozen_s")),
            "frames_made": after.made - before.made,
            "frames_decoded": _grown(before, after, "frames"),
            "fps": round(_grown(before, after, "frames") / span_s, 2),
        }

    def squeezed(self, squeeze_s: float) -> dict[str, Any]:
        """Return how long the way down takes and the way up, and what a narrow link does to the picture meanwhile."""
        self._relay.set_network(Network(delay_s=DELAY_S))
        before, changes = self._moment(), self._changes()
        narrow_s = wall_s()
        self._relay.set_network(Network(delay_s=DELAY_S, bitrate_bps=NARROW_BPS))
        down_s = self._seen(SMALL_RENDITION.height_px, narrow_s)
        on_low = self._moment()
        self._page.wait_for_timeout(max(0.0, squeeze_s - down_s) * 1e3)
        after = self._moment()
        wide_s = wall_s()
        self._relay.set_network(Network(delay_s=DELAY_S))
        up_s = self._seen(FULL_RENDITION.height_px, wide_s)
        self._page.wait_for_timeout(SETTLE_MS)
        gaps_s = self._gaps_s(narrow_s, wide_s)
        return {
            "narrow_kbps": NARROW_BPS / 1e3,
            "down_s": round(down_s, 2),
            "up_s": round(up_s, 2),
            "longest_gap_on_the_way_down_s": round(max(self._gaps_s(narrow_s, narrow_s + down_s + 1.0)), 2),
            "longest_gap_s": round(max(gaps_s), 2),
            "freezes_on_small_rung": _grown(on_low, after, "freezes"),
            "fps_on_small_rung": round(_grown(on_low, after, "frames") / (after.at_s - on_low.at_s), 1),
            "plis": _grown(before, self._moment(), "plis"),
            "changes": self._changes() - changes,
        }

    def _seen(self, height_px: int, since_s: float) -> float:
        """Wait until the picture has a height, and return how long after `since_s` that was."""
        self._page.wait_for_function(
            "([height, since]) => sizes.some(([at, seen]) => seen === height && at > since)",
            arg=[height_px, since_s * 1e3],
            timeout=CHANGE_MS_MAX,
        )
        sizes = self._page.evaluate("() => sizes")
        return float(min(at for at, seen in sizes if seen == height_px and at > since_s * 1e3)) / 1e3 - since_s

    def _changes(self) -> int:
        return int(self._page.evaluate("() => sizes.length"))

    def _gaps_s(self, from_s: float, to_s: float) -> list[float]:
        shown = [at / 1e3 for at in self._page.evaluate("() => shown") if from_s <= at / 1e3 <= to_s]
        times = [from_s, *shown, to_s]
        return [later - earlier for earlier, later in pairwise(times)]

    def _moment(self) -> _Moment:
        counts = self._page.evaluate(_COUNTS)
        if counts is None:
            raise ShowError("The viewer's browser receives no picture: look at `avatar-live doctor`.")
        streams = self._relay.streams()
        media, rtx = streams[counts["ssrc"]], streams.get(counts["rtx_ssrc"])
        return _Moment(
            now_s(),
            counts,
            len(media.missing),
            0 if rtx is None else rtx.passed,
            self._engine.frames_made,
            len(self._engine.keyframes_asked),
        )

    def _detour(self, route: Route) -> None:
        response = route.fetch(post_data=self._relay.blinded(route.request.post_data or ""))
        if response.status != 201:
            route.fulfill(response=response)
            return
        route.fulfill(response=response, body=self._relay.detoured(response.text()))


def _grown(before: _Moment, after: _Moment, name: str) -> float:
    return after.page[name] - before.page[name]
