"""A piece of the body: a few triangles of one colour on one or two bones, and the forms that pieces have."""

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


@dataclass(frozen=True)
class Chisel:
    """Cut forms out of so many corners, or, where `fineness` is below 1, of as many fewer."""

    fineness: float = 1.0

    def corners(self, count: int, least: int = 5) -> int:
        """Return how many corners there are instead of `count`."""
        return max(min(count, least), round(self.fineness * count))

    def ball(self, center: Sequence[float], radii: Sequence[float], around: int, along: int, slot: str) -> Piece:
        """Return an ellipsoid with its poles on Y, `around` columns and `along` bands."""
        return ball(center, radii, self.corners(around), self.corners(along, 3), slot)

    def ring(self, y: float, radius_x: float, radius_z: float, around: int) -> Floats:
        """Return a level ring (around, 3), counter-clockwise seen from above."""
        turn = np.linspace(0.0, 2.0 * np.pi, self.corners(around), endpoint=False)
        return np.stack([radius_x * np.sin(turn), np.full(len(turn), y), radius_z * np.cos(turn)], axis=1)

    def tube(
        self, places: Sequence[Sequence[float]], radii: Sequence[Sequence[float]], around: int, slot: str
    ) -> Piece:
        """Return a bar along +X or downwards along Y; `radii` are (in the plane's first, second axis)."""
        return tube(places, radii, self.corners(around), slot)


def ball(center: Sequence[float], radii: Sequence[float], around: int, along: int, slot: str) -> Piece:
    """Return an ellipsoid with its poles on Y, `around` columns and `along` bands."""
    angle = np.linspace(0.0, np.pi, along + 1)[1:-1]
    rings = np.stack([np.sin(angle), np.cos(angle)], axis=1)  # from the top down
    turn = np.linspace(0.0, 2.0 * np.pi, around, endpoint=False)
    shell = np.stack(
        [
            rings[:, :1] * np.sin(turn),
            np.broadcast_to(rings[:, 1:], (len(rings), around)),
            rings[:, :1] * np.cos(turn),
        ],
        axis=-1,
    )
    return loft(shell * radii + center, slot, (np.array([0, radii[1], 0]), np.array([0, -radii[1], 0])), center)


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


def tube(places: Sequence[Sequence[float]], radii: Sequence[Sequence[float]], around: int, slot: str) -> Piece:
    """Return a bar along +X or downwards along Y through `places`; `radii` are (in the plane's first, second axis)."""
    line, widths = np.asarray(places, float), np.asarray(radii, float)
    turn = np.linspace(0.0, 2.0 * np.pi, around, endpoint=False)
    is_upright = np.ptp(line[:, 1]) > np.ptp(line[:, 0])
    across, ahead = ((0, 1.0), (2, 1.0)) if is_upright else ((2, -1.0), (1, 1.0))
    ring = np.zeros((len(line), around, 3))
    ring[..., across[0]] = across[1] * widths[:, :1] * np.sin(turn)
    ring[..., ahead[0]] = ahead[1] * widths[:, 1:] * np.cos(turn)
    rings = ring + line[:, None]
    return loft(rings, slot, (line[0], line[-1]))


def strip(upper: Floats, lower: Floats, slot: str) -> Piece:
    """Return a band between two lines (N, 3) from the body's right to its left, seen from the front."""
    count = len(upper)
    k = np.arange(count - 1)
    triangles = np.concatenate(
        [np.stack([k, k + count, k + count + 1], axis=1), np.stack([k, k + count + 1, k + 1], axis=1)]
    )
    return Piece(np.concatenate([upper, lower]), triangles, slot)
