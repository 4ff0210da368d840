"""Areas of an avatar's triangles, whatever its face does."""

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Primitive


def largest_areas(piece: Primitive) -> NDArray[np.float64]:
    """Return twice the area (T,) of each triangle at rest or in the shape where it is largest."""
    rest = piece.positions.astype(float)
    largest = np.zeros(len(piece.triangles))
    for moved in (np.zeros((1, 3)), *piece.morph_positions.astype(float)):
        a, b, c = ((rest + moved)[corner] for corner in piece.triangles.T)
        largest = np.maximum(largest, np.linalg.norm(np.cross(b - a, c - a), axis=1))
    return largest
