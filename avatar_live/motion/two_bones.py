"""Reach a point with two bones and a hinge between them, as arms do and legs: the bend lies where a hint says."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.bridge import smoothstep

Doubles = NDArray[np.float64]

REACH_MAX = 0.998  # of both bones' length: fully straight they have no direction to bend
STRAIGHT_SINE, BENT_SINE = 0.12, 0.45  # bend between which the hinge's direction becomes readable


def reach(
    goal_m: Doubles, hint_m: Doubles, otherwise: Sequence[Doubles], upper_m: float, lower_m: float
) -> tuple[Doubles, Doubles]:
    """Return unit directions of the upper and the lower bone that reach `goal_m` with the joint on the hint's side.

    Where the hint lies along the goal, the first of `otherwise` that does not is taken; no goal may lie along all of
    them.
    """
    distance_m = math.sqrt(float(goal_m @ goal_m))
    axis = goal_m / distance_m if distance_m > quat.TINY else np.array([0.0, -1.0, 0.0])
    reach_m = (upper_m + lower_m) * REACH_MAX
    nearest_m = abs(upper_m - lower_m) + 0.02 * reach_m
    distance_m = min(max(distance_m, nearest_m), reach_m)
    pole = next(side for side in (_across(towards, axis) for towards in (hint_m, *otherwise)) if side is not None)
    cosine = (upper_m**2 + distance_m**2 - lower_m**2) / (2.0 * upper_m * distance_m)
    cosine = min(1.0, max(-1.0, cosine))
    joint = upper_m * (cosine * axis + math.sqrt(1.0 - cosine**2) * pole)
    lower = distance_m * axis - joint
    return joint / upper_m, lower / math.sqrt(float(lower @ lower))


def hinge_twist(swing: Doubles, hinge: Doubles, upper: Doubles, lower: Doubles, twist_rad_max: float) -> float:
    """Return how far the hinge is turned about the upper bone, in radians; 0 where straight bones hide it.

    `swing` turns the upper bone from rest, and `hinge` (3,) is the axis about which the joint bends at rest.
    """
    natural_hinge = quat.rotate(swing, hinge)
    seen_hinge = quat.cross(upper, lower)
    sine = math.sqrt(float(seen_hinge @ seen_hinge))
    angle = math.atan2(float(quat.cross(natural_hinge, seen_hinge) @ upper), float(natural_hinge @ seen_hinge))
    return quat.folded(angle, twist_rad_max) * smoothstep(STRAIGHT_SINE, BENT_SINE, sine)


def swing_to(along: Doubles, direction: Doubles, root: Doubles) -> Doubles:
    """Return the shortest turn of a bone that lies `along` in what is turned by `root` to a direction in space."""
    return quat.multiply(root, quat.between(along, quat.rotate(quat.inverse(root), direction)))


def _across(v: Doubles, axis: Doubles) -> Doubles | None:
    """Return the unit part of `v` that is perpendicular to `axis`, or None where there is none."""
    rest = v - (v @ axis) * axis
    length = math.sqrt(float(rest @ rest))
    return rest / length if length > 0.02 else None
