"""`bench latency`: how old the show's pictures are in a real browser, and the same pictures sent by aiortc's default.

Both are watched in one page at the same time: ours by the viewer page, with its sound; the peer's (see `vp8_peer.py`)
by a second video beside it. Each picture tells when it was made; its age is read twice: when the page is given it, and
when it is expected on the screen.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import psutil
from playwright.sync_api import Page

from avatar_live.app.bench.browser import chromium
from avatar_live.app.bench.test_card import card_show
from avatar_live.app.faults import ShowError
from avatar_live.app.settings import Settings

WARM_UP_S: Final = 8.0  # jitter buffers find their length
AGE_MS_MAX: Final = 10_000  # a stamp further off was misread

_PEER_OFFER: Final = """async () => {
  const video = Object.assign(document.createElement("video"), { muted: true, autoplay: true, playsInline: true });
  video.id = "peer-video";
  video.style = "position: fixed; right: 0; bottom: 0; width: 320px; z-index: 99";
  document.body.append(video);
  const connection = (window.vp8 = new RTCPeerConnection());
  connection.addTransceiver("video", { direction: "recvonly" });
  connection.ontrack = ({ track }) => { video.srcObject = new MediaStream([track]); };
  await connection.setLocalDescription();
  if (connection.iceGatheringState !== "complete")
    await new Promise((done) => { connection.onicegatheringstatechange = () =>
      connection.iceGatheringState === "complete" && done(); });
  return { type: "offer", sdp: connection.localDescription.sdp };
}"""
_PEER_ANSWER: Final = "(answer) => window.vp8.setRemoteDescription(answer)"
_PEER_CODEC: Final = """async () => {
  const reports = [...(await window.vp8.getStats()).values()];
  const video = reports.find((report) => report.type === "inbound-rtp");
  return reports.find((report) => report.id === video.codecId).mimeType;
}"""

# Reads the time code of `compositor/stamp.py` from every picture: age when the page gets it, and when it is shown, ms.
_READ: Final = """(video) => {
  const cells = 48, bits = 40;
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  video.ages = [];
  const read = (now, frame) => {
    const cell = Math.floor(frame.width / cells);
    pen.canvas.width = cell * bits;
    pen.canvas.height = cell;
    pen.drawImage(video, 0, 0, cell * bits, cell, 0, 0, cell * bits, cell);
    const row = pen.getImageData(0, cell >> 1, cell * bits, 1).data;
    const bytes = [0, 0, 0, 0, 0];
    for (let bit = 0; bit < bits; bit++)
      if (row[4 * (bit * cell + (cell >> 1)) + 1] > 127) bytes[bit >> 3] |= 128 >> (bit & 7);
    const stamp = ((bytes[0] * 256 + bytes[1]) * 256 + bytes[2]) * 256 + bytes[3];
    const age = (at) => (((performance.timeOrigin + at - stamp) % 2 ** 32) + 2 ** 32) % 2 ** 32;
    if (((bytes[0] + bytes[1] + bytes[2] + bytes[3]) & 255) === bytes[4])
      video.ages.push([age(now), age(frame.expectedDisplayTime)]);
    video.requestVideoFrameCallback(read);
  };
  video.requestVideoFrameCallback(read);
}"""


def measure_latency(
    settings: Settings, seconds: float, report: Callable[[str], None], warm_up_s: float = WARM_UP_S
) -> dict[str, Any]:
    """Watch both for so long and return the figures, ready for JSON."""
    with card_show(settings, report, has_flash=False) as link, _peer(settings) as peer, chromium() as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True).new_page()
        page.goto(link)
        peer_pid = _watch_peer(page, peer)
        for video in ("#main-video", "#peer-video"):
            page.locator(video).evaluate(
                "(video) => new Promise((done) => video.requestVideoFrameCallback(() => done(true)))"
            )
            page.locator(video).evaluate(_READ)
        report(f"A viewer watches both; warming up for {warm_up_s:.0f} s, then measuring for {seconds:.0f} s ...")
        page.wait_for_timeout(warm_up_s * 1_000.0)
        page.evaluate("() => { for (const video of document.querySelectorAll('video')) video.ages = []; }")
        cpu_s = _cpu_s(peer_pid)
        page.wait_for_timeout(seconds * 1_000.0)
        peer_percent = 100.0 * (_cpu_s(peer_pid) - cpu_s) / seconds
        ours, theirs = (
            page.locator(video).evaluate("(video) => video.ages") for video in ("#main-video", "#peer-video")
        )
        codec = page.evaluate(_PEER_CODEC)
    return {
        **latency_figures(ours, theirs),
        "fps": round(len(ours) / seconds, 2),
        "peer_fps": round(len(theirs) / seconds, 2),
        "peer_codec": codec,
        "peer_cpu_percent": round(peer_percent, 1),
        "size": f"{settings.width_px}x{settings.height_px}",
        "seconds": seconds,
    }


def latency_figures(ours: list[list[float]], theirs: list[list[float]]) -> dict[str, Any]:
    """Return medians in ms and their ratios, from (in the page, on screen) ages. Raises ShowError without pictures."""
    medians = []
    for ages in ours, theirs:
        known = np.array(ages, np.float64).reshape(-1, 2)
        known = known[(known < AGE_MS_MAX).all(axis=1)]
        if len(known) == 0:
            raise ShowError(f"Of our pictures {len(ours)} came, of the peer's {len(theirs)}: look at the page.")
        medians.append([float(age_ms) for age_ms in np.median(known, axis=0)])
    (our_page, our_screen), (peer_page, peer_screen) = medians
    return {
        "latency_ms_p50": round(our_page, 1),
        "peer_latency_ms_p50": round(peer_page, 1),
        "ratio_to_aiortc": round(our_page / peer_page, 3),
        "on_screen_ms_p50": round(our_screen, 1),
        "peer_on_screen_ms_p50": round(peer_screen, 1),
        "ratio_on_screen": round(our_screen / peer_screen, 3),
    }


@contextlib.contextmanager
def _peer(settings: Settings) -> Iterator["subprocess.Popen[str]"]:
    size = (str(settings.width_px), str(settings.height_px))
    command = [sys.executable, "-m", "avatar_live.app.bench.vp8_peer", *size]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def _watch_peer(page: Page, peer: "subprocess.Popen[str]") -> psutil.Process:
    """Connect the page with the peer, and return its process."""
    assert peer.stdin is not None and peer.stdout is not None
    peer.stdin.write(json.dumps(page.evaluate(_PEER_OFFER)) + "\n")
    peer.stdin.flush()
    answer = peer.stdout.readline()
    if not answer:
        raise ShowError("aiortc's own broadcaster did not answer: its output above says why.")
    page.evaluate(_PEER_ANSWER, json.loads(answer))
    return psutil.Process(peer.pid)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
