"""One frame as all its viewers share it."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from avatar_live.broadcast.headers import RTP_BYTES
from avatar_live.broadcast.pacing import Burst, bursts
from avatar_live.broadcast.packets import Run, cut
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, EncodedFrame

if TYPE_CHECKING:
    import av

_MARKER: Final = 0x80
_HAS_EXTENSIONS: Final = 0x10
_VERSION: Final = 0x80
_TIME_BASES: Final = {"video": Fraction(1, VIDEO_CLOCK_HZ), "audio": Fraction(1, AUDIO_CLOCK_HZ)}


class Form(NamedTuple):
    """Say what stands around a viewer's payloads, and how much room the tag needs; most viewers share it."""

    payload_type: int
    extensions: bytes
    tag_bytes: int

    @property
    def around_bytes(self) -> int:
        """Return what a packet is longer than its payload."""
        return RTP_BYTES + len(self.extensions) + self.tag_bytes


@dataclass(eq=False, slots=True)
class Parcel:
    """Hold a frame, cut into payloads once, and when it was published (monotonic seconds)."""

    frame: EncodedFrame
    published_s: float
    payloads: tuple[bytes, ...] = field(init=False)
    bursts: list[Burst] = field(init=False)
    octets: int = field(init=False)
    _packet: "av.Packet[Any] | None" = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.payloads = cut(self.frame.data) if self.frame.kind == "video" else (self.frame.data,)
        self.bursts = bursts(self.payloads)
        self.octets = sum(map(len, self.payloads))

    @property
    def packet(self) -> "av.Packet[Any]":
        """Return the frame as aiortc takes it, where our own sender cannot run."""
        if self._packet is None:
            import av

            self._packet = av.Packet(self.frame.data)
            self._packet.pts = self.frame.pts
            self._packet.time_base = _TIME_BASES[self.frame.kind]
        return self._packet

    def blank(self, run: Run, form: Form) -> bytes:
        """Return the packets of a run, one behind the other, with room for what is each viewer's own.

        That is the number, the time and the SSRC, and the authentication tag behind the payload.
        """
        last, tag = run.first + run.packets - 1, bytes(form.tag_bytes)
        start = self._start(run.first, form)
        parts = [part for payload in self.payloads[run.first : last] for part in (start, payload, tag)]
        return b"".join([*parts, self._start(last, form), self.payloads[last], tag])

    def once_more(self, at: int, form: Form, sequence: int) -> bytes:
        """Return one packet as it is sent again: its first number stands before the payload (RFC 4588, 4)."""
        return self._start(at, form) + sequence.to_bytes(2, "big") + self.payloads[at] + bytes(form.tag_bytes)

    def forget(self) -> None:
        """Let go of the payloads: from now on nobody can have them again."""
        self.payloads = ()

    def _start(self, at: int, form: Form) -> bytes:
        first = _VERSION | (_HAS_EXTENSIONS if form.extensions else 0)
        marker = _MARKER if self.frame.kind == "video" and at == len(self.payloads) - 1 else 0
        return bytes([first, marker | form.payload_type]) + bytes(RTP_BYTES - 2) + form.extensions
