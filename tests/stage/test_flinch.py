"""How knocks move the head: back from where it was hit, never around, and to rest again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.signals import Pose
from avatar_live.stage.flinch import KNOCK_S, KNOCKS_MAX, RECOIL_MAX_RAD, Recoil, flinched

ANGLES = st.floats(-0.6, 0.6)
FOREHEAD_M = np.array([0.0, 0.16, 0.12])
CHEEK_M = np.array([0.1, 0.1, 0.1])
BACK_N_S = np.array([0.0, 0.0, -0.4])


@given(ANGLES, ANGLES, ANGLES)
def test_a_flinch_leaves_rotations_unit(x: float, y: float, z: float) -> None:
    for rotation in flinched(Pose(), np.array([x, y, z])).rotations.values():
        assert np.linalg.norm(rotation) == pytest.approx(1.0)


def test_without_a_knock_the_pose_is_untouched() -> None:
    pose = Pose()
    assert flinched(pose, Recoil().turn(1.0)) is pose


def test_a_hit_on_the_forehead_throws_the_head_back_and_it_comes_to_rest() -> None:
    recoil = Recoil()
    recoil.take(FOREHEAD_M, BACK_N_S, 5.0)
    assert not recoil.turn(5.0).any(), "it takes a moment"
    back = recoil.turn(5.1)
    assert back[0] < -0.15 and np.abs(back[1:]).max() < 1e-9
    assert np.abs(recoil.turn(5.0 + KNOCK_S)).max() < 1e-3
    recoil.expire(5.0 + KNOCK_S)
    assert not recoil.knocks


def test_a_hit_on_the_left_cheek_turns_the_face_to_the_left() -> None:
    recoil = Recoil()
    recoil.take(CHEEK_M, BACK_N_S, 0.0)
    assert recoil.turn(0.1)[1] > 0.05


def test_a_hit_from_above_makes_the_head_nod() -> None:
    recoil = Recoil()
    recoil.take(FOREHEAD_M, np.array([0.0, -0.4, 0.0]), 0.0)
    assert recoil.turn(0.1)[0] > 0.05


def test_many_hard_hits_turn_no_head_around_and_only_the_newest_are_felt() -> None:
    recoil = Recoil()
    for number in range(KNOCKS_MAX + 1):
        recoil.take(FOREHEAD_M, 10.0 * BACK_N_S, 0.001 * number)
    assert len(recoil.knocks) == KNOCKS_MAX and recoil.knocks[0].at_s == 0.001
    assert max(np.linalg.norm(recoil.turn(age)) for age in np.linspace(0.0, 2.0, 60)) <= RECOIL_MAX_RAD + 1e-9
