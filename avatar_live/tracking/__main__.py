"""Run the tracker's process: `python -m avatar_live.tracking PLAN`, with a `TrackerPlan`."""

import os
import signal
import sys
from typing import Final

from avatar_live.channels.child import SPARE, await_plan, orders, plan_of
from avatar_live.channels.processes import TrackerPlan

# The stage's picture goes first where all cores are busy: looks at body and hands fill what time there is.
BEHIND_ENGINE: Final = 10


def main(arguments: list[str]) -> None:
    """Read the plan, quieten the libraries, and track; what is printed all the same is for the parent's log."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it ends our input
    if hasattr(os, "nice"):
        os.nice(BEHIND_ENGINE)
    os.environ.setdefault("GLOG_minloglevel", "2")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    from avatar_live.tracking.process import run, warm_up

    tracker = warm_up(plan_of(arguments, TrackerPlan)) if SPARE in arguments else None
    run(await_plan(arguments, TrackerPlan), orders(), tracker)


if __name__ == "__main__":
    main(sys.argv[1:])
