"""Run the tracker's process: `python -m avatar_live.tracking PLAN`, with a `TrackerPlan`."""

import importlib
import os
import signal
import sys

from avatar_live.channels.child import SPARE, await_plan, orders
from avatar_live.channels.processes import TrackerPlan


def main(arguments: list[str]) -> None:
    """Read the plan, quieten the libraries, and track; what is printed all the same is for the parent's log."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it ends our input
    os.environ.setdefault("GLOG_minloglevel", "2")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    from avatar_live.tracking.process import run

    if SPARE in arguments:  # MediaPipe, which a tracker otherwise loads at the first picture
        importlib.import_module("avatar_live.tracking.detectors")
    run(await_plan(arguments, TrackerPlan), orders())


if __name__ == "__main__":
    main(sys.argv[1:])
