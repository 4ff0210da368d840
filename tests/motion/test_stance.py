"""Legs follow a whole body and stand on the floor; who sits before a webcam has the legs of the idle."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared import PROJECT, shared_data
from synthetic import angle_between, face, seen
from whole_body import HIPS_M, whole_body

from avatar_live.avatar import Rig, read_avatar
from avatar_live.engine.build import build_of
from avatar_live.motion import Solver, legs
from avatar_live.motion import quaternions as quat
from avatar_live.motion.footing import SLIP_M
from avatar_live.motion.legs import ADULT
from avatar_live.motion.skeleton import BONES
from avatar_live.motion.stance import ASIDE_M_MAX
from avatar_live.signals import BodyReading, Pose, Readings
from avatar_live.tracking.costs import Costs
from avatar_live.tracking.detectors import Detectors
from avatar_live.tracking.film import pictures_of
from avatar_live.tracking.models import Models
from avatar_live.tracking.tracker import Tracker

FRAME_S = 1.0 / 30.0
LEGS = [name for name in BONES if name.endswith(("UpperLeg", "LowerLeg", "Foot"))]


def play(make: Callable[[float], BodyReading | None], seconds: float = 3.0, solver: Solver | None = None) -> list[Pose]:
    """Return the poses of an avatar of an adult's build that is not mirrored; bodies are read 15 times a second."""
    solver = solver or Solver(mirror=False)
    poses = []
    for frame in range(round(seconds * 30)):
        now_s = frame * FRAME_S
        body = make(frame // 2 * 2 * FRAME_S)
        poses.append(solver.solve(seen(face(at_s=now_s), body), now_s, FRAME_S))
    return poses


def joints(pose: Pose, side: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return where the hip, the knee and the ankle of an adult are, and the foot's rotation in space."""
    mirror = np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])
    turn = pose.rotations["hips"]
    hip = ADULT.hips_m + pose.hips_offset_m + quat.rotate(turn, (ADULT.hip_m - ADULT.hips_m) * mirror)
    turn = quat.multiply(turn, pose.rotations[f"{side}UpperLeg"])
    knee = hip + quat.rotate(turn, (ADULT.knee_m - ADULT.hip_m) * mirror)
    turn = quat.multiply(turn, pose.rotations[f"{side}LowerLeg"])
    ankle = knee + quat.rotate(turn, (ADULT.ankle_m - ADULT.knee_m) * mirror)
    return hip, knee, ankle, quat.multiply(turn, pose.rotations[f"{side}Foot"])


def largest_step_deg(poses: Sequence[Pose], bones: Sequence[str]) -> float:
    return max(
        float(np.degrees(angle_between(a.rotations[bone], b.rotations[bone])))
        for a, b in pairwise(poses)
        for bone in bones
    )


@given(
    st.sampled_from([1.0, -1.0]),
    st.tuples(st.floats(-0.3, 0.3), st.floats(-0.65, -0.3), st.floats(-0.3, 0.3)),
    st.floats(-0.6, 0.6),
)
def test_a_leg_brings_its_foot_where_it_is_told_with_the_knee_ahead(
    sign: float, way: tuple[float, float, float], yaw_rad: float
) -> None:
    hips, foot = quat.about(1, yaw_rad), quat.from_yaw_pitch_roll(yaw_rad + 0.2, 0.1, 0.0)
    mirror = np.array([sign, 1.0, 1.0])
    goal = np.array(way)
    turns = legs.turn_leg(ADULT, sign, hips, np.zeros(3), goal, 0.5 * goal, foot)
    upper = quat.multiply(hips, turns[0])
    lower = quat.multiply(upper, turns[1])
    knee = quat.rotate(upper, (ADULT.knee_m - ADULT.hip_m) * mirror)
    ankle = knee + quat.rotate(lower, (ADULT.ankle_m - ADULT.knee_m) * mirror)
    np.testing.assert_allclose(ankle, goal, atol=3e-3)
    assert angle_between(quat.multiply(lower, turns[2]), foot) < 1e-3
    axis = goal / np.linalg.norm(goal)
    bend = knee - (knee @ axis) * axis
    forward = quat.rotate(hips, np.array([0.0, 0.0, 1.0]))
    assert bend @ (forward - (forward @ axis) * axis) > -1e-6


