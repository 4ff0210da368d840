"""Heads at known rotations: that they are drawn as said, and a short form of what `bench tracking` measures on them."""

import numpy as np
import pytest
from shared import shared_data

from avatar_live.app.bench.tracking.everything import known_heads
from avatar_live.app.bench.tracking.head import BACKGROUND, HEIGHT_PX, WIDTH_PX, TexturedHead
from avatar_live.app.bench.tracking.turns import known_rotations, measure_still, measure_turns, rotation_of
from avatar_live.tracking.models import Models

# Bars of `bench tracking` for the registry's models, which are what is installed where nobody reaches the official one;
# few rotations are counted here, so they are doubled.
YAW_DEG_MAX, PITCH_DEG_MAX, ROLL_DEG_MAX = 2.5, 2.5, 1.0
JITTER_DEG_MAX = 0.12


@pytest.fixture(scope="module")
def heads(installed_models: Models) -> list[TexturedHead]:
    shared_data("footage", "canonical_face_model.obj")
    return known_heads(installed_models)


def middle_px(picture: np.ndarray) -> np.ndarray:
    """Return the middle (column, row) of what is not background."""
    rows, columns = np.nonzero((picture != BACKGROUND).any(axis=2))
    return np.array([columns.mean(), rows.mean()])


def test_a_triangle_is_drawn_where_perspective_puts_it() -> None:
    points_m = 0.01 * np.array([[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [0.0, 1.0, 0.0]])
    photo = np.full((8, 8, 3), 255, np.uint8)
    head = TexturedHead(points_m, np.array([[0, 1, 2]]), np.full((3, 2), 4.0), photo)
    focal_px = 0.5 * WIDTH_PX / np.tan(np.radians(30.0))
    column, row = middle_px(head.draw(np.eye(3), (0.1, 0.05, -0.5)))
    assert column == pytest.approx(0.5 * WIDTH_PX + focal_px * 0.2, abs=1.0)
    assert row == pytest.approx(0.5 * HEIGHT_PX - focal_px * (0.1 - 0.01 / 3.0 / 0.5), abs=1.0)


def test_a_head_turned_to_its_own_left_looks_to_the_right_of_the_picture() -> None:
    nose_m = rotation_of(np.array([40.0, 0.0, 0.0])) @ (0.0, 0.0, 1.0)
    assert nose_m[0] > 0.6 and nose_m[2] > 0.7
    rotations = known_rotations()
    assert len(rotations) == len(np.unique(rotations, axis=0)) and np.abs(rotations).max(axis=0).tolist() == [
        40,
        30,
        40,
    ]


def test_heads_are_followed_as_they_are_turned(heads: list[TexturedHead], installed_models: Models) -> None:
    few = np.array([[0, 0, 0], [-25, 0, 0], [25, 0, 0], [0, -20, 0], [0, 20, 0], [0, 0, -25], [0, 0, 25]], np.float64)
    figures = measure_turns(heads[:1], installed_models, few)
    assert figures["yaw_mae_deg"] <= YAW_DEG_MAX
    assert figures["pitch_mae_deg"] <= PITCH_DEG_MAX
    assert figures["roll_mae_deg"] <= ROLL_DEG_MAX
    assert figures["gain_min"] > 0.85 and figures["gain_max"] < 1.15


def test_noise_of_the_camera_does_not_shake_the_head(heads: list[TexturedHead], installed_models: Models) -> None:
    figures = measure_still(heads[0], installed_models, seconds=2.0)
    assert max(figures.values()) <= JITTER_DEG_MAX
