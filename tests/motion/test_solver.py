"""The whole of motion: mirroring, idling, losing and finding a face without a jump, and nothing that breaks it."""

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import angle_between, body, face, seen

from avatar_live.motion import Solver, idle
from avatar_live.motion import quaternions as quat
from avatar_live.motion.gate import admit
from avatar_live.motion.mirror import Motion, mirrored
from avatar_live.motion.skeleton import BONES
from avatar_live.motion.solver import HOLD_S, STALE_S
from avatar_live.signals import ARKIT_SHAPES, HUMANOID_BONES, BodyReading, FaceReading, HandReading, Pose, Readings

FRAME_S = 1.0 / 30.0
RAISED = (np.array([0.2, -0.1, 0.1]), np.array([0.2, 0.15, 0.15]))
HANGING = (np.array([0.03, -0.25, 0.0]), np.array([0.05, -0.49, 0.06]))
MIRROR_X = np.array([-1.0, 1.0, 1.0])


def head_of(pose: Pose) -> quat.Doubles:
    whole = quat.IDENTITY
    for bone in ("hips", "spine", "chest", "upperChest", "neck", "head"):
        whole = quat.multiply(whole, pose.rotations[bone])
    return whole


def yaw_deg_of(pose: Pose) -> float:
    return math.degrees(quat.yaw_pitch_roll(head_of(pose))[0])


def largest_step_deg(before: Pose, after: Pose) -> float:
    turns = [angle_between(before.rotations[bone], after.rotations[bone]) for bone in after.rotations]
    return math.degrees(max(float(turn) for turn in turns))


def assert_sound(pose: Pose) -> None:
    assert set(pose.rotations) <= set(HUMANOID_BONES)
    rotations = np.array(list(pose.rotations.values()))
    np.testing.assert_allclose(np.linalg.norm(rotations, axis=1), 1.0, atol=1e-9)
    assert pose.shapes.shape == (len(ARKIT_SHAPES),)
    assert (pose.shapes >= 0.0).all() and (pose.shapes <= 1.0).all()
    assert abs(pose.gaze_yaw_rad) < 1.0 and abs(pose.gaze_pitch_rad) < 1.0
    assert np.isfinite(pose.hips_offset_m).all() and np.abs(pose.hips_offset_m).max() < 0.1


def hold(solver: Solver, reading: Readings, frames: int = 45) -> Pose:
    for frame in range(frames):
        now_s = frame * FRAME_S
        now = replace(reading, face=replace(reading.face, captured_s=now_s) if reading.face else None)
        now = replace(now, body=replace(reading.body, captured_s=now_s) if reading.body else None)
        pose = solver.solve(now, now_s, FRAME_S)
    return pose


def test_a_head_turned_to_its_left_turns_a_mirrored_avatar_to_its_right() -> None:
    to_own_left = seen(face(25.0, 5.0, 8.0))
    straight, mirror = hold(Solver(mirror=False), to_own_left), hold(Solver(mirror=True), to_own_left)
    assert yaw_deg_of(straight) == pytest.approx(25.0, abs=1.5)
    assert yaw_deg_of(mirror) == pytest.approx(-25.0, abs=1.5)
    for pose, roll_deg in ((straight, 8.0), (mirror, -8.0)):
        _, pitch, roll = np.degrees(quat.yaw_pitch_roll(head_of(pose)))
        assert pitch == pytest.approx(5.0, abs=1.5)
        assert roll == pytest.approx(roll_deg, abs=1.5)


def test_the_left_hand_raises_the_mirrored_avatars_right_one() -> None:
    right = (HANGING[0] * MIRROR_X, HANGING[1] * MIRROR_X)
    readings = seen(face(), body(RAISED, right))
    for is_mirrored, raised, other in ((False, "left", "right"), (True, "right", "left")):
        pose = hold(Solver(mirror=is_mirrored), readings)
        bend = {side: angle_between(pose.rotations[f"{side}LowerArm"], quat.IDENTITY) for side in (raised, other)}
        assert bend[raised] > math.radians(60.0)
        assert bend[other] < math.radians(30.0)


