"""The warning at the edges of the picture: which one, in the host's own left and right, and no flicker."""

import numpy as np
import pytest
from synthetic import HEIGHT_PX, WIDTH_PX

from avatar_live.motion.framing import FORGET_AFTER_S, TELL_AFTER_S, WORDS, Framing, Leaving, leaving
from avatar_live.signals import FaceReading

FRAME_S = 1.0 / 30.0


def boxed(x_px: float, y_px: float, height_px: float = 160.0) -> FaceReading:
    """Return a face around a place in the picture, three quarters as wide as high."""
    corners = np.array([(-0.375, -0.5, 0.0), (0.375, 0.5, 0.0)]) * height_px + (x_px, y_px, 0.0)
    landmarks = np.repeat(corners.mean(axis=0)[None], 478, axis=0)
    landmarks[:2] = corners
    return FaceReading(landmarks.astype(np.float32), np.zeros(52, np.float32), 0.0)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (boxed(320.0, 240.0), ""),
        (boxed(600.0, 240.0), "left"),
        (boxed(40.0, 240.0), "right"),
        (boxed(320.0, 70.0), "top"),
        (boxed(320.0, 430.0), "bottom"),
        (boxed(320.0, 240.0, 400.0), "near"),
        (boxed(320.0, 240.0, 25.0), "far"),
        (boxed(600.0, 450.0), "bottom"),
    ],
)
def test_the_edge_that_a_face_leaves_is_named_by_the_hosts_own_side(reading: FaceReading, expected: Leaving) -> None:
    assert leaving(reading, WIDTH_PX, HEIGHT_PX) == expected


@pytest.mark.parametrize(
    ("told", "begins", "between", "over"),
    [
        ("left", boxed(577.0, 240.0), boxed(560.0, 240.0), boxed(540.0, 240.0)),
        ("top", boxed(320.0, 82.0), boxed(320.0, 95.0), boxed(320.0, 106.0)),
        ("near", boxed(320.0, 240.0, 388.0), boxed(320.0, 240.0, 360.0), boxed(320.0, 240.0, 340.0)),
        ("far", boxed(320.0, 240.0, 28.0), boxed(320.0, 240.0, 33.0), boxed(320.0, 240.0, 37.0)),
    ],
)
def test_a_warning_ends_later_than_it_begins(
    told: Leaving, begins: FaceReading, between: FaceReading, over: FaceReading
) -> None:
    assert leaving(begins, WIDTH_PX, HEIGHT_PX) == told
    assert leaving(between, WIDTH_PX, HEIGHT_PX) == ""
    assert leaving(between, WIDTH_PX, HEIGHT_PX, told) == told
    assert leaving(over, WIDTH_PX, HEIGHT_PX, told) == ""


def test_a_moment_at_the_edge_is_not_told_and_a_stay_is() -> None:
    framing, now_s = Framing(), 0.0
    told = []
    for frame in range(90):
        now_s = frame * FRAME_S
        is_out = 10 <= frame < 18 or frame >= 40
        framing.see(boxed(600.0 if is_out else 320.0, 240.0), WIDTH_PX, HEIGHT_PX, now_s)
        told.append(framing.warning)
    assert set(told[:40]) == {""}
    assert told[round(40 + TELL_AFTER_S / FRAME_S) + 1] == WORDS["left"] == told[-1]


def test_who_left_is_told_where_until_they_are_back_or_given_up() -> None:
    framing = Framing()
    for frame in range(30):
        framing.see(boxed(40.0, 240.0), WIDTH_PX, HEIGHT_PX, frame * FRAME_S)
    left_s = 29 * FRAME_S
    framing.see(None, WIDTH_PX, HEIGHT_PX, left_s + FORGET_AFTER_S - 0.1)
    assert framing.warning == WORDS["right"]
    framing.see(None, WIDTH_PX, HEIGHT_PX, left_s + FORGET_AFTER_S + 0.1)
    assert framing.warning == ""


def test_a_face_that_jitters_at_the_limit_is_told_once() -> None:
    framing, changes, before = Framing(), 0, ""
    noise = np.random.default_rng(3)
    for frame in range(600):
        framing.see(boxed(574.0 + 4.0 * noise.normal(), 240.0), WIDTH_PX, HEIGHT_PX, frame * FRAME_S)
        changes += framing.warning != before
        before = framing.warning
    assert changes <= 1


def test_nobody_in_a_picture_without_size_is_told_nothing() -> None:
    framing = Framing()
    framing.see(None, 0, 0, 0.0)
    assert framing.warning == ""
