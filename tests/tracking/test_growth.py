"""A tracker that has seen some hundred pictures has no more than it had after the first ones."""

import gc
import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil

from avatar_live.tracking.costs import Costs
from avatar_live.tracking.detectors import Detectors
from avatar_live.tracking.models import Models
from avatar_live.tracking.source import Picture, Pixels
from avatar_live.tracking.tracker import WARM_PICTURES, Tracker, warmed
from avatar_live.tracking.video import Video

FRAME_S = 1.0 / 30.0
GROWTH_MB_MAX = 12.0  # a picture kept of every ten would be 27


def has() -> tuple[float, int, int]:
    """Return the megabytes, threads and open files of this process."""
    gc.collect()
    process = psutil.Process()
    files = process.num_fds() if os.name != "nt" else process.num_handles()
    return process.memory_info().rss / 1e6, process.num_threads(), files


def test_hundreds_of_pictures_leave_nothing_behind(installed_models: Models, portrait: Callable[..., Pixels]) -> None:
    pictures = [portrait(10.0 * float(np.sin(number))) for number in range(10)]
    tracker = Tracker(Detectors(installed_models), Costs())

    def track(first: int, last: int) -> None:
        for number in range(first, last):
            for _ in tracker.readings(Picture(pictures[number % len(pictures)].copy(), number * FRAME_S)):
                pass

    track(1, 100)
    before_mb, threads, files = has()
    track(100, 400)
    after_mb, threads_after, files_after = has()
    tracker.close()
    assert after_mb - before_mb < GROWTH_MB_MAX
    assert threads_after <= threads and files_after == files


def test_a_clip_that_plays_round_after_round_keeps_no_file_open(clip: Path) -> None:
    stop = threading.Event()
    stop.set()  # pictures are not waited for
    video = Video(clip)
    for _ in range(40):
        video.read(stop)
    before_mb, threads, files = has()
    for _ in range(600):  # twenty rounds
        video.read(stop)
    after_mb, threads_after, files_after = has()
    video.close()
    assert after_mb - before_mb < GROWTH_MB_MAX
    assert threads_after <= threads and files_after <= files


def test_a_warmed_tracker_had_every_part_look(installed_models: Models) -> None:
    costs = Costs()
    tracker = warmed(Tracker(Detectors(installed_models), costs))
    tracker.close()
    assert costs.calls["face"] == WARM_PICTURES
    assert min(costs.calls.values()) > 0 and costs.faces == 0
