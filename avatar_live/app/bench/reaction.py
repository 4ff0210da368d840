"""How soon a player sees what a key did, in a real browser with a real engine and server on this machine.

The page presses an arrow as a keyboard would and looks at every picture of its own stream until one differs from the
picture before the press by more than pictures of a player who stands still differ. The time runs from the press to
the moment at which that picture is expected on the screen: data channel, game tick, drawing, encoding, the network,
the jitter buffer, decoding and the display's wait.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import psutil
from playwright.sync_api import Error, Page

from avatar_live import clock
from avatar_live.app.bench.browser import chromium
from avatar_live.app.faults import ShowError
from avatar_live.app.settings import Settings, run_folder
from avatar_live.app.supervisor import Supervisor

READY_S_MAX: Final = 60.0
PLAYS_MS_MAX: Final = 20_000
END_S_MAX: Final = 10.0
CALM_S_MAX: Final = 20.0  # a machine that is full never is, and is measured as it is
FPS_CALM: Final = 28.0

Report = Callable[[str], None]

# Time from the click on a ticket to the first picture of one's own.
_FIRST_PICTURE: Final = """() => new Promise((done) => {
  const began = performance.now();
  const look = () => {
    const video = document.querySelector("#own-video");
    if (video) video.requestVideoFrameCallback((now) => done(now - began));
    else requestAnimationFrame(look);
  };
  document.querySelector("[data-gift=ticket]").click();
  look();
})"""

_REACTIONS: Final = """async (presses) => {
  const video = document.querySelector("#own-video");
  const canvas = document.createElement("canvas");
  const width = canvas.width = 64, height = canvas.height = 36;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const next = () => new Promise((done) => video.requestVideoFrameCallback((now, frame) => {
    context.drawImage(video, 0, 0, width, height);
    done({ at: frame.expectedDisplayTime, pixels: context.getImageData(0, 0, width, height).data });
  }));
  const apart = (one, other) => {
    let sum = 0;
    for (let at = 0; at < one.length; at++) sum += Math.abs(one[at] - other[at]);
    return sum / one.length;
  };
  const key = (type, code) => dispatchEvent(new KeyboardEvent(type, { code, bubbles: true }));
  const times = [];
  for (let press = 0; press < presses; press++) {
    let before = await next(), unrest = 0;
    for (let still = 0; still < 8; still++) {  // as long as the view still turns, it is not still
      const after = await next();
      const moved = apart(before.pixels, after.pixels);
      if (moved > 3) still = 0;
      unrest = still ? Math.max(unrest, moved) : moved;
      before = after;
    }
    const code = press % 2 ? "ArrowRight" : "ArrowLeft";
    const began = performance.now();
    key("keydown", code);
    for (let seen = 0; seen < 60; seen++) {
      const after = await next();
      if (apart(before.pixels, after.pixels) > 2 * unrest + 1.5) {
        times.push(after.at - began);
        break;
      }
    }
    key("keyup", code);
  }
  return times;
}"""


def measure_reaction(
    settings: Settings, presses: int, report: Report, calm_s_max: float = CALM_S_MAX
) -> dict[str, Any]:
    """Run a show, play in it from a browser and return the figures, ready for JSON. Raises ShowError."""
    with TemporaryDirectory(prefix="avatar-live-bench-") as place, run_folder() as folder, chromium() as browser:
        settings = replace(settings, host="127.0.0.1", data_folder=Path(place))
        # The tracker has no part in it: the host idles.
        with Supervisor(settings.engine_plan(folder), settings.server_plan(folder, "bench"), report=report) as show:
            if not show.wait_for(_is_ready, READY_S_MAX):
                raise ShowError(f"The show did not come up: {show.refusals() or show.health()}.")
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(PLAYS_MS_MAX)
            page.goto(settings.local_link)
            try:
                page.locator("#main-video[data-at=playing]").wait_for(state="attached")
                show.wait_for(_is_calm, calm_s_max)
                first_ms = page.evaluate(_FIRST_PICTURE)
                page.locator("#own-video[data-at=playing]").wait_for(state="attached")
                report(f"A player plays; pressing {presses} keys ...")
                times_ms = page.evaluate(_REACTIONS, presses)
                rendered_fps = show.health()["engine"].figures["render_fps"]
                ended_ms = _end_ms(page, psutil.Process(show.processes()["engine"]))
            except Error as error:
                raise ShowError(f"The player's page showed no picture ({error.message.splitlines()[0]}).") from error
    if not times_ms:
        raise ShowError("No key was seen to move the player's picture: look at `avatar-live doctor`.")
    return {
        "ticket_to_picture_ms": round(first_ms, 1),
        "leave_to_encoder_ended_ms": round(ended_ms, 1),
        "input_to_picture_ms_p50": round(float(np.percentile(times_ms, 50)), 1),
        "input_to_picture_ms_p90": round(float(np.percentile(times_ms, 90)), 1),
        "show_size": f"{settings.width_px}x{settings.height_px}",
        "show_fps": round(rendered_fps, 1),
        "inputs_seen": len(times_ms),
        "inputs": presses,
    }


def _is_calm(show: Supervisor) -> bool:
    """Say whether the engine is over the start of the browser, when it draws less to keep pace."""
    figures = show.health()["engine"].figures
    return figures["resolution"] == 1.0 and figures["render_fps"] > FPS_CALM


def _end_ms(page: Page, engine: psutil.Process) -> float:
    """Leave the game, and return when the engine had one thread less: the player's encoder."""
    threads = engine.num_threads()
    began_s = clock.now_s()
    page.click("#leave")
    while engine.num_threads() >= threads:
        if clock.now_s() - began_s > END_S_MAX:
            raise ShowError("The engine went on encoding for a player who had left.")
        page.wait_for_timeout(5)
    return (clock.now_s() - began_s) * 1e3


def _is_ready(show: Supervisor) -> bool:
    if show.refusals():
        raise ShowError(" ".join(show.refusals().values()))
    health = show.health()
    return len(health) == 2 and all(part.is_ready for part in health.values())
