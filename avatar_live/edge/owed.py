"""What everybody is told, in order, and how much of it a line that has heard some of it is still owed.

A gift, and whatever else happened once, is owed until it was told. Of chat only the newest lines are, of the show only
the newest state: a line that was behind catches up with little.
"""

from collections import deque
from typing import Final

import msgspec

from avatar_live.edge.frames import Kind, Prepared
from avatar_live.protocol.together import Newest
from avatar_live.protocol.wire import ChatLine, GiftGiven, Lines, Show

CHAT_AT_ONCE_MAX: Final = 30  # lines that one tick tells; more in a second nobody reads
KEPT_MAX: Final = 4_000  # things told that are remembered for lines that are behind


class Owed:
    """Number what is told from 1 on, and make what a line is owed into bytes, once for all lines that stand alike."""

    def __init__(self) -> None:
        self.last = 0  # the number of the newest thing told
        self.forgotten = 0  # something up to this number that had to be told is not remembered any more
        self._kept: deque[tuple[int, Prepared]] = deque()
        self._batches: dict[tuple[int, Kind], bytes] = {}

    def tell(self, message: msgspec.Struct) -> None:
        """Append what everybody shall hear."""
        self.last += 1
        if isinstance(message, Show | Newest):  # an older one is worth nothing any more
            kind = type(message)
            self._kept = deque(one for one in self._kept if type(one[1].message) is not kind)
        self._kept.append((self.last, Prepared(message)))
        self._batches.clear()
        if len(self._kept) > KEPT_MAX:
            number, oldest = self._kept.popleft()
            if not isinstance(oldest.message, ChatLine):
                self.forgotten = number

    def batch(self, heard: int, kind: Kind) -> bytes:
        """Return the frames for a line that has heard everything up to the number `heard`; empty when nothing new."""
        batch = self._batches.get((heard, kind))
        if batch is None:
            owed = [prepared for number, prepared in self._newest_first(heard)][::-1]
            surplus = sum(isinstance(one.message, ChatLine) for one in owed) - CHAT_AT_ONCE_MAX
            if surplus > 0:
                owed = _without_old_chat(owed, surplus)
            batch = self._batches[heard, kind] = b"".join(one.frame(kind) for one in _together(owed))
        return batch

    def _newest_first(self, heard: int) -> list[tuple[int, Prepared]]:
        found: list[tuple[int, Prepared]] = []
        for entry in reversed(self._kept):
            if entry[0] <= heard:
                break
            found.append(entry)
        return found


def _together(owed: list[Prepared]) -> list[Prepared]:
    """Put all lines into one message, before the rest: one frame is cheaper to send and to read, and compresses well.

    Nothing else that everybody is told of one moment has to stand before a line of it; a removal stands behind its own.
    """
    lines = tuple(one.message for one in owed if isinstance(one.message, ChatLine | GiftGiven))
    if len(lines) < 2:
        return owed
    return [Prepared(Lines(lines)), *(one for one in owed if not isinstance(one.message, ChatLine | GiftGiven))]


def _without_old_chat(owed: list[Prepared], surplus: int) -> list[Prepared]:
    kept: list[Prepared] = []
    for one in owed:
        if surplus > 0 and isinstance(one.message, ChatLine):
            surplus -= 1
        else:
            kept.append(one)
    return kept
