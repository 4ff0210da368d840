"""One Euro: still when still, quick when quick, independent of the frame rate."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import angle_between

from avatar_live.motion import quaternions as quat
from avatar_live.motion.filters import GLIDE_S_MAX, Glide, OneEuro, OneEuroRotation, Smoothing

FRAME_S = 1.0 / 30.0
SMOOTHING = Smoothing(cutoff_hz_min=1.0, opening=4.0)


def test_the_first_sample_passes_unchanged() -> None:
    sample = np.array([3.0, -2.0])
    np.testing.assert_array_equal(OneEuro(SMOOTHING).step(sample, 1.0 / 30.0), sample)


def test_jitter_shrinks_and_a_swing_is_followed() -> None:
    noise = np.random.default_rng(3).normal(0.0, 0.01, 300)
    filtered = OneEuro(SMOOTHING)
    still = np.array([filtered.step(np.array([value]), 1.0 / 30.0)[0] for value in noise])
    assert still[60:].std() < 0.5 * noise.std()

    filtered, times = OneEuro(SMOOTHING), np.arange(150) / 30.0
    swing = np.sin(2.0 * math.pi * times)
    followed = np.array([filtered.step(np.array([value]), 1.0 / 30.0)[0] for value in swing])
    assert np.abs(followed - swing)[60:].max() < 0.35
    assert np.abs(followed).max() <= 1.0


@pytest.mark.parametrize("rate_hz", [30.0, 60.0])
def test_a_step_takes_as_long_at_any_rate(rate_hz: float) -> None:
    filtered = OneEuro(Smoothing(cutoff_hz_min=1.0, opening=0.0))
    filtered.step(np.zeros(1), 0.0)
    value = np.zeros(1)
    for _ in range(int(0.5 * rate_hz)):
        value = filtered.step(np.ones(1), 1.0 / rate_hz)
    assert value[0] == pytest.approx(1.0 - math.exp(-math.pi), abs=0.02)


@given(st.lists(st.tuples(st.floats(-3.0, 3.0), st.floats(-1.5, 1.5), st.floats(-0.1, 0.5)), max_size=20))
def test_a_filtered_rotation_stays_unit_and_ends_where_it_is_led(samples: list[tuple[float, float, float]]) -> None:
    filtered, goal = OneEuroRotation(SMOOTHING), quat.about(1, 0.7)
    for yaw, pitch, dt_s in samples:
        q = filtered.step(quat.from_yaw_pitch_roll(yaw, pitch, 0.0), dt_s)
        assert abs(float(q @ q) - 1.0) < 1e-9
    for _ in range(120):
        q = filtered.step(goal, 1.0 / 30.0)
    assert angle_between(q, goal) < 0.01


def test_a_glide_walks_evenly_between_seldom_readings_and_waits_at_the_last() -> None:
    glide = Glide()
    glide.see(np.array([0.0]), 0.0)
    assert glide.step(FRAME_S) == 0.0, "the first reading is reached at once"
    glide.see(np.array([4.0]), 4 * FRAME_S)
    walked = [float(glide.step(FRAME_S)[0]) for _ in range(6)]
    assert walked == pytest.approx([1.0, 2.0, 3.0, 4.0, 4.0, 4.0])


def test_a_glide_after_a_long_wait_is_no_slower_than_its_limit() -> None:
    glide = Glide()
    glide.see(np.array([0.0]), 0.0)
    glide.see(np.array([1.0]), 60.0)
    assert glide.step(0.5 * GLIDE_S_MAX) == pytest.approx(0.5)
    assert glide.step(0.5 * GLIDE_S_MAX) == pytest.approx(1.0)


def test_a_glide_turns_to_a_newer_goal_from_where_it_is() -> None:
    glide = Glide()
    glide.see(np.array([0.0]), 0.0)
    glide.see(np.array([1.0]), 0.1)
    assert glide.step(0.05) == pytest.approx(0.5)
    glide.see(np.array([0.0]), 0.2)
    assert glide.step(0.05) == pytest.approx(0.25)
