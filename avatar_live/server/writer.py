"""A thread that writes one thing after another, and that no disk which hangs can keep from ending with the process."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

LAST_S_MAX: Final = 1.0  # for a disk at the server's end: its parent kills what goes on for three


class Writer:
    """Do what is asked in its order; the thread is there while there is something to do."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._asked: deque[tuple[Future[None], Callable[[], None]]] = deque()
        self._is_running = False
        self._lock = threading.Lock()

    def submit(self, write: Callable[[], None]) -> Future[None]:
        """Do this after what was asked before; the future tells of its end, and cannot be cancelled."""
        future: Future[None] = Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            self._asked.append((future, write))
            is_first, self._is_running = not self._is_running, True
        if is_first:
            self._start()
        return future

    def _start(self) -> None:
        try:
            threading.Thread(target=self._run, name=self._name, daemon=True).start()
        except RuntimeError as fault:  # the system gives no more threads
            with self._lock:
                unwritten, self._asked, self._is_running = self._asked, deque(), False
            for future, _ in unwritten:
                future.set_exception(fault)

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._asked:
                    self._is_running = False
                    return
                future, write = self._asked.popleft()
            try:
                write()
            except BaseException as fault:  # who waits for it gets it
                future.set_exception(fault)
            else:
                future.set_result(None)
