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
from avatar_live.app.bench.tracking.ride import MEGABYTE, await_pace, cpu_s
from avatar_live.app.faults import ShowError
from avatar_live.app.settings import MODELS_FOLDER
from avatar_live.app.supervisor import Supervisor
from avatar_live.channels import Slot
from avatar_live.channels.processes import READINGS_SLOT, TrackerPlan
from avatar_live.signals import READINGS_BYTES, readings_from_bytes

ROUNDS: Final = 3
WAIT_S_MAX: Final = 60.0
LOOK_S: Final = 0.002
REST_S: Final = 1.0  # a spare that took no CPU for so long has loaded and waits
REST_CPU_S_MAX: Final = 0.02
LOADED_CPU_S_MIN: Final = 0.2  # one that is only beginning to load may rest too
WAYS: Final = {"killed": "SIGKILL", "hung": "SIGSTOP"}


def measure_recovery(models_folder: Path = MODELS_FOLDER, rounds: int = ROUNDS) -> dict[str, float]:
    """Kill a tracker and hang another, some times, and return the longest waits in seconds.

    A wait begins with the signal and ends with a reading of a face that the camera saw after it. Every round has a show
    of its own, because falls in a row are followed by pauses. Beside the waits: the patience that a hang was met with,
    and what the spare costs that takes over. Windows cannot stop a process: there only killing is measured.
    """
    with TemporaryDirectory(prefix="avatar-live-bench-") as place:
        clip = make_clip(Path(place) / "person.mp4")
        rows = [
            _round(Path(place) / f"{way}-{number}", models_folder, clip, way)
            for number in range(rounds)
            for way in WAYS
            if hasattr(signal, WAYS[way])
        ]
    worst = {name: max(row[name] for row in rows if name in row) for row in rows for name in row}
    return {name: round(figure, 3) for name, figure in worst.items()}


def _round(run_folder: Path, models_folder: Path, clip: Path, way: str) -> dict[str, float]:
    run_folder.mkdir()
    slot = Slot(run_folder / READINGS_SLOT, READINGS_BYTES)
    with Supervisor(TrackerPlan(str(run_folder), str(models_folder), str(clip)), has_spares=True) as show:
        await_pace(show, lambda show: "tracker" in show.spares())
        spare = psutil.Process(show.spares()["tracker"])
        spare_cpu_percent = _rest_percent(spare)
        spare_rss_mb = spare.memory_info().rss / MEGABYTE
        patience_s = show.health()["tracker"].patience_s
        os.kill(show.processes()["tracker"], getattr(signal, WAYS[way]))
        wait_s = _wait_s(slot)
        if show.processes().get("tracker") != spare.pid:
            raise ShowError(f"The spare did not take over from the tracker that was {way}.")
    slot.close()
    return {
        f"{way}_back_s": wait_s,
        **({"hung_patience_s": patience_s} if way == "hung" else {}),
        "spare_rss_mb": spare_rss_mb,
        "spare_cpu_percent": spare_cpu_percent,
    }


def _rest_percent(spare: psutil.Process) -> float:
    """Wait until a spare has loaded, and return the CPU that it still takes, 100 for a core. Raises ShowError."""
    end_s = clock.now_s() + WAIT_S_MAX
    while clock.now_s() < end_s:
        before_s = cpu_s(spare)
        time.sleep(REST_S)
        used_s = cpu_s(spare) - before_s
        if before_s > LOADED_CPU_S_MIN and used_s <= REST_CPU_S_MAX:
            return 100.0 * used_s / REST_S
    raise ShowError("The spare never came to rest.")


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
