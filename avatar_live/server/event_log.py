"""The event API's memory: the newest events, numbered, for programs that were away for a moment.

What was paid for, and what came of it, has a ring of its own: no number of chat lines and likes makes it forgotten.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from avatar_live.edge.frames import framed
from avatar_live.edge.socket import UNSENT_BYTES_MAX
from avatar_live.protocol.api import EVENT_FIELDS, ApiEvent

EVENTS_KEPT_MAX: Final = 1_000  # in each ring
EVENTS_KEPT_BYTES_MAX: Final = UNSENT_BYTES_MAX * 3 // 8  # in each; told again at once, they must not cut the line
DEAR: Final = frozenset(
    (
        *("gift", "combo_ended", "refund", "followed", "effect_asked", "effect_ended", "play_started", "play_ended"),
        *("poll_ended", "lottery_started", "lottery_ended", "goal_reached"),
    )
)
REMOVED: Final = ""  # the text of a line that a moderator took away


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
        self._plain, self._dear = _Ring(), _Ring()

    @property
    def oldest_seq(self) -> int:
        """The event from which on all are kept; one above `seq` when none is."""
        return max(self._plain.forgotten_seq, self._dear.forgotten_seq) + 1

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
        if type == "chat_removed":
            self._plain.blank(event.data["line"])
        (self._dear if type in DEAR else self._plain).append(kept)
        for hear in self.hearers:
            hear(kept)

    def is_gap(self, epoch: str | None, since: int) -> bool:
        """Say whether events after `since` are gone; without an epoch a number that is too large is an older one's."""
        return epoch not in (None, self.epoch) or since > self.seq or since + 1 < self.oldest_seq

    def after(self, epoch: str | None, since: int) -> Iterator[Kept]:
        """Yield what came after `since`, in order; all that is kept for a number of an earlier life of the server.

        Where something is gone in between, gifts and effects from before it are told all the same.
        """
        is_older = epoch not in (None, self.epoch) or since > self.seq
        both = heapq.merge(self._plain.events, self._dear.events, key=lambda kept: kept.event.seq)
        yield from (kept for kept in both if is_older or kept.event.seq > since)


class _Ring:
    """The newest events of some types."""

    def __init__(self) -> None:
        self.events: deque[Kept] = deque()
        self.forgotten_seq = 0  # the newest that is kept no more
        self._bytes = 0

    def append(self, kept: Kept) -> None:
        """Keep one more, and forget what is too much."""
        self.events.append(kept)
        self._bytes += len(kept.frame)
        while len(self.events) > EVENTS_KEPT_MAX or self._bytes > EVENTS_KEPT_BYTES_MAX:
            oldest = self.events.popleft()
            self.forgotten_seq = oldest.event.seq
            self._bytes -= len(oldest.frame)

    def blank(self, line: str | int | float | bool) -> None:
        """Forget what a chat line said."""
        for index, kept in enumerate(self.events):
            if kept.event.type == "chat" and kept.event.data["line"] == line:
                event = blanked(kept.event)
                self.events[index] = Kept(event, framed(event))
                self._bytes += len(self.events[index].frame) - len(kept.frame)
                return


def blanked(event: ApiEvent) -> ApiEvent:
    """Return a chat event without what was said."""
    return msgspec.structs.replace(event, data={**event.data, "text": REMOVED})
