"""Pose an arm so that the avatar's hand is where the person's is: two-bone IK with the seen elbow as a hint.

Points are in the person's space (+X their left, +Y up, +Z towards the camera), metres from the shoulder. The T-pose's
left arm lies along +X, palms down, so an elbow bends forward about -Y on the left and about +Y on the right.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.bridge import smoothstep
from avatar_live.motion.two_bones import hinge_twist, reach, swing_to

Doubles = NDArray[np.float64]

ELBOW_TWIST_RAD_MAX = math.radians(110.0)  # how far the elbow's hinge turns from where the upper arm alone puts it
SHRUG_RAD_MAX = math.radians(18.0)  # the collar bone's share of a raised arm
BODY_HALF_WIDTH_M, BODY_DEPTH_M, SHOULDER_X_M = 0.11, 0.13, 0.17
HEAD_HALF_WIDTH_M, HEAD_DEPTH_M = 0.10, 0.14
MARGIN_M = 0.06  # width of the soft edge around the body

REST_DOWN_RAD = math.radians(71.0)  # upper arms beside the body, clear of a coat or skirt
REST_FORWARD_RAD = math.radians(5.0)
REST_ELBOW_RAD = math.radians(16.0)

_ELBOW_HANGS: Final = np.array([0.0, -1.0, -0.5])
_ASIDE: Final = np.array([1.0, 0.0, 0.0])


@dataclass(frozen=True, slots=True)
class Side:
    """Say what differs between the arms: `sign` is +1 on the left, whose arm lies along +X."""

    name: str
    sign: float

    @property
    def along(self) -> Doubles:
        """Return the arm's direction in the T-pose."""
        return np.array([self.sign, 0.0, 0.0])

    @property
    def hinge(self) -> Doubles:
        """Return the axis about which the T-pose's elbow bends forward."""
        return np.array([0.0, -self.sign, 0.0])


LEFT, RIGHT = Side("left", 1.0), Side("right", -1.0)


@dataclass(frozen=True, slots=True, eq=False)
class ArmTurns:
    """Hold local rotations of collar bone, upper and lower arm, and the lower arm's rotation in the person's space."""

    shoulder: Doubles
    upper: Doubles
    lower: Doubles
    lower_in_space: Doubles


def resting_arm(side: Side) -> tuple[Doubles, Doubles, Doubles]:
    """Return local rotations of collar bone, upper and lower arm hanging loosely."""
    down = quat.about(2, -side.sign * REST_DOWN_RAD)
    forward = quat.about(0, -REST_FORWARD_RAD)
    return quat.IDENTITY, quat.multiply(forward, down), quat.about(1, -side.sign * REST_ELBOW_RAD)


def keep_off_body(side: Side, wrist_m: Doubles) -> Doubles:
    """Bring a wrist that depth noise put into the chest or the head out in front of it."""
    across = abs(wrist_m[0] + side.sign * SHOULDER_X_M)
    is_at_head = smoothstep(0.0, 0.08, float(wrist_m[1]))
    half_width = BODY_HALF_WIDTH_M + (HEAD_HALF_WIDTH_M - BODY_HALF_WIDTH_M) * is_at_head
    depth = BODY_DEPTH_M + (HEAD_DEPTH_M - BODY_DEPTH_M) * is_at_head
    inside = 1.0 - smoothstep(half_width, half_width + MARGIN_M, float(across))
    least_z = wrist_m[2] + (depth - wrist_m[2]) * inside
    return np.array([wrist_m[0], wrist_m[1], max(wrist_m[2], least_z)])


def place_elbow(wrist_m: Doubles, elbow_hint_m: Doubles, upper_m: float, lower_m: float) -> tuple[Doubles, Doubles]:
    """Return unit directions of upper and lower arm that reach `wrist_m` with the elbow on the hint's side."""
    # No way to a wrist is parallel to both of the last two.
    return reach(wrist_m, elbow_hint_m, (_ELBOW_HANGS, _ASIDE), upper_m, lower_m)


def elbow_twist(side: Side, upper: Doubles, lower: Doubles, chest: Doubles) -> float:
    """Return how far the elbow's hinge is turned about the upper arm, in radians; 0 where a straight arm hides it."""
    return hinge_twist(swing_to(side.along, upper, chest), side.hinge, upper, lower, ELBOW_TWIST_RAD_MAX)


def turn_arm(side: Side, upper: Doubles, lower: Doubles, chest: Doubles, twist_rad: float) -> ArmTurns:
    """Return rotations that point the arm along unit directions in space, on a chest turned by `chest`.

    `twist_rad` turns the upper arm about itself; `elbow_twist` says how far makes the elbow bend as elbows do.
    """
    in_chest = quat.rotate(quat.inverse(chest), upper)
    shrug = quat.about(2, side.sign * SHRUG_RAD_MAX * smoothstep(-0.2, 1.0, float(in_chest[1])))
    shoulder_in_space = quat.multiply(chest, shrug)
    twist = quat.from_rotation_vector(upper * twist_rad)
    upper_in_space = quat.multiply(twist, swing_to(side.along, upper, chest))
    bend = quat.between(side.along, quat.rotate(quat.inverse(upper_in_space), lower))
    return ArmTurns(
        shoulder=shrug,
        upper=quat.normalized(quat.multiply(quat.inverse(shoulder_in_space), upper_in_space)),
        lower=bend,
        lower_in_space=quat.normalized(quat.multiply(upper_in_space, bend)),
    )
