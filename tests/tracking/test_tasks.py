"""The tracker starts without what it never uses."""

import subprocess
import sys

from patience import DEADLINE_S


def test_the_tracker_loads_no_plotting_library_and_leaves_it_to_others() -> None:
    program = """
import sys
import avatar_live.tracking.process
assert "mediapipe" in sys.modules
assert not any(name.startswith("matplotlib") for name in sys.modules)
import importlib.util
assert importlib.util.find_spec("matplotlib") is not None
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=10 * DEADLINE_S)
