"""What is no hand of this person is turned down; a hand that a wrist vouches for is believed at once."""

from dataclasses import replace

import numpy as np
import pytest
from figures_of_people import face_at, hand_at, standing_body

from avatar_live.signals import BodyReading
from avatar_live.tracking.hand_sieve import AGE_S_MAX, HAND_M, HELD_S_MAX, SPAN_MAX, SPAN_MIN, HandSieve
from avatar_live.tracking.regions import LEFT_WRIST, RIGHT_WRIST
from avatar_live.tracking.sides import SeenHand

SCALE = 150.0
HAND_PX = HAND_M * SCALE
BODY = standing_body(SCALE)
LEFT_PX, RIGHT_PX = (tuple(BODY.landmarks[wrist, :2].tolist()) for wrist in (LEFT_WRIST, RIGHT_WRIST))
FACE = face_at((320.0, 155.0), 27.0)
HIDDEN = replace(BODY, visibility=np.zeros(33, np.float32))


def left(wrist_px: tuple[float, ...], length_px: float = HAND_PX, at_s: float = 1.0, score: float = 0.95) -> SeenHand:
    return SeenHand(hand_at((wrist_px[0], wrist_px[1]), length_px, at_s, score), is_left=True)


def test_a_hand_at_a_wrist_that_is_seen_is_believed_at_once() -> None:
    hand = left(LEFT_PX)
    assert HandSieve().admit([hand], FACE, BODY, 1.0) == (hand.reading, None)


def test_a_hand_far_from_its_wrist_is_somebody_elses() -> None:
    assert HandSieve().admit([left((LEFT_PX[0] + 60.0, LEFT_PX[1] - 60.0))], FACE, BODY, 1.0) == (None, None)


@pytest.mark.parametrize(("spans", "is_hand"), [(SPAN_MIN * 1.02, True), (SPAN_MIN * 0.98, False),
                                               (SPAN_MAX * 0.98, True), (SPAN_MAX * 1.02, False)])  # fmt: skip
def test_a_hand_is_as_large_as_a_hand_can_be(spans: float, is_hand: bool) -> None:
    found, _ = HandSieve().admit([left(LEFT_PX, spans * HAND_PX)], FACE, BODY, 1.0)
    assert (found is not None) is is_hand


def test_without_a_body_the_face_says_how_large_a_hand_can_be() -> None:
    sieve, large = HandSieve(), 4.0 * 27.0
    for at_s in (1.0, 1.1):
        found = sieve.admit([left((100.0, 300.0), large, at_s)], replace(FACE, captured_s=at_s), None, at_s)
    assert found == (None, None)


def test_a_hand_that_hardly_scores_is_none() -> None:
    assert HandSieve().admit([left(LEFT_PX, score=0.49)], FACE, BODY, 1.0) == (None, None)


@pytest.mark.parametrize("body", [None, HIDDEN])
def test_a_hand_that_nobody_vouches_for_is_looked_at_twice(body: BodyReading | None) -> None:
    sieve = HandSieve()
    assert sieve.admit([left(LEFT_PX)], FACE, body, 1.0) == (None, None)
    again = left((LEFT_PX[0] + 4.0, LEFT_PX[1]), at_s=1.1)
    assert sieve.admit([again], FACE, body, 1.1)[0] is again.reading


def test_a_flicker_in_another_place_each_time_is_no_hand() -> None:
    sieve = HandSieve()
    for look in range(20):
        at_s = 1.0 + look / 15.0
        flicker = [left((100.0 + 200.0 * (look % 3), 300.0), at_s=at_s)]
        assert sieve.admit(flicker, replace(FACE, captured_s=at_s), None, at_s) == (None, None)


@pytest.mark.parametrize("body", [None, HIDDEN])
def test_a_hand_on_the_face_without_a_wrist_is_the_face(body: BodyReading | None) -> None:
    sieve = HandSieve()
    for look in range(10):
        at_s = 1.0 + look / 15.0
        body = replace(body, captured_s=at_s) if body is not None else None
        ear = [left((322.0, 170.0), at_s=at_s)]
        assert sieve.admit(ear, replace(FACE, captured_s=at_s), body, at_s) == (None, None)


def test_a_hand_before_the_face_whose_wrist_is_seen_is_a_hand() -> None:
    landmarks = BODY.landmarks.copy()
    landmarks[LEFT_WRIST, :2] = (322.0, 172.0)
    hand = left((322.0, 170.0))
    assert HandSieve().admit([hand], FACE, replace(BODY, landmarks=landmarks), 1.0)[0] is hand.reading


def test_one_hand_found_twice_is_one() -> None:
    first, again = left(LEFT_PX), left((LEFT_PX[0] + 2.0, LEFT_PX[1]), score=0.6)
    assert HandSieve().admit([again, first], FACE, BODY, 1.0) == (first.reading, None)


def test_two_hands_that_lie_in_each_other_are_two() -> None:
    landmarks = BODY.landmarks.copy()
    landmarks[LEFT_WRIST, :2], landmarks[RIGHT_WRIST, :2] = (334.0, 260.0), (306.0, 260.0)
    together = replace(BODY, landmarks=landmarks)
    one = SeenHand(hand_at((334.0, 260.0), HAND_PX, turned_rad=-1.3), is_left=True)
    other = SeenHand(hand_at((306.0, 260.0), HAND_PX, turned_rad=1.3), is_left=False)
    assert HandSieve().admit([one, other], FACE, together, 1.0) == (one.reading, other.reading)


def test_a_hand_that_one_look_misses_is_still_there_and_then_gone() -> None:
    sieve, hand = HandSieve(), left(LEFT_PX)
    sieve.admit([hand], FACE, BODY, 1.0)
    assert sieve.admit([], FACE, BODY, 1.0 + HELD_S_MAX - 0.01)[0] is hand.reading
    assert sieve.admit([], FACE, BODY, 1.0 + HELD_S_MAX + 0.01) == (None, None)


def test_a_body_of_long_ago_vouches_for_nothing() -> None:
    late = left(LEFT_PX, at_s=1.0 + AGE_S_MAX + 0.01)
    assert HandSieve().admit([late], FACE, BODY, late.reading.captured_s) == (None, None)
