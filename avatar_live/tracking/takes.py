"""Takes as files: read entry by entry, or played as if the senses were there again."""

import threading
from collections.abc import Generator
from pathlib import Path
from typing import Final

from avatar_live import clock
from avatar_live.mocap.replay import Sense, later, sense_of
from avatar_live.mocap.take import Entry, TakeError, entries_of
from avatar_live.tracking.source import CameraError, wait_until

ROUND_S: Final = 1.0 / 30.0  # from the last word of a round to the first of the next
SILENCE_S_MAX: Final = 10.0  # nobody waits longer for the next word, whatever the file says
LATE_S_MAX: Final = 0.5  # a take further behind (the machine slept) goes on from where it is


def read_take(path: Path) -> Generator[Entry]:
    """Yield a file's entries up to where it was cut short, reading as it goes. Raises TakeError in one sentence."""
    try:
        with path.open("rb") as file:
            yield from entries_of(file.read)
    except OSError as error:
        raise TakeError(f"Cannot read {path}: {error.strerror or 'unreadable'}; choose another file.") from error
    except TakeError as error:
        raise TakeError(f"Cannot replay {path.name}: {error}.") from error


class Replay:
    """Play a take at its own pace, in a loop or once; times are shifted to now, everything else is as it was said.

    Raises CameraError when there is nothing that plays.
    """

    def __init__(self, path: Path, *, is_looped: bool = True) -> None:
        self._path = path
        self._is_looped = is_looped
        self._entries = read_take(path)
        coming = self._next()
        if coming is None:
            raise CameraError(f"{path.name} ended before anything was recorded: choose another take.")
        self._coming: Entry | None = coming
        self._shift_s = clock.now_s() - coming.at_s
        self._said = later(sense_of(coming), self._shift_s)

    @property
    def words(self) -> str:
        return self._path.name if self._coming is not None else f"{self._path.name} is over"

    def read(self, stop: threading.Event) -> Sense:
        entry = self._coming
        if entry is None:
            stop.wait()
            return self._said
        late_s = clock.now_s() - (entry.at_s + self._shift_s)
        if late_s > LATE_S_MAX:
            self._shift_s += late_s
        wait_until(entry.at_s + self._shift_s, stop)
        self._said = later(sense_of(entry), self._shift_s)
        self._advance(entry.at_s + self._shift_s)
        return self._said

    def close(self) -> None:
        self._entries.close()

    def _advance(self, now_s: float) -> None:
        """Find what is said after `now_s`, in the next round where this one is over."""
        self._coming = self._next()
        if self._coming is not None:
            self._shift_s = min(self._shift_s, now_s + SILENCE_S_MAX - self._coming.at_s)
        elif self._is_looped:
            self._entries = read_take(self._path)
            self._coming = self._next()
            if self._coming is not None:
                self._shift_s = now_s + ROUND_S - self._coming.at_s

    def _next(self) -> Entry | None:
        try:
            return next(self._entries, None)
        except TakeError as error:
            raise CameraError(str(error)) from error
