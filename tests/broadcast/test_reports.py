"""What a viewer is told about when a frame was made, and how much was sent."""

import numpy as np
import pytest
from aiortc import clock as rtc_clock
from aiortc.rtp import RtcpByePacket, RtcpPacket, RtcpSdesPacket, RtcpSrPacket

from avatar_live.broadcast.feedback import RoundTrip
from avatar_live.broadcast.reports import PAUSE_S_MAX, PAUSE_S_MIN, Reports
from avatar_live.encoder.audio import PACKET_SAMPLES, OpusEncoder
from avatar_live.signals.encoded import EncodedFrame

SSRC, NOW_S, WALL_S = 7, 1_000.0, 1_700_000_000.0
PICTURE = EncodedFrame("main", "video", b"x", 0, True, NOW_S - 0.5)


def test_a_report_says_when_the_frame_was_captured_and_what_was_sent_in_all() -> None:
    round_trip = RoundTrip()
    data = Reports(SSRC, "somebody", round_trip).make(PICTURE, 90_000, 2**32 + 5, 2**32 + 6_000, NOW_S, WALL_S)
    assert data is not None
    report, description = RtcpPacket.parse(data)
    assert isinstance(report, RtcpSrPacket) and isinstance(description, RtcpSdesPacket)
    assert (report.ssrc, report.reports) == (SSRC, [])
    told = report.sender_info
    captured_s = rtc_clock.datetime_from_ntp(told.ntp_timestamp).timestamp()
    assert captured_s == pytest.approx(WALL_S - 0.5, abs=1e-5)
    assert (told.rtp_timestamp, told.packet_count, told.octet_count) == (90_000, 5, 6_000)
    assert round_trip.rtt_s(told.ntp_timestamp >> 16 & 0xFFFFFFFF, 0, NOW_S + 0.08) == pytest.approx(0.08)


def test_a_report_outlives_the_first_era_of_ntp() -> None:
    wall_s = 2.0**32 - 2_208_988_800 + 7.5  # from 1970, 7.5 s after February 7, 2036, 06:28:16
    data = Reports(SSRC, "a", RoundTrip()).make(PICTURE, 0, 0, 0, NOW_S, wall_s)
    assert data is not None
    report, _ = RtcpPacket.parse(data)
    assert isinstance(report, RtcpSrPacket)
    assert report.sender_info.ntp_timestamp == 7 << 32


@pytest.mark.parametrize("cname", ["a", "four", "seven c", "{5a5b0a12-84a1-4cbd-9d93-61e7a4b7d2a0}"])
def test_a_report_says_whose_stream_it_is(cname: str) -> None:
    data = Reports(SSRC, cname, RoundTrip()).make(PICTURE, 0, 0, 0, NOW_S, WALL_S)
    assert data is not None
    assert len(data) % 4 == 0
    _, description = RtcpPacket.parse(data)
    assert isinstance(description, RtcpSdesPacket)
    (chunk,) = description.chunks
    assert (chunk.ssrc, chunk.items) == (SSRC, [(1, cname.encode())])


def test_the_first_report_leaves_with_the_first_frame_and_the_next_after_a_pause() -> None:
    reports = Reports(SSRC, "a", RoundTrip())
    assert reports.due_s < 0.0
    pauses = []
    for _ in range(200):
        reports.make(PICTURE, 0, 0, 0, NOW_S, WALL_S)
        pauses.append(reports.due_s - NOW_S)
    assert PAUSE_S_MIN <= min(pauses) < max(pauses) <= PAUSE_S_MAX


def test_silence_is_not_lined_up_with_the_picture_and_sound_is() -> None:
    reports, encoder = Reports(SSRC, "a", RoundTrip()), OpusEncoder("main")
    loud = np.array([[(at % 50) * 400, 0] for at in range(PACKET_SAMPLES)], np.int16)
    told = []
    for at, samples in enumerate([None, None, loud, None]):
        made = (at / 50, at * PACKET_SAMPLES)
        frame = encoder.silence(*made) if samples is None else encoder.encode(samples, *made)
        told.append(reports.make(frame, 0, 0, 0, NOW_S, WALL_S) is not None)
    assert told == [False, False, True, True], "once there was sound, its pauses keep their place"


def test_a_goodbye_names_the_stream() -> None:
    _, goodbye = RtcpPacket.parse(Reports(SSRC, "a", RoundTrip()).goodbye())
    assert isinstance(goodbye, RtcpByePacket)
    assert goodbye.sources == [SSRC]
