"""One frame to hundreds of sockets in one system call: io_uring's submission queue, filled column by column.

A write to one socket costs Python some time around what TCP costs the kernel, and so does entering the kernel. Here the
queue's entries are a table in shared memory: one slice assignment writes the column of the sockets, the other columns
hold one value for all, and the kernel walks the table. Layout and numbers: `linux/io_uring.h`, `io_uring_enter(2)`.
"""

import array
import contextlib
import ctypes
import errno
import mmap
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from typing import Final

ENTRIES: Final = 256  # sends in one call; a power of two
_SETUP, _ENTER = 425, 426  # system calls, the same on every architecture that Python's wheels are made for
_SINGLE_MMAP: Final = 1  # feature: both queues in one mapping, Linux 5.4
_GET_EVENTS: Final = 1
_OP_SEND: Final = 26  # Linux 5.6
_DONT_WAIT: Final = 0x40  # MSG_DONTWAIT: a full socket says so at once
_SQES_AT: Final = 0x1000_0000
_ENTRY_WORDS: Final = 16  # of 32 bits; the columns in use stand at:
_OPCODE, _DESCRIPTOR, _ADDRESS, _ADDRESS_HIGH, _LENGTH, _FLAGS, _NUMBER = 0, 1, 4, 5, 6, 7, 8
_DONE_WORDS, _DONE_RESULT = 4, 2  # a completion: the entry's number (64 bits), the result, flags
_PROOF: Final = b"proof"


class _SubmissionOffsets(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_uint32)
        for name in ("head", "tail", "mask", "entries", "flags", "dropped", "array", "reserved", "user", "user_high")
    )


class _CompletionOffsets(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_uint32)
        for name in ("head", "tail", "mask", "entries", "overflow", "cqes", "flags", "reserved", "user", "user_high")
    )


