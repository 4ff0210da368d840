"""Run the tracker's process: `python -m avatar_live.tracking PLAN`, with a `TrackerPlan`."""

import os
import signal
import sys

from avatar_live.channels.child import orders, plan_of
from avatar_live.channels.processes import TrackerPlan


def main() -> None:
    """Read the plan, quieten the libraries, and track; what is printed all the same is for the parent's log."""
    plan = plan_of(sys.argv[1:], TrackerPlan)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it ends our input
    os.environ.setdefault("GLOG_minloglevel", "2")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    from avatar_live.tracking.process import run

    run(plan, orders())


if __name__ == "__main__":
    main()
