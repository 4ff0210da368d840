"""Sparks as arithmetic: where hearts, sprays and shells are, from a seed and an age alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.stage import sparks
from avatar_live.stage.effects import FIREWORKS_S, HEARTS_EACH_MAX, HEARTS_S
from avatar_live.stage.sparks import BURST_S, SPARK_TEXELS, SPARKS_OF_SHOW_MAX, BurstKind, spray

SEEDS = st.integers(0, 2**63 - 1)
HERE_M = np.array([0.0, 1.1, 0.15])
FORWARD = np.array([0.0, 0.0, 1.0])


def well_formed(rows: sparks.Floats) -> bool:
    return bool(
        rows.shape[1:] == (SPARK_TEXELS, 4)
        and np.isfinite(rows).all()
        and (rows[:, 0, 3] >= 0.0).all()
        and (rows[:, 1] >= 0.0).all()
        and (rows[:, 1] <= 1.0).all()
        and np.abs(rows[:, 0, :3]).max(initial=0.0) < 2.5
    )


@given(SEEDS, st.integers(1, HEARTS_EACH_MAX), st.floats(0.0, HEARTS_S))
def test_hearts_follow_from_seed_and_age(seed: int, count: int, age_s: float) -> None:
    hearts = sparks.hearts(seed, count, age_s)
    assert len(hearts) == count and well_formed(hearts)
    np.testing.assert_array_equal(hearts, sparks.hearts(seed, count, age_s))


def test_hearts_rise_beside_the_host_and_are_gone_in_time() -> None:
    heights = [sparks.hearts(7, 20, age)[:, 0, 1].mean() for age in (1.0, 1.5, 2.0)]
    assert heights == sorted(heights)
    assert np.abs(sparks.hearts(7, 20, 1.5)[:, 0, 0]).min() > 0.25, "never before the face"
    assert not sparks.join_sparks([sparks.hearts(7, 20, HEARTS_S)], 99).size


@given(SEEDS, st.sampled_from(["juice", "hearts", "stars"]), st.floats(0.0, BURST_S))
def test_a_burst_follows_from_seed_and_age(seed: int, kind: BurstKind, age_s: float) -> None:
    assert well_formed(sparks.burst(spray(kind, HERE_M, FORWARD, seed, 0.0), age_s))


def test_a_burst_sprays_away_from_the_face_and_ends() -> None:
    juice = spray("juice", HERE_M, FORWARD, 3, 0.0)
    assert sparks.burst(juice, 0.3)[:, 0, 2].mean() > HERE_M[2] + 0.05
    assert not sparks.join_sparks([sparks.burst(juice, BURST_S)], 99).size


@given(SEEDS, st.floats(0.0, FIREWORKS_S))
def test_fireworks_follow_from_seed_and_age_and_stay_within_their_number(seed: int, age_s: float) -> None:
    lit = sparks.fireworks(seed, age_s)
    assert well_formed(lit) and len(lit) <= SPARKS_OF_SHOW_MAX
    light = sparks.glare(seed, age_s)
    assert light.shape == (3,) and np.isfinite(light).all() and (light >= 0.0).all()


def test_a_show_of_fireworks_opens_many_shells_and_ends_dark() -> None:
    counts = [len(sparks.fireworks(5, age)) for age in np.arange(0.0, FIREWORKS_S, 0.1)]
    assert max(counts) > 400
    assert not sparks.join_sparks([sparks.fireworks(5, FIREWORKS_S)], 9_999).size
    assert sparks.glare(5, FIREWORKS_S) == pytest.approx(np.zeros(3))


def test_no_more_sparks_are_shown_than_there_is_room_for() -> None:
    lit = sparks.hearts(7, 20, 1.2)
    assert len(sparks.join_sparks([lit, lit], 25)) == 25
    assert sparks.join_sparks([], 25).shape == (0, SPARK_TEXELS, 4)
