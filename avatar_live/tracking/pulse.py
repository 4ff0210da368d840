"""How long the tracker's loop may be silent before it is taken for hung: some times its slowest recent step.

On a machine that is busy every step takes longer, and a tracker that is merely slow must not be killed for it.
"""

from typing import Final

from avatar_live.channels.processes import HEALTH_STALE_S

PATIENCE_S_MIN: Final = 0.5
STEPS_PATIENT: Final = 2.5
WINDOW_S: Final = 15.0  # a slow step counts for one to two of these
FIRST_BEATS: Final = 15  # these pay for the first time of everything and say nothing of the pace
SETTLED_BEATS: Final = 30  # after so many the pace is known


class Pulse:
    """Watch the pace of a loop that beats after every step."""

    def __init__(self) -> None:
        self._beats = 0
        self._beat_s: float | None = None
        self._slowest_s = self._slowest_before_s = 0.0
        self._window_s = float("-inf")

    @property
    def patience_s(self) -> float:
        """How long the next step may take."""
        if self._beats < SETTLED_BEATS:
            return HEALTH_STALE_S
        slowest_s = max(self._slowest_s, self._slowest_before_s)
        return min(max(PATIENCE_S_MIN, STEPS_PATIENT * slowest_s), HEALTH_STALE_S)

    def beat(self, now_s: float) -> None:
        """Note that a step is over."""
        step_s = 0.0 if self._beat_s is None else now_s - self._beat_s
        self._beat_s = now_s
        self._beats += 1
        if now_s - self._window_s >= WINDOW_S:
            self._slowest_before_s, self._slowest_s, self._window_s = self._slowest_s, 0.0, now_s
        if self._beats > FIRST_BEATS:
            self._slowest_s = max(self._slowest_s, step_s)

    def restart(self) -> None:
        """Be patient again: what comes next is done for the first time, and may take long."""
        self._beats, self._beat_s = 0, None
