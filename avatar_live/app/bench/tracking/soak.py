"""Whether a tracker that runs for long grows: memory, threads and open files of a real one on a looping clip."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from avatar_live import clock
from avatar_live.app.bench.tracking.ride import Ride, people, riding
from avatar_live.app.settings import MODELS_FOLDER
from avatar_live.channels.processes import TrackerPlan

WARM_UP_S: Final = 20.0  # arenas, caches and thread pools have their size by then
SAMPLE_S: Final = 2.0
ENDS_SHARE: Final = 0.1  # of all samples, whose means are the start and the end
REPORT_S: Final = 60.0

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """Hold what a process has at a time of the soak."""

    at_s: float
    rss_mb: float
    threads: int
    files: int
    fps: float


def measure_soak(
    seconds: float,
    models_folder: Path = MODELS_FOLDER,
    report: Report = lambda _: None,
    *,
    warm_up_s: float = WARM_UP_S,
) -> dict[str, float]:
    """Let a tracker run for so long after its warm-up, and return what it has at the start and the end.

    `soak_mb_per_hour` is the slope of the straight line through the resident memory of the later half: the pools of
    MediaPipe and the allocator fill over the first minutes, by 4 MB, and then stand. The clip is opened anew every
    round, so a file that stays open shows as well as a picture that is kept.
    """
    with TemporaryDirectory(prefix="avatar-live-bench-") as place:
        clip = people(Path(place))[-1]
        plan = TrackerPlan(str(Path(place) / "run"), str(models_folder), str(clip))
        with riding(plan) as ride:
            time.sleep(warm_up_s)
            samples = _sampled(ride, seconds, report)
    ends = max(1, round(ENDS_SHARE * len(samples)))
    start, end = samples[:ends], samples[-ends:]
    later = samples[len(samples) // 2 :]
    times_s, rss_mb = [sample.at_s for sample in later], [sample.rss_mb for sample in later]
    slope = float(np.polyfit(times_s, rss_mb, 1)[0]) * 3600.0 if len(later) > 1 else 0.0
    return {
        "soak_s": round(seconds, 1),
        "soak_fps": round(float(np.mean([sample.fps for sample in samples])), 1),
        "soak_rss_start_mb": round(float(np.mean([sample.rss_mb for sample in start])), 1),
        "soak_rss_end_mb": round(float(np.mean([sample.rss_mb for sample in end])), 1),
        "soak_mb_per_hour": round(slope, 2),
        "soak_threads_start": max(sample.threads for sample in start),
        "soak_threads_end": max(sample.threads for sample in end),
        "soak_files_start": max(sample.files for sample in start),
        "soak_files_end": max(sample.files for sample in end),
    }


def _sampled(ride: Ride, seconds: float, report: Report) -> list[Sample]:
    samples: list[Sample] = []
    began_s = clock.now_s()
    report_s = 0.0
    while (at_s := clock.now_s() - began_s) <= seconds or not samples:
        fps = ride.health.figures.get("fps", 0.0)
        samples.append(Sample(at_s, ride.rss_mb, ride.threads, ride.files, fps))
        if at_s >= report_s:
            report_s += REPORT_S
            report(f"{at_s / 60.0:4.0f} min: {ride.rss_mb:.1f} MB, {ride.threads} threads, {ride.files} files")
        time.sleep(SAMPLE_S)
    return samples
