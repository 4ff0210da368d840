"""How knocks move the host: the head swings back and comes to rest, the neck takes a share."""

import math
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.quaternions import IDENTITY, multiply
from avatar_live.signals import Pose

Doubles = NDArray[np.float64]

KNOCKS_MAX: Final = 24
KNOCK_S: Final = 1.2
RECOIL_MAX_RAD: Final = 0.5  # many hits at once turn no head around
_RAD_PER_TWIST: Final = 5.5  # of a hit's twist about the neck, in N s m
_KNOCK_MAX_RAD: Final = 0.45
_RATE_RAD_S: Final = 15.0
_DAMPING_S: Final = 0.17
_SWING: Final = 1.7  # brings the peak of the damped swing to the turn that the hit gives
_SHARES: Final = {"head": 0.7, "neck": 0.3}


@dataclass(frozen=True, slots=True, eq=False)
class Knock:
    """Remember one hit: the turn that it gives, about an axis times radians, and when it was."""

    turn: Doubles
    at_s: float


@dataclass(slots=True)
class Recoil:
    """Add up the knocks that still swing."""

    knocks: list[Knock] = field(default_factory=list)

    def take(self, arm_m: Doubles, impulse_n_s: Doubles, now_s: float) -> None:
        """Feel an impulse (3,) that met the head `arm_m` (3,) from the neck's joint, in the stage's axes."""
        turn = _RAD_PER_TWIST * np.cross(arm_m, impulse_n_s)
        turn *= min(1.0, _KNOCK_MAX_RAD / max(float(np.linalg.norm(turn)), 1e-9))
        self.knocks = [*self.knocks, Knock(turn, now_s)][-KNOCKS_MAX:]

    def expire(self, now_s: float) -> None:
        """Forget the knocks that no longer swing."""
        self.knocks = [knock for knock in self.knocks if now_s - knock.at_s < KNOCK_S]

    def turn(self, now_s: float) -> Doubles:
        """Return how the head is turned (3,): an axis in the avatar's frame times radians."""
        total = np.zeros(3)
        for knock in self.knocks:
            age_s = now_s - knock.at_s
            if age_s > 0.0:
                total += knock.turn * math.exp(-age_s / _DAMPING_S) * math.sin(_RATE_RAD_S * age_s) * _SWING
        return total * min(1.0, RECOIL_MAX_RAD / max(float(np.linalg.norm(total)), 1e-9))


def flinched(pose: Pose, turn: Doubles) -> Pose:
    """Return the pose with its head turned on by an axis times radians (3,)."""
    angle_rad = float(np.linalg.norm(turn))
    if angle_rad < 1e-6:
        return pose
    rotations = dict(pose.rotations)
    for bone, share in _SHARES.items():
        half = share * angle_rad / 2.0
        knock = np.array([*(turn / angle_rad * math.sin(half)), math.cos(half)])
        rotations[bone] = multiply(knock, rotations.get(bone, IDENTITY))
    return replace(pose, rotations=rotations)
