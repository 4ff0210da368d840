"""Effects as arithmetic: what runs when, and where things fly."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.protocol.catalogue import GIANT_HEAD_SECONDS
from avatar_live.protocol.cues import Banner, Confetti, Cue, GiantHead, Goal, Throw
from avatar_live.stage import confetti
from avatar_live.stage.effects import (
    FLIGHT_S,
    GOAL_S,
    GOALS_MAX,
    HEAD_SCALE_MAX,
    RAIN_S,
    RAINS_MAX,
    THROW_S,
    THROWS_MAX,
    Effects,
    Flight,
    splat,
    tomato,
)

HEAD_M = np.array([0.0, 1.03, 0.12])
SEEDS = st.integers(0, 2**63 - 1)


@pytest.mark.parametrize(
    ("cue", "count", "limit"),
    [
        (Throw("tomato", 1), "flights", THROWS_MAX),
        (Confetti(1), "rains", RAINS_MAX),
        (Goal("red"), "cheers", GOALS_MAX),
    ],
)
def test_too_many_effects_drop_the_oldest(cue: Cue, count: str, limit: int) -> None:
    effects = Effects()
    for second in range(limit):
        effects.start(cue, float(second))
    assert [effect.start_s for effect in getattr(effects, count)] == list(range(limit))
    effects.start(cue, 100.0)
    assert [effect.start_s for effect in getattr(effects, count)] == [*range(1, limit), 100.0]


@pytest.mark.parametrize(
    ("cue", "length_s"), [(Throw("tomato", 1), THROW_S), (Confetti(1), RAIN_S), (Goal("red"), GOAL_S)]
)
def test_an_effect_is_forgotten_when_it_is_over(cue: Cue, length_s: float) -> None:
    effects = Effects()
    effects.start(cue, 0.0)
    effects.expire(length_s - 0.01)
    assert len(effects.flights) + len(effects.rains) + len(effects.cheers) == 1
    effects.expire(length_s)
    assert len(effects.flights) + len(effects.rains) + len(effects.cheers) == 0


def test_a_banner_is_left_to_the_overlay() -> None:
    effects = Effects()
    effects.start(Banner("Ann gave a tomato", "tomato"), 1.0)
    assert effects == Effects()


@given(SEEDS)
def test_a_tomato_comes_from_the_audience_and_meets_the_head(seed: int) -> None:
    flight = Flight(seed, 5.0)
    thrown = tomato(flight, 5.0, HEAD_M)
    landing = tomato(flight, 5.0 + FLIGHT_S - 1e-9, HEAD_M)
    assert thrown is not None and landing is not None
    assert thrown.position_m[2] > 1.0
    np.testing.assert_allclose(landing.position_m, HEAD_M, atol=1e-6)


@given(SEEDS, st.floats(0.0, THROW_S))
def test_a_tomato_stays_near_the_stage(seed: int, age_s: float) -> None:
    flight = Flight(seed, 0.0, HEAD_M)
    flying = tomato(flight, age_s, HEAD_M)
    if flying is not None:
        assert np.abs(flying.position_m).max() < 2.0
        assert 0.3 < flying.depth < 1.5 and 0.3 < flying.width < 1.5


def test_a_hit_squashes_the_tomato_then_drops_it() -> None:
    flight = Flight(3, 0.0, HEAD_M)
    hit, later = tomato(flight, FLIGHT_S, HEAD_M), tomato(flight, FLIGHT_S + 0.85, HEAD_M)
    assert hit is not None and later is not None
    assert hit.depth < 0.5 < hit.width
    assert later.position_m[1] < HEAD_M[1] - 0.3
    assert tomato(flight, THROW_S, HEAD_M) is None
    assert tomato(flight, -0.1, HEAD_M) is None


def test_the_stain_lasts_from_the_hit_to_the_end_and_fades() -> None:
    flight = Flight(3, 0.0)
    assert splat(flight, FLIGHT_S - 0.01) is None
    fresh, fading = splat(flight, FLIGHT_S + 0.3), splat(flight, THROW_S - 0.05)
    assert fresh is not None and fading is not None
    assert fresh.opacity == 1.0 and 0.0 < fading.opacity < 0.1
    assert fading.y_m < fresh.y_m, "it slides down"
    assert splat(flight, THROW_S) is None


def test_the_head_recoils_after_the_hit_only_and_comes_to_rest() -> None:
    effects = Effects()
    effects.start(Throw("tomato", 3), 0.0)
    assert effects.recoil(FLIGHT_S - 0.01) == (0.0, 0.0, 0.0)
    yaw, pitch, roll = effects.recoil(FLIGHT_S + 0.08)
    assert pitch > 0.1 and abs(yaw) > 0.05 and abs(roll) > 0.03
    assert max(map(abs, effects.recoil(THROW_S - 0.01))) < 1e-3


def test_many_hits_turn_no_head_around() -> None:
    effects = Effects()
    for _ in range(THROWS_MAX):
        effects.start(Throw("tomato", 3), 0.0)
    assert max(abs(angle) for age in np.linspace(0, 2, 60) for angle in effects.recoil(FLIGHT_S + age)) <= 0.5


def test_a_giant_head_grows_stays_and_shrinks_without_a_jump() -> None:
    effects = Effects()
    assert effects.head_scale(0.0) == 1.0
    effects.start(GiantHead(GIANT_HEAD_SECONDS), 100.0)
    scales = np.array([effects.head_scale(100.0 + age) for age in np.arange(-0.1, GIANT_HEAD_SECONDS + 0.2, 0.01)])
    assert scales[0] == 1.0 and scales[-1] == 1.0
    assert np.abs(np.diff(scales)).max() < 0.09
    assert effects.head_scale(105.0) == HEAD_SCALE_MAX
    assert scales.max() < 1.15 * HEAD_SCALE_MAX


def test_a_second_giant_head_lengthens_the_first() -> None:
    effects = Effects()
    effects.start(GiantHead(10.0), 0.0)
    effects.start(GiantHead(10.0), 5.0)
    assert effects.head_scale(5.05) == HEAD_SCALE_MAX
    assert effects.head_scale(13.0) == HEAD_SCALE_MAX
    assert effects.head_scale(15.0) == 1.0


@pytest.mark.parametrize("seconds", [-5.0, 0.0, 1e9, math.inf])
def test_a_strange_length_still_ends(seconds: float) -> None:
    effects = Effects()
    effects.start(GiantHead(seconds), 0.0)
    assert all(1.0 <= effects.head_scale(age) < 3.0 for age in np.linspace(0.0, 1.0, 20))
    assert effects.head_scale(61.0) == 1.0


def test_a_goal_lights_its_scorers_camp() -> None:
    effects = Effects()
    effects.start(Goal("blue"), 0.0)
    assert effects.flash(0.05) == {"red": 0.0, "blue": pytest.approx(0.83, abs=0.15)}
    assert effects.flash(GOAL_S)["blue"] == 0.0


@given(SEEDS, st.floats(0.0, RAIN_S))
def test_confetti_follows_from_seed_and_age(seed: int, age_s: float) -> None:
    pieces = confetti.rain(seed, age_s)
    assert pieces.shape == (confetti.RAIN_PIECES, confetti.PIECE_TEXELS, 4)
    assert np.isfinite(pieces).all()
    assert (pieces[:, 1, 3] >= 0.0).all()
    np.testing.assert_allclose(np.linalg.norm(pieces[:, 1, :3], axis=1), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(pieces, confetti.rain(seed, age_s))


def test_confetti_falls_and_vanishes() -> None:
    heights = [confetti.rain(7, age)[:, 0, 1].mean() for age in (0.0, 1.0, 2.0, 4.0)]
    assert heights == sorted(heights, reverse=True)
    assert confetti.rain(7, RAIN_S)[:, 1, 3].max() == 0.0


def test_a_burst_starts_at_the_goal_in_the_scorers_colours() -> None:
    origin_m = np.array([0.4, 0.8, 0.5])
    pieces = confetti.burst("red", 1, 0.0, origin_m)
    np.testing.assert_allclose(pieces[:, 0, :3], np.tile(origin_m, (len(pieces), 1)), rtol=1e-5)
    assert pieces[:, 2, 0].min() > 0.8, "every red piece is red, orange or white"
    assert confetti.burst("red", 1, 0.4, origin_m)[:, 0, 1].mean() > 1.0
