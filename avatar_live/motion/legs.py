"""Pose a leg of an avatar of any build so that its foot is where it is told: two-bone IK with the knee as a hint.

Places are in the person's space (+X their left, +Y up, +Z towards the camera), metres above the avatar's floor.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.two_bones import hinge_twist, reach, swing_to

Doubles = NDArray[np.float64]

LEG_BONES: Final = ("UpperLeg", "LowerLeg", "Foot", "Toes")
KNEE_TWIST_RAD_MAX = math.radians(40.0)
KNEE_FORWARD = 0.12  # of the leg's length, by which every knee is taken to be further forward than it seems: straight
# legs have no other direction to bend

_FORWARD: Final = np.array([0.0, 0.0, 1.0])
_UP: Final = np.array([0.0, 1.0, 0.0])
_HINGE: Final = np.array([1.0, 0.0, 0.0])  # a knee bends backwards about it
_OTHER_SIDE: Final = np.array([-1.0, 1.0, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class Build:
    """Hold where the joints (3,) of an avatar's hips and left leg are at rest; the right leg is its mirror image."""

    hips_m: Doubles
    hip_m: Doubles
    knee_m: Doubles
    ankle_m: Doubles

    @property
    def upper_m(self) -> float:
        """Return the upper leg's length."""
        return float(np.linalg.norm(self.knee_m - self.hip_m))

    @property
    def lower_m(self) -> float:
        """Return the lower leg's length."""
        return float(np.linalg.norm(self.ankle_m - self.knee_m))

    @property
    def leg_m(self) -> float:
        """Return the whole leg's length."""
        return self.upper_m + self.lower_m

    def hip_on_hips(self, sign: float) -> Doubles:
        """Return the hip joint's place (3,) from the hips' bone, `sign` +1 for the left one."""
        return _sided(self.hip_m - self.hips_m, sign)


ADULT: Final = Build(
    np.array([0.0, 0.92, 0.0]), np.array([0.09, 0.88, 0.0]), np.array([0.09, 0.48, 0.01]), np.array([0.09, 0.08, -0.02])
)


def turn_leg(
    build: Build, sign: float, hips: Doubles, hip_m: Doubles, ankle_m: Doubles, knee_hint: Doubles, foot: Doubles
) -> Doubles:
    """Return local rotations (4, 4) of `LEG_BONES` that bring the ankle to `ankle_m` and turn the foot as in space.

    `hips` (4,) and `hip_m` (3,) are the hips' rotation and the hip joint's place, `knee_hint` (3,) points from the hip
    to the knee, `sign` is +1 for the left leg.
    """
    along_upper = _unit(_sided(build.knee_m - build.hip_m, sign))
    along_lower = _unit(_sided(build.ankle_m - build.knee_m, sign))
    forward = quat.rotate(hips, _FORWARD)
    hint = knee_hint + KNEE_FORWARD * build.leg_m * forward
    upper, lower = reach(ankle_m - hip_m, hint, (forward, _UP), build.upper_m, build.lower_m)
    swing = swing_to(along_upper, upper, hips)
    twist_rad = hinge_twist(swing, _HINGE, upper, lower, KNEE_TWIST_RAD_MAX)
    upper_in_space = quat.multiply(quat.from_rotation_vector(upper * twist_rad), swing)
    bend = quat.between(along_lower, quat.rotate(quat.inverse(upper_in_space), lower))
    lower_in_space = quat.multiply(upper_in_space, bend)
    turns = np.empty((len(LEG_BONES), 4))
    turns[0] = quat.multiply(quat.inverse(hips), upper_in_space)
    turns[1] = bend
    turns[2] = quat.multiply(quat.inverse(lower_in_space), foot)
    turns[3] = quat.IDENTITY
    return turns


def _sided(v: Doubles, sign: float) -> Doubles:
    return v if sign > 0.0 else v * _OTHER_SIDE


def _unit(v: Doubles) -> Doubles:
    length = math.sqrt(float(v @ v))
    return v / length if length > quat.TINY else -_UP