def test_who_stands_upright_stands_upright_on_flat_feet() -> None:
    pose = play(lambda at_s: whole_body(at_s=at_s))[-1]
    assert abs(pose.hips_offset_m[1]) < 0.03
    for side, sign in (("left", 1.0), ("right", -1.0)):
        hip, knee, ankle, foot = joints(pose, side)
        assert ankle[1] == pytest.approx(ADULT.ankle_m[1], abs=0.005)
        assert 0.04 < sign * ankle[0] < 0.2
        assert abs(quat.yaw_pitch_roll(foot)[1]) < 0.02
        assert knee[2] > hip[2] - 0.01, "no knee bends backwards"


def test_who_crouches_sinks_with_the_feet_where_they_were() -> None:
    def make(at_s: float) -> BodyReading:
        return whole_body(at_s=at_s, sunk_m=0.3 * min(max(at_s - 2.0, 0.0), 1.0))

    poses = play(make, 5.0)
    before, after = poses[55], poses[-1]
    assert after.hips_offset_m[1] == pytest.approx(-0.3 * ADULT.hips_m[1] / HIPS_M, abs=0.05)
    for side in ("left", "right"):
        np.testing.assert_allclose(joints(after, side)[2], joints(before, side)[2], atol=0.02)
        _, knee, ankle, _ = joints(after, side)
        assert knee[2] > ankle[2] + 0.1
    assert all(joints(pose, side)[2][1] > ADULT.ankle_m[1] - 0.005 for pose in poses[60:] for side in ("left", "right"))


def test_who_sways_over_the_feet_does_not_slide_on_them() -> None:
    def make(at_s: float) -> BodyReading:
        return whole_body(at_s=at_s, aside_m=0.06 * np.sin(2.0 * np.pi * at_s / 2.0), sunk_m=0.06)

    poses = play(make, 6.0)
    places = np.array([[joints(pose, side)[2] for side in ("left", "right")] for pose in poses[60:]])
    assert np.ptp(places[..., 0], axis=0).max() < 0.02
    assert np.ptp([pose.hips_offset_m[0] for pose in poses[60:]]) > 0.06


def test_a_step_aside_is_taken_and_ends_on_the_floor() -> None:
    def make(at_s: float) -> BodyReading:
        share = min(max((at_s - 2.0) / 0.5, 0.0), 1.0)
        lifted = 0.12 * np.sin(np.pi * share)
        return whole_body(at_s=at_s, left_foot_m=(0.11 + 0.25 * share, float(lifted), 0.0), aside_m=0.1 * share)

    poses = play(make, 4.0)
    ankles = np.array([joints(pose, "left")[2] for pose in poses])
    assert ankles[-1, 0] - ankles[55, 0] > 0.15
    assert ankles[60:80, 1].max() > ADULT.ankle_m[1] + 0.05
    assert ankles[-1, 1] == pytest.approx(ADULT.ankle_m[1], abs=0.01)
    assert largest_step_deg(poses[50:], LEGS) < 30.0, "a straight leg that is lifted by 3 cm bends by 30 degrees"


def test_a_knee_that_is_raised_is_raised() -> None:
    raised = play(lambda at_s: whole_body(at_s=at_s, left_foot_m=(0.11, 0.35, 0.1)))[-1]
    assert joints(raised, "left")[2][1] > ADULT.ankle_m[1] + 0.2
    assert joints(raised, "right")[2][1] == pytest.approx(ADULT.ankle_m[1], abs=0.01)


def test_who_turns_turns_hips_and_feet_and_keeps_the_head() -> None:
    pose = play(lambda at_s: whole_body(at_s=at_s, yaw_rad=0.7))[-1]
    assert quat.yaw_pitch_roll(pose.rotations["hips"])[0] == pytest.approx(0.7, abs=0.1)
    head = quat.IDENTITY
    for bone in ("hips", "spine", "chest", "upperChest", "neck", "head"):
        head = quat.multiply(head, pose.rotations[bone])
    assert abs(quat.yaw_pitch_roll(head)[0]) < 0.05
    assert quat.yaw_pitch_roll(joints(pose, "left")[3])[0] == pytest.approx(0.7, abs=0.15)


def test_a_mirrored_avatar_raises_the_other_knee() -> None:
    def make(at_s: float) -> BodyReading:
        return whole_body(at_s=at_s, left_foot_m=(0.11, 0.35, 0.1))

    straight, mirror = play(make)[-1], play(make, solver=Solver(mirror=True))[-1]
    assert joints(mirror, "right")[2] == pytest.approx(joints(straight, "left")[2] * (-1.0, 1.0, 1.0), abs=0.01)


def test_who_walks_away_stays_on_the_stage() -> None:
    pose = play(lambda at_s: whole_body(at_s=at_s, aside_m=min(0.4 * at_s, 1.2)), 6.0)[-1]
    assert 0.2 < pose.hips_offset_m[0] <= ASIDE_M_MAX


