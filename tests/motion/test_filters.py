"""One Euro: still when still, quick when quick, independent of the frame rate."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import angle_between

from avatar_live.motion import quaternions as quat
from avatar_live.motion.filters import GLIDE_S_MAX, Glide, OneEuro, OneEuroRotation, Pursuit, Smoothing

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


def turned_at(at_s: float, rad_s: float) -> np.ndarray:
    return quat.about(1, rad_s * at_s)


def test_an_even_turn_is_pursued_without_lag() -> None:
    pursuit = Pursuit(Smoothing(cutoff_hz_min=1.5, opening=30.0))
    for frame in range(30):
        pursuit.see(turned_at(frame / 30.0, 1.0), frame / 30.0)
    expected = turned_at(29.0 / 30.0 + 0.03, 1.0)
    shown = pursuit.at(29.0 / 30.0 + 0.03, ahead_s_max=0.06, ahead_share=1.0)
    assert np.degrees(quat.to_rotation_vector(quat.multiply(shown, quat.inverse(expected)))) == pytest.approx(
        np.zeros(3), abs=0.1
    )


def test_a_single_blunder_is_left_out_and_a_real_leap_follows_a_picture_later() -> None:
    pursuit = Pursuit(Smoothing(cutoff_hz_min=1.5, opening=30.0))
    angles_rad = []
    for frame in range(40):
        is_away = frame == 10 or frame >= 20
        pursuit.see(quat.about(1, 0.6 if is_away else 0.0), frame / 30.0)
        shown = pursuit.at(frame / 30.0, ahead_s_max=0.06, ahead_share=1.0)
        angles_rad.append(float(quat.to_rotation_vector(shown)[1]))
    assert np.abs(angles_rad[:20]).max() < 1e-9
    assert angles_rad[20] == pytest.approx(0.0, abs=1e-9) and angles_rad[21] > 0.3
    assert angles_rad[-1] == pytest.approx(0.6, abs=0.02)


def test_a_pursuit_looks_no_further_ahead_than_it_may() -> None:
    pursuit = Pursuit(Smoothing(cutoff_hz_min=1.5, opening=30.0))
    for frame in range(30):
        pursuit.see(turned_at(frame / 30.0, 1.0), frame / 30.0)
    near, far = (pursuit.at(29.0 / 30.0 + late_s, ahead_s_max=0.06, ahead_share=1.0) for late_s in (0.06, 5.0))
    assert np.array_equal(near, far)
