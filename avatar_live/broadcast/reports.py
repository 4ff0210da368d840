"""Sender reports (RFC 3550, 6.4.1): at which RTP time a frame was captured, and how much was sent.

A browser lines sound and picture up by them. They are made when a frame has been sent and need no timer of their own;
that each of a hundred viewers had one, and aiortc made the report, was an eighth of what a viewer costs.
"""

import random
import struct
from typing import Final

from avatar_live.broadcast.feedback import RoundTrip
from avatar_live.signals.encoded import EncodedFrame

# Opus says 20 ms of nothing in three bytes at most. A browser would hold the picture back until it can play them (with
# Chromium by 50 ms), so a stream tells when its sound was made only after there was some.
SILENCE_BYTES_MAX: Final = 3
PAUSE_S_MIN: Final = 0.5
PAUSE_S_MAX: Final = 1.25  # drawn anew each time, so that viewers who came together do not report together for ever
_SENDER_REPORT: Final = struct.Struct("!BBHIQIII")
_EMPTY_REPORT: Final = struct.Struct("!BBHI")
_GOODBYE: Final = struct.Struct("!BBHI")
_VERSION: Final = 0x80
_SENDER, _RECEIVER, _DESCRIPTION, _BYE = 200, 201, 202, 203  # kinds of packets (RFC 3550, 12.1)
_CNAME: Final = 1
_NTP_BEGIN_S: Final = 2_208_988_800  # from 1900 to 1970
_NTP_MASK: Final = (1 << 64) - 1  # it begins anew in February 2036 (RFC 5905, 6)


class Reports:
    """Make the reports of one stream to one peer."""

    def __init__(self, ssrc: int, cname: str, round_trip: RoundTrip) -> None:
        self._ssrc = ssrc
        self._description = _description(ssrc, cname.encode())
        self._round_trip = round_trip
        self._has_sounded = False
        self.due_s = float("-inf")

    def make(
        self, frame: EncodedFrame, timestamp: int, packets: int, octets: int, now_s: float, wall_s: float
    ) -> bytes | None:
        """Return a report with the last frame that left, its RTP time and what was sent in all; None before any sound.

        `now_s` (monotonic) and `wall_s` (since 1970) are the same moment.
        """
        self._has_sounded = self._has_sounded or not is_silence(frame)
        if not self._has_sounded:
            return None
        self.due_s = now_s + random.uniform(PAUSE_S_MIN, PAUSE_S_MAX)
        ntp = int((wall_s - now_s + frame.captured_s + _NTP_BEGIN_S) * (1 << 32)) & _NTP_MASK
        self._round_trip.sent(ntp, now_s)
        length = _SENDER_REPORT.size // 4 - 1
        counts = packets & 0xFFFFFFFF, octets & 0xFFFFFFFF
        return _SENDER_REPORT.pack(_VERSION, _SENDER, length, self._ssrc, ntp, timestamp, *counts) + self._description

    def goodbye(self) -> bytes:
        """Return what says that the stream is over."""
        empty = _EMPTY_REPORT.pack(_VERSION, _RECEIVER, _EMPTY_REPORT.size // 4 - 1, self._ssrc)
        return empty + _GOODBYE.pack(_VERSION | 1, _BYE, _GOODBYE.size // 4 - 1, self._ssrc)


def is_silence(frame: EncodedFrame) -> bool:
    """Say whether it is sound, and none can be heard."""
    return frame.kind == "audio" and len(frame.data) <= SILENCE_BYTES_MAX


def _description(ssrc: int, cname: bytes) -> bytes:
    """Return whose stream it is (RFC 3550, 6.5): at least one zero ends the list of items, up to a word's end."""
    items = bytes([_CNAME, len(cname)]) + cname
    chunk = ssrc.to_bytes(4, "big") + items + bytes(4 - len(items) % 4)
    return bytes([_VERSION | 1, _DESCRIPTION]) + (len(chunk) // 4).to_bytes(2, "big") + chunk