def largest_step(before: Pose, after: Pose) -> float:
    """Of all that is no rotation: weights, radians and metres."""
    gaze = math.hypot(after.gaze_yaw_rad - before.gaze_yaw_rad, after.gaze_pitch_rad - before.gaze_pitch_rad)
    hips = np.abs(before.hips_offset_m - after.hips_offset_m).max()
    return max(float(np.abs(before.shapes - after.shapes).max()), gaze, float(hips))


@pytest.mark.parametrize("is_seen", [True, False])
def test_the_mirror_is_switched_without_a_jump_and_then_it_is_as_if_it_had_always_been_so(is_seen: bool) -> None:
    crooked = seen(face(-30.0, 0.0, 12.0, shapes={"mouthLeft": 0.8, "browOuterUpLeft": 0.9}), body(RAISED, HANGING))
    assert crooked.face is not None and crooked.body is not None
    solver, other = Solver(mirror=True), Solver(mirror=False)
    poses, others = [], []
    for frame in range(180):
        now_s = frame * FRAME_S
        if frame in (60, 66, 72):  # off, on again at once, and off
            solver.use_mirror(frame == 66)
        now = replace(
            crooked, face=replace(crooked.face, captured_s=now_s), body=replace(crooked.body, captured_s=now_s)
        )
        solver.notice_chat(now_s)
        other.notice_chat(now_s)
        poses.append(solver.solve(now if is_seen else None, now_s, FRAME_S))
        others.append(other.solve(now if is_seen else None, now_s, FRAME_S))
    if is_seen:
        assert yaw_deg_of(poses[59]) * yaw_deg_of(poses[-1]) < -400.0
    turns = [largest_step_deg(*pair) for pair in itertools.pairwise(poses[58:])]
    assert max(turns) < 25.0, "an arm goes all the way from one side to the other in half a second"
    steps, usual = (max(largest_step(*pair) for pair in itertools.pairwise(made[58:])) for made in (poses, others))
    assert steps < usual + 0.2, "lids that are not the mirror's close fast, too"
    assert largest_step_deg(poses[-1], others[-1]) < 0.01
    assert largest_step(poses[-1], others[-1]) < 1e-6


def test_mirroring_twice_is_the_motion_itself_and_swaps_sides_once() -> None:
    numbers = np.random.default_rng(8)
    motion = Motion(
        quat.normalized(numbers.normal(size=(len(BONES), 4))), numbers.random(52), numbers.random(2), numbers.random(3)
    )
    twice = mirrored(mirrored(motion))
    for field in ("rotations", "shapes", "gaze", "hips_m"):
        np.testing.assert_array_equal(getattr(twice, field), getattr(motion, field))
    once = mirrored(motion)
    left, right = ARKIT_SHAPES.index("mouthSmileLeft"), ARKIT_SHAPES.index("mouthSmileRight")
    assert once.shapes[right] == motion.shapes[left]
    reflected = quat.to_matrix(once.rotations[BONES.index("rightHand")])
    flip = np.diag([-1.0, 1.0, 1.0])
    np.testing.assert_allclose(
        reflected, flip @ quat.to_matrix(motion.rotations[BONES.index("leftHand")]) @ flip, atol=1e-12
    )


