"""Poses become curves that name what moves, on the short way round."""

import math

import numpy as np
import pytest
from performer import entries

from avatar_live.avatar.quaternions import multiply
from avatar_live.mocap.curves import curves_of
from avatar_live.mocap.replay import performed
from avatar_live.motion import Solver
from avatar_live.signals import ARKIT_SHAPES, Pose


def about(axis: int, angle_rad: float) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    return np.array([*(math.sin(angle_rad / 2.0) * np.eye(3)[axis]), math.cos(angle_rad / 2.0)])


def test_what_never_moves_is_left_out() -> None:
    curves = curves_of([Pose({"head": about(1, 0.2), "hips": about(1, 0.0)}), Pose()], 30.0)
    assert set(curves.rotations) == {"head"}
    assert curves.hips_m is None and curves.gaze is None and curves.expressions == {}
    assert curves.rotations["head"][1].tolist() == [0.0, 0.0, 0.0, 1.0], "a bone that a pose does not name rests"
    assert curves.times_s == pytest.approx([0.0, 1.0 / 30.0])


def test_all_that_a_pose_names_is_in_it() -> None:
    shapes = np.zeros(52)
    shapes[ARKIT_SHAPES.index("tongueOut")] = 0.7
    turns = {"leftUpperLeg": about(0, 0.4), "rightToes": about(0, 0.1), "jaw": about(0, 0.2), "leftEye": about(1, 0.1)}
    pose = Pose(turns, shapes, 0.2, -0.1, np.array([0.1, -0.2, 0.3]), expressions={"happy": 0.4, "sparkle": 1.5})
    curves = curves_of([pose, pose], 60.0)
    assert set(curves.rotations) == set(turns)
    assert curves.hips_m is not None and curves.hips_m[1].tolist() == [0.1, -0.2, 0.3]
    assert {name: weights[0] for name, weights in curves.expressions.items()} == {
        "tongueOut": 0.7,
        "happy": 0.4,
        "sparkle": 1.0,
    }
    assert curves.gaze is not None
    assert curves.gaze[0] == pytest.approx(multiply(about(1, 0.2), about(0, 0.1)))


def test_a_turn_all_the_way_round_never_changes_sides() -> None:
    poses = [Pose({"hips": about(1, math.radians(angle) % math.tau)}) for angle in range(0, 1_080, 10)]
    turns = curves_of(poses, 30.0).rotations["hips"]
    assert (np.einsum("ni,ni->n", turns[1:], turns[:-1]) > 0.99).all()
    assert turns[0, 3] >= 0.0


def test_a_face_without_arkit_gets_presets() -> None:
    poses = list(performed(entries(1.0, has_phone=False), Solver(), 30.0))
    arkit, vrm = curves_of(poses, 30.0).expressions, curves_of(poses, 30.0, "vrm").expressions
    assert {"jawOpen", "eyeBlinkLeft"} <= set(arkit) <= set(ARKIT_SHAPES)
    assert {"aa", "blinkLeft", "blinkRight"} <= set(vrm) and not set(vrm) & set(ARKIT_SHAPES)
    assert vrm["aa"].max() > 0.3


def test_nothing_performed_is_no_curve() -> None:
    for face in ("arkit", "vrm"):
        curves = curves_of([], 30.0, face)
        assert len(curves.times_s) == 0 and curves.rotations == {} and curves.expressions == {}
