"""The event API's memory: the newest events, numbered, for programs that were away for a moment."""

from collections import deque
from collections.abc import Mapping
from typing import Final

from avatar_live.edge.frames import framed
from avatar_live.edge.socket import UNSENT_BYTES_MAX, EdgeSocket
from avatar_live.protocol.api import EVENT_FIELDS, ApiEvent
from avatar_live.server.crowd import Listeners

EVENTS_KEPT_MAX: Final = 1_000
EVENTS_KEPT_BYTES_MAX: Final = UNSENT_BYTES_MAX // 2  # told again at once, they must not make the line too slow
LISTENERS_MAX: Final = 32


class EventLog:
    """Number events and send them to every program that listens."""

    def __init__(self, epoch: str) -> None:
        self._epoch = epoch
        self._seq = 0
        self._kept: deque[tuple[int, bytes]] = deque()  # seq and frame
        self._kept_bytes = 0
        self.listeners = Listeners()

    def report(self, type: str, data: Mapping[str, str | int | float | bool], wall_s: float) -> None:
        """Tell of one thing that happened."""
        assert tuple(data) == EVENT_FIELDS[type]
        self._seq += 1
        frame = framed(ApiEvent(self._epoch, self._seq, type, wall_s, dict(data)))
        self._kept.append((self._seq, frame))
        self._kept_bytes += len(frame)
        while len(self._kept) > EVENTS_KEPT_MAX or self._kept_bytes > EVENTS_KEPT_BYTES_MAX:
            self._kept_bytes -= len(self._kept.popleft()[1])
        self.listeners.tell(frame)

    def listen(self, line: EdgeSocket, since: int | None) -> bool:
        """Send what came after `since` and everything from now on; False when too many listen already.

        A `since` from an earlier life of the server, larger than the newest number, is told all that is kept.
        """
        if len(self.listeners.lines) >= LISTENERS_MAX:
            return False
        if since is not None:
            after = since if since <= self._seq else 0
            for seq, frame in self._kept:
                if seq > after:
                    line.send(frame)
        self.listeners.lines.add(line)
        return True

    def forget(self, line: EdgeSocket) -> None:
        """Send no more to a line."""
        self.listeners.lines.discard(line)
