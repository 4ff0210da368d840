"""Squares of the picture lead there and back, lie around head and hands, and stay where they are if they can."""

from dataclasses import replace

import numpy as np
import pytest
from figures_of_people import standing_body

from avatar_live.tracking.regions import (
    HAND_SIDE_M,
    HAND_SIDE_M_MIN,
    LEFT_WRIST,
    RIGHT_WRIST,
    Region,
    hand_regions,
    head_region,
    px_per_m,
)


def test_a_point_leads_into_the_square_and_back() -> None:
    region = Region(np.array([300.0, 200.0], np.float32), 80.0)
    points = np.array([[290.0, 210.0, 4.0], [340.0, 160.0, -8.0]], np.float32)
    inside = np.column_stack((region.from_picture(points[:, :2], 256), points[:, 2] * 256.0 / 80.0)).astype(np.float32)
    np.testing.assert_allclose(inside[1, :2], (256.0, 0.0), atol=1e-3)
    np.testing.assert_allclose(region.to_picture(inside, 256), points, atol=1e-3)


def test_the_square_shows_what_is_there_and_black_outside() -> None:
    pixels = np.zeros((100, 100, 3), np.uint8)
    pixels[40:60, 0:20] = 200
    cut = Region(np.array([10.0, 50.0], np.float32), 40.0).cut(pixels, 80)
    assert cut.shape == (80, 80, 3)
    assert (cut[30:50, 30:50] == 200).all()
    assert (cut[:, :15] == 0).all()


@pytest.mark.parametrize("scale", [60.0, 150.0, 400.0])
def test_a_body_says_how_large_a_metre_is(scale: float) -> None:
    assert px_per_m(standing_body(scale)) == pytest.approx(scale, rel=0.01)


def test_a_body_too_small_to_read_has_no_regions() -> None:
    tiny = standing_body(15.0)
    assert head_region(tiny) is None
    assert hand_regions(tiny, 640, 480) == (None, None)


def test_squares_lie_around_the_head_and_the_hands() -> None:
    body = standing_body(150.0)
    head = head_region(body)
    assert head is not None
    assert abs(head.centre - body.landmarks[0, :2]).max() < 0.1 * head.side_px
    for region, wrist in zip(hand_regions(body, 640, 480), (LEFT_WRIST, RIGHT_WRIST), strict=True):
        assert region is not None
        assert region.side_px == pytest.approx(HAND_SIDE_M * 150.0, rel=0.01)
        assert np.abs(region.centre - body.landmarks[wrist, :2]).max() < 0.3 * region.side_px


def test_hands_close_together_get_smaller_squares() -> None:
    body = standing_body(150.0)
    landmarks = body.landmarks.copy()
    landmarks[[16, 18, 20]] = landmarks[[15, 17, 19]] + np.float32(4.0)
    left, right = hand_regions(replace(body, landmarks=landmarks), 640, 480)
    assert left is not None and right is not None
    assert left.side_px == right.side_px == pytest.approx(HAND_SIDE_M_MIN * 150.0, rel=0.01)


def test_a_wrist_outside_the_picture_has_no_square() -> None:
    body = standing_body(150.0)
    landmarks = body.landmarks.copy()
    landmarks[LEFT_WRIST, 1] = 481.0
    left, right = hand_regions(replace(body, landmarks=landmarks), 640, 480)
    assert left is None and right is not None


def test_a_square_stays_while_it_shows_about_the_same() -> None:
    region = Region(np.array([100.0, 100.0], np.float32), 50.0)
    assert region.is_near(Region(np.array([105.0, 100.0], np.float32), 55.0))
    assert not region.is_near(Region(np.array([107.0, 100.0], np.float32), 50.0))
    assert not region.is_near(Region(region.centre, 63.0))
