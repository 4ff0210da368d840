"""`bench chain`: run the whole show for one viewer in a real browser, and measure it from end to end.

Glass to glass: the engine draws into each picture the time at which the camera saw what the host does in it; the page
reads it from the decoded video and compares it with the time at which that picture is expected on the screen. So the
figure holds tracking, motion, rendering, encoding, the network, the jitter buffer, decoding and the display's wait.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec
import numpy as np
import psutil
from numpy.typing import NDArray
from playwright.sync_api import Page

from avatar_live import clock
from avatar_live.app.bench.browser import chromium
from avatar_live.app.bench.person import make_clip
from avatar_live.app.faults import ShowError
from avatar_live.app.settings import Settings, run_folder
from avatar_live.app.supervisor import Supervisor

READY_S_MAX: Final = 60.0
WARM_UP_S: Final = 4.0
LATENESS_MS_MAX: Final = 10_000  # a stamp further off than this was misread

Report = Callable[[str], None]

# Reads the time code of `compositor/stamp.py` from every picture that the browser presents.
_READER: Final = """(video) => {
  const cells = 48, bits = 40;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const wall = Date.now() - performance.now();
  window.stamps = [];
  const read = (now, metadata) => {
    const cell = Math.floor(metadata.width / cells);
    canvas.width = cell * bits; canvas.height = cell;
    context.drawImage(video, 0, 0, cell * bits, cell, 0, 0, cell * bits, cell);
    const row = context.getImageData(0, cell >> 1, cell * bits, 1).data;
    let bytes = [0, 0, 0, 0, 0];
    for (let bit = 0; bit < bits; bit++) {
      const at = 4 * (bit * cell + (cell >> 1));
      const isWhite = row[at] + row[at + 1] + row[at + 2] > 382;
      bytes[bit >> 3] |= (isWhite ? 1 : 0) << (7 - (bit & 7));
    }
    const stamp = ((bytes[0] * 256 + bytes[1]) * 256 + bytes[2]) * 256 + bytes[3];
    if (((bytes[0] + bytes[1] + bytes[2] + bytes[3]) & 255) === bytes[4])
      window.stamps.push([wall + metadata.expectedDisplayTime, stamp, metadata.rtpTimestamp]);
    else window.misread = (window.misread || 0) + 1;
    video.requestVideoFrameCallback(read);
  };
  video.requestVideoFrameCallback(read);
}"""


def measure_chain(settings: Settings, seconds: float, report: Report, warm_up_s: float = WARM_UP_S) -> dict[str, Any]:
    """Run the show with a person's clip (or the settings' own camera) and return the figures, ready for JSON."""
    with TemporaryDirectory(prefix="avatar-live-bench-") as place, run_folder() as folder, chromium() as browser:
        settings = replace(settings, host="127.0.0.1", data_folder=Path(place))
        if settings.camera == "auto":
            report("Making a clip of a person who moves ...")
            settings = replace(settings, camera=str(make_clip(Path(place) / "person.mp4")))
        plans = (
            settings.tracker_plan(folder),
            msgspec.structs.replace(settings.engine_plan(folder), stamp=True),
            settings.server_plan(folder, "bench"),
        )
        with Supervisor(*plans, report=report) as show:
            if not show.wait_for(_is_ready, READY_S_MAX):
                raise ShowError(f"The show did not come up: {show.refusals() or show.health()}.")
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(settings.local_link)
            video = page.locator("video").first
            video.evaluate("(video) => new Promise((done) => video.requestVideoFrameCallback(() => done(true)))")
            report(f"A viewer watches; warming up for {warm_up_s:.0f} s, then measuring for {seconds:.0f} s ...")
            page.wait_for_timeout(warm_up_s * 1000.0)
            video.evaluate(_READER)
            watch = _Watch(show)
            decoded = _decoded(page)
            page.wait_for_timeout(seconds * 1000.0)
            decoded = _decoded(page) - decoded
            figures = watch.end()
            stamps = page.evaluate("() => window.stamps")
            browser_figures = video.evaluate("() => ({ misread: window.misread || 0 })")
    if len(stamps) < seconds:
        raise ShowError("The viewer's browser showed hardly a picture: look at `avatar-live doctor`.")
    lateness_ms = _lateness_ms(stamps)
    return {
        **figures,
        "decoded_fps": round(decoded / watch.span_s, 2),
        "glass_to_glass_ms_p50": round(float(np.percentile(lateness_ms, 50)), 1),
        "glass_to_glass_ms_p99": round(float(np.percentile(lateness_ms, 99)), 1),
        "stamps_read": len(stamps),
        "stamps_misread": browser_figures["misread"],
        "seconds": round(watch.span_s, 1),
        "size": f"{settings.width_px}x{settings.height_px}",
    }


def _is_ready(show: Supervisor) -> bool:
    if show.refusals():
        raise ShowError(" ".join(show.refusals().values()))
    health = show.health()
    return len(health) == 3 and all(part.is_ready for part in health.values())


def _decoded(page: Page) -> int:
    count = page.locator("video").first.evaluate("(video) => video.getVideoPlaybackQuality().totalVideoFrames")
    return int(count)


def _lateness_ms(stamps: list[list[float]]) -> NDArray[np.float64]:
    lateness_ms = np.array([(shown - stamp) % 2.0**32 for shown, stamp, _ in stamps], np.float64)
    return np.compress(lateness_ms < LATENESS_MS_MAX, lateness_ms)


class _Watch:
    """Look at the processes while the show runs: rates once a second from their health, CPU time over the whole."""

    def __init__(self, show: Supervisor) -> None:
        self._show = show
        self._began_s = clock.now_s()
        self._processes = {name: psutil.Process(pid) for name, pid in show.processes().items()}
        self._cpu_before = {name: _cpu_s(process) for name, process in self._processes.items()}
        self._samples: dict[str, list[float]] = {
            "tracker_fps": [],
            "render_fps": [],
            "encode_fps": [],
            "resolution": [],
            "frame_ms": [],
            "face_ms": [],
        }
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        self.span_s = 0.0

    def end(self) -> dict[str, Any]:
        """Stop looking and return mean rates and CPU per cent by process (100 is one core)."""
        self.span_s = clock.now_s() - self._began_s
        cpu_s = {name: _cpu_s(process) - self._cpu_before[name] for name, process in self._processes.items()}
        self._ended.set()
        self._thread.join()
        return {
            **{name: round(float(np.mean(values or [0.0])), 2) for name, values in self._samples.items()},
            "cpu_percent": {name: round(100.0 * seconds / self.span_s, 1) for name, seconds in cpu_s.items()},
        }

    def _look(self) -> None:
        while not self._ended.wait(1.0):
            health = self._show.health()
            for name, part, figure in (
                ("tracker_fps", "tracker", "fps"),
                ("render_fps", "engine", "render_fps"),
                ("encode_fps", "engine", "encode_fps"),
                ("resolution", "engine", "resolution"),  # the share that the machine's pace allowed
                ("frame_ms", "engine", "frame_ms"),
                ("face_ms", "tracker", "face_ms"),
            ):
                if part in health:
                    self._samples[name].append(health[part].figures.get(figure, 0.0))


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
