"""A show without a stage: the real server in a process of its own, and pictures that move, really encoded.

For measurements of what comes after the picture. The full rung is made always, the small one while the server says
that somebody wants it, as the engine does it.
"""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from avatar_live.app.faults import ShowError
from avatar_live.app.settings import WEB, run_folder
from avatar_live.channels.link import ServerLink
from avatar_live.channels.processes import (
    HEALTH_BYTES_MAX,
    EngineHello,
    EngineNote,
    Health,
    KeyframeWanted,
    ServerPlan,
    Watched,
    health_slot,
)
from avatar_live.channels.slot import Slot
from avatar_live.clock import Pacer, now_s
from avatar_live.encoder.thread import EncoderThread
from avatar_live.signals.encoded import MAIN_STREAM, VIDEO_CLOCK_HZ, EncodedFrame

START_S_MAX: Final = 20.0
PIECES: Final = 40
PACE_PX: Final = 7


@dataclass(frozen=True, slots=True)
class Rendition:
    """Say what one rung is."""

    width_px: int
    height_px: int
    bitrate_bps: int


FULL_RENDITION: Final = Rendition(1280, 720, 2_500_000)
SMALL_RENDITION: Final = Rendition(640, 360, 650_000)


@contextlib.contextmanager
def running_server(token: str = "") -> Iterator[tuple[str, Path]]:
    """Run a show's server on a free port; yield its address and its run folder. Raises ShowError."""
    with TemporaryDirectory(prefix="avatar-live-bench-") as place, run_folder() as folder:
        plan = ServerPlan(
            run_folder=str(folder),
            data_folder=place,
            web_folder=str(WEB),
            port=0,
            title="Moving pictures",
            token=token,
            allow_loopback_ice=True,
        )
        command = [sys.executable, "-m", "avatar_live.server", msgspec.json.encode(plan).decode()]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            try:
                yield _address(process, folder), folder
            finally:
                process.terminate()
                process.wait()


class SyntheticEngine:
    """Encode a moving picture at both rungs for the server of a run folder, in threads of its own."""

    def __init__(
        self, folder: Path, fps: int = 30, full: Rendition = FULL_RENDITION, small: Rendition = SMALL_RENDITION
    ) -> None:
        self._fps, self._renditions = fps, (full, small)
        self._link = ServerLink(folder, EngineHello(full.width_px, full.height_px, fps))
        self._encoders = {0: self._encoder(0)}
        self._pictures = pictures(full.width_px, full.height_px)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="synthetic-engine", daemon=True)
        self.frames_made = 0
        self.keyframes_asked: list[tuple[float, int]] = []  # when, which rung
        self.rungs_asked: list[tuple[float, tuple[int, ...]]] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        for encoder in self._encoders.values():
            encoder.close()
        self._link.close()

    def _run(self) -> None:
        pacer = Pacer(self._fps)
        while not self._stopped.is_set():
            pacer.wait()
            self._listen()
            if self.frames_made % self._fps == 0:
                self._link.send(EngineNote("moving pictures"))
            at_s = now_s()
            picture = self._pictures[self.frames_made % len(self._pictures)]
            for rung, encoder in self._encoders.items():
                encoder.put(picture[rung], at_s, round(at_s * VIDEO_CLOCK_HZ))
            self.frames_made += 1

    def _listen(self) -> None:
        for message in self._link.receive():
            match message:
                case KeyframeWanted(stream, rung) if stream == MAIN_STREAM:
                    self.keyframes_asked.append((now_s(), rung))
                    if rung in self._encoders:
                        self._encoders[rung].want_keyframe()
                case Watched(_, rungs):
                    self.rungs_asked.append((now_s(), rungs))
                    for rung in set(self._encoders) - {0, *rungs}:
                        self._encoders.pop(rung).close()
                    for rung in set(rungs) - set(self._encoders):
                        self._encoders[rung] = self._encoder(rung)

    def _encoder(self, rung: int) -> EncoderThread:
        one = self._renditions[rung]
        return EncoderThread(
            MAIN_STREAM,
            one.width_px,
            one.height_px,
            self._fps,
            one.bitrate_bps,
            lambda frame: self._link.send(_on_rung(frame, rung)),
        )


def pictures(width_px: int, height_px: int) -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Return the pictures of a loop, full and half as wide and high, I420: a grainy ground that glides, which costs an
    encoder all it may spend."""
    chance = np.random.default_rng(5)
    grains = chance.integers(40, 216, (height_px // 4, width_px // 4 + PIECES * PACE_PX, 3), dtype=np.uint8)
    wide = cv2.resize(grains, (width_px + PIECES * PACE_PX * 4, height_px), interpolation=cv2.INTER_CUBIC)
    ground = wide.astype(np.uint8, copy=False)
    there = [_pair(ground[:, at * PACE_PX : at * PACE_PX + width_px]) for at in range(PIECES)]
    return there + there[-2:0:-1]


def _pair(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    half = cv2.resize(picture, (picture.shape[1] // 2, picture.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return _i420(picture), _i420(half.astype(np.uint8, copy=False))


def _i420(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)


def _on_rung(frame: EncodedFrame, rung: int) -> EncodedFrame:
    return frame if frame.rung == rung else msgspec.structs.replace(frame, rung=rung)


def _address(process: "subprocess.Popen[bytes]", folder: Path) -> str:
    until_s = now_s() + START_S_MAX
    pacer = Pacer(20.0)
    slot = Slot(health_slot(folder, "server"), HEALTH_BYTES_MAX)
    try:
        while now_s() < until_s and process.poll() is None:
            pacer.wait()
            data = slot.read()
            health = msgspec.json.decode(data, type=Health) if data else None
            if health is not None and health.is_ready:
                return health.status.removeprefix("serving ")
    finally:
        slot.close()
    raise ShowError("The server did not come up: look at `avatar-live doctor`.")
