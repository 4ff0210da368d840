"""Write a take while the show goes on: any thread says what it has, one thread of its own packs and writes."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from avatar_live.mocap import take
from avatar_live.mocap.take import BLOCK_ENTRIES_MAX, Entry, Kind

BLOCK_S: Final = 0.75  # what a killed tracker loses at most, and a little for the writing: less than a second
WAITING_ENTRIES_MAX: Final = 2_048  # some 15 s for a disk to come back to its senses; 16 MiB
NAMES_MAX: Final = 1_000
STOP_S_MAX: Final = 2.0  # a disk that does not take the rest by then is left with it


def fresh_file(path: Path) -> BinaryIO:
    """Return a new file, opened to write. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for number in range(1, NAMES_MAX):
        named = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        try:
            return named.open("xb", buffering=0)
        except FileExistsError:
            continue
    raise FileExistsError(f"there are {NAMES_MAX} takes of this name")


class Recorder:
    """Write a take to `path`, or beside it under the next free name: a take is never written over.

    A disk that is full, slow or not ours stops the recording and nothing else; `trouble` says so.
    """

    def __init__(self, path: Path, *, opened: Callable[[Path], BinaryIO] = fresh_file) -> None:
        self.trouble = ""
        self.written_bytes = 0
        self.missed = 0  # entries that a slow disk left no room for
        self._path, self._opened = path, opened
        self._waiting: list[Entry] = []
        self._last_s = -take.AT_S_MAX
        self._lock = threading.Lock()
        self._is_time = threading.Event()
        self._is_over = False
        self._thread = threading.Thread(target=self._write, name="recorder", daemon=True)
        self._thread.start()

    def put(self, kind: Kind, at_s: float, data: bytes) -> None:
        """Add what a sense published at `at_s`, as it published it; any thread may, and none waits for the disk."""
        with self._lock:
            if self._is_over:
                return
            if len(self._waiting) >= WAITING_ENTRIES_MAX:
                self.missed += 1
                return
            # Two threads may come in another order than they looked at the clock.
            self._last_s = max(at_s, self._last_s)
            self._waiting.append(Entry(kind, self._last_s, data))
            if len(self._waiting) >= BLOCK_ENTRIES_MAX:
                self._is_time.set()

    def close(self) -> None:
        """Write what is left and let go of the file."""
        with self._lock:
            self._is_over = True
        self._is_time.set()
        self._thread.join(STOP_S_MAX)

    def _write(self) -> None:
        try:
            with self._opened(self._path) as file:
                self._append(file, take.head())
                is_over = False
                while not is_over:
                    self._is_time.wait(BLOCK_S)
                    self._is_time.clear()
                    with self._lock:
                        # Asked before the last look: what comes later is not taken in.
                        is_over, entries, self._waiting = self._is_over, self._waiting, []
                    for start in range(0, len(entries), BLOCK_ENTRIES_MAX):
                        self._append(file, take.block(entries[start : start + BLOCK_ENTRIES_MAX]))
        except OSError as error:
            with self._lock:
                self._is_over, self._waiting = True, []
            reason = error.strerror or "it cannot be written"
            self.trouble = f"{self._path.name} is not recorded further ({reason}): free some space or record elsewhere"

    def _append(self, file: BinaryIO, data: bytes) -> None:
        # Unbuffered: what is written survives a process that is killed. That it survives the machine would cost a
        # wait for the disk each time.
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]
        self.written_bytes += len(data)
