"""The tracker as its parent sees it: a process that publishes readings, obeys, tells how it does, and stops."""

import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar, cast

import av
import msgspec
import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from patience import DEADLINE_S

from avatar_live.channels import Lossless, Slot
from avatar_live.channels.child import BEGIN, SPARE
from avatar_live.channels.processes import (
    GIVEN_SLOT,
    HEALTH_BYTES_MAX,
    HEALTH_STALE_S,
    READINGS_SLOT,
    SOUND_RING,
    VOICE_SLOT,
    Health,
    Order,
    Record,
    Stop,
    TrackerPlan,
    UseCamera,
    UseDrawn,
    UseMicrophone,
    health_slot,
)
from avatar_live.mocap.replay import replay
from avatar_live.motion.framing import WORDS
from avatar_live.signals import READINGS_BYTES, VOICE_BYTES, Readings, readings_from_bytes, readings_to_bytes
from avatar_live.tracking.cameras import BUNDLED
from avatar_live.tracking.costs import Costs
from avatar_live.tracking.models import ModelError, Models
from avatar_live.tracking.process import run
from avatar_live.tracking.takes import read_take
from avatar_live.tracking.tracker import DARK_WORDS, Tracker

T = TypeVar("T")
Pixels = NDArray[np.uint8]


class Child:
    """Start the tracker's process and read what it writes."""

    def __init__(self, run_folder: Path, models_folder: Path, camera: str, *words: str) -> None:
        plan = msgspec.json.encode(TrackerPlan(str(run_folder), str(models_folder), camera)).decode()
        self._readings = Slot(run_folder / READINGS_SLOT, READINGS_BYTES)
        self._health = Slot(health_slot(run_folder, "tracker"), HEALTH_BYTES_MAX)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "avatar_live.tracking", plan, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def order(self, order: Order) -> None:
        self.say(msgspec.json.encode(order) + b"\n")

    def say(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def readings(self, is_wanted: Callable[[Readings], bool] = lambda readings: True) -> Readings:
        def wanted() -> Readings | None:
            data = self._readings.read_new()
            readings = None if data is None else readings_from_bytes(data)
            return readings if readings is not None and is_wanted(readings) else None

        return self.wait(wanted)

    def said(self) -> Health | None:
        data = self._health.read()
        return None if data is None else msgspec.json.decode(data, type=Health)

    def health(self, is_wanted: Callable[[Health], bool]) -> Health:
        def wanted() -> Health | None:
            health = self.said()
            return health if health is not None and is_wanted(health) else None

        return self.wait(wanted)

    def wait(self, wanted: Callable[[], T | None]) -> T:
        end_s = time.monotonic() + DEADLINE_S
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
    began_s = time.monotonic()
    child = start(str(clip))
    readings = child.readings(lambda got: got.face is not None and got.body is not None)
    assert (readings.width_px, readings.height_px) == (640, 480)
    assert began_s < readings.captured_s <= time.monotonic()
    health = child.health(lambda health: health.figures.get("fps", 0.0) > 0.0)
    assert health.is_ready
    assert health.status == "astronaut.mp4"
    assert health.figures["face_found"] == 1.0
    assert health.figures["face_ms"] > 0.0
    assert child.process.stdin is not None
    child.process.stdin.close()
    assert child.process.wait(DEADLINE_S) == 0
    assert child.process.stdout is not None
    assert child.process.stderr is not None
    assert child.process.stdout.read() == b""
    said = child.process.stderr.read()  # the parent's log has room for a few lines of the libraries', not for a picture
    assert len(said) < 10_000 and b"Traceback" not in said


def test_a_spare_opens_its_models_and_then_waits_without_the_camera(
    installed_models: Models, clip: Path, tmp_path: Path
) -> None:
    child = Child(tmp_path / "run", installed_models.face.parent, str(clip), SPARE)
    try:
        spare = psutil.Process(child.process.pid)
        child.wait(lambda: True if _has_opened(spare, "mediapipe") and _is_at_rest(spare) else None)
        assert not _has_opened(spare, clip.name)
        assert child.said() is None, "it says nothing before its turn"
        child.say(BEGIN)
        child.readings(lambda got: got.face is not None)
        health = child.health(lambda health: health.is_ready and health.patience_s < HEALTH_STALE_S)
        assert health.status == "astronaut.mp4"
        child.order(Stop())
        assert child.process.wait(DEADLINE_S) == 0
    finally:
        child.close()


def _has_opened(process: psutil.Process, name: str) -> bool:
    maps = process.memory_maps() if hasattr(process, "memory_maps") else []
    return any(name in file.path for file in (*maps, *process.open_files()))


def _is_at_rest(process: psutil.Process) -> bool:
    before = process.cpu_times()
    time.sleep(0.5)
    return bool(process.cpu_times() == before)


class Warm:
    """A spare's tracker, whose network for drawn heads may be missing."""

    def __init__(self, *, has_network: bool) -> None:
        self._has_network = has_network
        self.costs, self.told, self.is_closed = Costs(), list[bool](), False

    def use_drawn(self, is_on: bool) -> None:
        self.told.append(is_on)
        if is_on and not self._has_network:
            raise ModelError("There is no network for drawn heads.")

    def close(self) -> None:
        self.is_closed = True


def obeyed(folder: Path, warm: Warm, *orders: Order, drawn: bool) -> None:
    """Let a tracker that is warm obey and stop."""
    queue = Lossless[Order](len(orders) + 1)
    for order in (*orders, Stop()):
        queue.put(order)
    run(TrackerPlan(str(folder), "", BUNDLED, drawn=drawn), queue, cast(Tracker, warm))


def test_a_spare_and_later_orders_follow_the_heads_that_the_host_shows(tmp_path: Path) -> None:
    warm = Warm(has_network=True)
    obeyed(tmp_path, warm, UseDrawn(False), drawn=True)
    assert warm.told == [True, False]


def test_drawn_heads_without_their_network_open_the_models_anew_which_says_why(tmp_path: Path) -> None:
    warm = Warm(has_network=False)
    obeyed(tmp_path, warm, UseDrawn(True), drawn=False)
    assert (warm.told, warm.is_closed) == ([False, True], True)


def test_a_spare_without_models_waits_all_the_same(clip: Path, tmp_path: Path) -> None:
    child = Child(tmp_path / "run", tmp_path / "no models", str(clip), SPARE)
    try:
        child.say(BEGIN)
        child.health(lambda health: health.status.startswith("the bundled performance (There is no face model at"))
    finally:
        child.close()


def test_an_order_changes_the_camera_while_it_runs(start: Start, clip: Path) -> None:
    child = start("performance")
    child.health(lambda health: health.is_ready and health.status == "the bundled performance")
    child.order(UseCamera(str(clip)))
    child.health(lambda health: health.status == "astronaut.mp4" and health.figures["face_ms"] > 0.0)
    child.order(UseCamera("nothing.mp4"))
    health = child.health(lambda health: "nothing.mp4" in health.status)
    assert health.status.startswith("the bundled performance (There is no video at nothing.mp4")
    child.order(Stop())
    assert child.process.wait(DEADLINE_S) == 0


def test_the_camera_that_films_the_host_is_named_and_a_face_at_the_edge_is_told_to_the_host_alone(
    start: Start, portrait: Callable[..., Pixels], tmp_path: Path
) -> None:
    path = tmp_path / "edge.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        still = av.VideoFrame.from_ndarray(portrait(right_px=-265.0), format="rgb24")
        for packet in (*(packet for _ in range(30) for packet in stream.encode(still)), *stream.encode()):
            container.mux(packet)
    child = start("performance")
    child.health(lambda health: health.is_ready and health.camera == "" and health.notice == "")
    child.order(UseCamera(str(path)))
    health = child.health(lambda health: health.notice != "")
    assert health.notice == WORDS["right"] and health.camera == health.status == "edge.mp4"
    child.order(UseCamera("performance"))
    child.health(lambda health: health.camera == "" and health.notice == "")


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
        [sys.executable, "-m", "avatar_live.tracking", "{}"], capture_output=True, check=False, timeout=DEADLINE_S
    )
    assert done.returncode == 2
    assert done.stderr.startswith(b"This process is started by `avatar-live` with one TrackerPlan")
    assert b"Traceback" not in done.stderr


