"""The motions, authored as angles over a cycle and baked: what moves the vertices, frame by frame.

Angles turn a bone from the T-pose: about X (positive: what hangs swings back, what stands bows), Y (to the left), Z.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from .skeleton import INDEX, PLACES, Floats, skinning

FRAMES: Final = 48  # of every motion; the last is followed by the first
_TAU: Final = 2.0 * np.pi
_SOLES: Final = ((0.0, 0.0, 0.110), (0.0, 0.0, -0.070))  # of a shoe, from the ground under its ankle
_ARM_DOWN_RAD: Final = 1.12

Turns = dict[str, Floats]


@dataclass(frozen=True)
class Pose:
    """Turn bones by (x, y, z) radians and lift the body off the ground."""

    angles: Mapping[str, tuple[float, float, float]]
    jump_m: float = 0.0


def bake(pose_at: Callable[[float], Pose]) -> Floats:
    """Return a motion's skinning (FRAMES, B, 3, 4), the lower foot on the ground unless the body jumps."""
    frames = []
    for frame in range(FRAMES):
        pose = pose_at(frame / FRAMES)
        turns = {name: _turn(*angles) for name, angles in pose.angles.items()}
        frames.append(skinning(turns, pose.jump_m - _lowest(skinning(turns))))
    return np.stack(frames)


def idle(t: float) -> Pose:
    """Breathe and shift the weight a little."""
    breath, sway = np.sin(2.0 * _TAU * t), np.sin(_TAU * t)
    return Pose(
        {
            "hips": (0.0, 0.0, 0.02 * sway),
            "spine": (-0.015 + 0.025 * breath, 0.03 * sway, -0.03 * sway),
            "head": (0.02 - 0.03 * breath, 0.10 * sway, 0.035 * sway),
            **_arms(_ARM_DOWN_RAD + 0.05 * breath, 0.03 * sway, _ARM_DOWN_RAD + 0.05 * breath, -0.03 * sway),
            "leftUpperLeg": (0.0, 0.0, 0.05 - 0.02 * sway),
            "rightUpperLeg": (0.0, 0.0, -0.05 - 0.02 * sway),
        }
    )


def walk(t: float) -> Pose:
    """Take two bouncy steps, the left one first."""
    swing, lift = np.sin(_TAU * t), np.cos(_TAU * t)
    return Pose(
        {
            "hips": (0.03, 0.14 * swing, 0.07 * lift),
            "spine": (0.05, -0.24 * swing, -0.05 * lift),
            "head": (-0.06 + 0.03 * np.cos(2 * _TAU * t), 0.09 * swing, -0.06 * lift),
            **_arms(_ARM_DOWN_RAD - 0.12, 0.85 * swing, _ARM_DOWN_RAD - 0.12, -0.85 * swing),
            "leftUpperLeg": (-0.78 * swing, 0.0, -0.05 * lift),
            "rightUpperLeg": (0.78 * swing, 0.0, -0.05 * lift),
            "leftLowerLeg": (0.80 * max(0.0, lift), 0.0, 0.0),
            "rightLowerLeg": (0.80 * max(0.0, -lift), 0.0, 0.0),
            "leftFoot": (-0.30 * max(0.0, swing) + 0.25 * max(0.0, lift), 0.0, 0.0),
            "rightFoot": (-0.30 * max(0.0, -swing) + 0.25 * max(0.0, -lift), 0.0, 0.0),
        },
        jump_m=0.012 * abs(lift) ** 2,
    )


