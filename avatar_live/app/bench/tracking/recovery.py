"""How soon a tracker that was killed, or that hangs, gives readings again: under the supervisor, as in a show."""

import os
import signal
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psutil

from avatar_live import clock
from avatar_live.app.bench.person import make_clip
from avatar_live.app.faults import ShowError
from avatar_live.app.settings import MODELS_FOLDER
from avatar_live.app.supervisor import Supervisor
from avatar_live.channels import Slot
from avatar_live.channels.processes import HEALTH_STALE_S, READINGS_SLOT, TrackerPlan
from avatar_live.signals import READINGS_BYTES, readings_from_bytes

ROUNDS: Final = 3
WAIT_S_MAX: Final = 60.0
LOOK_S: Final = 0.002
REST_S: Final = 1.0  # a spare that took no CPU for so long has loaded and waits
REST_CPU_S_MAX: Final = 0.02
LOADED_CPU_S_MIN: Final = 0.2  # one that is only beginning to load may rest too
MEGABYTE: Final = 1e6


def measure_recovery(models_folder: Path = MODELS_FOLDER, rounds: int = ROUNDS) -> dict[str, float]:
    """Kill a tracker and hang another, some times, and return the longest waits in seconds.

    A wait begins with the signal and ends with a reading of a face that the camera saw after it. Every round has a show
    of its own, because falls in a row are followed by pauses. Beside the waits: what the spare costs that takes over.
    """
    with TemporaryDirectory(prefix="avatar-live-bench-") as place:
        clip = make_clip(Path(place) / "person.mp4")
        rows = [
            _round(Path(place) / f"{how}-{number}", models_folder, clip, how)
            for number in range(rounds)
            for how in ("killed", "hung")
        ]
    worst = {name: max(row[name] for row in rows if name in row) for row in rows for name in row}
    return {name: round(figure, 3) for name, figure in worst.items()}


def _round(run_folder: Path, models_folder: Path, clip: Path, how: str) -> dict[str, float]:
    run_folder.mkdir()
    slot = Slot(run_folder / READINGS_SLOT, READINGS_BYTES)
    with Supervisor(TrackerPlan(str(run_folder), str(models_folder), str(clip)), has_spares=True) as show:
        spare, spare_cpu_percent = _rested_spare(show)
        rss_mb = spare.memory_info().rss / MEGABYTE
        before = show.processes()["tracker"]
        os.kill(before, signal.SIGKILL if how == "killed" else signal.SIGSTOP)
        wait_s = _wait_s(slot)
        if show.processes().get("tracker") != spare.pid:
            raise ShowError(f"The spare did not take over from the tracker that was {how}.")
    slot.close()
    return {f"{how}_back_s": wait_s, "spare_rss_mb": rss_mb, "spare_cpu_percent": spare_cpu_percent}


def _rested_spare(show: Supervisor) -> tuple[psutil.Process, float]:
    """Wait until the tracker has its pace and the spare has loaded; return the spare and its CPU per cent since."""
    if not show.wait_for(lambda s: "tracker" in s.spares() and _has_its_pace(s), WAIT_S_MAX):
        raise ShowError(f"The tracker did not come up: {show.refusals() or show.health()}.")
    spare = psutil.Process(show.spares()["tracker"])
    end_s = clock.now_s() + WAIT_S_MAX
    while clock.now_s() < end_s:
        before_s = _cpu_s(spare)
        time.sleep(REST_S)
        used_s = _cpu_s(spare) - before_s
        if before_s > LOADED_CPU_S_MIN and used_s <= REST_CPU_S_MAX:
            return spare, 100.0 * used_s / REST_S
    raise ShowError("The spare never came to rest.")


def _has_its_pace(show: Supervisor) -> bool:
    health = show.health().get("tracker")
    is_seen = health is not None and health.is_ready and health.figures.get("face_found", 0.0) > 0.0
    return is_seen and health is not None and health.patience_s < HEALTH_STALE_S


def _wait_s(slot: Slot) -> float:
    began_s = clock.now_s()
    while clock.now_s() < began_s + WAIT_S_MAX:
        data = slot.read_new()
        if data is not None:
            readings = readings_from_bytes(data)
            if readings.face is not None and readings.captured_s > began_s:
                return clock.now_s() - began_s
        time.sleep(LOOK_S)
    raise ShowError("The tracker never came back.")


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
