"""When a part of the show is started again, when it is stuck, when it is left alone: values in, values out.

A part says itself how long its silence may last (`Health.patience_s`). A part that is silent because the machine
gives nobody any time must not be killed for it: how late the watch's own looks come is excused, and a part that was
killed as hung and soon falls silent again is given twice the time.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

from avatar_live.channels.processes import EXIT_REFUSED, HEALTH_STALE_S, Health

BACK_OFF_S: Final = (0.0, 0.2, 0.5, 1.0, 2.0)  # before the first, second ... start after crashes in a row
HEALTHY_S: Final = 30.0  # a life this long forgives the crashes before it
PATIENCE_S_MIN: Final = 0.2  # whatever a part promises
START_S_MAX: Final = 60.0  # from the start, or the last word, to the first "ready": loading may take that long


@dataclass(frozen=True, slots=True)
class Vigil:
    """What is known of one part: since when it runs, or when it is due, and how often it fell or hung in a row.

    It was last heard at `heard_s`; the watch's looks since then came `excused_s` late altogether.
    """

    due_s: float
    started_s: float | None = None
    crashes: int = 0
    hangs: int = 0
    is_refused: bool = False
    heard_s: float = -math.inf
    excused_s: float = 0.0

    def is_due(self, now_s: float) -> bool:
        """Tell whether it should be started."""
        return self.started_s is None and not self.is_refused and now_s >= self.due_s


def started(vigil: Vigil, now_s: float) -> Vigil:
    """Return the vigil over a part that was started."""
    return replace(vigil, started_s=now_s, heard_s=-math.inf, excused_s=0.0)


def exited(vigil: Vigil, code: int, now_s: float, *, is_hung: bool = False) -> Vigil:
    """Return the vigil over a part that ended by itself, or was killed (as hung or not), with this exit code."""
    assert vigil.started_s is not None
    if code == EXIT_REFUSED:
        return replace(vigil, started_s=None, is_refused=True)
    is_forgiven = now_s - vigil.started_s >= HEALTHY_S
    crashes = 1 if is_forgiven else vigil.crashes + 1
    hangs = is_hung + (0 if is_forgiven else vigil.hangs)
    back_off_s = BACK_OFF_S[min(crashes, len(BACK_OFF_S)) - 1]
    return Vigil(due_s=now_s + back_off_s, crashes=crashes, hangs=hangs)


def current(vigil: Vigil, health: Health | None) -> Health | None:
    """Return the health when this life of the part wrote it, else None: a dead one's last words stay in the slot."""
    if health is None or vigil.started_s is None or health.at_s < vigil.started_s:
        return None
    return health


def looked(vigil: Vigil, health: Health | None, late_s: float) -> Vigil:
    """Return the vigil after a look that came `late_s` later than planned: a part may have had no time to speak."""
    health = current(vigil, health)
    heard_s = -math.inf if health is None else health.at_s
    if heard_s > vigil.heard_s:
        return replace(vigil, heard_s=heard_s, excused_s=0.0)
    return replace(vigil, excused_s=vigil.excused_s + late_s)


def stuck_at_s(vigil: Vigil, health: Health | None) -> float:
    """Return the time from which on a running part that says nothing more is stuck."""
    if vigil.started_s is None:
        return math.inf
    health = current(vigil, health)
    if health is None:
        return vigil.started_s + START_S_MAX + vigil.excused_s
    return health.at_s + (_patience_s(vigil, health) if health.is_ready else START_S_MAX) + vigil.excused_s


def is_stuck(vigil: Vigil, health: Health | None, now_s: float) -> bool:
    """Tell whether a running part has been silent for too long."""
    return now_s > stuck_at_s(vigil, health)


def _patience_s(vigil: Vigil, health: Health) -> float:
    longest_s = max(health.patience_s, HEALTH_STALE_S)
    return min(max(health.patience_s, PATIENCE_S_MIN) * 2.0**vigil.hangs, longest_s)
