"""What a peer says by RTCP of the streams that we send it (RFC 3550, RFC 4585)."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
    unpack_remb_fci,
)

from avatar_live.broadcast.feedback import MISSING, Estimate, Feedback, Reception, RoundTrip
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, StreamKind

_REMB: Final = b"REMB"  # what else is an application's own message begins otherwise
_CLOCK_HZ: Final = {"video": VIDEO_CLOCK_HZ, "audio": AUDIO_CLOCK_HZ}


@dataclass(frozen=True, slots=True)
class Stream:
    """Say what is heard of by an SSRC: `resend` is called with the 16-bit number of each packet that is missed."""

    kind: StreamKind
    round_trip: RoundTrip
    resend: Callable[[int], None]


class Listener:
    """Read the RTCP of one peer, and call who needs to know."""

    def __init__(
        self, heard: Callable[[Feedback], None], wants_keyframe: Callable[[], None], now: Callable[[], float]
    ) -> None:
        self._heard = heard
        self._wants_keyframe = wants_keyframe
        self._now = now
        self.streams: dict[int, Stream] = {}  # by SSRC

    def read(self, data: bytes) -> None:
        """Read a decrypted compound packet. Raises ValueError when it is malformed."""
        for packet in RtcpPacket.parse(data):
            match packet:
                case RtcpRrPacket(reports=reports) | RtcpSrPacket(reports=reports):
                    for report in reports:
                        self._report(report)
                case RtcpRtpfbPacket(fmt=fmt, media_ssrc=ssrc, lost=lost) if fmt == RTCP_RTPFB_NACK:
                    for sequence in lost:
                        self._lost(ssrc, sequence)
                case RtcpPsfbPacket(fmt=fmt) if fmt in (RTCP_PSFB_PLI, RTCP_PSFB_FIR):
                    self._wants_keyframe()
                case RtcpPsfbPacket(fmt=fmt, fci=fci) if fmt == RTCP_PSFB_APP and fci.startswith(_REMB):
                    self._heard(Estimate(_bitrate_bps(fci)))

    def _report(self, report: RtcpReceiverInfo) -> None:
        stream = self.streams.get(report.ssrc)
        if stream is not None:
            rtt_s = stream.round_trip.rtt_s(report.lsr, report.dlsr, self._now())
            jitter_s = report.jitter / _CLOCK_HZ[stream.kind]
            self._heard(Reception(stream.kind, report.fraction_lost / 256, report.packets_lost, jitter_s, rtt_s))

    def _lost(self, ssrc: int, sequence: int) -> None:
        stream = self.streams.get(ssrc)
        if stream is not None:
            stream.resend(sequence)
            if stream.kind == "video":
                self._heard(MISSING)


def _bitrate_bps(fci: bytes) -> float:
    try:
        return float(unpack_remb_fci(fci)[0])
    except struct.error as error:  # it names more streams than it has room for
        raise ValueError("REMB is truncated") from error
