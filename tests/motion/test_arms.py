"""Arms and hands: a known pose comes back through the readings; nothing bends the way no joint does."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from synthetic import angle_between, body, face, flat_left_hand, hand, seen

from avatar_live.motion import Solver, arms, hands, two_bones
from avatar_live.motion import quaternions as quat
from avatar_live.signals import Pose, Readings

MIRROR_X = np.array([-1.0, 1.0, 1.0])
LENGTH_M = 0.25
HANGING = (np.array([0.03, -0.25, 0.0]), np.array([0.05, -0.49, 0.06]))
POSES = {
    "out": ((1.0, 0.0, 0.0), (1.0, 0.0, 0.0)),
    "down": ((0.15, -1.0, 0.0), (0.1, -1.0, 0.15)),
    "up": ((0.3, 1.0, 0.1), (0.0, 1.0, 0.1)),
    "waving": ((0.6, -0.8, 0.1), (0.3, 0.95, 0.1)),
    "strong": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
    "scarecrow": ((1.0, 0.0, 0.0), (0.1, -1.0, 0.0)),
    "handshake": ((0.2, -1.0, 0.1), (0.2, 0.0, 1.0)),
    "on the heart": ((0.5, -0.8, 0.4), (-0.8, 0.2, 0.5)),
}
unit_vectors = arrays(np.float64, 3, elements=st.floats(-1.0, 1.0)).filter(lambda v: np.linalg.norm(v) > 0.1)


def posed(name: str) -> tuple[np.ndarray, np.ndarray]:
    upper, lower = (np.array(direction) / np.linalg.norm(direction) for direction in POSES[name])
    return LENGTH_M * upper, LENGTH_M * (upper + lower)


def play(make: Callable[[float], Readings]) -> Pose:
    """Hold still for a while before an avatar that is not mirrored."""
    solver = Solver(mirror=False)
    for frame in range(45):
        pose = solver.solve(make(frame / 30.0), frame / 30.0, 1.0 / 30.0)
    return pose


def directions(pose: Pose, side: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where the upper arm, the lower arm and the hand of the avatar point."""
    whole, found = quat.IDENTITY, []
    chain = (
        "hips",
        "spine",
        "chest",
        "upperChest",
        *(f"{side}{b}" for b in ("Shoulder", "UpperArm", "LowerArm", "Hand")),
    )
    for bone in chain:
        whole = quat.multiply(whole, pose.rotations[bone])
        found.append(quat.rotate(whole, np.array([1.0 if side == "left" else -1.0, 0.0, 0.0])))
    return found[5], found[6], found[7]


def angle_deg(a: np.ndarray, b: np.ndarray) -> float:
    return math.degrees(math.acos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1.0, 1.0)))


@pytest.mark.parametrize("name", POSES)
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_known_arm_pose_comes_back(name: str, side: str) -> None:
    elbow, wrist = posed(name)
    idle = HANGING if side == "right" else (HANGING[0] * MIRROR_X, HANGING[1] * MIRROR_X)
    arm = (elbow, wrist) if side == "left" else (elbow * MIRROR_X, wrist * MIRROR_X)

    def make(at_s: float) -> Readings:
        both = (arm, idle) if side == "left" else (idle, arm)
        return seen(face(at_s=at_s), body(*both, at_s=at_s))

    upper, lower, _ = directions(play(make), side)
    assert angle_deg(upper, arm[0]) < 12.0
    assert angle_deg(lower, arm[1] - arm[0]) < 16.0


def test_an_arm_that_is_read_in_every_fourth_frame_swings_in_all_of_them() -> None:
    """Body and hands take turns before the tracker: 7.5 readings a second at 30 frames."""
    solver, shown = Solver(mirror=False), []
    for frame in range(60):
        read_s = frame // 4 * 4 / 30.0
        raised = math.radians(70.0) * math.sin(2.0 * math.pi * read_s / 2.0)
        along = np.array([math.cos(raised), math.sin(raised), 0.0])
        arm = (LENGTH_M * along, 2.0 * LENGTH_M * along)
        readings = seen(face(at_s=frame / 30.0), body(arm, HANGING, at_s=read_s))
        shown.append(directions(solver.solve(readings, frame / 30.0, 1.0 / 30.0), "left")[1])
    steps_deg = [angle_deg(a, b) for a, b in pairwise(shown[30:])]
    assert sum(steps_deg) > 100.0
    assert max(steps_deg) < 2.2 * sum(steps_deg) / len(steps_deg)
    assert sum(step < 0.5 for step in steps_deg) <= 4, "it rests only where it turns back"


