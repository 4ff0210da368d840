"""The small network of ours that says what the official face model would: the product of `assets/shape_maker`."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from avatar_live.tracking.net_file import opened_net, save_net

FACE_NET: Final = Path(__file__).parents[2] / "assets" / "models" / "face_shapes.npz"

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FaceNet:
    """Hold the `points` that go in (k,), `centre` and `spread` (2k,) of their places, layers of (out, in) and (out,).

    `is_better` (52,) marks the shapes that it reads better than plain geometry does, on people it has not seen.
    """

    points: NDArray[np.int64]
    centre: Floats
    spread: Floats
    layers: tuple[tuple[Floats, Floats], ...]
    is_better: NDArray[np.bool_]

    def weights(self, landmarks: Floats) -> Floats:
        """Return (52,) weights 0..1 for (478, 3) landmarks in pixels."""
        places = without_place_and_size(landmarks[self.points, :2])
        values = (places.reshape(-1) - self.centre) / self.spread
        *hidden, (slopes, offsets) = self.layers
        for slope, offset in hidden:
            sums = slope @ values + offset
            values = sums * _sigmoid(sums)
        return _sigmoid(slopes @ values + offsets)

    def save(self, path: Path, recipe: str) -> None:
        """Write the network with the fingerprint of what it was made by; the same bytes for the same network."""
        arrays: dict[str, NDArray[np.generic]] = {
            "points": self.points.astype(np.int16),
            "centre": self.centre.astype(np.float32),
            "spread": self.spread.astype(np.float32),
            "is_better": self.is_better,
        }
        save_net(path, recipe, arrays, self.layers)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the network. Raises ModelError when the file is missing or another one."""
        with opened_net(path) as (file, layers):
            points, is_better = file["points"].astype(np.int64), file["is_better"].astype(np.bool_)
            return cls(points, file["centre"], file["spread"], layers, is_better)


def without_place_and_size(points: Floats) -> Floats:
    """Return (..., k, 2) points around their middle, on average 1 away from it."""
    around = points - points.mean(axis=-2, keepdims=True)
    away = np.sqrt((around * around).sum(axis=-1)).mean(axis=-1)
    return np.asarray(around / away[..., None, None], np.float32)


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * values), np.float32)


@functools.cache
def face_net() -> FaceNet:
    """Return the network that comes with this program, read once. Raises ModelError."""
    return FaceNet.load(FACE_NET)
