"""When a part of the show is started again, when it is stuck, when it is left alone: values in, values out."""

from dataclasses import dataclass, replace
from typing import Final

from avatar_live.channels.processes import EXIT_REFUSED, HEALTH_STALE_S, Health

BACK_OFF_S: Final = (0.0, 0.2, 0.5, 1.0, 2.0)  # before the first, second ... start after crashes in a row
HEALTHY_S: Final = 30.0  # a life this long forgives the crashes before it
START_S_MAX: Final = 60.0  # from the start, or the last word, to the first "ready": loading may take that long


@dataclass(frozen=True, slots=True)
class Vigil:
    """What is known of one part: since when it runs, or when it is due, and how often it fell in a row."""

    due_s: float
    started_s: float | None = None
    crashes: int = 0
    is_refused: bool = False

    def is_due(self, now_s: float) -> bool:
        """Tell whether it should be started."""
        return self.started_s is None and not self.is_refused and now_s >= self.due_s


def started(vigil: Vigil, now_s: float) -> Vigil:
    """Return the vigil over a part that was started."""
    return replace(vigil, started_s=now_s)


def exited(vigil: Vigil, code: int, now_s: float) -> Vigil:
    """Return the vigil over a part that ended by itself, or was killed, with this exit code."""
    assert vigil.started_s is not None
    if code == EXIT_REFUSED:
        return replace(vigil, started_s=None, is_refused=True)
    crashes = 1 if now_s - vigil.started_s >= HEALTHY_S else vigil.crashes + 1
    back_off_s = BACK_OFF_S[min(crashes, len(BACK_OFF_S)) - 1]
    return Vigil(due_s=now_s + back_off_s, crashes=crashes)


def current(vigil: Vigil, health: Health | None) -> Health | None:
    """Return the health when this life of the part wrote it, else None: a dead one's last words stay in the slot."""
    if health is None or vigil.started_s is None or health.at_s < vigil.started_s:
        return None
    return health


def is_stuck(vigil: Vigil, health: Health | None, now_s: float) -> bool:
    """Tell whether a running part has been silent for too long."""
    if vigil.started_s is None:
        return False
    health = current(vigil, health)
    if health is None:
        return now_s - vigil.started_s > START_S_MAX
    return now_s - health.at_s > (HEALTH_STALE_S if health.is_ready else START_S_MAX)
