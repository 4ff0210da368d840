"""Keep what viewers do together over restarts, in the document `together.json`.

It is written whole, off the loop and at most once a look; only what begins or ends is written before anybody is told,
and so before the first prize of a lottery is asked for, which no other life of the server shall draw again. A disk
or a database that does not take it, or not in time, holds up nobody: it is asked again by itself, and the operator
hears of it once.
"""

import asyncio
import logging
from concurrent.futures import Future
from functools import partial
from typing import Final

import msgspec

from avatar_live.room.state import Ballot, Draw, Room
from avatar_live.room.together import Together, together
from avatar_live.server.document import Document, DocumentError
from avatar_live.server.writer import LAST_S_MAX, Writer

FILE: Final = "together.json"
RETRY_FIRST_S: Final = 1.0
RETRY_S_MAX: Final = 60.0  # from one try to the next, doubled each time
WAIT_S_MAX: Final = 1.0  # for a disk or a database; meanwhile the whole show stands still
SLOW: Final = "it does not answer"
CANNOT: Final = (
    "%s cannot be written (%s), so a restart would end the poll, the lottery and the goals as they are now: see to "
    "its disk or database; it is tried again by itself, and you will be told when it works."
)
CAN_AGAIN: Final = "%s is written again: polls, lotteries and goals will outlive a restart."
NOT_WRITTEN: Final = (
    "%s: what changed last in polls, lotteries and goals was not written, because its disk or database does not "
    "answer: the next start goes on with them as they were before."
)
_log: Final = logging.getLogger(__name__)


class _Kept(msgspec.Struct, frozen=True):
    wall_s: float
    together: Together


class KeptTogether:
    """Hold the document of one room."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: tuple[Ballot | None, Draw | None] = None, None
        self._counted: tuple[object, ...] = ()
        self._writer = Writer("together")
        self.writing: Future[None] | None = None  # the last one
        self._failed = 0  # tries in a row
        self.retry_s = 0.0  # when the next one is due
        self._is_late = False  # somebody has waited for it long enough

    def read(self, wall_s: float) -> tuple[Together, float] | None:
        """Return what was kept, and how many seconds ago; None for nothing that can be read."""
        try:
            body = self._document.load()
            if body is None:
                return None
            kept = msgspec.json.decode(body, type=_Kept)
        except (DocumentError, msgspec.DecodeError) as error:
            _log.warning("%s cannot be read (%s): polls, lotteries and goals begin anew", self._document, error)
            return None
        return kept.together, max(wall_s - kept.wall_s, 0.0)

    def look_at(self, room: Room, now_s: float, wall_s: float) -> None:
        """Write down beside the show what has changed, unless the last is still being written, or the disk rests."""
        if self.writing is not None and not self.writing.done():
            return
        is_news = self._note(room)
        is_due = now_s >= self.retry_s if self._failed else is_news
        if is_due:
            self._begin(room, now_s, wall_s)

    async def close(self, room: Room, now_s: float, wall_s: float) -> None:
        """Write down the last of it; a disk that does not answer in time is not waited for."""
        try:
            async with asyncio.timeout(LAST_S_MAX):
                if self.writing is not None:
                    await asyncio.wrap_future(self.writing)
                if self._note(room) or self._failed:
                    await asyncio.wrap_future(self._begin(room, now_s, wall_s))
        except TimeoutError:
            _log.warning(NOT_WRITTEN, self._document)

    def write(self, room: Room, now_s: float, wall_s: float) -> None:
        """Write it down at once, for what must not be forgotten; a disk that rests or is late gets it with a look."""
        is_behind = self._is_late and self.writing is not None and not self.writing.done()
        if is_behind or (self._failed and now_s < self.retry_s) or not (self._note(room) or self._failed):
            return
        try:
            self._begin(room, now_s, wall_s).result(WAIT_S_MAX)
        except TimeoutError:
            if not self._is_late and not self._failed:
                _log.warning(CANNOT, self._document, SLOW)
            self._is_late = True

    def _begin(self, room: Room, now_s: float, wall_s: float) -> Future[None]:
        self.writing = self._writer.submit(partial(self._write, together(room, now_s), now_s, wall_s))
        return self.writing

    def _note(self, room: Room) -> bool:
        """Take note of how it stands; False where it stood so before."""
        ballot, draw = self._seen
        sums = (room.likes, room.coins_given) if room.targets else ()
        counted = (room.targets, room.goal_number, sums, room.show.score_red, room.show.score_blue)
        is_news = room.ballot is not ballot or room.draw is not draw or counted != self._counted
        self._seen, self._counted = (room.ballot, room.draw), counted
        return is_news

    def _write(self, kept: Together, now_s: float, wall_s: float) -> None:
        try:
            self._document.save(msgspec.json.encode(_Kept(wall_s, kept)))
        except DocumentError as error:
            self.retry_s = now_s + min(RETRY_FIRST_S * 2.0 ** min(self._failed, 16), RETRY_S_MAX)
            self._failed += 1
            if self._failed == 1 and not self._is_late:
                _log.warning(CANNOT, self._document, error)
            return
        if self._failed or self._is_late:
            self._failed, self._is_late = 0, False
            _log.warning(CAN_AGAIN, self._document)
