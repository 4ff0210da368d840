"""Count seconds as a machine counts them that does nothing else, so that a bound means the same on a busy one.

    with Stopwatch() as watch:
        ...
    assert watch.s < 3.0

A thread works for a moment, again and again: the share of the time that it is given is the share that counts.
"""

import threading
import time
from types import TracebackType
from typing import Self

WORK_S = 0.004
REST_S = 0.04


class Stopwatch:
    """Count for as long as the block lasts; `s` is what it came to."""

    def __enter__(self) -> Self:
        self.s = 0.0
        self._began_s = time.monotonic()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        is_over, counted_s = False, self._began_s
        while not is_over:
            is_over = self._is_over.wait(REST_S)
            now_s = time.monotonic()
            self.s += (now_s - counted_s) * _share()
            counted_s = now_s


def _share() -> float:
    began_s, worked_s = time.monotonic(), time.thread_time()
    while time.thread_time() < worked_s + WORK_S:
        pass
    return min((time.thread_time() - worked_s) / (time.monotonic() - began_s), 1.0)
