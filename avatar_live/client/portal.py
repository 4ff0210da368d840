"""Use what is asynchronous from a program that is not: an event loop runs in a thread of its own."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, Final, Self, TypeVar

LOOK_UP_S: Final = 0.5  # Windows delivers Ctrl-C to a waiting thread only between two waits

T = TypeVar("T")


class Portal:
    """Run coroutines on a loop beside the caller, so that keep-alives are answered while the caller works."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="avatar_live client", daemon=True)
        self._thread.start()

    @classmethod
    def opened(cls, opening: Coroutine[Any, Any, object]) -> Self:
        """Return a portal behind which something was opened; nothing is left of it when that fails."""
        portal = cls()
        try:
            portal.wait(opening)
        except BaseException:
            portal._end()
            raise
        return portal

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return what a coroutine returns; an interrupted wait cancels it."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            while True:
                try:
                    return future.result(LOOK_UP_S)
                except TimeoutError:
                    if future.done():
                        raise
        finally:
            future.cancel()

    def close(self, closing: Coroutine[Any, Any, object]) -> None:
        """Close what was opened, and end the thread."""
        try:
            self.wait(closing)
        finally:
            self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