@pytest.mark.parametrize("unseen", [{"visibility": 0.3}, {"down_px": 60.0}])
def test_legs_that_are_not_seen_stay_as_they_are(unseen: dict[str, Any]) -> None:
    """However the tracker dreams that they kick below the picture."""

    def make(at_s: float) -> BodyReading:
        kick = 0.3 * abs(np.sin(5.0 * at_s))
        return whole_body(at_s=at_s, left_foot_m=(0.11, float(kick), 0.2), **unseen)

    poses = play(make)
    assert largest_step_deg(poses, LEGS) == 0.0
    assert all(np.abs(pose.hips_offset_m).max() < 0.005 for pose in poses)


def test_legs_come_and_go_without_a_pop() -> None:
    def make(at_s: float) -> BodyReading:
        down_px = 200.0 if at_s < 2.0 or at_s > 5.0 else 0.0
        return whole_body(at_s=at_s, sunk_m=0.25, yaw_rad=0.5, down_px=down_px)

    poses = play(make, 8.0)
    assert largest_step_deg(poses, [*LEGS, "hips"]) < 15.0
    heights = np.array([pose.hips_offset_m[1] for pose in poses])
    assert heights[130] < -0.15 and abs(heights[-1]) < 0.01
    assert np.abs(np.diff(heights)).max() < 0.03


def test_legs_that_flicker_at_the_edge_of_sight_do_not_twitch() -> None:
    def make(at_s: float) -> BodyReading:
        is_seen = np.sin(2.0 * np.pi * at_s / 0.4) > 0.3
        return whole_body(at_s=at_s, sunk_m=0.3, visibility=0.95 if is_seen else 0.2)

    assert largest_step_deg(play(make, 6.0), [*LEGS, "hips"]) < 6.0


def test_legs_go_on_while_the_face_is_turned_away() -> None:
    solver = Solver(mirror=False)
    for frame in range(120):
        now_s = frame * FRAME_S
        body = whole_body(at_s=frame // 2 * 2 * FRAME_S, sunk_m=0.25)
        pose = solver.solve(seen(None if frame > 60 else face(at_s=now_s), body), now_s, FRAME_S)
    assert not pose.is_tracked
    assert pose.hips_offset_m[1] < -0.15


@pytest.mark.parametrize("clip", ["asl_help.mkv", "asl_sister.mkv", "asl_yes.mkv"])
def test_people_whose_knees_are_below_the_picture_have_quiet_legs(clip: str, installed_models: Models) -> None:
    solver, poses = Solver(mirror=False), []
    for readings in tracked(clip, installed_models):
        poses.append(solver.solve(readings, readings.captured_s + 0.02, FRAME_S))
    assert len(poses) > 50
    assert largest_step_deg(poses, LEGS) < 0.5, "the idle's own swaying at the most"


def test_a_filmed_dancer_keeps_the_feet_on_the_floor(installed_models: Models) -> None:
    avatar = read_avatar(PROJECT / "assets" / "mirai.vrm")
    rig, solver = Rig(avatar), Solver(mirror=False)
    build = build_of(rig.rest_places_m)
    solver.use_build(build)
    ankles, lifts = [], []
    for readings in tracked("pose_segmentation.mp4", installed_models):
        for late_s in (0.02, 0.045):
            pose = solver.solve(readings, readings.captured_s + late_s, 0.025)
        bones = rig.animate(pose, 0.025).bones
        ankles.append([bones[f"{side}Foot"][:3, 3] for side in ("left", "right")])
        lifts.append([float(bone[1] - build.ankle_m[1]) for bone in ankles[-1]])
    heights = np.array(lifts)[40:]
    assert heights.min() > -0.01 * build.leg_m
    assert (heights.min(axis=1) < 0.03 * build.leg_m).mean() > 0.9, "one foot stands"
    assert heights.max() > 0.15 * build.leg_m, "and he lifts the other"
    aside = np.array(ankles)[40:, :, 0]
    still = np.abs(np.diff(aside, axis=0)) < 1e-3 * build.leg_m
    assert still.mean() > 0.4, "feet that stand do not slide"
    assert np.abs(np.diff(aside, axis=0)).max() < SLIP_M


def tracked(clip: str, models: Models) -> list[Readings]:
    """Return the readings of a shared clip, with a turn taken at every picture."""
    found = []
    with Detectors(models) as detectors:
        tracker = Tracker(detectors, Costs(), now_s=lambda: 0.0)
        for picture in pictures_of(shared_data("footage", clip)):
            *_, readings = tracker.readings(picture)
            found.append(readings)
    return found