class _Parameters(ctypes.Structure):
    _fields_ = (
        ("sq_entries", ctypes.c_uint32),
        ("cq_entries", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("thread_cpu", ctypes.c_uint32),
        ("thread_idle", ctypes.c_uint32),
        ("features", ctypes.c_uint32),
        ("workers", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 3),
        ("submission", _SubmissionOffsets),
        ("completion", _CompletionOffsets),
    )


class Ring:
    """Send the same bytes to many sockets. For one thread. Raises OSError where the system has no io_uring for us."""

    def __init__(self) -> None:
        with contextlib.ExitStack() as opened:
            self._call = ctypes.CDLL(None, use_errno=True).syscall
            parameters = _Parameters()
            self._ring = self._call(_SETUP, ENTRIES, ctypes.byref(parameters))
            if self._ring < 0:
                raise OSError(ctypes.get_errno(), "io_uring_setup")
            opened.callback(os.close, self._ring)
            if not parameters.features & _SINGLE_MMAP:
                raise OSError(errno.ENOSYS, "io_uring with two mappings")
            self._map(parameters, opened)
            self._prove()
            self._opened = opened.pop_all()

    def close(self) -> None:
        """Give the queues back."""
        self._opened.close()

    def send(self, descriptors: Sequence[int], data: bytes) -> list[tuple[int, int]]:
        """Send to every socket what it takes at once; return the index and the taken bytes of each that took less.

        A socket that failed took nothing: whoever writes to it next, or reads from it, hears why.
        """
        address = ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0
        short: list[tuple[int, int]] = []
        sent = 0
        while sent < len(descriptors):
            first = self._tail[0] & (ENTRIES - 1)
            many = min(ENTRIES - first, len(descriptors) - sent)  # the table's end: the rest is a second call
            self._fill(first, descriptors[sent : sent + many], address, len(data))
            results = self._submit(first, many)
            if results.count(len(data)) < many:
                short += [(sent + at, max(took, 0)) for at, took in enumerate(results) if took != len(data)]
            sent += many
        return short

    def _map(self, parameters: _Parameters, opened: contextlib.ExitStack) -> None:
        at, done = parameters.submission, parameters.completion
        size = max(at.array + 4 * parameters.sq_entries, done.cqes + 4 * _DONE_WORDS * parameters.cq_entries)
        queues, entries = (
            memoryview(opened.enter_context(contextlib.closing(mmap.mmap(self._ring, length, offset=offset))))
            for length, offset in ((size, 0), (4 * _ENTRY_WORDS * parameters.sq_entries, _SQES_AT))
        )
        words = queues.cast("I")
        self._head, self._tail, self._done_head, self._done_tail = (
            words[offset // 4 : offset // 4 + 1] for offset in (at.head, at.tail, done.head, done.tail)
        )
        self._done_mask = parameters.cq_entries - 1
        cqes = done.cqes // 4
        self._done = queues.cast("i")[cqes : cqes + _DONE_WORDS * parameters.cq_entries]
        self._entries = entries.cast("i")
        order = words[at.array // 4 : at.array // 4 + ENTRIES]
        for number in range(ENTRIES):  # what never changes
            order[number] = number
            self._entries[number * _ENTRY_WORDS + _OPCODE] = _OP_SEND
            self._entries[number * _ENTRY_WORDS + _FLAGS] = _DONT_WAIT
            self._entries[number * _ENTRY_WORDS + _NUMBER] = number
        views = (words, order, self._head, self._tail, self._done_head, self._done_tail, self._done, self._entries)
        for view in (queues, entries, *views):  # a mapping with views on it can't be closed
            opened.callback(view.release)

    def _fill(self, first: int, descriptors: Sequence[int], address: int, length: int) -> None:
        many = len(descriptors)
        columns = (
            (_DESCRIPTOR, array.array("i", descriptors)),
            (_ADDRESS, array.array("i", [ctypes.c_int32(address).value]) * many),
            (_ADDRESS_HIGH, array.array("i", [address >> 32]) * many),
            (_LENGTH, array.array("i", [length]) * many),
        )
        begin, end = first * _ENTRY_WORDS, (first + many) * _ENTRY_WORDS
        for column, values in columns:
            self._entries[begin + column : end : _ENTRY_WORDS] = memoryview(values)

    def _submit(self, first: int, many: int) -> list[int]:
        """Let the kernel work off the entries, and return their results in order; what it did not take has none."""
        self._tail[0] = (self._tail[0] + many) & 0xFFFF_FFFF
        waiting = many
        while waiting:
            taken = self._call(_ENTER, self._ring, waiting, waiting, _GET_EVENTS, None, 0)
            if taken > 0:
                waiting -= taken
            elif taken == 0 or ctypes.get_errno() != errno.EINTR:
                self._tail[0] = self._head[0]  # out of memory, say: those sockets are written to one by one
                break
        return self._results(first, many)

    def _results(self, first: int, many: int) -> list[int]:
        """Take what is done and free its places; what is not done took nothing.

        Both queues turn in step, the second is twice as long, and no call runs over the end of the first: what is done
        stands in one piece.
        """
        head, tail = self._done_head[0], self._done_tail[0]
        begin = (head & self._done_mask) * _DONE_WORDS
        end = begin + ((tail - head) & 0xFFFF_FFFF) * _DONE_WORDS
        numbers = self._done[begin:end:_DONE_WORDS].tolist()
        results = self._done[begin + _DONE_RESULT : end : _DONE_WORDS].tolist()
        self._done_head[0] = tail
        if numbers == list(range(first, first + many)):
            return results
        by_number = dict(zip(numbers, results, strict=True))
        return [by_number.get(number, 0) for number in range(first, first + many)]

    def _prove(self) -> None:
        """Send once: a system may have the queues, and not this operation."""
        near, far = socket.socketpair()
        with near, far:
            if self.send([near.fileno()], _PROOF) or far.recv(len(_PROOF), socket.MSG_DONTWAIT) != _PROOF:
                raise OSError(errno.ENOSYS, "io_uring without send")


@contextlib.contextmanager
def open_ring() -> Iterator[Ring | None]:
    """Open a ring for a block; None where there is none: not Linux, an old kernel, or a container that forbids it."""
    ring = None
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            ring = Ring()
    try:
        yield ring
    finally:
        if ring is not None:
            ring.close()
