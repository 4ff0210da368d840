"""Morph targets of one primitive, kept small: most shapes move a few hundred vertices of thousands.

The moving vertices are sorted by height, so that what a shape moves (a mouth, an eye) lies together, and each target
is one plain run of them. Summing 40 shapes of a face costs 0.1 ms; adding up scattered rows cost 1.1 ms, and the sum
in the shader 3 ms on software OpenGL, because every pass over a vertex sums again.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Floats, Primitive

_WEIGHT_LEAST: Final = 1e-4
_MOVE_LEAST: Final = 1e-7


class Morphs:
    """Hold M targets of V vertices; `offsets` (V, 2, 4) is what the shader reads: position and normal, padded."""

    def __init__(self, primitive: Primitive) -> None:
        self._places = primitive.morphs
        moved = _moved(primitive)
        self._is_used = moved.any(axis=1)
        rows = np.flatnonzero(moved.any(axis=0))
        self._rows = rows[np.argsort(primitive.positions[rows, 1], kind="stable")]
        self._sum = np.zeros(len(self._rows) * 6, np.float32)
        self._runs = [
            _run(touched, moves, turns, self._sum)
            for touched, moves, turns in zip(
                moved[:, self._rows],
                primitive.morph_positions[:, self._rows],
                primitive.morph_normals[:, self._rows],
                strict=True,
            )
        ]
        self._weights = np.zeros(len(self._places), np.float32)
        self.offsets = np.zeros((len(primitive.positions), 2, 4), np.float32)

    def take(self, morph_weights: Floats) -> bool:
        """Sum the targets by the posture's weights (all of the avatar's); return whether `offsets` changed."""
        weights = morph_weights[self._places]
        if np.array_equal(weights, self._weights):
            return False
        self._weights = weights
        self._sum.fill(0.0)
        for index in np.flatnonzero(self._is_used & (np.abs(weights) > _WEIGHT_LEAST)).tolist():
            deltas, place = self._runs[index]
            cv2.scaleAdd(deltas, float(weights[index]), place, place)
        self.offsets[self._rows, :, :3] = self._sum.reshape(-1, 2, 3)
        return True


def _moved(primitive: Primitive) -> NDArray[np.bool_]:
    """Return which vertices (M, V) each target moves or turns."""
    moves, turns = primitive.morph_positions, primitive.morph_normals
    squares = np.einsum("mvk,mvk->mv", moves, moves) + np.einsum("mvk,mvk->mv", turns, turns)
    return np.asarray(squares > _MOVE_LEAST * _MOVE_LEAST)


def _run(touched: NDArray[np.bool_], moves: Floats, turns: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Return the deltas (n * 6,) of a target's run of moving vertices, zero between those it moves, and their sums."""
    places = np.flatnonzero(touched)
    start, end = (int(places[0]), int(places[-1]) + 1) if len(places) else (0, 0)
    deltas = np.stack([moves[start:end], turns[start:end]], axis=1).astype(np.float32)
    return deltas.ravel(), total[start * 6 : end * 6]