def test_no_picture_leaves_the_process(start: Start, clip: Path, tmp_path: Path) -> None:
    """What the run folder holds is too small for a picture."""
    child = start(str(clip))
    child.readings(lambda got: got.body is not None)
    files = {path.name: path.stat().st_size for path in (tmp_path / "run").iterdir()}
    assert set(files) == {READINGS_SLOT, VOICE_SLOT, GIVEN_SLOT, "health-tracker"}
    assert sum(files.values()) < 6 * READINGS_BYTES < 640 * 480 * 3


def test_a_take_holds_what_was_published_until_a_moment_before_the_tracker_was_killed(
    start: Start, tmp_path: Path
) -> None:
    child = start("performance")
    child.readings()
    path = tmp_path / "takes" / "evening.take"
    child.order(Record(str(path)))
    child.health(lambda health: "take_bytes" in health.figures)
    published, at_s = [], [time.monotonic()]
    while at_s[-1] < at_s[0] + 2.5:
        published.append(readings_to_bytes(child.readings()))
        at_s.append(time.monotonic())
    child.process.kill()
    killed_s = time.monotonic()
    kept = list(read_take(path))
    starved_s = max(later - earlier for earlier, later in itertools.pairwise(at_s))  # on a machine that does more
    assert 0.0 <= killed_s - kept[-1].at_s <= 1.0 + starved_s
    recorded = [entry.data for entry in kept]
    assert [data for data in recorded if data in published] == [data for data in published if data in recorded]
    assert sum(data in recorded for data in published) > 0.5 * len(published)


