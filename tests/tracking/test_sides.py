"""The left hand is the person's own left hand."""

import numpy as np

from avatar_live.signals import BodyReading, HandReading
from avatar_live.tracking.sides import (
    BODY_AGE_S_MAX,
    LEFT_SHOULDER,
    LEFT_WRIST,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
    SeenHand,
    assign_sides,
)

# A person who faces the camera: their left is on the picture's right.
LEFT_WRIST_PX, RIGHT_WRIST_PX = (420.0, 300.0), (220.0, 300.0)


def hand(wrist_px: tuple[float, float], *, is_left: bool, score: float = 0.9, captured_s: float = 1.0) -> SeenHand:
    landmarks = np.zeros((21, 3), np.float32)
    landmarks[:, :2] = wrist_px
    return SeenHand(HandReading(landmarks, np.zeros((21, 3), np.float32), score, captured_s), is_left)


def body(captured_s: float = 1.0) -> BodyReading:
    landmarks = np.zeros((33, 3), np.float32)
    for point, place in (
        (LEFT_SHOULDER, (400.0, 150.0)),
        (RIGHT_SHOULDER, (240.0, 150.0)),
        (LEFT_WRIST, LEFT_WRIST_PX),
        (RIGHT_WRIST, RIGHT_WRIST_PX),
    ):
        landmarks[point, :2] = place
    return BodyReading(landmarks, np.zeros((33, 3), np.float32), np.ones(33, np.float32), captured_s)


def test_no_hand_is_no_hand() -> None:
    assert assign_sides([], body()) == (None, None)


def test_without_a_body_the_label_decides() -> None:
    left, right = hand((0.0, 0.0), is_left=True), hand((9.0, 9.0), is_left=False)
    assert assign_sides([right, left], None) == (left.reading, right.reading)
    assert assign_sides([right], None) == (None, right.reading)


def test_the_wrist_beats_a_wrong_label() -> None:
    mistaken = hand(LEFT_WRIST_PX, is_left=False)
    assert assign_sides([mistaken], body()) == (mistaken.reading, None)


def test_two_hands_with_the_same_label_go_to_their_own_wrists() -> None:
    one, other = hand(RIGHT_WRIST_PX, is_left=True), hand(LEFT_WRIST_PX, is_left=True)
    assert assign_sides([one, other], body()) == (other.reading, one.reading)


def test_far_from_both_wrists_the_label_decides() -> None:
    stray = hand((320.0, 20.0), is_left=True)
    assert assign_sides([stray], body()) == (stray.reading, None)


def test_a_body_of_long_ago_says_nothing() -> None:
    late = hand(LEFT_WRIST_PX, is_left=False, captured_s=1.0 + BODY_AGE_S_MAX + 0.01)
    assert assign_sides([late], body(captured_s=1.0)) == (None, late.reading)


def test_a_third_hand_is_somebody_elses() -> None:
    hands = [hand(LEFT_WRIST_PX, is_left=True), hand(RIGHT_WRIST_PX, is_left=False), hand((0.0, 0.0), is_left=True)]
    assert assign_sides(hands, body()) == (hands[0].reading, hands[1].reading)
