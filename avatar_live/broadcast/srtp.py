"""SRTP in place (RFC 3711, RFC 7714): the few names below pylibsrtp's `Session`, which copies each packet twice.

One scratch memory serves all senders, since all run on one loop and none keeps a packet there when it is sent.
"""

import functools
from array import array
from itertools import repeat
from typing import Any, Final

from pylibsrtp import Session
from pylibsrtp._binding import ffi, lib

SCRATCH: Final = bytearray(64 * 1024)  # what the kernel takes in one send
PACKETS_MAX: Final = 64  # of one row, which is what the kernel takes in one send (UDP_MAX_SEGMENTS)
ROWS_KEPT: Final = 16  # a frame is sent to all viewers in few different forms, and the next frame in others
_begin: Final = ffi.from_buffer("char[]", SCRATCH, require_writable=True)
_lengths: Final = ffi.new("int[]", PACKETS_MAX)
_length_pointers: Final = [_lengths + step for step in range(PACKETS_MAX)]
_lengths_memory: Final = memoryview(ffi.buffer(_lengths)).cast("B")


def handle(session: Session) -> Any:
    """Return libsrtp's own session, which lives as long as the given one."""
    return session._srtp[0]


class Row:
    """Know where packets lie in the scratch memory that are `stride` bytes apart, each with room for its tag.

    The last may be shorter: they are `total` bytes together, which are `memory`, and start where `begins` says.
    """

    def __init__(self, total: int, stride: int, tag_bytes: int) -> None:
        self.begins = range(0, total, stride)
        self.memory = memoryview(SCRATCH)[:total]
        count = len(self.begins)
        assert count <= PACKETS_MAX
        self._pointers = [_begin + at for at in self.begins]
        self._sizes = array("i", [stride - tag_bytes] * (count - 1) + [total - self.begins[-1] - tag_bytes]).tobytes()

    def protect(self, session: Any) -> bool:
        """Encrypt the packets and write their tags; False when libsrtp refuses one."""
        _lengths_memory[: len(self._sizes)] = self._sizes  # libsrtp adds the tag to each length
        # No line of Python runs between two of a thousand packets a frame: that was a third of the time.
        return not any(map(lib.srtp_protect, repeat(session), self._pointers, _length_pointers))


row = functools.lru_cache(maxsize=ROWS_KEPT)(Row)


def protect_report(session: Any, size: int) -> int:
    """Encrypt the RTCP packet that fills so many bytes of the scratch memory; return its new size, 0 when refused."""
    _lengths[0] = size
    is_refused = lib.srtp_protect_rtcp(session, _begin, _length_pointers[0])
    return 0 if is_refused else int(_lengths[0])
