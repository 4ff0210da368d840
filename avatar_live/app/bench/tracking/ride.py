"""Run a real tracker beside a measurement, and look at what it costs the machine."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from avatar_live.app.bench.person import make_clip
from avatar_live.app.bench.shared import SHARED
from avatar_live.app.faults import ShowError
from avatar_live.app.supervisor import Supervisor
from avatar_live.channels.processes import HEALTH_STALE_S, Health, TrackerPlan
from avatar_live.tracking.source import Pixels
from avatar_live.tracking.video import Video

SIGNERS: Final = "asl_*.mkv"  # 640x480 at 30 Hz: people who sign, so that both hands are in the picture
READY_S_MAX: Final = 60.0
MEGABYTE: Final = 1e6


@dataclass(frozen=True, slots=True)
class Ride:
    """Hold a tracker that runs at its pace: the show it belongs to and the process as the system sees it."""

    show: Supervisor
    process: psutil.Process
    told: Sequence[str]  # what the supervisor had to say so far

    @property
    def health(self) -> Health:
        """What it said last. Raises ShowError when it is another life or none."""
        health = self.show.health().get("tracker")
        if health is None or self.show.processes().get("tracker") != self.process.pid:
            raise ShowError(f"The tracker fell during the measurement: {' '.join(self.told)}")
        return health

    @property
    def rss_mb(self) -> float:
        """The memory that it holds."""
        return float(self.process.memory_info().rss) / MEGABYTE

    @property
    def cpu_s(self) -> float:
        """The CPU time that it has used so far."""
        return cpu_s(self.process)

    @property
    def threads(self) -> int:
        """How many threads it has."""
        return int(self.process.num_threads())

    @property
    def files(self) -> int:
        """How many files, pipes and devices it holds open."""
        return int(self.process.num_fds() if hasattr(self.process, "num_fds") else self.process.num_handles())


@contextlib.contextmanager
def riding(plan: TrackerPlan) -> Iterator[Ride]:
    """Start a tracker without a spare and wait until it has its pace. Raises ShowError."""
    Path(plan.run_folder).mkdir(parents=True, exist_ok=True)
    told: list[str] = []
    with Supervisor(plan, report=told.append) as show:
        await_pace(show)
        yield Ride(show, psutil.Process(show.processes()["tracker"]), told)


def await_pace(show: Supervisor, more: Callable[[Supervisor], bool] = lambda _: True) -> None:
    """Wait until the tracker of a show sees a face and knows its own pace, and `more` is so. Raises ShowError."""
    if not show.wait_for(lambda show: has_its_pace(show.health().get("tracker")) and more(show), READY_S_MAX):
        raise ShowError(f"The tracker did not come up: {show.refusals() or show.health()}.")


def has_its_pace(health: Health | None) -> bool:
    """Tell whether a tracker is past the first time of everything."""
    if health is None or not health.is_ready:
        return False
    return health.figures.get("face_found", 0.0) > 0.0 and health.patience_s < HEALTH_STALE_S


def cpu_s(process: psutil.Process) -> float:
    """Return the CPU time of a process so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def people(place: Path) -> Sequence[Path]:
    """Return clips of people at 640x480: real footage where the shared test data is present, else one that is made."""
    return sorted((SHARED / "footage").glob(SIGNERS)) or [make_clip(place / "person.mp4")]


def pictures_of(clips: Sequence[Path], count: int) -> list[Pixels]:
    """Return so many pictures, the same number of each clip, which a short one shows more than once."""
    hurry = threading.Event()
    hurry.set()  # pictures are not waited for
    pictures: list[Pixels] = []
    for number, clip in enumerate(clips, 1):
        with contextlib.closing(Video(clip)) as video:
            pictures += [video.read(hurry).pixels for _ in range(count * number // len(clips) - len(pictures))]
    return pictures
