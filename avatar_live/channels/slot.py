"""The newest bytes between processes: a small memory-mapped file that one process writes and any may read.

A plain file in the show's run folder instead of `multiprocessing.shared_memory`, because it outlives a killed process,
needs no resource tracker and is gone with the folder. Three buffers and a counter written last: a reader copies the
newest and looks at the counter again, so it sees a whole record or tries once more, and never waits for the writer.
"""

import mmap
import struct
from pathlib import Path
from typing import Final

BUFFERS: Final = 3
_HEADER = struct.Struct("<QQ")  # writes so far, bytes a buffer
_LENGTH = struct.Struct("<Q")


class Slot:
    """Share the newest record of at most `bytes_max` bytes through the file `path`; open it on both sides alike."""

    def __init__(self, path: Path, bytes_max: int) -> None:
        self._stride = _LENGTH.size + bytes_max
        self.bytes_max = bytes_max
        size = _HEADER.size + BUFFERS * self._stride
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            if file.seek(0, 2) < size:
                file.truncate(size)
            self._map = mmap.mmap(file.fileno(), size)
        self._read_count = 0

    def write(self, data: bytes | memoryview) -> None:
        """Publish a record. Raises ValueError above `bytes_max`."""
        if len(data) > self.bytes_max:
            raise ValueError(f"{len(data)} bytes do not fit a slot of {self.bytes_max}")
        count = self._count() + 1
        at = _HEADER.size + count % BUFFERS * self._stride
        _LENGTH.pack_into(self._map, at, len(data))
        self._map[at + _LENGTH.size : at + _LENGTH.size + len(data)] = data
        _HEADER.pack_into(self._map, 0, count, self.bytes_max)

    def read(self) -> bytes | None:
        """Return the newest record, or None before the first."""
        while True:
            count = self._count()
            if count == 0:
                return None
            at = _HEADER.size + count % BUFFERS * self._stride
            (length,) = _LENGTH.unpack_from(self._map, at)
            data = self._map[at + _LENGTH.size : at + _LENGTH.size + min(length, self.bytes_max)]
            if self._count() - count < BUFFERS - 1:
                self._read_count = count
                return data

    def read_new(self) -> bytes | None:
        """Return the newest record when this object has not read it yet, else None."""
        return None if self._count() == self._read_count else self.read()

    def close(self) -> None:
        """Let go of the memory; the file stays until its folder goes."""
        self._map.close()

    def _count(self) -> int:
        count: int = _HEADER.unpack_from(self._map, 0)[0]
        return count
