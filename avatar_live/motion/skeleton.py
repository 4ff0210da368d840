"""The humanoid's bones as rows of an array, so that blending touches all of them at once."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.signals import HUMANOID_BONES

Doubles = NDArray[np.float64]

# Gaze turns the eyes and the jaw is a face shape, so neither has a row.
BONES: Final = tuple(name for name in HUMANOID_BONES if name not in ("leftEye", "rightEye", "jaw"))
ROW: Final = {name: row for row, name in enumerate(BONES)}
SIDES: Final = ("left", "right")


def other_side(name: str) -> str:
    """Return the bone across the body's middle; a middle bone is its own."""
    if name.startswith("left"):
        return "right" + name[4:]
    return "left" + name[5:] if name.startswith("right") else name


def rows(*names: str) -> NDArray[np.intp]:
    """Return the rows of the named bones."""
    return np.array([ROW[name] for name in names])


def standing() -> Doubles:
    """Return (bones, 4) identities: the T-pose."""
    pose = np.zeros((len(BONES), 4))
    pose[:, 3] = 1.0
    return pose
