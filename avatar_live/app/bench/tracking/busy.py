"""Whether a tracker that is merely slow is let live: beside many busy processes nobody may be taken for hung."""

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from avatar_live import clock
from avatar_live.app.bench.tracking.ride import await_pace, people
from avatar_live.app.settings import MODELS_FOLDER
from avatar_live.app.supervisor import Supervisor
from avatar_live.channels.processes import TrackerPlan

SECONDS: Final = 60.0
PROCESSES: Final = 6
LOOK_S: Final = 0.02
BUSY: Final = "while True: sum(range(10_000))"


def measure_busy(
    models_folder: Path = MODELS_FOLDER, seconds: float = SECONDS, processes: int = PROCESSES
) -> dict[str, float]:
    """Start busy processes beside a tracker that knows a quiet machine, and return what the watch made of it.

    `busy_restarts` must be 0. `busy_silence_s` is the longest silence and `busy_patience_s` the shortest patience.
    """
    with TemporaryDirectory(prefix="avatar-live-bench-") as place:
        run_folder = Path(place) / "run"
        run_folder.mkdir()
        plan = TrackerPlan(str(run_folder), str(models_folder), str(people(Path(place))[-1]))
        with Supervisor(plan, has_spares=True) as show:
            await_pace(show, lambda show: "tracker" in show.spares())
            crowd = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(processes)]
            try:
                silence_s, patience_s = _watched(show, seconds)
            finally:
                for one in crowd:
                    one.kill()
                for one in crowd:
                    one.wait()
            restarts = show.restarts()["tracker"]
    return {
        "busy_restarts": restarts,
        "busy_silence_s": round(silence_s, 3),
        "busy_patience_s": round(patience_s, 3),
    }


def _watched(show: Supervisor, seconds: float) -> tuple[float, float]:
    """Return the longest silence and the shortest patience of so many seconds."""
    longest_s, patience_s = 0.0, float("inf")
    end_s = clock.now_s() + seconds
    while (now_s := clock.now_s()) < end_s:
        health = show.health().get("tracker")
        if health is not None:
            longest_s = max(longest_s, now_s - health.at_s)
            patience_s = min(patience_s, health.patience_s)
        time.sleep(LOOK_S)
    return longest_s, patience_s
