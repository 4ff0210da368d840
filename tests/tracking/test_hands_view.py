"""Squares of both wrists in one view: what is found in them leads back, and a hand of the other square is covered."""

from dataclasses import replace

import numpy as np
import pytest
from figures_of_people import hand_at, standing_body

from avatar_live.tracking.hands_view import COVER, COVERED_S_MAX, SQUARE_PX, HandsView
from avatar_live.tracking.regions import LEFT_WRIST, RIGHT_WRIST

BODY = standing_body(150.0)
PIXELS = np.full((480, 640, 3), 60, np.uint8)


def together() -> tuple[HandsView, np.ndarray]:
    """Return a view of hands that touch, and where the left one is in the right one's square."""
    landmarks = BODY.landmarks.copy()
    landmarks[[15, 17, 19], :2] = (330.0, 260.0)
    landmarks[[16, 18, 20], :2] = (310.0, 260.0)
    view = HandsView()
    assert view.show(PIXELS, replace(BODY, landmarks=landmarks), 1.0)
    hand = hand_at((330.0, 260.0), 25.0)
    region = view._regions[1]
    assert region is not None
    inside = region.from_picture(hand.landmarks[:, :2], SQUARE_PX) + np.array([SQUARE_PX, 0.0])
    return view, np.column_stack((inside, np.zeros(21))).astype(np.float32)


@pytest.mark.parametrize(("place", "wrist"), [(0, LEFT_WRIST), (1, RIGHT_WRIST)])
def test_a_bright_spot_at_a_wrist_is_seen_in_its_square_and_led_back(place: int, wrist: int) -> None:
    x, y = np.rint(BODY.landmarks[wrist, :2]).astype(int)
    pixels = PIXELS.copy()
    pixels[y - 2 : y + 3, x - 2 : x + 3] = 255
    view = HandsView()
    assert view.show(pixels, BODY, 1.0)
    rows, columns = np.nonzero(view.pixels[..., 0] > 200)
    assert (columns // SQUARE_PX == place).all() and len(columns) > 0
    spot = np.tile((columns.mean(), rows.mean(), 0.0), (21, 1)).astype(np.float32)
    led_back = view.in_picture(spot)
    assert led_back is not None
    np.testing.assert_allclose(led_back[0, :2], (x, y), atol=1.0)


def test_no_wrist_in_the_picture_is_no_view() -> None:
    outside = BODY.landmarks + np.float32(600.0)
    assert not HandsView().show(PIXELS, replace(BODY, landmarks=outside), 1.0)


def test_what_is_found_where_no_wrist_is_is_nothing() -> None:
    landmarks = BODY.landmarks.copy()
    landmarks[LEFT_WRIST] = (900.0, 200.0, 0.0)
    view = HandsView()
    assert view.show(PIXELS, replace(BODY, landmarks=landmarks), 1.0)
    assert (view.pixels[:, :SQUARE_PX] == 0).all()
    assert view.in_picture(np.full((21, 3), 40.0, np.float32)) is None


def test_the_left_hand_found_in_the_right_ones_square_is_covered_there_for_a_while() -> None:
    view, in_right_square = together()
    led_back = view.in_picture(in_right_square)
    assert led_back is not None
    view.meet((hand_at((330.0, 260.0), 25.0), None))
    middle = in_right_square[9, :2].astype(int)
    for at_s, is_covered in ((1.1, True), (1.0 + COVERED_S_MAX + 0.1, False)):
        landmarks = BODY.landmarks.copy()
        landmarks[[15, 17, 19], :2] = (330.0, 260.0)
        landmarks[[16, 18, 20], :2] = (310.0, 260.0)
        view.show(PIXELS, replace(BODY, landmarks=landmarks, captured_s=at_s), at_s)
        assert (view.pixels[middle[1], middle[0]] == COVER).all() == is_covered
        assert (view.pixels[:, :SQUARE_PX] != COVER[0]).all(), "the left hand's own square shows it"