def test_a_lost_face_holds_then_idles_and_comes_back_without_a_jump() -> None:
    solver, shown = Solver(), []
    for frame in range(300):
        now_s = frame * FRAME_S
        is_seen = now_s < 2.0 or now_s >= 6.0
        turn_deg = 35.0 if now_s < 2.0 else -40.0
        smile = {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8}
        reading = seen(face(turn_deg, 10.0, at_s=now_s, shapes=smile)) if is_seen else seen()
        shown.append(solver.solve(reading, now_s, FRAME_S))
    steps = [largest_step_deg(a, b) for a, b in itertools.pairwise(shown)]
    weights = np.abs(np.diff([pose.shapes for pose in shown], axis=0))
    mouth = [i for i, name in enumerate(ARKIT_SHAPES) if name.startswith("mouth")]
    assert max(steps) < 6.0
    assert weights[:, mouth].max() < 0.25
    tracked = [pose.is_tracked for pose in shown]
    assert tracked[0] and tracked[62] and not tracked[75] and tracked[181]
    assert yaw_deg_of(shown[66]) == pytest.approx(yaw_deg_of(shown[58]), abs=1.0)
    assert abs(yaw_deg_of(shown[120])) < 10.0
    assert yaw_deg_of(shown[-1]) == pytest.approx(40.0, abs=1.5)
    assert shown[-1].captured_s == pytest.approx(299 * FRAME_S)


@pytest.mark.parametrize("after", [{"yaw_deg": -40.0}, {"yaw_deg": 30.0, "place_m": (0.35, 0.0, -0.9)}])
def test_another_camera_another_face_or_a_cut_is_crossed_and_no_leap(after: dict[str, Any]) -> None:
    solver, shown = Solver(mirror=False), []
    for frame in range(120):
        now_s = frame * FRAME_S
        seen_face = face(at_s=now_s, **(after if frame >= 60 else {"yaw_deg": 30.0}))
        shown.append(solver.solve(seen(seen_face), now_s, FRAME_S))
    assert all(pose.is_tracked for pose in shown)
    assert max(largest_step_deg(a, b) for a, b in itertools.pairwise(shown[30:])) < 10.0
    assert yaw_deg_of(shown[-1]) == pytest.approx(after["yaw_deg"], abs=1.5)


def test_a_quickly_shaken_head_is_followed_and_taken_for_no_cut() -> None:
    """Six radians a second at its quickest, which is twice what the filmed people do."""
    solver, shown, turned = Solver(mirror=False), [], []
    for frame in range(90):
        now_s = frame * FRAME_S
        turned.append(28.0 * math.sin(2.0 * math.pi * 2.0 * now_s))
        shown.append(yaw_deg_of(solver.solve(seen(face(turned[-1], at_s=now_s)), now_s, FRAME_S)))
    assert np.ptp(shown[30:]) > 0.75 * np.ptp(turned)


def test_a_face_that_flickers_does_not_make_the_avatar_twitch() -> None:
    solver, shown = Solver(), []
    for frame in range(240):
        now_s = frame * FRAME_S
        is_seen = math.sin(2.0 * math.pi * now_s / 0.9) > -0.3
        shown.append(solver.solve(seen(face(20.0, at_s=now_s)) if is_seen else None, now_s, FRAME_S))
    steps = [largest_step_deg(a, b) for a, b in itertools.pairwise(shown)]
    assert max(steps) < 2.0


def test_a_stale_face_counts_as_lost() -> None:
    solver = Solver()
    frozen = seen(face(20.0, at_s=0.0))
    shown = [solver.solve(frozen, frame * FRAME_S, FRAME_S) for frame in range(90)]
    assert shown[15].is_tracked
    assert shown[15].captured_s == 0.0
    assert not shown[27].is_tracked
    assert shown[27].captured_s == pytest.approx(27 * FRAME_S)


