"""The event API's memory: the newest events, numbered, for programs that were away for a moment."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from avatar_live.edge.frames import framed
from avatar_live.edge.socket import UNSENT_BYTES_MAX
from avatar_live.protocol.api import EVENT_FIELDS, ApiEvent

EVENTS_KEPT_MAX: Final = 1_000
EVENTS_KEPT_BYTES_MAX: Final = UNSENT_BYTES_MAX // 2  # told again at once, they must not make the line too slow


@dataclass(frozen=True, slots=True)
class Kept:
    """One event, and the frame that was made of it once for everybody."""

    event: ApiEvent
    frame: bytes


class EventLog:
    """Number events and hand them to everybody in `hearers`."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.seq = 0  # of the newest event
        self.hearers: list[Callable[[Kept], None]] = []
        self._kept: deque[Kept] = deque()
        self._kept_bytes = 0

    @property
    def oldest_seq(self) -> int:
        """The oldest event that is kept; one above `seq` when none is."""
        return self._kept[0].event.seq if self._kept else self.seq + 1

    def report(
        self,
        type: str,
        data: Mapping[str, str | int | float | bool],
        wall_s: float,
        source: str = "",
        *,
        is_test: bool = False,
    ) -> None:
        """Tell of one thing that happened."""
        assert tuple(data) == EVENT_FIELDS[type]
        self.seq += 1
        event = ApiEvent(self.epoch, self.seq, type, wall_s, dict(data), source, is_test)
        kept = Kept(event, framed(event))
        self._kept.append(kept)
        self._kept_bytes += len(kept.frame)
        while len(self._kept) > EVENTS_KEPT_MAX or self._kept_bytes > EVENTS_KEPT_BYTES_MAX:
            self._kept_bytes -= len(self._kept.popleft().frame)
        for hear in self.hearers:
            hear(kept)

    def is_gap(self, epoch: str | None, since: int) -> bool:
        """Say whether events after `since` are gone; without an epoch a number that is too large is an older one's."""
        return epoch not in (None, self.epoch) or since > self.seq or since + 1 < self.oldest_seq

    def after(self, epoch: str | None, since: int) -> Iterator[Kept]:
        """Yield what came after `since`; all that is kept for a number of an earlier life of the server."""
        is_older = epoch not in (None, self.epoch) or since > self.seq
        yield from (kept for kept in self._kept if is_older or kept.event.seq > since)
