"""The renderer that we measure ourselves against: three.js with @pixiv/three-vrm in a real browser.

Its page runs on the same OpenGL as ours: Chromium's ANGLE is told to use the system's EGL, which is Mesa's llvmpipe on
a machine without a graphics card.
"""

import base64
import mimetypes
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import unquote, urlsplit

import numpy as np
import psutil
from numpy.typing import NDArray
from playwright.sync_api import Error, Route, sync_playwright

from avatar_live.app.bench.peer_page import build_page
from avatar_live.app.doctor import find_chromium
from avatar_live.app.faults import ShowError
from avatar_live.stage.light import FILL_COLOR, KEY_COLOR, KEY_DIRECTION

FLAGS: Final = (
    "--no-sandbox",
    "--use-gl=angle",
    # On Linux "gl" alone ends in Chromium's own software renderer, which is another one than ours.
    "--use-angle=gl-egl" if sys.platform.startswith("linux") else "--use-angle=gl",
    "--ignore-gpu-blocklist",
    "--disable-gpu-watchdog",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BACKGROUND: Final = (0, 255, 0)  # no avatar's colour, so that the silhouette can be read from the picture

_ORIGIN: Final = "http://peer.localhost"  # answered by `_answer`, from files; nothing is served
_NEAR_M, _FAR_M = 0.01, 12.0
_LOAD_MS_MAX: Final = 120_000

Doubles = NDArray[np.float64]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """Place a camera: its (4, 4) pose of column vectors, looking along -Z, and its vertical angle of view."""

    pose: Doubles
    fov_vertical_rad: float

    def as_message(self) -> dict[str, Any]:
        """Return the shot as the page reads it."""
        return {
            "pose": self.pose.T.ravel().tolist(),
            "fov_vertical_deg": float(np.degrees(self.fov_vertical_rad)),
            "near_m": _NEAR_M,
            "far_m": _FAR_M,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """Hold a moment of a motion, `dt_s` after the one before: normalised rotations (x y z w) and expressions by name.

    Axes are VRM 1.0's (`signals.Pose`), whatever the file's version is.
    """

    rotations: Mapping[str, Doubles] = field(default_factory=dict)
    expressions: Mapping[str, float] = field(default_factory=dict)
    dt_s: float = 1.0 / 60.0

    def as_message(self) -> dict[str, Any]:
        """Return the moment as the page reads it."""
        return {
            "rotations": {name: np.asarray(rotation).tolist() for name, rotation in self.rotations.items()},
            "expressions": dict(self.expressions),
            "dt_s": self.dt_s,
        }


@dataclass(frozen=True, slots=True)
class Tip:
    """Hold where a swinging bone ends, (3,) metres in the avatar's space, and the name of its joint's node."""

    node: str
    tip_m: Doubles


@dataclass(frozen=True, slots=True)
class Speed:
    """Hold how fast frames were moved and drawn; `cpu_ms` a frame counts all of the browser's processes."""

    fps: float
    cpu_ms: float
    frames: int


class Peer:
    """Run three-vrm on one canvas. Raises ShowError in one sentence where it cannot be built or started.

    `is_multisampled` asks for the browser's anti-aliasing; without it both sides draw hard edges.
    """

    def __init__(self, width_px: int, height_px: int, *, is_multisampled: bool = False) -> None:
        self._built = self._folder = build_page()
        path = find_chromium()
        if path is None:
            raise ShowError("Chromium is not installed: install it (Debian: apt-get install chromium) and try again.")
        self._size = (width_px, height_px)
        with ExitStack() as stack:
            before = _descendants()
            playwright = stack.enter_context(sync_playwright())
            browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
            stack.callback(browser.close)
            self._page = browser.new_page()
            self._page.set_default_timeout(_LOAD_MS_MAX)
            self._page.route(f"{_ORIGIN}/**", self._answer)
            self._page.goto(f"{_ORIGIN}/page/index.html")
            self._page.wait_for_function("() => window.peer !== undefined")
            light = {
                "key_direction": list(KEY_DIRECTION),
                "key_color": list(KEY_COLOR),
                "fill_color": list(FILL_COLOR),
                "background": [channel / 255.0 for channel in BACKGROUND],
            }
            self.driver = str(self._call("open", width_px, height_px, is_multisampled, light))
            self._processes = _descendants() - before
            self._stack = stack.pop_all()

    def resize(self, width_px: int, height_px: int) -> None:
        """Draw another size from now on."""
        self._call("resize", width_px, height_px)
        self._size = (width_px, height_px)

    def load(self, path: Path, *, is_mended: bool = False) -> list[str]:
        """Bring a VRM or glTF file on, in place of the one before. Raises ShowError when three-vrm cannot read it.

        With `is_mended` three-vrm's known faults are put right (`web/peer/mending.ts`); returns a sentence for each.
        """
        self._folder = path.resolve().parent
        try:
            return [str(sentence) for sentence in self._call("load", f"{_ORIGIN}/file/{path.name}", is_mended)]
        except Error as error:
            reason = error.message.splitlines()[0].removeprefix("Page.evaluate: ")
            raise ShowError(f"three-vrm does not read {path.name}: {reason}") from error

    def picture(self, shot: Shot, moment: Moment, material_s: float = 0.0) -> Pixels:
        """Return RGBA (height, width, 4), top row first, with the springs at rest on the moment's pose.

        `material_s` is the time that the UV animations have run.
        """
        return self._pixels(self._call("picture", shot.as_message(), moment.as_message(), material_s))

    def picture_after(self, shot: Shot, motion: Sequence[Moment]) -> Pixels:
        """Return the picture at the end of a motion."""
        return self._pixels(self._call("pictureAfter", shot.as_message(), [one.as_message() for one in motion]))

    def spring_tips(self, motion: Sequence[Moment]) -> list[Tip]:
        """Return where the swinging bones end after a motion that began with the springs at rest."""
        tips = self._call("springTips", [one.as_message() for one in motion])
        return [Tip(tip["node"], np.array(tip["tip"])) for tip in tips]

    def speed(self, shot: Shot, motion: Sequence[Moment], frames: int) -> Speed:
        """Return how fast the motion, repeated, is moved and drawn; each frame ends when the GPU is done with it."""
        messages = [one.as_message() for one in motion]
        before_s = _cpu_s(self._processes)
        speed = self._call("pace", shot.as_message(), messages, frames)
        cpu_s = _cpu_s(self._processes) - before_s
        return Speed(frames / speed["seconds"], 1000.0 * cpu_s / frames, frames)

    def close(self) -> None:
        """End the browser."""
        self._stack.close()

    def _call(self, name: str, *arguments: object) -> Any:
        return self._page.evaluate("([name, given]) => window.peer[name](...given)", [name, list(arguments)])

    def _pixels(self, encoded: str) -> Pixels:
        width, height = self._size
        rows = np.frombuffer(base64.b64decode(encoded), np.uint8).reshape(height, width, 4)
        return np.ascontiguousarray(rows[::-1])

    def _answer(self, route: Route) -> None:
        """Answer a request of the page from the built page or from the loaded file's folder."""
        parts = unquote(urlsplit(route.request.url).path).removeprefix("/")
        kind, _, name = parts.partition("/")
        root = self._built if kind == "page" else self._folder
        path = (root / name).resolve()
        if not (path.is_relative_to(root.resolve()) and path.is_file()):
            route.fulfill(status=404)
            return
        route.fulfill(path=path, content_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _descendants() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def _cpu_s(processes: set[psutil.Process]) -> float:
    total_s = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total_s += float(times.user + times.system)
    return total_s