def test_an_arm_that_drops_from_the_chest_straightens_without_spinning() -> None:
    solver, shown = Solver(mirror=False), []
    bent, straight = posed("on the heart"), (np.array([0.06, -0.25, 0.01]), np.array([0.1, -0.49, 0.03]))
    for frame in range(60):
        now_s = frame / 30.0
        dropped = min(max((frame - 30) / 6.0, 0.0), 1.0)
        arm = tuple(a + (b - a) * dropped for a, b in zip(bent, straight, strict=True))
        readings = seen(face(at_s=now_s), body((arm[0], arm[1]), HANGING, at_s=now_s))
        shown.append(solver.solve(readings, now_s, 1.0 / 30.0).rotations["leftUpperArm"])
    steps_deg = [math.degrees(float(angle_between(a, b))) for a, b in pairwise(shown[25:])]
    assert sum(steps_deg) > 60.0
    assert max(steps_deg) < 25.0


def test_arms_that_nobody_sees_hang_at_the_sides() -> None:
    pose = play(lambda at_s: seen(face(at_s=at_s)))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        upper, lower, _ = directions(pose, side)
        assert upper[1] < -0.85 and 0.1 < sign * upper[0] < 0.45
        assert lower[1] < -0.85 and lower[2] > 0.05


@given(unit_vectors, unit_vectors)
def test_the_arm_points_where_it_is_told(upper: np.ndarray, lower: np.ndarray) -> None:
    upper, lower = upper / np.linalg.norm(upper), lower / np.linalg.norm(lower)
    chest = quat.from_yaw_pitch_roll(0.3, -0.1, 0.2)
    for side in (arms.LEFT, arms.RIGHT):
        if min(upper @ quat.rotate(chest, side.along), upper @ lower) < -0.99:
            continue
        turns = arms.turn_arm(side, upper, lower, chest, arms.elbow_twist(side, upper, lower, chest))
        upper_in_space = quat.multiply(quat.multiply(chest, turns.shoulder), turns.upper)
        np.testing.assert_allclose(quat.rotate(upper_in_space, side.along), upper, atol=1e-5)
        np.testing.assert_allclose(quat.rotate(turns.lower_in_space, side.along), lower, atol=1e-5)


def test_an_elbow_bends_forward_about_its_hinge_alone() -> None:
    for side in (arms.LEFT, arms.RIGHT):
        lower = np.array([side.sign * 0.5, 0.0, 0.8660254])
        twist_rad = arms.elbow_twist(side, side.along, lower, quat.IDENTITY)
        turns = arms.turn_arm(side, side.along, lower, quat.IDENTITY, twist_rad)
        np.testing.assert_allclose(quat.to_rotation_vector(turns.lower), side.hinge * math.radians(60.0), atol=1e-6)
        np.testing.assert_allclose(turns.upper[:2], (0.0, 0.0), atol=1e-6)


@given(unit_vectors, unit_vectors, st.floats(0.0, 1.0))
@example(np.array([0.0, 1.0, 0.5]), np.array([0.0, 1.0, 0.5]), 0.0)  # straight away from where an elbow hangs
def test_an_arm_reaches_its_wrist_or_stretches_towards_it(wrist: np.ndarray, hint: np.ndarray, far: float) -> None:
    wrist = wrist / np.linalg.norm(wrist) * (0.02 + far)
    upper, lower = arms.place_elbow(wrist, hint, 0.28, 0.25)
    reached = 0.28 * upper + 0.25 * lower
    goal_m = min(max(float(np.linalg.norm(wrist)), 0.04), 0.53 * two_bones.REACH_MAX)
    np.testing.assert_allclose(reached, wrist / np.linalg.norm(wrist) * goal_m, atol=2e-3)
    across = hint - (hint @ wrist) * wrist / (wrist @ wrist)
    if np.linalg.norm(across) > 0.05:
        assert upper @ across >= -1e-6


