"""What a peer's RTCP says, and who is told."""

import functools

import pytest
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    pack_remb_fci,
)

from avatar_live.broadcast.feedback import MISSING, Estimate, Feedback, Reception, RoundTrip
from avatar_live.broadcast.listening import Listener, Stream
from avatar_live.signals.encoded import StreamKind

VIDEO, SOUND, OTHER = 7, 8, 9
NTP = 0x_E000_0000_8000_0000
LSR = NTP >> 16 & 0xFFFFFFFF


class Ears:
    """A listener at time 10, and what it tells."""

    def __init__(self) -> None:
        self.heard: list[Feedback] = []
        self.resent: list[tuple[str, int]] = []
        self.keyframes = 0
        self.listener = Listener(self.heard.append, self._want_keyframe, lambda: 10.0)
        kinds: dict[int, StreamKind] = {VIDEO: "video", SOUND: "audio"}
        for ssrc, kind in kinds.items():
            round_trip = RoundTrip()
            round_trip.sent(NTP, 9.0)
            self.listener.streams[ssrc] = Stream(kind, round_trip, functools.partial(self._resend, kind))

    def _resend(self, kind: StreamKind, sequence: int) -> None:
        self.resent.append((kind, sequence))

    def _want_keyframe(self) -> None:
        self.keyframes += 1


def test_a_report_tells_of_each_of_our_streams_and_of_no_other() -> None:
    ears = Ears()
    reports = [RtcpReceiverInfo(ssrc, 64, 12, 99, 9_000, LSR, 65_536 // 2) for ssrc in (VIDEO, OTHER, SOUND)]
    ears.listener.read(bytes(RtcpRrPacket(ssrc=1, reports=reports)))
    assert ears.heard == [
        Reception("video", 0.25, 12, 0.1, 0.5),
        Reception("audio", 0.25, 12, 0.1875, 0.5),
    ]


def test_a_peer_that_sends_too_reports_in_its_sender_reports() -> None:
    ears = Ears()
    info = RtcpSenderInfo(ntp_timestamp=0, rtp_timestamp=0, packet_count=0, octet_count=0)
    report = RtcpReceiverInfo(VIDEO, 0, 0, 0, 0, 0, 0)
    ears.listener.read(bytes(RtcpSrPacket(ssrc=1, sender_info=info, reports=[report])))
    assert ears.heard == [Reception("video", 0.0, 0, 0.0, None)]


def test_each_packet_that_is_missed_is_sent_again_and_told_of_when_it_is_a_pictures() -> None:
    ears = Ears()
    for ssrc, lost in ((VIDEO, [3, 5, 65_535]), (SOUND, [5]), (OTHER, [6])):
        ears.listener.read(bytes(RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=1, media_ssrc=ssrc, lost=lost)))
    assert ears.resent == [("video", 3), ("video", 5), ("video", 65_535), ("audio", 5)]
    assert ears.heard == [MISSING] * 3


def test_pli_and_fir_ask_for_a_keyframe() -> None:
    ears = Ears()
    for fmt in (RTCP_PSFB_PLI, RTCP_PSFB_FIR):
        ears.listener.read(bytes(RtcpPsfbPacket(fmt=fmt, ssrc=1, media_ssrc=VIDEO)))
    assert ears.keyframes == 2


def test_a_remb_is_an_estimate_and_an_applications_own_message_is_not() -> None:
    ears = Ears()
    for fci in (pack_remb_fci(800_000, [VIDEO]), b"not a REMB.."):
        ears.listener.read(bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=fci)))
    assert ears.heard == [Estimate(800_000.0)]


def test_all_parts_of_a_compound_packet_are_read() -> None:
    ears = Ears()
    parts: list[AnyRtcpPacket] = [
        RtcpRrPacket(ssrc=1, reports=[RtcpReceiverInfo(VIDEO, 0, 0, 0, 0, 0, 0)]),
        RtcpSdesPacket(chunks=[]),
        RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=1, media_ssrc=VIDEO),
    ]
    ears.listener.read(b"".join(bytes(part) for part in parts))
    assert len(ears.heard) == ears.keyframes == 1


def test_what_is_malformed_raises_a_value_error() -> None:
    names_255_streams = RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=b"REMB\xff\0\0\0")
    for data in (
        b"\0",
        b"\x80\xc9\0\1",
        bytes(RtcpRrPacket(ssrc=1))[:-1],
        b"\x81\xc9\0\1\0\0\0\1",
        bytes(names_255_streams),
    ):
        with pytest.raises(ValueError):
            Ears().listener.read(data)