def test_a_take_ends_when_it_is_told_to_and_plays_as_the_next_source(start: Start, tmp_path: Path) -> None:
    child = start("performance")
    child.order(Record(str(tmp_path / "a.take")))
    child.health(lambda health: health.figures.get("take_bytes", 0.0) > 20_000)
    child.order(Record(""))
    child.health(lambda health: "take_bytes" not in health.figures)
    kept = list(read_take(tmp_path / "a.take"))
    replayed_s = time.monotonic()
    child.order(UseCamera(str(tmp_path / "a.take")))
    child.health(lambda health: health.status == "a.take" and health.figures["fps"] > 10.0)
    said = child.readings(lambda got: got.face is not None)
    assert said.face is not None and replayed_s < said.captured_s <= time.monotonic()
    recorded = [sense for _, sense in replay(kept) if isinstance(sense, Readings) and sense.face is not None]
    assert said.face.landmarks.tobytes() in [
        sense.face.landmarks.tobytes() for sense in recorded if sense.face is not None
    ]


def test_a_take_that_cannot_be_written_is_told_and_stops_nothing(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    child = start("performance")
    child.readings()  # the camera is open, and the status names it
    child.order(Record(str(tmp_path / "file" / "a.take")))
    health = child.health(lambda health: "a.take" in health.status)
    assert health.status.startswith("the bundled performance; a.take is not recorded further (")
    child.readings()
    child.order(Record(""))
    child.health(lambda health: health.status == "the bundled performance")


def test_neither_pictures_nor_sound_are_in_a_take(start: Start, clip: Path, tmp_path: Path) -> None:
    """All that is in it are the numbers of readings: they account for every byte, and there is no other kind."""
    child = start(str(clip))
    child.readings(lambda got: got.body is not None)
    child.order(Record(str(tmp_path / "a.take")))
    child.health(lambda health: health.figures.get("take_bytes", 0.0) > 100_000)
    child.order(Stop())
    assert child.process.wait(DEADLINE_S) == 0
    kept = list(read_take(tmp_path / "a.take"))
    assert len(kept) > 10
    for entry in kept:
        assert entry.kind == "readings" and readings_to_bytes(readings_from_bytes(entry.data)) == entry.data
    # Smaller than any picture of a face, and less of it a second than the poorest telephone's sound.
    assert READINGS_BYTES < 64 * 64 * 3 and 50 * VOICE_BYTES < 8_000


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
    assert (health.status, health.notice) == ("cellar.mp4", DARK_WORDS), "viewers are not told"
    child.order(UseCamera("performance"))
    child.health(lambda health: health.status == "the bundled performance" and not health.notice)
