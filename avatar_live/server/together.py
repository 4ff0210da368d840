"""Keep what viewers do together over restarts: `together.json` in the data folder, for this user only.

It is written whole, off the loop and at most once a look; only a lottery that was just drawn is written before its
first prize is asked for, so that no other life of the server draws it again.
"""

import asyncio
import logging
import threading
from pathlib import Path
from typing import Final

import msgspec

from avatar_live.room.state import Ballot, Draw, Room
from avatar_live.room.together import Together, together
from avatar_live.server.whole_file import write_whole

FILE: Final = "together.json"
_log: Final = logging.getLogger(__name__)


class _Kept(msgspec.Struct, frozen=True):
    wall_s: float
    together: Together


class TogetherFile:
    """Hold the file of one room."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._seen: tuple[Ballot | None, Draw | None] = None, None
        self._counted: tuple[object, ...] = ()
        self._asked = 0  # numbers what is to be written
        self._written = 0
        self._lock = threading.Lock()  # a thread may still write when the loop does
        self._writing: asyncio.Task[None] | None = None

    def read(self, wall_s: float) -> tuple[Together, float] | None:
        """Return what was kept, and how many seconds ago; None for nothing that can be read."""
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            _log.warning("%s cannot be read (%s): polls, lotteries and goals begin anew", self._path, error)
            return None
        return kept.together, max(wall_s - kept.wall_s, 0.0)

    def look_at(self, room: Room, now_s: float, wall_s: float) -> None:
        """Write down in a thread what has changed, unless the last look is still being written."""
        if (self._writing is not None and not self._writing.done()) or not self._note(room):
            return
        self._asked += 1
        self._writing = asyncio.create_task(asyncio.to_thread(self._write, self._asked, together(room, now_s), wall_s))

    async def close(self, room: Room, now_s: float, wall_s: float) -> None:
        """Write down the last of it."""
        if self._writing is not None:
            await self._writing
        self.write(room, now_s, wall_s)

    def write(self, room: Room, now_s: float, wall_s: float) -> None:
        """Write it down at once, for what must not be forgotten."""
        if self._note(room):
            self._asked += 1
            self._write(self._asked, together(room, now_s), wall_s)

    def _note(self, room: Room) -> bool:
        """Take note of how it stands; False where it stood so before."""
        ballot, draw = self._seen
        sums = (room.likes, room.coins_given) if room.targets else ()
        counted = (room.targets, room.goal_number, room.round.number, sums)
        is_news = room.ballot is not ballot or room.draw is not draw or counted != self._counted
        self._seen, self._counted = (room.ballot, room.draw), counted
        return is_news

    def _write(self, number: int, kept: Together, wall_s: float) -> None:
        with self._lock:
            if number > self._written:
                self._written = number
                self._replace(kept, wall_s)

    def _replace(self, kept: Together, wall_s: float) -> None:
        try:
            write_whole(self._path, msgspec.json.encode(_Kept(wall_s, kept)))
        except OSError as error:
            _log.warning("polls, lotteries and goals could not be written down (%s)", error.strerror)
