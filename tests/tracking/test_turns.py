"""Turns are taken as often as time is left beside the face, and never left out for long."""

import pytest

from avatar_live.tracking.turns import BUSY_SHARE, TURN_PERIOD_S_MAX, Turns


def taken(rate_hz: float, face_s: float, turn_s: float, seconds: float = 4.0, jitter_s: float = 0.0) -> float:
    """Return turns a second of a camera with `rate_hz` on a machine with these costs."""
    turns, count = Turns(), 0
    for number in range(round(seconds * rate_hz)):
        turns.see(number / rate_hz + (jitter_s if number % 2 else 0.0))
        turns.spend(face_s)
        if turns.take():
            turns.spend(turn_s)
            count += 1
    return count / seconds


def test_a_fast_machine_takes_one_at_every_picture() -> None:
    assert taken(30.0, 0.004, 0.010) == 30.0


def test_a_fast_camera_gets_no_more_than_forty() -> None:
    assert taken(120.0, 0.001, 0.001) == pytest.approx(40.0, abs=1.0)


def test_jittering_pictures_lose_no_turn() -> None:
    assert taken(30.0, 0.004, 0.010, jitter_s=0.004) == 30.0


@pytest.mark.parametrize(("face_s", "turn_s"), [(0.012, 0.028), (0.012, 0.040), (0.020, 0.030)])
def test_face_and_turns_together_take_no_longer_than_there_is(face_s: float, turn_s: float) -> None:
    rate = taken(30.0, face_s, turn_s)
    busy = 30.0 * face_s + rate * turn_s
    assert 0.8 < busy <= BUSY_SHARE + 0.01


def test_a_machine_that_cannot_keep_pace_still_looks() -> None:
    rate = taken(30.0, 0.050, 0.100)
    assert rate == pytest.approx(1.0 / TURN_PERIOD_S_MAX, rel=0.2)


def test_pictures_that_were_missed_are_no_slower_camera() -> None:
    """A tracker that gets every second picture only is behind already."""
    turns, count = Turns(), 0
    for number in range(60):
        turns.see(number / 30.0)
    for number in range(30):
        turns.see(2.0 + number / 15.0)
        turns.spend(0.030)
        if turns.take():
            turns.spend(0.035)
            count += 1
    assert count < 18


def test_one_hang_does_not_stop_the_turns() -> None:
    turns = Turns()
    turns.see(0.0)
    turns.spend(30.0)
    counts = 0
    for number in range(1, 31):
        turns.see(30.0 + number / 30.0)
        counts += turns.take()
    assert counts > 20
