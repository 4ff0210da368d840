"""Run the tracker's process: `python -m avatar_live.tracking PLAN`, with a `TrackerPlan`."""

import os
import signal
import sys
from pathlib import Path
from typing import Final

from avatar_live.channels.child import orders, plan_of
from avatar_live.channels.processes import TrackerPlan

LOG_NAME: Final = "tracker.log"
_STDERR: Final = 2


def main() -> None:
    """Read the plan, send the libraries' chatter to the log of the run folder, and track."""
    plan = plan_of(sys.argv[1:], TrackerPlan)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it ends our input
    _log_to(Path(plan.run_folder) / LOG_NAME)
    from avatar_live.tracking.process import run

    run(plan, orders())


def _log_to(path: Path) -> None:
    """Let the native libraries, which write to the descriptor itself, write into a file."""
    os.environ.setdefault("GLOG_minloglevel", "2")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as log:
        os.dup2(log.fileno(), _STDERR)


if __name__ == "__main__":
    main()
