"""What an outlet writes into, and how that may fail."""

import errno
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from avatar_live.outlets.timeline import Stamped

FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # what a system says of a disk without room

FaultKind = Literal["passing", "full", "final"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Say in a sentence for the host what went wrong.

    A `final` fault is not tried again, a `full` one when the disk has room. The words never hold a key, a token or an
    address that contains one.
    """

    words: str
    kind: FaultKind = "passing"


class SinkError(Exception):
    """Carry a fault up to the outlet, which decides what follows."""

    def __init__(self, words: str, kind: FaultKind = "passing") -> None:
        super().__init__(words)
        self.fault = Fault(words, kind)


class Sink(Protocol):
    """One connection or one file. All of it is called on the outlet's own thread and may block for a few seconds."""

    def write(self, stamped: Stamped) -> None:
        """Take a packet; the first is a keyframe of the video. Raises SinkError."""

    def close(self) -> None:
        """Finish what was written and let go of everything; never fails."""
