"""Players push each other away as if every pair were looked at, though few are."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_live.game.jostle import PLAYER_RADIUS, REACH_X, REACH_Z, apart, kept_on_pitch
from avatar_live.protocol.view import PITCH_HALF_WIDTH

# Anywhere, at the walls, and so close together that rounding counts.
NUMBERS = st.one_of(st.floats(-1.0, 1.0), st.sampled_from([0.0, 0.06, 0.12, 1e-10, -0.12, 1.0, -1.0]))
PLACES = st.lists(st.builds(kept_on_pitch, NUMBERS, st.builds(lambda z: z * PITCH_HALF_WIDTH, NUMBERS)), max_size=60)


def apart_pair_by_pair(xs: list[float], zs: list[float]) -> None:
    for i in range(len(xs)):
        for k in range(i + 1, len(xs)):
            distance = math.hypot(xs[k] - xs[i], zs[k] - zs[i])
            half = (2 * PLAYER_RADIUS - distance) / 2
            if half > 0.0:
                near = distance < 1e-9
                normal_x, normal_z = (1.0, 0.0) if near else ((xs[k] - xs[i]) / distance, (zs[k] - zs[i]) / distance)
                xs[i], zs[i] = kept_on_pitch(xs[i] - normal_x * half, zs[i] - normal_z * half)
                xs[k], zs[k] = kept_on_pitch(xs[k] + normal_x * half, zs[k] + normal_z * half)


def check(places: list[tuple[float, float]]) -> None:
    xs, zs = [x for x, _ in places], [z for _, z in places]
    expected_xs, expected_zs = xs.copy(), zs.copy()
    for _ in range(3):
        apart(xs, zs)
        apart_pair_by_pair(expected_xs, expected_zs)
        assert xs == pytest.approx(expected_xs, abs=1e-9) and zs == pytest.approx(expected_zs, abs=1e-9)


@settings(max_examples=200)
@given(PLACES)
def test_the_grid_changes_nothing(places: list[tuple[float, float]]) -> None:
    check(places)


@pytest.mark.parametrize("width", [1.0, 0.3, 0.05])
def test_the_grid_changes_nothing_for_a_full_pitch(width: float) -> None:
    chance = random.Random(7)
    for _ in range(3):
        check([(chance.uniform(-width, width) * REACH_X, chance.uniform(-width, width) * REACH_Z) for _ in range(256)])


@settings(max_examples=100)
@given(NUMBERS, NUMBERS)
def test_a_place_on_the_pitch_stays_and_any_other_becomes_the_nearest_on_it(x: float, z: float) -> None:
    kept_x, kept_z = kept_on_pitch(x, z)
    assert (kept_x, kept_z) == (min(max(x, -REACH_X), REACH_X), min(max(z, -REACH_Z), REACH_Z))
