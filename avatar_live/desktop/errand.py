"""What takes seconds is done beside the window's thread, one errand after the other."""

import logging
import queue
import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QObject, Signal

T = TypeVar("T")
STUMBLED: Final = "That did not work for a reason of our own: the log says more. Try it again."
_log: Final = logging.getLogger(__name__)


class Errands(QObject):
    """Run functions in order on one thread and hand their results back on the window's."""

    _done = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: queue.SimpleQueue[_Job[object] | None] = queue.SimpleQueue()
        self._done.connect(self._finish)
        self._thread = threading.Thread(target=self._run, name="errands", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Call `then` with what `work` returned."""
        self._waiting.put(_Job(work, then))  # type: ignore[arg-type]  # the job keeps the two of one T together

    def order(self, work: Callable[[], str | None], then: Callable[[str | None], None]) -> None:
        """Call `then` with the fault that `work` returned, or with one where it stumbled: somebody waits."""

        def ordered() -> str | None:
            try:
                return work()
            except Exception:
                _log.exception("an errand stumbled")
                return STUMBLED

        self.run(ordered, then)

    def close(self) -> None:
        """Finish what was begun, drop what waits."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._waiting.get()) is not None:
            try:
                job.work()
            except Exception:  # all errands share this thread: a surprise in one ends no other
                _log.exception("an errand stumbled")
            else:
                self._done.emit(job)

    def _finish(self, job: "_Job[object]") -> None:
        job.finish()


class _Job(Generic[T]):
    def __init__(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        self._work = work
        self._then = then
        self._result: T

    def work(self) -> None:
        self._result = self._work()

    def finish(self) -> None:
        self._then(self._result)
