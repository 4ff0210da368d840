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

Doubles = NDArray[np.float64]

REACH_MAX = 0.998  # of the arm's length: a fully straight arm has no elbow direction
ELBOW_TWIST_RAD_MAX = math.radians(110.0)  # how far the elbow's hinge turns from where the upper arm alone puts it
STRAIGHT_SINE, BENT_SINE = 0.12, 0.45  # bend between which the hinge's direction becomes readable
SHRUG_RAD_MAX = math.radians(18.0)  # the collar bone's share of a raised arm
BODY_HALF_WIDTH_M, BODY_DEPTH_M, SHOULDER_X_M = 0.11, 0.13, 0.17
HEAD_HALF_WIDTH_M, HEAD_DEPTH_M = 0.10, 0.14
MARGIN_M = 0.06  # width of the soft edge around the body

REST_DOWN_RAD = math.radians(71.0)  # upper arms beside the body, clear of a coat or skirt
REST_FORWARD_RAD = math.radians(5.0)
REST_ELBOW_RAD = math.radians(16.0)

_UP: Final = np.array([0.0, 1.0, 0.0])
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
    distance_m = math.sqrt(float(wrist_m @ wrist_m))
    axis = wrist_m / distance_m if distance_m > quat.TINY else -_UP
    reach_m = (upper_m + lower_m) * REACH_MAX
    nearest_m = abs(upper_m - lower_m) + 0.02 * reach_m
    distance_m = min(max(distance_m, nearest_m), reach_m)
    sides = (_across(towards, axis) for towards in (elbow_hint_m, _ELBOW_HANGS, _ASIDE))
    pole = next(side for side in sides if side is not None)  # no axis is parallel to both of the last two
    cosine = (upper_m**2 + distance_m**2 - lower_m**2) / (2.0 * upper_m * distance_m)
    cosine = min(1.0, max(-1.0, cosine))
    elbow = upper_m * (cosine * axis + math.sqrt(1.0 - cosine**2) * pole)
    forearm = distance_m * axis - elbow
    return elbow / upper_m, forearm / math.sqrt(float(forearm @ forearm))


def elbow_twist(side: Side, upper: Doubles, lower: Doubles, chest: Doubles) -> float:
    """Return how far the elbow's hinge is turned about the upper arm, in radians; 0 where a straight arm hides it."""
    natural_hinge = quat.rotate(_swing_in_space(side, upper, chest), side.hinge)
    seen_hinge = quat.cross(upper, lower)
    sine = math.sqrt(float(seen_hinge @ seen_hinge))
    angle = math.atan2(float(quat.cross(natural_hinge, seen_hinge) @ upper), float(natural_hinge @ seen_hinge))
    return quat.folded(angle, ELBOW_TWIST_RAD_MAX) * smoothstep(STRAIGHT_SINE, BENT_SINE, sine)


def turn_arm(side: Side, upper: Doubles, lower: Doubles, chest: Doubles, twist_rad: float) -> ArmTurns:
    """Return rotations that point the arm along unit directions in space, on a chest turned by `chest`.

    `twist_rad` turns the upper arm about itself; `elbow_twist` says how far makes the elbow bend as elbows do.
    """
    in_chest = quat.rotate(quat.inverse(chest), upper)
    shrug = quat.about(2, side.sign * SHRUG_RAD_MAX * smoothstep(-0.2, 1.0, float(in_chest[1])))
    shoulder_in_space = quat.multiply(chest, shrug)
    twist = quat.from_rotation_vector(upper * twist_rad)
    upper_in_space = quat.multiply(twist, _swing_in_space(side, upper, chest))
    bend = quat.between(side.along, quat.rotate(quat.inverse(upper_in_space), lower))
    return ArmTurns(
        shoulder=shrug,
        upper=quat.normalized(quat.multiply(quat.inverse(shoulder_in_space), upper_in_space)),
        lower=bend,
        lower_in_space=quat.normalized(quat.multiply(upper_in_space, bend)),
    )


def _swing_in_space(side: Side, upper: Doubles, chest: Doubles) -> Doubles:
    """Return the shortest turn of the T-pose's arm on its chest to the direction `upper`."""
    return quat.multiply(chest, quat.between(side.along, quat.rotate(quat.inverse(chest), upper)))


def _across(v: Doubles, axis: Doubles) -> Doubles | None:
    """Return the unit part of `v` that is perpendicular to `axis`, or None where there is none."""
    rest = v - (v @ axis) * axis
    length = math.sqrt(float(rest @ rest))
    return rest / length if length > 0.02 else None
