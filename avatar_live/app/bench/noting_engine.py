"""The real engine in `bench crash`, which also writes down what it shows, as `stand_in_engine.py` does.

Run as `python -m avatar_live.app.bench.noting_engine PLAN LOG LIFE`.
"""

import sys
from pathlib import Path

from avatar_live import clock
from avatar_live.engine.__main__ import main
from avatar_live.engine.taken_cues import TakenCues


class NotedCues(TakenCues):
    """Write down each key as it is shown."""

    def __init__(self, log_path: Path, life: str) -> None:
        super().__init__()
        self._log = log_path.open("ab", buffering=0)
        self._life = life

    def is_new(self, key: str) -> bool:
        """Say whether a cue is to be shown, and write down that it is."""
        is_new = super().is_new(key)
        if key and is_new:
            self._log.write(f"{self._life} {clock.now_s()} {key}\n".encode())
        return is_new


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:2], NotedCues(Path(sys.argv[2]), sys.argv[3])))
