"""What other programs give takes the place of camera and idle, crosses softly, is mirrored, and breaks nothing."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from synthetic import angle_between, face, seen

from avatar_live.motion import Solver
from avatar_live.motion import quaternions as quat
from avatar_live.motion.given import STALE_S, admit
from avatar_live.signals import ARKIT_SHAPES, HUMANOID_BONES, GivenPose, Pose

FRAME_S = 1.0 / 30.0
TO_LEFT = quat.about(1, math.radians(40.0))


def nothing(at_s: float) -> GivenPose:
    rotations = np.tile(quat.IDENTITY, (len(HUMANOID_BONES), 1)).astype(np.float32)
    shapes = np.zeros(len(ARKIT_SHAPES), np.float32)
    flags = np.zeros(len(HUMANOID_BONES), bool), np.zeros(len(ARKIT_SHAPES), bool)
    return GivenPose(
        rotations, flags[0], shapes, flags[1], np.zeros(2, np.float32), False, np.zeros(3, np.float32), False, at_s
    )


def giving(
    at_s: float,
    rotations: dict[str, quat.Doubles] | None = None,
    shapes: dict[str, float] | None = None,
    **more: object,
) -> GivenPose:
    given = nothing(at_s)
    for name, rotation in (rotations or {}).items():
        given.rotations[HUMANOID_BONES.index(name)] = rotation
        given.has_rotation[HUMANOID_BONES.index(name)] = True
    for name, weight in (shapes or {}).items():
        given.shapes[ARKIT_SHAPES.index(name)] = weight
        given.has_shape[ARKIT_SHAPES.index(name)] = True
    return replace(given, **more)  # type: ignore[arg-type]


def shape(pose: Pose, name: str) -> float:
    return float(pose.shapes[ARKIT_SHAPES.index(name)])


def largest_step_deg(before: Pose, after: Pose) -> float:
    return math.degrees(
        max(float(angle_between(before.rotations[bone], after.rotations[bone])) for bone in after.rotations)
    )


def test_given_parts_replace_the_cameras_and_the_rest_stays_the_cameras() -> None:
    solver, without = Solver(mirror=False), Solver(mirror=False)
    gaze = np.array([0.2, -0.1], np.float32)
    for frame in range(60):
        now_s = frame * FRAME_S
        reading = seen(face(-20.0, at_s=now_s, shapes={"mouthSmileLeft": 0.8, "browInnerUp": 0.7}))
        given = giving(now_s, {"head": TO_LEFT}, {"jawOpen": 0.9, "mouthSmileLeft": 0.0}, gaze_rad=gaze, has_gaze=True)
        pose = solver.solve(reading, now_s, FRAME_S, None, given)
        camera = without.solve(reading, now_s, FRAME_S)
    assert angle_between(pose.rotations["head"], TO_LEFT) < 1e-6
    assert shape(pose, "jawOpen") == pytest.approx(0.9)
    assert shape(pose, "mouthSmileLeft") == 0.0 < shape(camera, "mouthSmileLeft")
    assert (pose.gaze_yaw_rad, pose.gaze_pitch_rad) == pytest.approx((0.2, -0.1))
    np.testing.assert_allclose(pose.rotations["neck"], camera.rotations["neck"], atol=1e-9)
    assert shape(pose, "browInnerUp") == shape(camera, "browInnerUp") > 0.3


def test_given_parts_replace_the_idles_and_count_as_tracked_since_they_came() -> None:
    solver = Solver()
    for frame in range(30):
        now_s = 5.0 + frame * FRAME_S
        pose = solver.solve(None, now_s, FRAME_S, None, giving(now_s - 0.02, {"head": TO_LEFT}))
        assert pose.is_tracked
        assert pose.captured_s == now_s - 0.02
    arms_alone = solver.solve(None, 6.1, FRAME_S, None, giving(6.1, {"leftUpperArm": TO_LEFT}))
    assert not arms_alone.is_tracked and arms_alone.captured_s == 6.1


def test_the_mirror_means_the_same_for_given_parts_as_for_the_camera() -> None:
    poses = []
    for is_mirrored in (False, True):
        solver = Solver(mirror=is_mirrored)
        given = {"leftUpperArm": quat.from_yaw_pitch_roll(0.3, 0.2, 0.9), "head": TO_LEFT}
        for frame in range(30):
            now_s = frame * FRAME_S
            told = giving(now_s, given, {"eyeBlinkLeft": 1.0}, hips_offset_m=np.array((0.1, 0.0, 0.0), np.float32))
            pose = solver.solve(None, now_s, FRAME_S, None, replace(told, has_hips_offset=True))
        poses.append(pose)
    straight, mirror = poses
    assert shape(straight, "eyeBlinkLeft") == shape(mirror, "eyeBlinkRight") == 1.0
    np.testing.assert_allclose(straight.hips_offset_m, mirror.hips_offset_m * (-1.0, 1.0, 1.0), atol=1e-6)
    reflected = straight.rotations["leftUpperArm"] * (1.0, -1.0, -1.0, 1.0)
    np.testing.assert_allclose(mirror.rotations["rightUpperArm"], reflected, atol=1e-9)
    assert quat.yaw_pitch_roll(mirror.rotations["head"])[0] == pytest.approx(-math.radians(40.0), abs=1e-6)


@pytest.mark.parametrize("is_filmed", [True, False])
def test_parts_come_change_hands_and_vanish_without_a_pop(is_filmed: bool) -> None:
    solver, shown = Solver(), []
    one = {"head": TO_LEFT, "leftUpperArm": quat.about(2, 1.0), "spine": quat.about(1, 0.5)}
    other = {name: quat.inverse(rotation) for name, rotation in one.items()}
    for frame in range(180):
        now_s = frame * FRAME_S
        reading = seen(face(10.0, at_s=now_s)) if is_filmed else None
        given = None
        if 1.0 <= now_s < 2.0:
            given = giving(now_s, one, {"mouthSmileLeft": 1.0})
        elif 2.0 <= now_s < 3.0:
            given = giving(now_s, other, {"mouthSmileLeft": 0.0})
        shown.append(solver.solve(reading, now_s, FRAME_S, None, given))
    steps = [largest_step_deg(a, b) for a, b in itertools.pairwise(shown)]
    smiles = np.abs(np.diff([shape(pose, "mouthSmileLeft") for pose in shown]))
    assert max(steps) < 22.0, "two radians within a third of a second, eased"
    assert smiles.max() < 0.3
    assert angle_between(shown[58].rotations["head"], TO_LEFT * (1.0, -1.0, -1.0, 1.0)) < 1e-6
    assert angle_between(shown[88].rotations["head"], TO_LEFT) < 1e-6
    plain = Solver()
    for frame in range(180):
        now_s = frame * FRAME_S
        pose = plain.solve(seen(face(10.0, at_s=now_s)) if is_filmed else None, now_s, FRAME_S)
    assert largest_step_deg(shown[-1], pose) < 0.5, "nothing of what was given is left"


def test_a_silent_program_gives_way() -> None:
    solver = Solver()
    given = giving(1.0, {"head": TO_LEFT})
    assert solver.solve(None, 1.0 + STALE_S - 0.01, FRAME_S, None, given).is_tracked
    assert not solver.solve(None, 1.0 + STALE_S + 0.01, FRAME_S, None, given).is_tracked


def test_what_no_body_has_is_left_out_and_the_rest_admitted() -> None:
    given = giving(1.0, {"head": TO_LEFT, "neck": TO_LEFT, "spine": TO_LEFT, "hips": TO_LEFT}, {"jawOpen": 0.5})
    for name, broken in (("neck", math.nan), ("spine", math.inf), ("hips", 0.0)):
        given.rotations[HUMANOID_BONES.index(name)] = broken
    given = replace(given, gaze_rad=np.array((math.nan, 0.0), np.float32), has_gaze=True)
    given = replace(given, hips_offset_m=np.array((1e9, 0.0, 0.0), np.float32), has_hips_offset=True)
    admitted = admit(given, 1.0)
    assert admitted is not None
    assert [HUMANOID_BONES[row] for row in np.flatnonzero(admitted.has_rotation)] == ["head"]
    assert admitted.has_shape.sum() == 1
    assert not admitted.has_gaze
    assert np.isfinite(admitted.rotations).all() and np.isfinite(admitted.gaze_rad).all()
    assert admitted.hips_offset_m.max() <= 2.0
    assert admit(nothing(1.0), 1.0) is None
    assert admit(replace(given, captured_s=math.nan), 1.0) is None
    assert admit(replace(given, captured_s=99.0), 1.0) is None, "from no future"


strange = st.sampled_from([0.0, 1.0, -1.0, math.nan, math.inf, -math.inf, 1e30, -7.0, 0.3])


@drawn(st.lists(st.tuples(strange, strange, strange, st.booleans(), st.sampled_from([0.0, FRAME_S, 0.4])), max_size=8))
def test_no_given_pose_whatever_breaks_a_pose(moments: list[tuple[float, float, float, bool, float]]) -> None:
    solver, now_s = Solver(), 0.0
    for value, weight, metres, is_given, dt_s in moments:
        now_s += dt_s
        given = replace(
            nothing(now_s),
            rotations=np.full((len(HUMANOID_BONES), 4), value, np.float32),
            has_rotation=np.full(len(HUMANOID_BONES), is_given),
            shapes=np.full(len(ARKIT_SHAPES), weight, np.float32),
            has_shape=np.full(len(ARKIT_SHAPES), is_given),
            gaze_rad=np.full(2, value, np.float32),
            has_gaze=is_given,
            hips_offset_m=np.full(3, metres, np.float32),
            has_hips_offset=is_given,
        )
        pose = solver.solve(None, now_s, dt_s, None, given)
        np.testing.assert_allclose(np.linalg.norm(list(pose.rotations.values()), axis=1), 1.0, atol=1e-9)
        assert (pose.shapes >= 0.0).all() and (pose.shapes <= 1.0).all()
        assert abs(pose.gaze_yaw_rad) < 1.0 and np.abs(pose.hips_offset_m).max() < 2.1


@pytest.mark.parametrize("frames_later", [0, 1, 3, 6])
def test_a_program_that_goes_away_while_the_mirror_is_switched_leaves_without_a_jump(frames_later: int) -> None:
    turned = dict.fromkeys(("head", "neck", "spine", "leftUpperArm"), TO_LEFT)
    steps = {}
    for is_switched in (True, False):
        solver, poses = Solver(mirror=is_switched), []
        for frame in range(150):
            now_s = frame * FRAME_S
            if frame == 60:
                solver.use_mirror(False)
            given = giving(now_s, turned) if frame < 60 + frames_later else None
            poses.append(solver.solve(None, now_s, FRAME_S, None, given))
        steps[is_switched] = max(largest_step_deg(*pair) for pair in itertools.pairwise(poses[58:]))
    assert steps[True] < 2.5 * steps[False], "as far again, for the way through the mirror"
