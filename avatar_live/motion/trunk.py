"""Spread the turns of torso and head over the bones of spine and neck."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.skeleton import rows

Doubles = NDArray[np.float64]

SPINE_SHARES: Final = (0.35, 0.35, 0.30)  # of the torso's turn for spine, chest, upper chest
NECK_SHARE = 0.45  # of the head's turn on the torso
NECK_RAD_MAX = math.radians(80.0)

_SPINE = rows("spine", "chest", "upperChest")
_HIPS, _NECK, _HEAD = (int(row) for row in rows("hips", "neck", "head"))
_CHEST_CHAIN = rows("hips", "spine", "chest", "upperChest")


def bend_trunk(rotations: Doubles, torso: Doubles, head: Doubles) -> None:
    """Write local rotations (bones, 4) of spine and neck for a torso and a head so turned in space, on these hips."""
    lean = quat.to_rotation_vector(quat.multiply(quat.inverse(rotations[_HIPS]), torso))
    rotations[_SPINE] = quat.from_rotation_vector(lean * np.array(SPINE_SHARES)[:, None])
    on_torso = quat.to_rotation_vector(quat.multiply(quat.inverse(torso), head))
    angle = math.sqrt(float(on_torso @ on_torso))
    on_torso = on_torso * min(1.0, NECK_RAD_MAX / max(angle, quat.TINY))
    rotations[_NECK] = quat.from_rotation_vector(on_torso * NECK_SHARE)
    rotations[_HEAD] = quat.from_rotation_vector(on_torso * (1.0 - NECK_SHARE))


def chest_of(rotations: Doubles) -> Doubles:
    """Return the chest's rotation in space."""
    hips, spine, chest, upper_chest = rotations[_CHEST_CHAIN]
    return quat.multiply(quat.multiply(hips, spine), quat.multiply(chest, upper_chest))


def head_of(rotations: Doubles) -> Doubles:
    """Return the head's rotation in space."""
    return quat.multiply(chest_of(rotations), quat.multiply(rotations[_NECK], rotations[_HEAD]))
