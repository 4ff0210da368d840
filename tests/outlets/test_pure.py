"""What is decided without a clock or a socket: when to try again, what may be missed, what is in step."""

import itertools

import msgspec
import pytest
from footage import FPS, PICTURE_LAG_S, footage
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.channels.processes import HEALTH_BYTES_MAX, Health, OutletState
from avatar_live.outlets.backlog import PACKETS_MAX, Backlog
from avatar_live.outlets.keyframes import ASK_S, REGULAR_S, KeyframeWishes
from avatar_live.outlets.outlet import LABEL_BYTES_MAX, WORDS_BYTES_MAX, fitting
from avatar_live.outlets.retry import BACK_OFF_S, FULL_S, STEADY_S, Retry, fell, lived
from avatar_live.outlets.sink import Fault
from avatar_live.outlets.target import OUTLETS_MAX, TargetError, parse_target
from avatar_live.outlets.timeline import Stamped, Timeline
from avatar_live.signals.encoded import EncodedFrame

GONE = Fault("It is gone.")


def video(number: int, is_keyframe: bool = False, at_s: float = 0.0) -> Stamped:
    return Stamped(EncodedFrame("main", "video", b"x", number, is_keyframe, at_s), at_s)


def sound(number: int) -> Stamped:
    return Stamped(EncodedFrame("main", "audio", b"x", number, True, 0.0), 0.0)


# --- trying again -------------------------------------------------------------------------------------------------


def test_an_outlet_that_falls_again_and_again_waits_longer_up_to_a_limit() -> None:
    retry, waits = Retry(), []
    for _ in range(len(BACK_OFF_S) + 2):
        retry = fell(retry, GONE, 100.0)
        waits.append(retry.due_s - 100.0)
    assert waits == pytest.approx([*BACK_OFF_S, BACK_OFF_S[-1], BACK_OFF_S[-1]])
    assert retry.fault == GONE and not retry.is_over


def test_having_been_live_for_a_while_forgives_and_a_moment_does_not() -> None:
    often = fell(fell(Retry(), GONE, 0.0), GONE, 0.0)
    assert fell(lived(often, 10.0), GONE, 10.0 + STEADY_S - 0.1).falls == 3
    steady = fell(lived(often, 10.0), GONE, 10.0 + STEADY_S)
    assert (steady.falls, steady.due_s) == (1, 10.0 + STEADY_S + BACK_OFF_S[0])


def test_a_full_disk_is_looked_at_again_and_a_final_fault_never() -> None:
    assert fell(Retry(), Fault("Full.", "full"), 5.0).due_s == 5.0 + FULL_S
    assert fell(Retry(), Fault("Wrong token.", "final"), 5.0).is_over


def test_what_was_wrong_is_forgotten_when_it_lives() -> None:
    assert lived(fell(Retry(), GONE, 0.0), 1.0).fault is None


# --- what waits ---------------------------------------------------------------------------------------------------


def test_a_backlog_begins_with_a_keyframe_and_keeps_nothing_while_it_is_closed() -> None:
    backlog = Backlog()
    backlog.put(video(0, is_keyframe=True))
    assert (backlog.take(0.0), backlog.needs_keyframe) == (None, False)
    backlog.open()
    assert (backlog.take(0.0), backlog.needs_keyframe) == (None, True)
    for packet in (sound(1), video(2), video(3, is_keyframe=True), sound(4), video(5)):
        backlog.put(packet)
    assert [taken.frame.pts for taken in iter(lambda: backlog.take(0.0), None)] == [3, 4, 5]
    assert (backlog.needs_keyframe, backlog.dropped) == (False, 0), "nothing is lost before it begins"


def test_a_slow_outlet_skips_to_the_next_keyframe_and_what_it_missed_is_counted() -> None:
    backlog = Backlog()
    backlog.open()
    for number in range(PACKETS_MAX):
        backlog.put(video(number, is_keyframe=number == 0))
    assert backlog.dropped == 0
    backlog.put(video(1_000))
    assert backlog.dropped == PACKETS_MAX + 1 and backlog.needs_keyframe and backlog.take(0.0) is None
    backlog.put(video(1_001, is_keyframe=True))
    taken = backlog.take(0.0)
    assert taken is not None and taken.frame.pts == 1_001


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=3 * PACKETS_MAX))
def test_no_delta_ever_leaves_without_the_frames_before_it(steps: list[tuple[bool, bool]]) -> None:
    backlog, last = Backlog(), -1
    backlog.open()
    for number, (is_keyframe, is_taken) in enumerate(steps):
        backlog.put(video(number, is_keyframe))
        if is_taken and (taken := backlog.take(0.0)) is not None:
            assert taken.frame.is_keyframe or taken.frame.pts == last + 1
            last = taken.frame.pts


