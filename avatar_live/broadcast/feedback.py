"""What a viewer's RTCP tells of its network. `adaptation` chooses the rung by it; nobody else needs it."""

from collections import deque
from typing import Final

from msgspec import Struct

from avatar_live.signals.encoded import StreamKind

REPORTS_KEPT: Final = 16  # sender reports of the last 16 s, longer than any round trip


class Estimate(Struct, frozen=True):
    """Carry the bit rate that the viewer thinks its network can carry, all that we send it together (REMB)."""

    bitrate_bps: float


class Reception(Struct, frozen=True):
    """Carry one receiver report of one of our streams (RFC 3550, 6.4.1), about once a second.

    `loss` is the share of packets lost since the report before, 0 to 1, and `lost` their number since the start (a
    packet that came twice counts against it); packets that were sent again count as lost all the same. `rtt_s` is None
    until a report answers one of ours.
    """

    kind: StreamKind
    loss: float
    lost: int
    jitter_s: float
    rtt_s: float | None


class Missing(Struct, frozen=True):
    """Say that the viewer asks for one packet of the video again (NACK): the first word of a loss."""


MISSING: Final = Missing()
Feedback = Estimate | Reception | Missing


class RoundTrip:
    """Know when each sender report left, by the middle 32 bits of its NTP time, which a receiver repeats (`lsr`)."""

    def __init__(self) -> None:
        self._sent: deque[tuple[int, float]] = deque(maxlen=REPORTS_KEPT)

    def sent(self, ntp_timestamp: int, now_s: float) -> None:
        """Remember a report that leaves now."""
        self._sent.append((ntp_timestamp >> 16 & 0xFFFFFFFF, now_s))

    def rtt_s(self, lsr: int, dlsr: int, now_s: float) -> float | None:
        """Return now - left - delay at the receiver (`dlsr` in 1/65536 s); None for a report that we do not know."""
        for middle, left_s in reversed(self._sent):
            if lsr and middle == lsr:
                return max(0.0, now_s - left_s - dlsr / 65536)
        return None
