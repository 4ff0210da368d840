"""An avatar's hands are where the person's are: a character is the person, posed and seen by plain perspective."""

import numpy as np
import pytest
from shared import PROJECT
from synthetic import face, seen

from avatar_live.avatar import Avatar, Rig, read_avatar
from avatar_live.motion import Solver
from avatar_live.motion import quaternions as quat
from avatar_live.signals import BodyReading, Pose

FRAME_S = 1.0 / 30.0
ADULT_M = 0.9  # hips above the floor
FOCAL_PX, DISTANCE_M = 600.0, 1.6
DEPTH_TOO_DEEP = 1.2  # a tracker's guess of depth is exaggerated
NOISE_M = 0.004
BONES = {11: "UpperArm", 13: "LowerArm", 15: "Hand", 23: "UpperLeg"}


@pytest.fixture(scope="module")
def character() -> Avatar:
    return read_avatar(PROJECT / "assets" / "mirai.vrm")


def arm_pose(numbers: np.random.Generator) -> Pose:
    """Return a pose with arms as people hold them before a camera: in front, forearms up, forward or across."""
    rotations = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        down, forward = numbers.uniform(0.2, 1.2), numbers.uniform(0.1, 0.9)
        upper = quat.multiply(quat.about(1, -sign * forward), quat.about(2, -sign * down))
        rotations[f"{side}UpperArm"] = quat.multiply(upper, quat.about(0, numbers.uniform(-1.0, 0.0)))
        rotations[f"{side}LowerArm"] = quat.about(1, -sign * numbers.uniform(0.5, 2.0))
    return Pose(rotations)


def reading(bones: dict[str, np.ndarray], at_s: float, numbers: np.random.Generator) -> BodyReading:
    """Project a character's joints as a tracker tells them of an adult of its shape."""
    scale = ADULT_M / bones["hips"][1, 3]
    world, landmarks = np.zeros((33, 3)), np.zeros((33, 3))
    middle = 0.5 * (bones["leftUpperLeg"][:3, 3] + bones["rightUpperLeg"][:3, 3])
    for point, bone in BONES.items():
        for offset, side in ((0, "left"), (1, "right")):
            place = scale * (bones[f"{side}{bone}"][:3, 3] - middle)
            near = FOCAL_PX / (DISTANCE_M - place[2])
            landmarks[point + offset] = (320.0 + place[0] * near, 300.0 - place[1] * near, -place[2] * near)
            world[point + offset] = place * (1.0, -1.0, -DEPTH_TOO_DEEP) + numbers.normal(0.0, NOISE_M, 3)
    return BodyReading(landmarks.astype(np.float32), world.astype(np.float32), np.full(33, 0.97, np.float32), at_s)


def test_wrists_are_where_the_persons_are_within_a_tenth_of_an_arm(character: Avatar) -> None:
    numbers, errors, depth_errors = np.random.default_rng(3), [], []
    for _ in range(24):
        truth = Rig(character).animate(arm_pose(numbers), 0.0).bones
        solver = Solver(mirror=False)
        for frame in range(40):
            now_s = frame * FRAME_S
            body = reading(dict(truth), frame // 2 * 2 * FRAME_S, numbers)
            shown = solver.solve(seen(face(at_s=now_s), body), now_s, FRAME_S)
        found = Rig(character).animate(shown, 0.0).bones
        for side in ("left", "right"):
            arm_m = sum(
                np.linalg.norm(truth[f"{side}{b}"][:3, 3] - truth[f"{side}{a}"][:3, 3])
                for a, b in (("UpperArm", "LowerArm"), ("LowerArm", "Hand"))
            )
            away = [bones[f"{side}Hand"][:3, 3] - bones[f"{side}UpperArm"][:3, 3] for bones in (found, truth)]
            off = (away[0] - away[1]) / arm_m
            errors.append(float(np.linalg.norm(off[:2])))
            depth_errors.append(abs(float(off[2])))
    assert np.mean(errors) < 0.05
    assert np.percentile(errors, 95) < 0.1
    assert np.mean(depth_errors) < 0.1
