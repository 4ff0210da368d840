"""The newest value between threads."""

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """Hold one value: putting replaces it, taking empties it, waiting sleeps until there is one."""

    def __init__(self) -> None:
        self._filled = threading.Condition()
        self._value: T | None = None
        self.replaced = 0  # values that nobody took

    def put(self, value: T) -> None:
        """Replace the value and wake who waits."""
        with self._filled:
            if self._value is not None:
                self.replaced += 1
            self._value = value
            self._filled.notify()

    def take(self, timeout_s: float | None = None) -> T | None:
        """Return the value and forget it; None when none came within `timeout_s` (0 does not wait)."""
        with self._filled:
            if self._value is None and timeout_s != 0:
                self._filled.wait(timeout_s)
            value, self._value = self._value, None
            return value