def cheer(t: float) -> Pose:
    """Jump twice with both arms up; the knees give before and after."""
    hop = 2.0 * t % 1.0
    air = np.clip((hop - 0.28) / 0.52, 0.0, 1.0)
    height = 4.0 * air * (1.0 - air)
    crouch = np.sin(np.pi * np.clip(hop / 0.28, 0.0, 1.0)) + 0.6 * np.sin(np.pi * np.clip((hop - 0.8) / 0.2, 0.0, 1.0))
    side = 1.0 if t < 0.5 else -1.0
    up = -0.95 - 0.35 * height + 0.75 * crouch
    spread = 0.30 * height
    return Pose(
        {
            "hips": (0.0, 0.0, 0.06 * side * height),
            "spine": (-0.10 * height + 0.22 * crouch, 0.0, 0.05 * side * height),
            "head": (-0.20 * height + 0.10 * crouch, 0.0, 0.08 * side * height),
            **_arms(up, 0.15 * side * height, up, -0.15 * side * height),
            "leftUpperLeg": (-0.55 * crouch + 0.25 * height, 0.0, 0.06 + spread),
            "rightUpperLeg": (-0.55 * crouch + 0.25 * height, 0.0, -0.06 - spread),
            "leftLowerLeg": (1.05 * crouch + 0.35 * height, 0.0, 0.0),
            "rightLowerLeg": (1.05 * crouch + 0.35 * height, 0.0, 0.0),
            "leftFoot": (-0.50 * crouch + 0.3 * height, 0.0, 0.0),
            "rightFoot": (-0.50 * crouch + 0.3 * height, 0.0, 0.0),
        },
        jump_m=0.17 * height,
    )


def wave(t: float) -> Pose:
    """Greet with the right arm, twice to and fro."""
    shake, sway = np.sin(2.0 * _TAU * t), np.sin(_TAU * t)
    return Pose(
        {
            "hips": (0.0, 0.0, 0.05 * sway),
            "spine": (0.0, 0.0, 0.07),
            "head": (-0.03, 0.0, -0.12 + 0.04 * sway),
            **_arms(_ARM_DOWN_RAD, 0.0, -0.95 - 0.30 * shake, -0.25),
            "rightLowerArm": (0.0, 0.0, -0.35 - 0.35 * shake),
            "leftUpperLeg": (0.0, 0.0, 0.05 - 0.05 * sway),
            "rightUpperLeg": (0.0, 0.0, -0.05 - 0.05 * sway),
        }
    )


def slump(t: float) -> Pose:
    """Hang the head after the other camp's goal."""
    sway = np.sin(_TAU * t)
    return Pose(
        {
            "hips": (0.04, 0.0, 0.02 * sway),
            "spine": (0.24, 0.0, 0.02 * sway),
            "head": (0.30 + 0.03 * np.sin(2 * _TAU * t), 0.22 * sway, 0.05 * sway),
            **_arms(1.30, -0.32 + 0.12 * sway, 1.30, -0.32 - 0.12 * sway),
            "leftUpperLeg": (-0.10, 0.0, 0.03 - 0.02 * sway),
            "rightUpperLeg": (-0.10, 0.0, -0.03 - 0.02 * sway),
            "leftLowerLeg": (0.20, 0.0, 0.0),
            "rightLowerLeg": (0.20, 0.0, 0.0),
            "leftFoot": (-0.14, 0.0, 0.0),
            "rightFoot": (-0.14, 0.0, 0.0),
        }
    )


@dataclass(frozen=True)
class Motion:
    """Name a motion and how long its cycle takes; of a walk, how far it gets by then (metres of the body's size)."""

    name: str
    pose_at: Callable[[float], Pose]
    seconds: float
    stride_m: float = 0.0


MOTIONS: Final = (
    Motion("idle", idle, 4.0),
    Motion("walk", walk, 0.62, 0.62),
    Motion("cheer", cheer, 1.3),
    Motion("wave", wave, 1.2),
    Motion("slump", slump, 3.0),
)


def _arms(
    left_down: float, left_back: float, right_down: float, right_back: float
) -> dict[str, tuple[float, float, float]]:
    """Return both upper arms: lowered from the T-pose, then swung back (negative: forward)."""
    return {"leftUpperArm": (left_back, 0.0, -left_down), "rightUpperArm": (right_back, 0.0, right_down)}


def _turn(x: float, y: float, z: float) -> Floats:
    """Return the rotation (3, 3) that turns about Z, then Y, then X."""
    (cx, cy, cz), (sx, sy, sz) = np.cos([x, y, z]), np.sin([x, y, z])
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return np.asarray(about_x @ about_y @ about_z)


def _lowest(skin: Floats) -> float:
    """Return how high the lowest point of the soles is."""
    heights = []
    for side in ("left", "right"):
        foot = INDEX[f"{side}Foot"]
        under = PLACES[foot] * (1.0, 0.0, 1.0)
        heights += [float(skin[foot, 1] @ np.append(under + point, 1.0)) for point in _SOLES]
    return min(heights)
