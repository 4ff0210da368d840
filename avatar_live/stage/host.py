"""The host as a prop meets it: head, body and arms in the stage's space, from a posture."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Posture
from avatar_live.stage.fit import Fit
from avatar_live.stage.skull import Skull

Doubles = NDArray[np.float64]

# Capsules along the body: from bone, to bone, thickness in the skull's radii.
LIMBS: Final = {
    "torso": ("hips", "neck", 0.62),
    "left arm": ("leftUpperArm", "leftLowerArm", 0.3),
    "right arm": ("rightUpperArm", "rightLowerArm", 0.3),
    "left forearm": ("leftLowerArm", "leftHand", 0.26),
    "right forearm": ("rightLowerArm", "rightHand", 0.26),
}


@dataclass(frozen=True, slots=True, eq=False)
class Limb:
    """Place a capsule by its two ends (3,)."""

    low_m: Doubles
    high_m: Doubles
    radius_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Host:
    """Hold the head bone's (4, 4) pose, its size included, the skull in it, and the limbs that are known."""

    head: Doubles
    skull: Skull
    eyes_m: Doubles
    limbs: Mapping[str, Limb] = field(default_factory=dict)

    @property
    def head_size(self) -> float:
        """How many metres of the stage one of the skull's measures."""
        return float(np.cbrt(abs(np.linalg.det(self.head[:3, :3]))))

    @property
    def middle_m(self) -> Doubles:
        """The middle of the skull (3,)."""
        middle: Doubles = self.head[:3, :3] @ self.skull.center + self.head[:3, 3]
        return middle

    @property
    def radius_m(self) -> float:
        """The radius of the skull on the stage."""
        return self.skull.radius_m * self.head_size

    def in_head(self, point_m: Doubles) -> Doubles:
        """Return where a point (3,) of the stage is in the head's frame; in a head without any size, at its joint."""
        place: Doubles = np.linalg.pinv(self.head[:3, :3]) @ (point_m - self.head[:3, 3])
        return place


def host_of(posture: Posture, fit: Fit, skull: Skull) -> Host:
    """Return where the host is."""
    thickness_m = skull.radius_m * fit.scale
    limbs = {
        name: Limb(fit.point(posture.bones[low][:3, 3]), fit.point(posture.bones[high][:3, 3]), share * thickness_m)
        for name, (low, high, share) in LIMBS.items()
        if low in posture.bones and high in posture.bones
    }
    return Host(fit.pose(posture.head), skull, fit.point(posture.eyes_m), limbs)
