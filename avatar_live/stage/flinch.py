"""How a knock moves the host: the head takes most of it, the neck the rest."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.quaternions import IDENTITY, multiply
from avatar_live.signals import Pose

_SHARES: Final = {"head": 0.7, "neck": 0.3}


def flinched(pose: Pose, yaw_rad: float, pitch_rad: float, roll_rad: float) -> Pose:
    """Return the pose with its head turned on by yaw (to its left), pitch (up) and roll (to its left)."""
    if yaw_rad == 0.0 and pitch_rad == 0.0 and roll_rad == 0.0:
        return pose
    rotations = dict(pose.rotations)
    for bone, share in _SHARES.items():
        knock = multiply(_turn(1, yaw_rad * share), multiply(_turn(0, -pitch_rad * share), _turn(2, -roll_rad * share)))
        rotations[bone] = multiply(knock, rotations.get(bone, IDENTITY))
    return replace(pose, rotations=rotations)


def _turn(axis: int, angle_rad: float) -> NDArray[np.float64]:
    rotation = np.zeros(4)
    rotation[axis], rotation[3] = np.sin(angle_rad / 2.0), np.cos(angle_rad / 2.0)
    return rotation
