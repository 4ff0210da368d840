"""The tracker as its parent sees it: a process that publishes readings, obeys, tells how it does, and stops."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import av
import msgspec
import numpy as np
import pytest

from avatar_live.channels import Slot
from avatar_live.channels.processes import (
    HEALTH_BYTES_MAX,
    READINGS_SLOT,
    SOUND_RING,
    Health,
    Order,
    Stop,
    TrackerPlan,
    UseCamera,
    UseMicrophone,
    health_slot,
)
from avatar_live.signals import READINGS_BYTES, Readings, readings_from_bytes
from avatar_live.tracking.models import Models

T = TypeVar("T")

WAIT_S = 30.0
STOP_S = 2.0


class Child:
    """Start the tracker's process and read what it writes."""

    def __init__(self, run_folder: Path, models_folder: Path, camera: str) -> None:
        plan = msgspec.json.encode(TrackerPlan(str(run_folder), str(models_folder), camera)).decode()
        self._readings = Slot(run_folder / READINGS_SLOT, READINGS_BYTES)
        self._health = Slot(health_slot(run_folder, "tracker"), HEALTH_BYTES_MAX)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "avatar_live.tracking", plan],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def order(self, order: Order) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(order) + b"\n")
        self.process.stdin.flush()

    def readings(self, is_wanted: Callable[[Readings], bool] = lambda readings: True) -> Readings:
        def wanted() -> Readings | None:
            data = self._readings.read_new()
            readings = None if data is None else readings_from_bytes(data)
            return readings if readings is not None and is_wanted(readings) else None

        return self._wait(wanted)

    def health(self, is_wanted: Callable[[Health], bool]) -> Health:
        def wanted() -> Health | None:
            data = self._health.read()
            health = None if data is None else msgspec.json.decode(data, type=Health)
            return health if health is not None and is_wanted(health) else None

        return self._wait(wanted)

    def _wait(self, wanted: Callable[[], T | None]) -> T:
        end_s = time.monotonic() + WAIT_S
        while time.monotonic() < end_s:
            found = wanted()
            if found is not None:
                return found
            assert self.process.poll() is None, "the tracker ended by itself"
            time.sleep(0.005)
        raise AssertionError("the tracker never came to it")

    def close(self) -> None:
        self._readings.close()
        self._health.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


Start = Callable[[str], Child]


@pytest.fixture
def start(tmp_path: Path, installed_models: Models) -> Iterator[Start]:
    children: list[Child] = []

    def started(camera: str, models_folder: Path = installed_models.face.parent) -> Child:
        children.append(Child(tmp_path / "run", models_folder, camera))
        return children[-1]

    yield started
    for child in children:
        child.close()


def test_the_astronauts_face_comes_out_as_readings_and_the_process_ends_with_its_input(
    start: Start, clip: Path
) -> None:
    child = start(str(clip))
    readings = child.readings(lambda got: got.face is not None and got.body is not None)
    assert (readings.width_px, readings.height_px) == (640, 480)
    assert 0.0 <= time.monotonic() - readings.captured_s < 2.0
    health = child.health(lambda health: health.figures.get("fps", 0.0) > 5.0)
    assert health.is_ready
    assert health.status == "astronaut.mp4"
    assert health.figures["face_found"] == 1.0
    assert health.figures["face_ms"] > 0.0
    assert child.process.stdin is not None
    child.process.stdin.close()
    assert child.process.wait(STOP_S) == 0
    assert child.process.stdout is not None
    assert child.process.stderr is not None
    assert child.process.stdout.read() == b""
    said = child.process.stderr.read()  # the parent's log has room for a few lines of the libraries', not for a picture
    assert len(said) < 10_000 and b"Traceback" not in said


def test_an_order_changes_the_camera_while_it_runs(start: Start, clip: Path) -> None:
    child = start("performance")
    child.health(lambda health: health.is_ready and health.status == "the bundled performance")
    child.order(UseCamera(str(clip)))
    child.health(lambda health: health.status == "astronaut.mp4" and health.figures["face_ms"] > 0.0)
    child.order(UseCamera("nothing.mp4"))
    health = child.health(lambda health: "nothing.mp4" in health.status)
    assert health.status.startswith("the bundled performance (There is no video at nothing.mp4")
    child.order(Stop())
    assert child.process.wait(STOP_S) == 0


def test_a_microphone_that_is_not_there_is_told_and_stops_nothing(start: Start, tmp_path: Path) -> None:
    child = start("performance")
    child.health(lambda health: health.status == "the bundled performance")
    assert not (tmp_path / "run" / SOUND_RING).exists()
    child.order(UseMicrophone("no such microphone"))
    child.health(lambda health: health.status.startswith("the bundled performance; ") and "icrophone" in health.status)
    child.readings()
    child.order(UseMicrophone("off"))
    child.health(lambda health: health.status == "the bundled performance")


def test_without_models_the_performance_plays_and_the_status_says_what_is_wrong(tmp_path: Path, clip: Path) -> None:
    child = Child(tmp_path / "run", tmp_path / "no models", str(clip))
    try:
        health = child.health(lambda health: "model" in health.status)
        assert health.status.startswith("the bundled performance (There is no face model at")
        assert child.readings().face is not None
    finally:
        child.close()


def test_a_plan_that_is_none_is_refused_in_a_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "avatar_live.tracking", "{}"], capture_output=True, check=False, timeout=WAIT_S
    )
    assert done.returncode == 2
    assert done.stderr.startswith(b"This process is started by `avatar-live` with one TrackerPlan")
    assert b"Traceback" not in done.stderr


def test_no_picture_leaves_the_process(start: Start, clip: Path, tmp_path: Path) -> None:
    """What the run folder holds is too small for a picture."""
    child = start(str(clip))
    child.readings(lambda got: got.body is not None)
    files = {path.name: path.stat().st_size for path in (tmp_path / "run").iterdir()}
    assert set(files) == {READINGS_SLOT, "health-tracker"}
    assert files[READINGS_SLOT] < 4 * READINGS_BYTES < 640 * 480 * 3


def test_a_dark_room_is_said_and_its_cost_told(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "cellar.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        cellar = av.VideoFrame.from_ndarray(np.full((240, 320, 3), 14, np.uint8), format="rgb24")
        for _ in range(30):
            container.mux(stream.encode(cellar))
        container.mux(stream.encode())
    child = start(str(path))
    health = child.health(lambda health: health.figures.get("light_ms", 0.0) > 0.0)
    assert health.status == "cellar.mp4; it is dark or noisy: the picture is cleaned first"
    child.order(UseCamera("performance"))
    child.health(lambda health: health.status == "the bundled performance")
