"""One performance lies over another without a jump and without killing what is below."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.motion import quaternions as quat
from avatar_live.motion.blend import UPPER_BODY, WHOLE_BODY, blend, fade, layered
from avatar_live.motion.skeleton import Doubles
from avatar_live.signals import ARKIT_SHAPES, Pose

TRACKED = Pose(
    {"head": quat.about(1, 0.4), "leftUpperArm": quat.about(2, -1.2), "leftUpperLeg": quat.about(0, 0.1)},
    shapes=np.full(len(ARKIT_SHAPES), 0.5),
    gaze_yaw_rad=0.2,
    is_tracked=True,
    captured_s=7.0,
    expressions={"happy": 0.2},
)
DANCE = Pose(
    {"head": quat.about(1, 0.2), "leftUpperArm": quat.about(2, 0.8), "leftUpperLeg": quat.about(0, -0.5)},
    hips_offset_m=np.array([0.1, 0.0, 0.0]),
    expressions={"happy": 1.0, "relaxed": 0.5},
)


def angle(rotation: Doubles) -> float:
    return float(np.linalg.norm(quat.to_rotation_vector(rotation)))


def test_the_ends_of_a_blend_are_its_poses() -> None:
    assert blend(TRACKED, DANCE, 0.0) is TRACKED
    end = blend(TRACKED, DANCE, 1.0)
    assert end.rotations is DANCE.rotations
    assert end.is_tracked
    assert end.captured_s == 7.0  # the picture's age stays true


def test_halfway_is_between() -> None:
    half = blend(TRACKED, DANCE, 0.5)
    assert half.rotations["head"] == pytest.approx(quat.about(1, 0.3))
    assert half.rotations["leftUpperArm"] == pytest.approx(quat.about(2, -0.2))
    assert half.hips_offset_m == pytest.approx([0.05, 0.0, 0.0])
    assert half.shapes == pytest.approx(np.full(len(ARKIT_SHAPES), 0.25))
    assert half.gaze_yaw_rad == pytest.approx(0.1)
    assert half.expressions == pytest.approx({"happy": 0.6, "relaxed": 0.25})


def test_a_bone_that_one_pose_lacks_comes_from_rest() -> None:
    half = blend(Pose(), DANCE, 0.5)
    assert half.rotations["leftUpperArm"] == pytest.approx(quat.about(2, 0.4))


def test_a_layer_takes_the_limbs_and_adds_to_the_head() -> None:
    laid = layered(TRACKED, DANCE, 1.0)
    assert laid.rotations["leftUpperArm"] == pytest.approx(quat.about(2, 0.8))
    assert laid.rotations["head"] == pytest.approx(quat.about(1, 0.6))


def test_a_layer_of_the_upper_body_leaves_legs_and_hips_alone() -> None:
    laid = layered(TRACKED, DANCE, 1.0, UPPER_BODY)
    assert laid.rotations["leftUpperLeg"] == pytest.approx(quat.about(0, 0.1))
    assert laid.hips_offset_m == pytest.approx(np.zeros(3))
    whole = layered(TRACKED, DANCE, 1.0, WHOLE_BODY)
    assert whole.rotations["leftUpperLeg"] == pytest.approx(quat.about(0, -0.5))
    assert whole.hips_offset_m == pytest.approx([0.1, 0.0, 0.0])


def test_the_face_below_a_layer_goes_on() -> None:
    laid = layered(TRACKED, DANCE, 0.5)
    assert laid.shapes is TRACKED.shapes
    assert laid.gaze_yaw_rad == TRACKED.gaze_yaw_rad
    assert laid.expressions == pytest.approx({"happy": 0.5, "relaxed": 0.25})


def test_a_layer_without_share_is_nothing() -> None:
    assert layered(TRACKED, DANCE, 0.0) is TRACKED


@given(st.floats(0.0, 1.0), st.floats(-3.0, 3.0), st.floats(-3.0, 3.0))
def test_rotations_stay_rotations(share: float, first: float, second: float) -> None:
    below, over = Pose({"chest": quat.about(0, first)}), Pose({"chest": quat.about(1, second)})
    for pose in (blend(below, over, share), layered(below, over, share)):
        for rotation in pose.rotations.values():
            assert np.linalg.norm(rotation) == pytest.approx(1.0)


@given(st.floats(0.0, 0.99))
def test_a_blend_has_no_jumps(share: float) -> None:
    here, there = (blend(TRACKED, DANCE, value).rotations["leftUpperArm"] for value in (share, share + 0.01))
    assert angle(quat.multiply(quat.inverse(here), there)) == pytest.approx(0.02, abs=1e-3)


def test_a_fade_rises_stays_and_falls() -> None:
    assert fade(0.0, 2.0) == fade(2.0, 2.0) == fade(-1.0, 2.0) == fade(5.0, 2.0) == 0.0
    assert fade(1.0, 2.0) == 1.0
    assert fade(0.125, 2.0) == pytest.approx(0.5)
    rising = [fade(time_s, 2.0) for time_s in np.linspace(0.0, 2.0, 200)]
    assert max(abs(b - a) for a, b in itertools.pairwise(rising)) < 0.07
    assert math.isclose(max(rising), 1.0)
