"""Wait long for what has to come: only a failure takes so long, however busy the machine is with other tests."""

DEADLINE_S = 120.0  # ten times as much for programs at the pace of what others leave (tests/paces.py)
