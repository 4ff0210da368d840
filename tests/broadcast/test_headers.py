"""The extensions that we write are read by others as what they are, and a viewer's time never leaps."""

import pytest
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensionsMap, unpack_header_extensions
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.broadcast.headers import ABS_SEND_TIME, MID, PLAYOUT_DELAY, Extensions, Timeline
from avatar_live.signals.encoded import VIDEO_CLOCK_HZ, EncodedFrame

FRAME = VIDEO_CLOCK_HZ // 30


@given(
    ids=st.dictionaries(st.sampled_from([MID, ABS_SEND_TIME, PLAYOUT_DELAY, "urn:other"]), st.integers(0, 20)),
    mid=st.sampled_from(["", "0", "video-1"]),
    now_s=st.floats(0, 1e7),
)
def test_extensions_are_whole_words_of_one_length_and_are_read_as_they_were_meant(
    ids: dict[str, int], mid: str, now_s: float
) -> None:
    extensions = Extensions(ids, mid)
    block = extensions.at(now_s)
    assert len(block) == len(extensions.at(0.0))
    assert len(block) % 4 == 0
    read = list(unpack_header_extensions(0xBEDE, block[4:]))
    wanted = {uri: id for uri, id in ids.items() if 1 <= id <= 14 and uri != "urn:other" and (uri != MID or mid)}
    assert sorted(id for id, _ in read) == sorted(wanted.values())
    if block:
        assert block[:2] == b"\xbe\xde"
        assert int.from_bytes(block[2:4], "big") * 4 == len(block) - 4


def test_aiortc_reads_name_and_time_of_sending() -> None:
    block = Extensions({MID: 4, ABS_SEND_TIME: 2, PLAYOUT_DELAY: 5}, "1").at(65.5)
    known = HeaderExtensionsMap()
    known.configure(
        RTCRtpParameters(
            headerExtensions=[
                RTCRtpHeaderExtensionParameters(id=4, uri=MID),
                RTCRtpHeaderExtensionParameters(id=2, uri=ABS_SEND_TIME),
            ]
        )
    )
    values = known.get(0xBEDE, block[4:])
    assert values.mid == "1"
    assert values.abs_send_time == round(1.5 * 2**18), "seconds modulo 64"
    assert (5, bytes(3)) in unpack_header_extensions(0xBEDE, block[4:]), "no less and no more delay than none"


def test_without_extensions_nothing_is_written() -> None:
    assert Extensions({}).at(1.0) == b""


def frame(pts: int, captured_s: float, rung: int = 0) -> EncodedFrame:
    return EncodedFrame("main", "video", b"x", pts, False, captured_s, rung)


def test_timestamps_follow_the_frames_from_a_start_of_their_own() -> None:
    timeline = Timeline(2**32 - FRAME)
    assert [timeline.timestamp(frame(at * FRAME, at / 30)) for at in range(3)] == [2**32 - FRAME, 0, FRAME]


@pytest.mark.parametrize("origin", [0, 90_000_000])
def test_a_new_engine_with_a_new_origin_makes_no_leap(origin: int) -> None:
    timeline = Timeline(0)
    timeline.timestamp(frame(900_000, 10.0))
    assert timeline.timestamp(frame(origin, 12.0)) == 900_000 + 2 * VIDEO_CLOCK_HZ
    assert timeline.timestamp(frame(origin + FRAME, 12.0 + 1 / 30)) == 900_000 + 2 * VIDEO_CLOCK_HZ + FRAME


def test_a_pause_is_a_pause() -> None:
    timeline = Timeline(0)
    timeline.timestamp(frame(0, 0.0))
    assert timeline.timestamp(frame(60 * VIDEO_CLOCK_HZ, 60.0)) == 60 * VIDEO_CLOCK_HZ


def test_another_rungs_picture_of_the_same_moment_comes_behind() -> None:
    timeline = Timeline(0)
    timeline.timestamp(frame(FRAME, 1 / 30))
    assert timeline.timestamp(frame(FRAME, 1 / 30, rung=1)) == FRAME + 1
    assert timeline.timestamp(frame(2 * FRAME, 2 / 30, rung=1)) == 2 * FRAME
    assert timeline.timestamp(frame(FRAME, 1 / 30)) == 2 * FRAME + 1
