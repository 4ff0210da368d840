"""A piece of the body: a few triangles of one colour on one or two bones."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from .skeleton import INDEX, Floats

Whole = NDArray[np.int64]

SLOTS: Final = ("skin", "hair", "shirt", "trousers", "accent", "shoes", "ink", "white", "blush")
PARTS: Final = ("body", "shell", "tuft", "bob", "buns", "tails", "cap", "beanie", "ears", "scarf", "cape", "bag")
MORPHS: Final = ("blink", "aa", "happy")


@dataclass(frozen=True, eq=False)
class Piece:
    """Hold V vertices and T triangles, counter-clockwise from outside; `slot` names its colour, `part` when it is worn.

    `bones` name one or two bones, `share` (V,) is how far the second one leads; `morphs` are displacements (V, 3).
    """

    positions: Floats
    triangles: Whole
    slot: str
    part: str = "body"
    bones: tuple[str, str] = ("head", "head")
    share: Floats | float = 0.0
    morphs: dict[str, Floats] = field(default_factory=dict)

    def moved(self, x: float, y: float, z: float) -> Self:
        """Return the piece shifted."""
        return replace(self, positions=self.positions + np.array([x, y, z]))

    def turned(self, turn: Floats) -> Self:
        """Return the piece turned by a (3, 3) rotation about the origin."""
        return replace(self, positions=self.positions @ turn.T)

    def mirrored(self) -> Self:
        """Return the piece on the other side, its left bones made right ones."""
        first, second = (name.replace("left", "right") for name in self.bones)
        flip = np.array([-1.0, 1.0, 1.0])
        return replace(
            self,
            positions=self.positions * flip,
            triangles=self.triangles[:, ::-1],
            bones=(first, second),
            morphs={name: moves * flip for name, moves in self.morphs.items()},
        )

    def normals(self) -> Floats:
        """Return unit normals (V, 3), averaged over the triangles, larger ones counting more."""
        a, b, c = (self.positions[self.triangles[:, k]] for k in range(3))
        face = np.cross(b - a, c - a)
        total = np.zeros_like(self.positions)
        for corner in range(3):
            np.add.at(total, self.triangles[:, corner], face)
        return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12))

    def joints(self) -> tuple[int, int]:
        """Return the two bones' places in the skeleton."""
        return INDEX[self.bones[0]], INDEX[self.bones[1]]

    def shares(self) -> Floats:
        """Return how far (V,) the second bone leads."""
        return np.broadcast_to(np.asarray(self.share, float), len(self.positions)).copy()


def loft(
    rings: Floats, slot: str, ends: tuple[Floats | None, Floats | None], offset: Sequence[float] = (0.0, 0.0, 0.0)
) -> Piece:
    """Return a skin over rings (R, N, 3) that run counter-clockwise seen from the first ring's side.

    `ends` close it with a point before the first and behind the last ring, shifted by `offset`; None leaves it open.
    """
    rows, columns = rings.shape[:2]
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns)[None, :]).ravel()
    beside = (np.arange(rows - 1)[:, None] * columns + (np.arange(columns)[None, :] + 1) % columns).ravel()
    triangles = [
        np.stack([first, first + columns, beside + columns], axis=1),
        np.stack([first, beside + columns, beside], axis=1),
    ]
    positions = [rings.reshape(-1, 3)]
    spoke, count = np.arange(columns), rows * columns
    for end, start, is_first in ((ends[0], 0, True), (ends[1], count - columns, False)):
        if end is None:
            continue
        tip = np.full(columns, sum(len(part) for part in positions))
        positions.append((end + np.asarray(offset))[None])
        rim = start + spoke, start + (spoke + 1) % columns
        triangles.append(np.stack([tip, *(rim if is_first else rim[::-1])], axis=1))
    return Piece(np.concatenate(positions), np.concatenate(triangles), slot)


def strip(upper: Floats, lower: Floats, slot: str) -> Piece:
    """Return a band between two lines (N, 3) from the body's right to its left, seen from the front."""
    count = len(upper)
    k = np.arange(count - 1)
    triangles = np.concatenate(
        [np.stack([k, k + count, k + count + 1], axis=1), np.stack([k, k + count + 1, k + 1], axis=1)]
    )
    return Piece(np.concatenate([upper, lower]), triangles, slot)
