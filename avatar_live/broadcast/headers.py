"""What stands before a payload: RTP's 12 bytes (RFC 3550) and the extensions that were agreed on (RFC 8285)."""

from dataclasses import dataclass, field
from typing import Final

from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, EncodedFrame

MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"
ABS_SEND_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
PLAYOUT_DELAY: Final = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
RTP_BYTES: Final = 12
TIMELINE_SLACK_S: Final = 1.0
_ONE_BYTE_ID_MAX: Final = 14
_SEND_TIME_HZ: Final = 1 << 18  # 6 bits of seconds and 18 of their fractions


@dataclass(frozen=True, slots=True)
class Extensions:
    """Write the extensions of one viewer's stream: a name of the media section, when it was sent, play it at once.

    Only those whose URI is a key of `ids` are written; an id above 14 would need longer headers and is left out.
    """

    ids: dict[str, int]
    mid: str = ""
    _before: bytes = field(init=False)
    _after: bytes = field(init=False)
    _has_send_time: bool = field(init=False)

    def __post_init__(self) -> None:
        fixed = ((MID, self.mid.encode()), (PLAYOUT_DELAY, bytes(3)))
        elements = b"".join(self._element(uri, value) for uri, value in fixed if value)
        stamp = self._element(ABS_SEND_TIME, bytes(3))
        length = len(elements + stamp)
        padding = -length % 4
        begin = b"\xbe\xde" + ((length + padding) // 4).to_bytes(2, "big") if length else b""
        object.__setattr__(self, "_before", begin + elements + stamp[:1])
        object.__setattr__(self, "_after", bytes(padding))
        object.__setattr__(self, "_has_send_time", bool(stamp))

    def at(self, now_s: float) -> bytes:
        """Return the extensions of packets that leave now; always of one length."""
        if not self._has_send_time:
            return self._before + self._after
        return self._before + (int(now_s * _SEND_TIME_HZ) & 0xFFFFFF).to_bytes(3, "big") + self._after

    def _element(self, uri: str, value: bytes) -> bytes:
        id = self.ids.get(uri, 0)
        if not (1 <= id <= _ONE_BYTE_ID_MAX and 1 <= len(value) <= 16):
            return b""
        return bytes([id << 4 | len(value) - 1]) + value


@dataclass(frozen=True, slots=True)
class Line:
    """Say what was agreed on with a peer for one stream; without `resent_type` nothing can be sent again (RFC 4588)."""

    payload_type: int
    ssrc: int
    resent_type: int | None
    resent_ssrc: int
    extensions: Extensions
    cname: str  # who sends it (RFC 3550, 6.5.1)


class Timeline:
    """Count one viewer's RTP timestamps on from a start of its own.

    A new engine counts `pts` from a new origin. To the viewer that would be a leap, backwards even, over which no
    browser shows pictures; so a leap that `captured_s` does not know is taken out. The first frame of another rung may
    show the same moment as the one sent last, or one before it: it is put right behind, because packets of one time
    make one picture.
    """

    def __init__(self, start: int) -> None:
        self._shift = start
        self._told = 0
        self._last: EncodedFrame | None = None

    def timestamp(self, frame: EncodedFrame) -> int:
        """Return the 32-bit timestamp of the next frame."""
        clock_hz = VIDEO_CLOCK_HZ if frame.kind == "video" else AUDIO_CLOCK_HZ
        if self._last is not None:
            passed_s = frame.captured_s - self._last.captured_s
            if abs((frame.pts - self._last.pts) / clock_hz - passed_s) > TIMELINE_SLACK_S:
                self._shift += self._last.pts + max(1, round(passed_s * clock_hz)) - frame.pts
            self._told = max(self._told + 1, frame.pts + self._shift)
        else:
            self._told = frame.pts + self._shift
        self._last = frame
        return self._told & 0xFFFFFFFF

    def resume(self, frame: EncodedFrame, timestamp: int) -> None:
        """Count on from a frame that was told this timestamp by somebody else."""
        self._last, self._told, self._shift = frame, timestamp, timestamp - frame.pts
