"""SRTP in place (RFC 3711, RFC 7714): the few names below pylibsrtp's `Session`, which copies each packet twice.

One scratch memory serves all senders, since all run on one loop and none keeps a packet there when it is sent.
"""

import functools
from typing import Any, Final

from pylibsrtp import Session
from pylibsrtp._binding import ffi, lib

SCRATCH: Final = bytearray(64 * 1024)  # what the kernel takes in one send
OK: Final = lib.srtp_err_status_ok
protect: Final = lib.srtp_protect  # (session, pointer, length) -> status; the length grows by the tag
_begin: Final = ffi.from_buffer("char[]", SCRATCH, require_writable=True)


def handle(session: Session) -> Any:
    """Return libsrtp's own session, which lives as long as the given one."""
    return session._srtp[0]


def new_length() -> Any:
    """Return the place where `protect` reads and writes a packet's length."""
    return ffi.new("int *")


@functools.lru_cache(maxsize=4096)
def pointers(stride: int) -> tuple[Any, ...]:
    """Return where packets begin in the scratch memory that lie `stride` bytes apart."""
    return tuple(_begin + at for at in range(0, len(SCRATCH), stride))
