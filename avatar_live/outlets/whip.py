"""An SFU that takes WHIP: the peer lives on the process's loop, and its outlet's thread feeds it there."""

import asyncio
import concurrent.futures
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, Final

from avatar_live.broadcast.publisher import Publisher, PublishError
from avatar_live.outlets.sink import SinkError
from avatar_live.outlets.target import Target
from avatar_live.outlets.timeline import Stamped

CONNECT_S_MAX: Final = 20.0  # the publisher's own limits, and a little more
CLOSE_S_MAX: Final = 2.0


class WhipSink:
    """Publish to one SFU. Raises SinkError when it cannot be reached or refuses."""

    def __init__(self, target: Target, loop: asyncio.AbstractEventLoop, want_keyframe: Callable[[], None]) -> None:
        self._name = target.label
        self._loop = loop
        self._want_keyframe = want_keyframe
        try:
            self._publisher: Publisher = self._await(self._connect(target), CONNECT_S_MAX)
        except PublishError as error:
            raise SinkError(f"{self._name} {error}.", "final" if error.is_final else "passing") from error
        except (concurrent.futures.TimeoutError, concurrent.futures.CancelledError, RuntimeError) as error:
            raise SinkError(f"{self._name} gives no answer in time.") from error

    def write(self, stamped: Stamped) -> None:
        """Send a packet. Raises SinkError when the SFU is gone."""
        if fault := self._publisher.fault:
            raise SinkError(f"{self._name} {fault}.")
        with contextlib.suppress(RuntimeError):  # the process ends
            self._loop.call_soon_threadsafe(self._publisher.put, stamped.frame, stamped.at_s)

    def close(self) -> None:
        """Say goodbye."""
        with contextlib.suppress(concurrent.futures.TimeoutError, concurrent.futures.CancelledError, RuntimeError):
            self._await(self._publisher.close(), CLOSE_S_MAX)

    async def _connect(self, target: Target) -> Publisher:
        publisher = Publisher(self._want_keyframe)
        await publisher.connect(target.where, target.token)
        return publisher

    def _await(self, act: Coroutine[Any, Any, Any], timeout_s: float) -> Any:
        """Let the loop do it; what came too late is called off."""
        try:
            future = asyncio.run_coroutine_threadsafe(act, self._loop)
        except RuntimeError:  # the loop is closed
            act.close()
            raise
        try:
            return future.result(timeout_s)
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise
