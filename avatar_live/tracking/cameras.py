"""Sources of motion: webcams, video files, and the bundled recording that needs neither camera nor models."""

import contextlib
import importlib
import os
import platform
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import cv2
import numpy as np

from avatar_live import clock
from avatar_live.channels.processes import ONCE
from avatar_live.mocap.take import SUFFIX
from avatar_live.signals import Readings
from avatar_live.tracking.performance import PERFORMANCE, Performance
from avatar_live.tracking.source import CameraError, Picture, Source, wait_until
from avatar_live.tracking.takes import Replay

IS_LINUX: Final = platform.system() == "Linux"
AUTO: Final = "auto"
BUNDLED: Final = "performance"
RECORDING_SUFFIX: Final = ".npz"
ASKED_WIDTH_PX: Final = 640
ASKED_HEIGHT_PX: Final = 480
ASKED_FPS: Final = 30
FIRST_PICTURE_TRIES: Final = 3  # some webcams give an empty picture while they start
FIRST_PICTURE_S_MAX: Final = 2.0
V4L_WAIT_S: Final = 2  # OpenCV waits 10 s for a picture of a Linux webcam that never gives one
LATE_S_MAX: Final = 0.5  # a recording further behind (the machine slept) goes on from where it is
BLIND_PROBES: Final = 2  # where the system does not list cameras, these many numbers are tried


@dataclass(frozen=True, slots=True)
class Camera:
    """Name a webcam of this machine."""

    number: int
    name: str


def list_cameras() -> list[Camera]:
    """Return the webcams without opening one where the system can tell (Linux); elsewhere those that open."""
    if IS_LINUX:
        return plugged_cameras()
    return [Camera(number, f"camera {number}") for number in range(BLIND_PROBES) if _opens(number)]


def plugged_cameras(folder: Path = Path("/sys/class/video4linux")) -> list[Camera]:
    """Return the webcams that Linux lists, by number, without opening one; none where the system keeps no such list."""
    if not folder.is_dir():
        return []
    return sorted(_listed(folder), key=lambda camera: camera.number)


def open_source(camera: str) -> Source:
    """Open "auto", a camera's number, a video file, a take, a recorded performance or "performance".

    "auto" takes the first webcam that gives a picture, else the bundled performance; `ONCE` before a take's path plays
    it once. Raises CameraError.
    """
    if camera == BUNDLED:
        return Performer()
    if camera == AUTO:
        return _first_working()
    if camera.isdecimal():
        return Webcam(int(camera))
    path = Path(camera.removeprefix(ONCE)).expanduser()
    if path.suffix == SUFFIX:
        return Replay(path, is_looped=not camera.startswith(ONCE))
    if path.suffix == RECORDING_SUFFIX and path.exists():
        return Performer(path=path)
    # A video needs PyAV, which takes a while to load and which a webcam does without.
    from avatar_live.tracking.video import Video

    return Video(path)


def prepare(camera: str) -> None:
    """Load what opening this camera takes, and leave the camera itself alone."""
    if camera not in (BUNDLED, AUTO) and not camera.isdecimal():
        importlib.import_module("avatar_live.tracking.video")


def _first_working() -> Source:
    cameras = list_cameras()
    for camera in cameras:
        try:
            return Webcam(camera.number)
        except CameraError:
            continue
    return Performer("no camera gave a picture" if cameras else "no camera found")


class Device(Protocol):
    """Give pictures, as `cv2.VideoCapture` does: (whether there is one, (height, width, 3) BGR)."""

    def read(self) -> tuple[bool, Any]:
        """Wait for the next picture."""

    def release(self) -> None:
        """Let go of the device."""


