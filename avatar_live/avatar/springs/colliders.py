"""What stops springs: spheres and capsules from outside or inside, and planes.

https://github.com/vrm-c/vrm-specification/tree/master/specification: VRMC_springBone-1.0 and
VRMC_springBone_extended_collider-1.0 (reference implementations)
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Avatar, Doubles
from avatar_live.avatar.springs.chains import Joint, carriers_of, link_between

WIDTH: Final = 10  # numbers that place a collider: start, end, normal, radius

_NEAR_M: Final = 1e-9
_NEAR_M2: Final = _NEAR_M * _NEAR_M


class Placed:
    """Hold colliders as they stand at one time, from rows (c, WIDTH) that `Colliders.place` has written.

    `heights` (c,) are the planes' along their normals.
    """

    __slots__ = ("axes", "beside", "heights", "normals", "points", "radii", "squares", "starts")

    def __init__(self, rows: Doubles) -> None:
        self.starts, self.normals, self.radii = rows[:, 0:3], rows[:, 6:9], rows[:, 9]
        self.axes = rows[:, 3:6] - self.starts
        self.squares = np.vecdot(self.axes, self.axes)
        self.points = np.vecdot(self.starts, self.starts)
        self.beside = np.vecdot(self.starts, self.axes)
        self.heights = np.vecdot(self.starts, self.normals)


class Colliders:
    """Place an avatar's colliders and measure them; radii are metres as the avatar stands at rest, whatever its scale.

    A collider that hangs from a joint that swings follows it.
    """

    def __init__(self, avatar: Avatar, joints: list[Joint], rest_world: Doubles) -> None:
        sources = avatar.colliders
        self.count = len(sources)
        self._nodes = np.array([source.node for source in sources], np.int64)
        self._starts = np.array([source.offset for source in sources]).reshape(-1, 3)
        self._ends = np.array([source.tail for source in sources]).reshape(-1, 3)
        self._normals = np.array([source.normal or (0.0, 0.0, 0.0) for source in sources]).reshape(-1, 3)
        sizes = _size(rest_world[self._nodes]) if self.count else np.zeros(0)
        radii = np.array([source.radius_m for source in sources])
        self._radii_per_size = radii / np.where(sizes > 0.0, sizes, 1.0)
        self._is_plane = np.array([source.normal is not None for source in sources], bool)
        self._has_planes = bool(self._is_plane.any())
        self._has_capsules = bool((self._starts != self._ends).any())
        self._has_insides = any(source.is_inside for source in sources)
        self._signs = np.where([source.is_inside for source in sources], -1.0, 1.0)
        self._touches = np.zeros((len(joints), self.count), bool)
        for row, joint in enumerate(joints):
            self._touches[row, list(joint.colliders)] = True
        row_of = {joint.node: row for row, joint in enumerate(joints)}
        carriers = carriers_of(avatar, row_of)
        carried = [number for number, source in enumerate(sources) if carriers[source.node] >= 0]
        self._carried = np.array(carried, np.int64)
        self._carrier_rows = np.array([row_of[carriers[sources[number].node]] for number in carried], np.int64)
        self._links = np.array(
            [link_between(rest_world, carriers[sources[number].node], sources[number].node) for number in carried]
        )
        self._every = np.arange(self.count)

    def place(self, world: Doubles, out: Doubles) -> None:
        """Write where the colliders are into `out` (c, WIDTH), when the nodes stand as `world` (N, 4, 4)."""
        if self.count:
            self._place(self._every, world[self._nodes, :3, :], out)

    def carry(self, joints_world: Doubles, out: Doubles) -> bool:
        """Correct the colliders that hang from joints, which stand as `joints_world` (n, 3, 4); false if none does."""
        if not len(self._carried):
            return False
        self._place(self._carried, joints_world[self._carrier_rows] @ self._links, out)
        return True

    def touches(self, rows: slice) -> NDArray[np.bool_]:
        """Return which colliders (n, c) the joints of these rows mind."""
        return self._touches[rows]

    def reaches(self, radii: Doubles, placed: Placed) -> Doubles:
        """Return the squares of the distances (n, c) at which tails with hit radii (n,) touch; negative from inside."""
        reaches = np.maximum(placed.radii + self._signs * radii[:, None], 0.0)
        return np.asarray(self._signs * reaches * reaches)

    def hits(self, tails: Doubles, radii: Doubles, reaches: Doubles, placed: Placed) -> NDArray[np.bool_]:
        """Return which colliders (n, c) tails (n, 3) with hit radii (n,) and `reaches` are to be pushed out of."""
        squares = np.vecdot(tails, tails)[:, None] - 2.0 * (tails @ placed.starts.T) + placed.points
        if self._has_capsules:
            past = tails @ placed.axes.T - placed.beside
            along = np.minimum(np.maximum(past / np.maximum(placed.squares, _NEAR_M2), 0.0), 1.0)
            squares -= along * (2.0 * past - along * placed.squares)
        hits = (squares * self._signs if self._has_insides else squares) < reaches
        if self._has_planes:
            hits = np.where(self._is_plane, tails @ placed.normals.T - placed.heights < radii[:, None], hits)
        return np.asarray(hits)

    def way_out(self, tails: Doubles, radii: Doubles, which: NDArray[np.int64], placed: Placed) -> Doubles:
        """Return how each tail (n, 3) is to move (n, 3) to lie on the one collider (n,) that it hits."""
        spans, axes = tails - placed.starts[which], placed.axes[which]
        squares = np.maximum(placed.squares[which], _NEAR_M2)
        along = np.minimum(np.maximum(np.vecdot(spans, axes) / squares, 0.0), 1.0)
        gaps = spans - along[:, None] * axes
        lengths = np.sqrt(np.vecdot(gaps, gaps))
        push = self._signs[which] * (placed.radii[which] - lengths) + radii
        push[lengths < _NEAR_M] = 0.0  # in the very middle no way is out
        ways = gaps * (self._signs[which] * push / np.maximum(lengths, _NEAR_M))[:, None]
        if self._has_planes:
            normals = placed.normals[which]
            depths = radii - np.vecdot(spans, normals)
            ways = np.where(self._is_plane[which, None], normals * depths[:, None], ways)
        return np.asarray(ways)

    def _place(self, which: NDArray[np.int64], carriers: Doubles, out: Doubles) -> None:
        axes, places = carriers[:, :, :3], carriers[:, :, 3]
        out[which, 0:3] = np.matvec(axes, self._starts[which]) + places
        out[which, 3:6] = np.matvec(axes, self._ends[which]) + places if self._has_capsules else out[which, 0:3]
        out[which, 9] = self._radii_per_size[which] * _size(carriers)
        if self._has_planes:
            out[which, 6:9] = _turned_normals(axes, self._normals[which])


def _size(carriers: Doubles) -> Doubles:
    first = carriers[:, :3, 0]
    return np.asarray(np.sqrt(np.vecdot(first, first)))


def _turned_normals(axes: Doubles, normals: Doubles) -> Doubles:
    """Return unit normals as surfaces carry them: by the cofactors of the axes, which no scale makes undefined."""
    a, b, c = axes[:, :, 0], axes[:, :, 1], axes[:, :, 2]
    turned = np.cross(b, c) * normals[:, 0:1] + np.cross(c, a) * normals[:, 1:2] + np.cross(a, b) * normals[:, 2:3]
    lengths = np.linalg.norm(turned, axis=1, keepdims=True)
    return np.asarray(turned / np.where(lengths > 0.0, lengths, 1.0))