def test_a_wrist_inside_the_chest_comes_out_in_front() -> None:
    inside = np.array([-0.17, -0.2, -0.05])
    assert arms.keep_off_body(arms.LEFT, inside)[2] == pytest.approx(arms.BODY_DEPTH_M, abs=0.01)
    beside = np.array([0.1, -0.45, -0.05])
    np.testing.assert_array_equal(arms.keep_off_body(arms.LEFT, beside), beside)


@pytest.mark.parametrize("side", [arms.LEFT, arms.RIGHT])
def test_a_flat_hand_has_straight_fingers_and_a_fist_bent_ones(side: arms.Side) -> None:
    flat = flat_left_hand()
    flat = flat if side is arms.LEFT else flat * MIRROR_X
    palm = hands.palm_rotation(flat, side)
    assert palm is not None
    assert angle_between(palm, quat.IDENTITY) < 0.05
    assert np.abs(hands.finger_angles(flat, palm, side)[:16].reshape(4, 4)[:, 1:]).max() < 0.02

    fist = flat.copy()
    for finger in range(4):  # knuckles, then down, back under the palm and up: three right angles
        first = 5 + 4 * finger
        fist[first + 1] = fist[first] + (0.0, -0.03, 0.0)
        fist[first + 2] = fist[first + 1] - (side.sign * 0.025, 0.0, 0.0)
        fist[first + 3] = fist[first + 2] - (side.sign * 0.02, -0.005, 0.0)
    turns = hands.turn_fingers(hands.finger_angles(fist, palm, side), side)
    bends = quat.to_rotation_vector(turns[3:].reshape(4, 3, 4))
    assert (-side.sign * bends[:, :2, 2] > 1.2).all()
    tip = quat.rotate(quat.multiply(turns[3], turns[4]), side.along)
    assert side.sign * tip[0] < -0.8


def test_a_turned_palm_turns_the_avatars_hand_and_shares_with_the_forearm() -> None:
    palm_up = quat.rotate(quat.about(0, math.radians(80.0)), flat_left_hand())
    elbow, wrist = posed("out")
    arm_body = body((elbow, wrist), (HANGING[0] * MIRROR_X, HANGING[1] * MIRROR_X))

    def make(at_s: float) -> Readings:
        moving = body((elbow, wrist), (HANGING[0] * MIRROR_X, HANGING[1] * MIRROR_X), at_s=at_s)
        return seen(face(at_s=at_s), moving, hand(palm_up, arm_body.landmarks[15].astype(float), at_s=at_s))

    pose = play(make)
    whole = quat.IDENTITY
    for bone in ("hips", "spine", "chest", "upperChest", "leftShoulder", "leftUpperArm", "leftLowerArm", "leftHand"):
        whole = quat.multiply(whole, pose.rotations[bone])
    assert math.degrees(angle_between(whole, quat.about(0, math.radians(80.0)))) < 12.0
    assert abs(quat.to_rotation_vector(pose.rotations["leftLowerArm"])[0]) > math.radians(30.0)


@given(arrays(np.float64, (21, 3), elements=st.floats(-0.2, 0.2)), st.booleans())
def test_any_points_give_joints_within_human_limits(points: np.ndarray, is_left: bool) -> None:
    side = arms.LEFT if is_left else arms.RIGHT
    palm = hands.palm_rotation(points, side)
    if palm is None:
        return
    turns = hands.turn_fingers(hands.finger_angles(points, palm, side), side)
    assert np.isfinite(turns).all()
    assert (angle_between(turns, quat.IDENTITY) < math.radians(115.0)).all()
    forearm, own = hands.turn_wrist(hands.wrist_angles(palm))
    assert angle_between(forearm, quat.IDENTITY) <= math.radians(62.0)
    assert np.isfinite(own).all()
