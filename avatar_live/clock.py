"""The only reader of time: everywhere else `now_s` and `dt_s` are arguments.

`now_s` is monotonic and the same in every process of one machine, so a timestamp that the tracker writes
can be compared in the engine; `wall_s` is the time of day, for people, ledgers and browsers.
"""

import time
from collections.abc import Callable


def now_s() -> float:
    """Return monotonic seconds, comparable between the processes of one machine."""
    return time.monotonic()


def wall_s() -> float:
    """Return seconds since the Unix epoch."""
    return time.time()


def cpu_s() -> float:
    """Return the seconds in which this process had a core, all of its threads together."""
    return time.process_time()


class Pacer:
    """Wait for the next tick of a fixed rate; a late caller skips ticks instead of hurrying after them."""

    def __init__(self, rate_hz: float) -> None:
        self._period_s = 1.0 / rate_hz
        self._next_s = now_s()

    def wait(self, is_urged: Callable[[float], bool] | None = None) -> float:
        """Sleep until the next tick and return its time in `now_s` seconds.

        `is_urged` waits for so many seconds at most, and says whether the tick is to come now: it may come by up to
        half a period early, and those that follow come when they would have, so that there are never more of them.
        """
        self._next_s += self._period_s
        late_s = now_s() - self._next_s
        if late_s > 0.0:
            self._next_s += late_s // self._period_s * self._period_s
        elif is_urged is None:
            time.sleep(-late_s)
        else:
            time.sleep(max(-late_s - self._period_s / 2.0, 0.0))
            if is_urged(max(self._next_s - now_s(), 0.0)):
                return min(now_s(), self._next_s)
        return self._next_s
