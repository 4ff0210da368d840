"""Where pictures lie on a surface: the specs' own examples, and shows of any length."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.avatar.model import Material, Placing
from avatar_live.stage.placing import in_single_precision, motion_of, rows_of

Point = tuple[float, float]


def placed(placing: Placing, point: Point, material: Material | None = None, now_s: float = 0.0) -> Point:
    motion = motion_of(material, now_s) if material else (0.0, 0.0, 0.0)
    first, second = rows_of(placing, motion)
    homogeneous = np.array([*point, 1.0])
    return float(homogeneous @ first), float(homogeneous @ second)


def test_the_example_of_the_texture_transform_shows_the_lower_left_quadrant_turned_clockwise() -> None:
    placing = Placing(offset=(0.0, 1.0), scale=(0.5, 0.5), rotation_rad=math.pi / 2)
    assert placed(placing, (0.0, 0.0)) == pytest.approx((0.0, 1.0))
    assert placed(placing, (1.0, 0.0)) == pytest.approx((0.0, 0.5))
    assert placed(placing, (0.0, 1.0)) == pytest.approx((0.5, 1.0))


def test_scale_comes_before_the_turn() -> None:
    stretched = Placing(scale=(2.0, 1.0), rotation_rad=math.pi / 2)
    assert placed(stretched, (1.0, 0.0)) == pytest.approx((0.0, -2.0))


def test_the_animation_turns_about_the_middle_then_scrolls_then_the_picture_is_placed() -> None:
    moving = Material("moving", uv_scroll_per_s=(0.25, 0.5), uv_turn_rad_per_s=math.pi / 2)
    assert placed(Placing(), (0.5, 0.5), moving, 1.0) == pytest.approx((0.75, 1.0))
    assert placed(Placing(), (1.0, 0.5), moving, 1.0) == pytest.approx((0.75, 0.5))  # counter-clockwise, v down
    assert placed(Placing(scale=(2.0, 1.0)), (0.5, 0.5), moving, 1.0) == pytest.approx((1.5, 1.0))


@given(now_s=st.floats(0.0, 1e6), scroll=st.floats(-2.0, 2.0), turn=st.floats(-3.0, 3.0), mask=st.integers(0, 255))
def test_rounds_left_out_make_no_difference_under_any_mask(now_s: float, scroll: float, turn: float, mask: int) -> None:
    whole = motion_of(Material("moving", uv_scroll_per_s=(scroll, -scroll), uv_turn_rad_per_s=turn), now_s)
    short = in_single_precision(whole)
    assert max(abs(number) for number in short) <= 2.0 * math.pi * 255.0
    share = mask / 255.0
    for before, after, round_length in zip(whole, short, (2.0, 2.0, math.tau), strict=True):
        rounds = (before - after) * share / round_length
        assert rounds == pytest.approx(round(rounds), abs=1e-6)


@given(now_s=st.floats(0.0, 1e7), scroll=st.floats(-2.0, 2.0))
def test_a_moving_picture_stays_within_single_precision(now_s: float, scroll: float) -> None:
    moving = Material("moving", uv_scroll_per_s=(scroll, scroll))
    for row in rows_of(Placing((0.1, 0.2), (1.5, 1.5), 0.3), motion_of(moving, now_s)):
        assert abs(row[2]) <= 2.0