def test_an_interrupted_backlog_gives_nothing_and_makes_nobody_wait() -> None:
    backlog = Backlog()
    backlog.open()
    backlog.put(video(0, is_keyframe=True))
    backlog.interrupt()
    assert backlog.take(60.0) is None


def test_a_keyframe_is_asked_for_when_one_is_needed_or_the_last_is_old_but_not_too_often() -> None:
    wishes = KeyframeWishes()
    assert wishes.is_due(0.0, is_needed=True, is_regular=False)
    assert not wishes.is_due(ASK_S / 2, is_needed=True, is_regular=False)
    assert wishes.is_due(ASK_S, is_needed=True, is_regular=False)
    wishes.saw_keyframe(10.0)
    assert not wishes.is_due(10.0 + REGULAR_S - 0.01, is_needed=False, is_regular=True)
    assert wishes.is_due(10.0 + REGULAR_S, is_needed=False, is_regular=True)
    assert not wishes.is_due(99.0, is_needed=False, is_regular=False)


# --- what is in step ----------------------------------------------------------------------------------------------


def test_times_rise_smoothly_and_come_near_the_capture_however_much_that_jitters() -> None:
    timeline, times = Timeline(), []
    for packet in footage(3.0):
        stamped = timeline.stamp(packet)
        if packet.kind == "video":
            times.append(stamped.at_s)
            assert abs(stamped.at_s - (packet.pts / 90_000 - PICTURE_LAG_S)) < 0.01
    steps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(steps) > 0.8 / FPS and max(steps) < 1.2 / FPS


def test_a_camera_that_stands_still_holds_no_picture_back() -> None:
    timeline, times = Timeline(), []
    for number in range(90):
        captured_s = 50.0 + min(number, 30) / 30 - PICTURE_LAG_S
        frame = EncodedFrame("main", "video", b"x", round((50.0 + number / 30) * 90_000), False, captured_s)
        times.append(timeline.stamp(frame).at_s)
    assert times[-1] - times[0] > 89 / 30 - 0.1


# --- what is a place ----------------------------------------------------------------------------------------------


def test_every_kind_of_place_is_read_and_told_without_its_secrets() -> None:
    rtmp = parse_target("rtmps://live.example.com/app/KEY?token=SECRET")
    assert (rtmp.kind, rtmp.label) == ("rtmp", "live.example.com")
    whip = parse_target("whip://sfu.example.com:8443/whip/ROOM SECRET")
    assert (whip.kind, whip.where, whip.token) == ("whip", "https://sfu.example.com:8443/whip/ROOM", "SECRET")
    assert whip.label == "sfu.example.com:8443"
    assert parse_target("hls:/srv/www/show").label == "show/"
    assert parse_target("/home/me/evening.mkv").label == "evening.mkv"
    for target in (rtmp, whip):
        assert not {"KEY", "SECRET", "ROOM"} & set(repr(target).replace(",", " ").split()) and "SECRET" not in repr(
            target
        )


@pytest.mark.parametrize(
    "text",
    [
        "https://a.test/whip schlüssel",
        "https://a.test/whip a\nb",
        "",
        "show.avi",
        "hls:",
        "https://",
        "rtmp://[::1/app/KEY",
        "rtmp://host:port/app/KEY",
    ],
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(TargetError) as told:
        parse_target(text)
    assert "rtmp://host" not in str(told.value)


@pytest.mark.parametrize("letter", ["x", "字", '"', "\x01"])
def test_the_words_of_as_many_outlets_as_there_may_be_fit_into_the_health(letter: str) -> None:
    label, words = fitting(letter * 4_000, LABEL_BYTES_MAX), fitting(letter * 4_000, WORDS_BYTES_MAX)
    state = OutletState("recording", label, "disk full", words, 1e9 / 3, 10**9, 10**9, 1e9 / 3)
    health = Health(1e9 / 3, "8 of 8 live", True, dict.fromkeys("abcdefgh", 1e9 / 3), outlets=(state,) * OUTLETS_MAX)
    assert words and label and len(msgspec.json.encode(health)) <= HEALTH_BYTES_MAX
