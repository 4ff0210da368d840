"""Calibration at the engine's edge: the host's orders in, a file for each camera, the answer in the engine's health."""

import hashlib
import re
from pathlib import Path
from typing import Final, assert_never

import msgspec

from avatar_live.channels.processes import Calibrate, CalibrationState
from avatar_live.motion.calibration import UNCALIBRATED, Calibration
from avatar_live.motion.calibrator import Calibrator
from avatar_live.signals import Readings

FILE_BYTES_MAX: Final = 64_000
KEY_CHARS_MAX: Final = 40
NOBODY_IS_FILMED: Final = "A recording moves the avatar: choose your camera, then calibrate."
CAMERA_CHANGED: Final = "The camera changed meanwhile: try again."

_decoder = msgspec.json.Decoder(Calibration)


class CalibrationError(Exception):
    """Say in one sentence why a stored calibration cannot be used or kept, and what to do next."""


class Calibrating:
    """Keep what is known of the host's face before the camera in use; `known` is what to understand a face by.

    `fault` is a sentence for the host while a file cannot be read or written.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder) if folder else None
        self._camera = ""
        self._calibrator = Calibrator()
        self._id = 0
        self.fault = ""
        self._refusal = ""

    @property
    def known(self) -> Calibration:
        """What is known, or `UNCALIBRATED`."""
        return self._calibrator.calibration

    @property
    def state(self) -> CalibrationState:
        """How the last order goes."""
        progress, known = self._calibrator.progress, self.known.known
        if self._refusal:
            return CalibrationState(self._id, "failed", 0.0, self._refusal, known)
        return CalibrationState(self._id, progress.outcome, progress.share, progress.words, known)

    def use_camera(self, camera: str) -> None:
        """Know the face before another camera; of a recording, with no camera, nothing is known."""
        if camera == self._camera:
            return
        if self._calibrator.progress.outcome == "running":
            self._refusal = CAMERA_CHANGED
        self._camera, self.fault = camera, ""
        known = UNCALIBRATED
        if (path := self._path()) is not None:
            try:
                known = read_calibration(path)
            except CalibrationError as error:
                self.fault = str(error)
        self._calibrator = Calibrator(known)

    def obey(self, order: Calibrate, now_s: float) -> None:
        """Begin a step, give up the one under way, or forget all."""
        self._id, self._refusal = order.id, ""
        match order.wish:
            case "stop":
                self._calibrator.stop()
            case "forget":
                self._calibrator = Calibrator()
                self._keep()
            case "ahead" | "blink" | "mouth" as step:
                if self._camera:
                    self._calibrator.start(step, now_s)
                else:
                    self._refusal = NOBODY_IS_FILMED
            case _:
                assert_never(order.wish)

    def see(self, readings: Readings | None, now_s: float) -> None:
        """Take the newest readings, and keep what a step that they end has measured."""
        if self._calibrator.see(readings, now_s):
            self._keep()

    def _keep(self) -> None:
        self.fault = ""
        if (path := self._path()) is not None:
            try:
                write_calibration(path, self.known)
            except CalibrationError as error:
                self.fault = str(error)

    def _path(self) -> Path | None:
        if self._folder is None or not self._camera:
            return None
        return self._folder / f"{camera_key(self._camera)}.json"


def camera_key(camera: str) -> str:
    """Return the name of a camera's file: its letters and digits, and some of its hash, as others may share them."""
    letters = re.sub(r"[^a-z0-9]+", "-", camera.lower()).strip("-")[:KEY_CHARS_MAX]
    return f"{letters}-{hashlib.blake2s(camera.encode(), digest_size=3).hexdigest()}"


def read_calibration(path: Path) -> Calibration:
    """Return what is stored, or `UNCALIBRATED` where nothing is. Raises CalibrationError."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
        if len(data) > FILE_BYTES_MAX:
            raise ValueError
        return _decoder.decode(data)
    except FileNotFoundError:
        return UNCALIBRATED
    except (OSError, ValueError) as error:
        raise CalibrationError(
            f"The calibration in {path} cannot be read: calibrate again; until then the avatar learns your face by "
            "itself."
        ) from error


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Store it, whole or not at all; of nothing known, no file stays. Raises CalibrationError."""
    try:
        if calibration == UNCALIBRATED:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(calibration)))
        unfinished.replace(path)
    except OSError as error:
        raise CalibrationError(
            f"The calibration cannot be kept in {path.parent} ({error.strerror}): it holds until the show ends."
        ) from error