class Webcam:
    """Read the webcam with this number. Raises CameraError when it is absent, closed to us, busy or unplugged."""

    def __init__(self, number: int, device: Device | None = None) -> None:
        self._number = number
        self._device = device if device is not None else _opened(number)
        end_s = clock.now_s() + FIRST_PICTURE_S_MAX
        for _ in range(FIRST_PICTURE_TRIES):
            if self._device.read()[0]:
                return
            if clock.now_s() > end_s:
                break
        self._device.release()
        raise CameraError(
            f"Camera {number} opens but gives no picture: another program is probably using it. "
            "Close that program, or choose another camera."
        )

    @property
    def words(self) -> str:
        return f"camera {self._number}"

    def read(self, stop: threading.Event) -> Picture:
        is_read, pixels = self._device.read()
        if not is_read:
            raise CameraError(f"Camera {self._number} stopped giving pictures: plug it in again, or choose another.")
        # OpenCV hands a picture over as soon as the driver has it; the driver's own stamp is not to be had.
        captured_s = clock.now_s()
        return Picture(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8), captured_s)

    def close(self) -> None:
        self._device.release()


class Performer:
    """Play a recording for ever, ours where no other is named; `reason` says why nobody else performs."""

    def __init__(self, reason: str = "", path: Path = PERFORMANCE) -> None:
        try:
            self._performance = Performance.load(path)
        except (OSError, ValueError) as error:
            if path == PERFORMANCE:
                raise CameraError("The bundled performance is missing or broken: install avatar_live again.") from error
            raise CameraError(f"{path} is not a recorded performance: record one, or choose a camera.") from error
        self._what = "the bundled performance" if path == PERFORMANCE else path.name
        self._reason = reason
        self._start_s = clock.now_s()
        self._count = 0

    @property
    def words(self) -> str:
        return f"{self._what} ({self._reason})" if self._reason else self._what

    def read(self, stop: threading.Event) -> Readings:
        due_s = self._start_s + self._count / self._performance.fps
        late_s = clock.now_s() - due_s
        if late_s > LATE_S_MAX:
            self._start_s += late_s
            due_s += late_s
        wait_until(due_s, stop)
        self._count += 1
        return self._performance.at(self._count - 1, due_s)

    def close(self) -> None:
        pass


def _listed(folder: Path) -> Iterator[Camera]:
    for entry in folder.iterdir():
        digits = entry.name.removeprefix("video")
        if not digits.isdecimal():
            continue
        # A webcam shows several nodes; index 0 is the one with pictures, the others carry its metadata.
        with contextlib.suppress(OSError):  # unplugged meanwhile
            if (entry / "index").read_text().strip() == "0":
                yield Camera(int(digits), (entry / "name").read_text().strip())


def _opens(number: int) -> bool:
    try:
        _opened(number).release()
    except CameraError:
        return False
    return True


def _opened(number: int) -> cv2.VideoCapture:
    node = Path(f"/dev/video{number}")
    if IS_LINUX and not node.exists():
        raise CameraError(
            f"There is no camera {number} on this machine: plug one in, or name another number or a video file."
        )
    cv2.utils.logging.setLogLevel(
        cv2.utils.logging.LOG_LEVEL_SILENT
    )  # OpenCV prints a line of its own for every camera that does not open
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", str(V4L_WAIT_S))
    try:
        capture = cv2.VideoCapture(number, cv2.CAP_V4L2 if IS_LINUX else cv2.CAP_ANY)
    except cv2.error as error:
        raise CameraError(f"Camera {number} cannot be opened: choose another camera.") from error
    if not capture.isOpened():
        capture.release()
        raise CameraError(
            f"Camera {number} cannot be opened: it is missing, in use by another program, or this user may not use "
            "it. Close other programs, allow the camera in the system's settings, or choose another."
        )
    for setting, value in (
        (cv2.CAP_PROP_FRAME_WIDTH, ASKED_WIDTH_PX),
        (cv2.CAP_PROP_FRAME_HEIGHT, ASKED_HEIGHT_PX),
        (cv2.CAP_PROP_FPS, ASKED_FPS),
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    ):
        capture.set(setting, value)
    return capture
