"""How alike two pictures are, said of pictures of which one knows."""

import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_live.app.bench.likeness import SUPERSAMPLING, boxed_down, compare, side_by_side, silhouette

BACKGROUND = (0, 255, 0)
SIDE_PX = 64


def square(left: int, color: tuple[int, int, int] = (200, 120, 80)) -> NDArray[np.uint8]:
    picture = np.full((SIDE_PX, SIDE_PX, 4), (*BACKGROUND, 255), np.uint8)
    picture[16:48, left : left + 32, :3] = color
    return picture


def test_a_picture_is_itself() -> None:
    same = compare(square(16), square(16), BACKGROUND)
    assert (same.silhouette_iou, same.color_difference) == (1.0, 0.0)
    assert same.ssim == pytest.approx(1.0)


def test_a_moved_shape_shares_less_of_its_silhouette() -> None:
    assert compare(square(16), square(24), BACKGROUND).silhouette_iou == pytest.approx(24 / 40)
    assert compare(square(0), square(32), BACKGROUND).silhouette_iou == 0.0


def test_another_colour_is_counted_inside_the_silhouette_alone() -> None:
    other = compare(square(16), square(16, (203, 126, 80)), BACKGROUND)
    assert other.silhouette_iou == 1.0
    assert other.color_difference == pytest.approx((3 + 6 + 0) / 3)


def test_lost_structure_is_seen_where_the_mean_colour_stays() -> None:
    flat, striped = square(16), square(16)
    striped[16:48:4, 16:48, :3] += 20
    striped[18:48:4, 16:48, :3] -= 20
    likeness = compare(flat, striped, BACKGROUND)
    assert likeness.silhouette_iou == 1.0
    assert likeness.ssim < 0.9


def test_nothing_against_nothing_is_alike() -> None:
    empty = square(16, BACKGROUND)
    assert compare(empty, empty, BACKGROUND).silhouette_iou == 1.0
    assert not silhouette(empty, BACKGROUND).any()


def test_both_are_boxed_down_to_the_mean_of_their_samples() -> None:
    picture = np.zeros((2 * SUPERSAMPLING, SUPERSAMPLING, 4), np.uint8)
    picture[0, 0, :3] = 200
    small = boxed_down(picture)
    assert small.shape == (2, 1, 3)
    assert small[0, 0, 0] == pytest.approx(200 / SUPERSAMPLING**2)
    assert side_by_side(picture, picture).shape == (2, 3, 3)
