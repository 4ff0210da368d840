"""What tracking costs: pictures a second that two cores can track, and a real tracker's CPU and memory at 30 Hz."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from avatar_live import clock
from avatar_live.app.bench.tracking.ride import people, pictures_of, riding
from avatar_live.channels.processes import TrackerPlan
from avatar_live.tracking.bundle import FACE, HAND, POSE
from avatar_live.tracking.costs import Costs
from avatar_live.tracking.detectors import Detectors
from avatar_live.tracking.models import Models
from avatar_live.tracking.source import Picture, Pixels
from avatar_live.tracking.tracker import Tracker

CORES: Final = 2
CAMERA_FPS: Final = 30.0
PICTURES: Final = 240
BLOCK: Final = 40  # pictures; the median block counts, since the machine has other things to do now and then
SETTLE_S: Final = 3.0
WATCHED_S: Final = 10.0


def measure_costs(models: Models, *, count: int = PICTURES, watched_s: float = WATCHED_S) -> dict[str, float]:
    """Track pictures as fast as it goes, and then a clip at its own pace in a tracker's process.

    `face_fps` is the face alone, `all_fps` the default mix of face, body and hands on pictures that are stamped as a
    30 Hz camera's, so that body and hands have their turns as often as this machine affords beside one. `*_cpu_ms` is
    the CPU time a picture. `tracker_cpu_percent` is of one core.
    """
    with TemporaryDirectory(prefix="avatar-live-bench-") as place:
        clips = people(Path(place))
        pictures = pictures_of(clips, count)
        with _cores(CORES):
            face_fps, face_cpu_ms = _pace(models, pictures, lambda tracker, picture: next(tracker.readings(picture)))
            all_fps, all_cpu_ms = _pace(models, pictures, lambda tracker, picture: list(tracker.readings(picture)))
        folder = _folder_of(models, Path(place) / "models")
        with riding(TrackerPlan(str(Path(place) / "run"), str(folder), str(clips[-1]))) as ride:
            time.sleep(SETTLE_S)
            began_s, cpu_before_s = clock.now_s(), ride.cpu_s
            time.sleep(watched_s)
            cpu_percent = 100.0 * (ride.cpu_s - cpu_before_s) / (clock.now_s() - began_s)
            rss_mb, fps = ride.rss_mb, ride.health.figures["fps"]
    return {
        "face_fps": round(face_fps, 1),
        "face_cpu_ms": round(face_cpu_ms, 2),
        "all_fps": round(all_fps, 1),
        "all_cpu_ms": round(all_cpu_ms, 2),
        "tracker_fps": round(fps, 1),
        "tracker_cpu_percent": round(cpu_percent, 1),
        "tracker_rss_mb": round(rss_mb, 1),
    }


def _pace(
    models: Models, pictures: Sequence[Pixels], track: Callable[[Tracker, Picture], object]
) -> tuple[float, float]:
    """Return the pictures a second of the median block, and the CPU milliseconds a picture over all."""
    tracker = Tracker(Detectors(models), Costs())
    spans_s: list[float] = []
    cpu_began_s = 0.0
    for number in range(-BLOCK, len(pictures)):  # the first block, which opens and warms everything, does not count
        if number % BLOCK == 0:
            began_s = clock.now_s()
        if number == 0:
            cpu_began_s = time.process_time()
        track(tracker, Picture(pictures[number], (number + BLOCK + 1) / CAMERA_FPS))
        if number >= 0 and number % BLOCK == BLOCK - 1:
            spans_s.append(clock.now_s() - began_s)
    cpu_s = time.process_time() - cpu_began_s
    tracker.close()
    return BLOCK / median(spans_s), 1000.0 * cpu_s / len(pictures)


@contextlib.contextmanager
def _cores(count: int) -> Iterator[None]:
    """Keep to so many cores where the system lets us."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _folder_of(models: Models, folder: Path) -> Path:
    """Lay the models side by side, as a tracker's process expects them."""
    folder.mkdir()
    for kind, path in ((FACE, models.face), (POSE, models.pose), (HAND, models.hand)):
        shutil.copyfile(path, folder / kind.file_name)
    return folder