def test_while_a_fallen_tracker_is_away_the_avatar_holds_and_then_idles_alive() -> None:
    """The engine has the last readings in its slot until the next life of the tracker writes there."""
    solver, shown = Solver(), []
    fallen_s, back_s = 2.0, 5.0
    for frame in range(210):
        now_s = frame * FRAME_S
        at_s = min(now_s, fallen_s) if now_s < back_s else now_s
        reading = seen(face(20.0, at_s=at_s), body(RAISED, RAISED, at_s=at_s))
        shown.append(solver.solve(reading, now_s, FRAME_S))
    tracked = [pose.is_tracked for pose in shown]
    held = round((fallen_s + STALE_S + HOLD_S) / FRAME_S)
    assert all(tracked[: held - 1]), "a tracker that is back within a second is hardly missed"
    assert not any(tracked[held + 2 : round(back_s / FRAME_S)])
    assert tracked[round(back_s / FRAME_S) + 1]
    steps_deg = [largest_step_deg(before, after) for before, after in itertools.pairwise(shown[30:])]
    assert max(steps_deg) < 25.0, "arms go and come back no faster than arms do"
    away = shown[round(fallen_s / FRAME_S) : round(back_s / FRAME_S)]
    for before, after in itertools.pairwise(away[::6]):
        assert largest_step_deg(before, after) > 0.02, "never still"
    assert len({pose.captured_s for pose in shown[held + 2 : held + 30]}) > 20, "the time code of an idle is its own"


def test_arms_come_and_go_without_a_jump() -> None:
    solver, shown = Solver(), []
    right = (RAISED[0] * MIRROR_X, RAISED[1] * MIRROR_X)
    for frame in range(150):
        now_s = frame * FRAME_S
        arms = body(RAISED, right, at_s=now_s) if 1.0 <= now_s < 3.0 else None
        shown.append(solver.solve(seen(face(at_s=now_s), arms), now_s, FRAME_S))
    steps = [largest_step_deg(a, b) for a, b in itertools.pairwise(shown)]
    assert max(steps) < 25.0
    assert angle_between(shown[80].rotations["leftLowerArm"], quat.IDENTITY) > 1.0
    assert angle_between(shown[-1].rotations["leftLowerArm"], quat.IDENTITY) < 0.5


def test_an_idle_avatar_breathes_blinks_glances_and_never_jumps() -> None:
    solver = Solver()
    shown = [solver.solve(None, 1000.0 + frame * FRAME_S, FRAME_S) for frame in range(1800)]
    assert not any(pose.is_tracked for pose in shown)
    assert max(largest_step_deg(a, b) for a, b in itertools.pairwise(shown)) < 1.5
    lids = np.array([pose.shapes[ARKIT_SHAPES.index("eyeBlinkLeft")] for pose in shown])
    blinks = int(((lids[1:] > 0.5) & (lids[:-1] <= 0.5)).sum())
    assert 10 <= blinks <= 28
    assert np.mean(lids > 0.5) < 0.12
    chest = np.array([pose.rotations["chest"][0] for pose in shown])
    assert 0.005 < np.ptp(chest) < 0.05
    gaze = np.array([pose.gaze_yaw_rad for pose in shown])
    assert np.ptp(gaze) > math.radians(6.0)
    for pose in shown[::100]:
        assert_sound(pose)


def test_breath_runs_under_a_tracked_face() -> None:
    solver = Solver()
    chest = [
        solver.solve(seen(face(at_s=frame * FRAME_S)), frame * FRAME_S, FRAME_S).rotations["chest"][0]
        for frame in range(240)
    ]
    assert np.ptp(chest[60:]) > 0.005


def test_eyes_that_seem_never_to_blink_are_blinked_for() -> None:
    solver, left = Solver(), ARKIT_SHAPES.index("eyeBlinkLeft")
    lids = [
        solver.solve(seen(face(at_s=frame * FRAME_S)), frame * FRAME_S, FRAME_S).shapes[left] for frame in range(450)
    ]
    assert max(lids[:175]) < 0.1
    assert max(lids[180:]) > 0.9


def test_idle_is_a_function_of_time_and_seed() -> None:
    first, again, other = (Solver(seed=seed).solve(None, 77.7, FRAME_S) for seed in (4, 4, 5))
    for bone, rotation in first.rotations.items():
        np.testing.assert_array_equal(rotation, again.rotations[bone])
    assert any((first.rotations[bone] != other.rotations[bone]).any() for bone in first.rotations)


