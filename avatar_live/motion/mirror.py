"""The one place that decides left and right.

Everything before this file is in the person's space: +X is the person's left, +Y up, +Z towards the camera; the
person's left arm moves bones named left. Without mirroring the avatar does exactly that, and a viewer, who faces it,
sees what an unmirrored camera picture shows.

With mirroring the avatar is a mirror image, as streamers know it from every camera preview: who turns the head to their
own left sees the avatar turn to its own right, towards the same side of the screen that a mirror would show; who raises
the left hand raises the avatar's right one. Reflecting at the plane x = 0 swaps left and right names and turns a
rotation (x, y, z, w) into (x, -y, -z, w).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion.skeleton import BONES, ROW, other_side
from avatar_live.signals import ARKIT_SHAPES

Doubles = NDArray[np.float64]


def _other_shape(name: str) -> str:
    if name.endswith("Left"):
        return name[:-4] + "Right"
    return name[:-5] + "Left" if name.endswith("Right") else name


_BONE_PARTNERS: Final = np.array([ROW[other_side(name)] for name in BONES])
_SHAPE_PARTNERS: Final = np.array([ARKIT_SHAPES.index(_other_shape(name)) for name in ARKIT_SHAPES])
_REFLECTED: Final = np.array([1.0, -1.0, -1.0, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Hold a pose as arrays: `rotations` (bones, 4), `shapes` (52,), `gaze` (yaw, pitch), `hips_m` (3,)."""

    rotations: Doubles
    shapes: Doubles
    gaze: Doubles
    hips_m: Doubles


def mirrored(motion: Motion) -> Motion:
    """Return the mirror image; twice is the motion itself."""
    return Motion(
        motion.rotations[_BONE_PARTNERS] * _REFLECTED,
        motion.shapes[_SHAPE_PARTNERS],
        motion.gaze * (-1.0, 1.0),
        motion.hips_m * (-1.0, 1.0, 1.0),
    )
