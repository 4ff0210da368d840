"""When an outlet that fell tries again: values in, values out."""

import math
from dataclasses import dataclass
from typing import Final

from avatar_live.outlets.sink import Fault

BACK_OFF_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # before the first, second ... try after faults in a row
FULL_S: Final = 10.0  # between two looks at a full disk
STEADY_S: Final = 20.0  # being live for so long forgives the faults before


@dataclass(frozen=True, slots=True)
class Retry:
    """What is known of one outlet: when it is due to try, since when it is live, how often it fell in a row.

    `fault` is why it fell last; it stays known while the next try is made, and is forgotten once that lives.
    """

    due_s: float = -math.inf
    live_since_s: float | None = None
    falls: int = 0
    fault: Fault | None = None

    @property
    def is_over(self) -> bool:
        """Whether trying again would change nothing."""
        return self.fault is not None and self.fault.kind == "final"


def lived(retry: Retry, now_s: float) -> Retry:
    """Return what is known of an outlet whose first frame has left."""
    return Retry(live_since_s=now_s, falls=retry.falls)


def fell(retry: Retry, fault: Fault, now_s: float) -> Retry:
    """Return what is known of an outlet that fell, or could not begin."""
    is_forgiven = retry.live_since_s is not None and now_s - retry.live_since_s >= STEADY_S
    falls = 1 if is_forgiven else retry.falls + 1
    wait_s = FULL_S if fault.kind == "full" else BACK_OFF_S[min(falls, len(BACK_OFF_S)) - 1]
    return Retry(due_s=math.inf if fault.kind == "final" else now_s + wait_s, falls=falls, fault=fault)