def test_blinks_come_at_uneven_intervals() -> None:
    closed = np.array([idle.lids_closed(frame / 100.0, 3) for frame in range(12_000)])
    starts = np.flatnonzero((closed[1:] > 0.5) & (closed[:-1] <= 0.5)) / 100.0
    pauses = np.diff(starts)
    assert 20 <= len(starts) <= 50
    assert pauses.std() > 0.8
    assert closed.max() <= 1.0


numbers = st.one_of(st.floats(-1e4, 1e4), st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1e30]))


@st.composite
def strange_readings(draw: st.DrawFn) -> Readings:
    """Draw readings whose parts are missing, empty, random, not numbers or from another time."""

    def points(count: int) -> np.ndarray:
        kind = draw(st.sampled_from(["zero", "same", "noise", "bad"]))
        if kind == "noise":
            noise = np.random.default_rng(draw(st.integers(0, 1000))).normal(size=(count, 3))
            return (noise * draw(st.sampled_from([1e-4, 0.3, 300.0, 1e9]))).astype(np.float32)
        filled = np.full((count, 3), 0.0 if kind == "zero" else draw(numbers), np.float32)
        if kind == "bad":
            filled[draw(st.integers(0, count - 1))] = draw(numbers)
        return filled

    times = st.sampled_from([0.0, 0.1, -5.0, 1e6])
    level = st.sampled_from([0.0, 0.9, 1.0, math.nan, 7.0])

    def maybe_face() -> FaceReading | None:
        if draw(st.booleans()):
            return None
        shapes = np.full(52, draw(numbers), np.float32)
        landmarks = face(draw(st.floats(-80.0, 80.0))).landmarks if draw(st.booleans()) else points(478)
        return FaceReading(landmarks, shapes, draw(times))

    def maybe_body() -> BodyReading | None:
        visibility = np.full(33, draw(level), np.float32)
        return BodyReading(points(33), points(33), visibility, draw(times)) if draw(st.booleans()) else None

    def maybe_hand() -> HandReading | None:
        return HandReading(points(21), points(21), draw(level), draw(times)) if draw(st.booleans()) else None

    width, height = draw(st.sampled_from([(640, 480), (0, 0), (1, 4000)]))
    return Readings(width, height, draw(times), maybe_face(), maybe_body(), maybe_hand(), maybe_hand())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.none() | strange_readings(), st.sampled_from([0.0, FRAME_S, 3.0, -1.0])), max_size=6))
def test_no_reading_whatever_breaks_a_pose(moments: list[tuple[Readings | None, float]]) -> None:
    solver, now_s = Solver(), 0.0
    good = seen(face(), body(RAISED, RAISED))
    for readings, dt_s in [(good, FRAME_S), *moments, (good, FRAME_S), (None, FRAME_S)]:
        now_s += dt_s
        assert_sound(solver.solve(readings, now_s, dt_s))


def test_what_is_not_a_number_is_not_admitted() -> None:
    good = seen(face(), body(RAISED, RAISED))
    assert good.face is not None and good.body is not None
    whole = admit(good)
    assert whole is not None and whole.face is good.face and whole.body is good.body
    landmarks = good.face.landmarks.copy()
    landmarks[300, 2] = math.nan
    world = good.body.world.copy()
    world[20] = -math.inf
    broken = replace(good, face=replace(good.face, landmarks=landmarks), body=replace(good.body, world=world))
    admitted = admit(broken)
    assert admitted is not None
    assert admitted.face is None and admitted.body is None
    assert admit(None) is None


def test_poses_carry_every_bone_so_that_none_keeps_an_old_rotation() -> None:
    pose = Solver().solve(seen(face()), 0.0, FRAME_S)
    assert set(HUMANOID_BONES) - set(pose.rotations) == {"leftEye", "rightEye", "jaw"}
