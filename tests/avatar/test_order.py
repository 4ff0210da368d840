"""What moves an avatar moves it in VRM's order: humanoid, gaze, expressions, constraints, springs, materials.

Every stage here hands a number to the next one, so another order gives other numbers.
"""

import dataclasses
import math

import numpy as np
import pytest
from hairy import avatar_of, node

from avatar_live.avatar import Avatar, Rig
from avatar_live.avatar.model import ColorBind, Constraint, Doubles, Expression, LookAt, Material, Spring, SpringJoint
from avatar_live.signals import Pose

HEAD_DEG, GAZE_DEG, WINK = 30.0, 40.0, 0.5
HIPS, HEAD, EYE, PIVOT, ROOT, TIP = range(6)
LOCK_M = 0.2


def clockwork() -> Avatar:
    """Return a head whose eye turns a pivot from which a lock of hair hangs, ahead of it."""
    nodes = [
        node("hips", -1, (0.0, 1.0, 0.0)),
        node("head", HIPS, (0.0, 0.5, 0.0)),
        node("left eye", HEAD, (0.03, 0.1, 0.1)),
        node("pivot", HEAD, (0.0, 0.2, 0.0)),
        node("lock", PIVOT, (0.0, 0.0, 0.1)),
        node("tip", ROOT, (0.0, 0.0, LOCK_M)),
    ]
    lock = Spring((SpringJoint(ROOT, stiffness=0.5, drag=0.4), SpringJoint(TIP)), ())
    bare = avatar_of(nodes, {"hips": HIPS, "head": HEAD, "leftEye": EYE}, (lock,))
    wink = Expression("wink", (), override_look_at="blend", colors=(ColorBind(0, "base", (0.0, 0.0, 0.0, 1.0)),))
    one_to_one = (90.0, 90.0)
    return dataclasses.replace(
        bare,
        materials=(Material("skin"),),
        expressions={"wink": wink},
        look_at=LookAt("bone", (0.0, 0.1, 0.1), one_to_one, one_to_one, one_to_one, one_to_one),
        constraints=(Constraint("rotation", PIVOT, EYE),),
    )


def pose(share: float) -> Pose:
    head_rad = math.radians(HEAD_DEG * share)
    head = np.array([0.0, math.sin(head_rad / 2.0), 0.0, math.cos(head_rad / 2.0)])
    return Pose({"head": head}, gaze_yaw_rad=math.radians(GAZE_DEG * share), expressions={"wink": WINK * share})


def yaw_deg(span: Doubles) -> float:
    return math.degrees(math.atan2(span[0], span[2]))


def test_each_stage_sees_what_the_one_before_it_did() -> None:
    posture = Rig(clockwork()).animate(pose(1.0), 0.0)
    places = posture.palette[:, :, 3].astype(np.float64)
    gaze_deg = GAZE_DEG * (1.0 - WINK)  # the expression takes half of the gaze
    pivot_deg = HEAD_DEG + gaze_deg  # the constraint passes the eye's turn on, on top of the head's
    assert yaw_deg(posture.bones["leftEye"][:3, 2]) == pytest.approx(pivot_deg)
    assert yaw_deg(places[ROOT] - places[PIVOT]) == pytest.approx(pivot_deg, abs=1e-4)
    assert yaw_deg(places[TIP] - places[ROOT]) == pytest.approx(pivot_deg, abs=1e-4)  # springs start from there
    assert posture.materials[0].base_color == pytest.approx((1.0 - WINK, 1.0 - WINK, 1.0 - WINK, 1.0))


def test_springs_lag_behind_the_constraints_of_the_same_frame() -> None:
    rig = Rig(clockwork())
    rig.animate(pose(0.0), 0.0)
    places = rig.animate(pose(1.0), 1 / 60).palette[:, :, 3].astype(np.float64)
    pivot_deg = HEAD_DEG + GAZE_DEG * (1.0 - WINK)
    assert yaw_deg(places[ROOT] - places[PIVOT]) == pytest.approx(pivot_deg, abs=1e-4)
    # One step of the specification by hand: no inertia yet, the tail is where it was, the lock's root has moved.
    turn = np.array([math.sin(math.radians(pivot_deg)), 0.0, math.cos(math.radians(pivot_deg))])
    root, tail = np.array([0.0, 1.7, 0.0]) + 0.1 * turn, np.array([0.0, 1.7, 0.1 + LOCK_M])
    span = tail + turn * (0.5 / 60.0) - root
    expected = root + span / np.linalg.norm(span) * LOCK_M
    assert places[TIP] == pytest.approx(expected, abs=1e-6)
    assert yaw_deg(places[TIP] - places[ROOT]) < pivot_deg - 10.0
