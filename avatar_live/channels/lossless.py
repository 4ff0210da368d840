"""Every value in order between threads, up to a limit."""

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Lossless(Generic[T]):
    """Keep values in order; at the limit `put` refuses, so that the caller decides what happens."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: deque[T] = deque()
        self._filled = threading.Condition()
        self.refused = 0

    def put(self, value: T) -> bool:
        """Append the value; False, and counted, when the limit is reached."""
        with self._filled:
            if len(self._values) >= self._limit:
                self.refused += 1
                return False
            self._values.append(value)
            self._filled.notify()
            return True

    def take(self, timeout_s: float | None = None) -> T | None:
        """Return the oldest value; None when none came within `timeout_s` (0 does not wait)."""
        with self._filled:
            if not self._values and timeout_s != 0:
                self._filled.wait(timeout_s)
            return self._values.popleft() if self._values else None

    def take_all(self) -> list[T]:
        """Return what there is, oldest first, without waiting."""
        with self._filled:
            values = list(self._values)
            self._values.clear()
            return values

    def __len__(self) -> int:
        return len(self._values)
