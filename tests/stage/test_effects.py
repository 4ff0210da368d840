"""Effects as arithmetic: what runs when, and where things fly."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.protocol.catalogue import GIANT_HEAD_SECONDS
from avatar_live.protocol.cues import (
    Banner,
    Barrage,
    Confetti,
    Cue,
    Fireworks,
    GiantHead,
    Goal,
    Hearts,
    React,
    Sticker,
    Throw,
)
from avatar_live.stage import confetti
from avatar_live.stage.effects import (
    CLOUDS_MAX,
    FIREWORKS_S,
    GOAL_S,
    GOALS_MAX,
    HEAD_SCALE_MAX,
    HEARTS_EACH_MAX,
    HEARTS_S,
    LATE_S_MAX,
    RAIN_S,
    RAINS_MAX,
    RELEASES_MAX,
    SHOWS_MAX,
    Effects,
    Release,
    hearts_of,
)
from avatar_live.stage.things import BARRAGE_PIECES, THINGS

SEEDS = st.integers(0, 2**63 - 1)


def running(effects: Effects) -> int:
    return len(effects.rains) + len(effects.cheers) + len(effects.hearts) + len(effects.fireworks)


@pytest.mark.parametrize(
    ("cue", "count", "limit"),
    [
        (Confetti(1), "rains", RAINS_MAX),
        (Goal("red"), "cheers", GOALS_MAX),
        (Hearts(3, 1), "hearts", CLOUDS_MAX),
        (Fireworks(1), "fireworks", SHOWS_MAX),
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
    ("cue", "length_s"),
    [(Confetti(1), RAIN_S), (Goal("red"), GOAL_S), (Hearts(3, 1), HEARTS_S), (Fireworks(1), FIREWORKS_S)],
)
def test_an_effect_is_forgotten_when_it_is_over(cue: Cue, length_s: float) -> None:
    effects = Effects()
    effects.start(cue, 0.0)
    effects.expire(length_s - 0.01)
    assert running(effects) == 1
    effects.expire(length_s)
    assert running(effects) == 0


@pytest.mark.parametrize("cue", [Banner("Ann gave a tomato", "tomato"), Sticker("star", 1), React("wave")])
def test_a_cue_of_another_part_is_left_to_it(cue: Cue) -> None:
    effects = Effects()
    effects.start(cue, 1.0)
    assert effects == Effects()


def test_a_thrown_prop_is_let_go_once() -> None:
    effects = Effects()
    effects.start(Throw("duck", 7), 1.0)
    assert effects.due(0.9) == []
    assert effects.due(1.0) == [Release("duck", 7, 1.0)]
    assert effects.due(1.0) == []


def test_a_gift_that_names_no_prop_of_ours_is_a_tomato() -> None:
    effects = Effects()
    effects.start(Throw("yacht", 7), 1.0)
    assert [release.thing for release in effects.due(1.0)] == ["tomato"]


@given(SEEDS)
def test_a_barrage_drops_all_its_pieces_in_its_time(seed: int) -> None:
    effects = Effects()
    effects.start(Barrage(seed), 5.0)
    drops = [release for frame in range(90) for release in effects.due(5.0 + frame / 30.0)]
    assert len(drops) == BARRAGE_PIECES and not effects.releases
    assert all(release.is_dropped and release.thing in THINGS for release in drops)
    assert len({release.thing for release in drops}) > 4


def test_props_that_wait_are_limited_and_the_newest_stay() -> None:
    effects = Effects()
    for number in range(RELEASES_MAX + 1):
        effects.start(Throw("tomato", number), 0.0)
    assert [release.seed for release in effects.due(0.0)] == list(range(1, RELEASES_MAX + 1))


def test_what_a_pause_kept_back_is_not_thrown_late() -> None:
    effects = Effects()
    effects.start(Throw("tomato", 1), 0.0)
    effects.expire(LATE_S_MAX - 0.01)
    assert effects.releases
    effects.expire(LATE_S_MAX)
    assert not effects.releases


@pytest.mark.parametrize(("likes", "hearts"), [(0, 0), (-3, 0), (1, 2), (9, 6), (1_000_000, HEARTS_EACH_MAX)])
def test_many_likes_are_a_share_of_as_many_hearts(likes: int, hearts: int) -> None:
    assert hearts_of(likes) == hearts


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
