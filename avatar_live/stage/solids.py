"""Small meshes made in code: balls, bars, discs and tubes with a colour at each vertex."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from avatar_live.stage.colors import Rgba

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """Hold V vertices: `positions`, unit `normals` (V, 3), linear `colors` (V, 4), and `triangles` (T, 3).

    Triangles run counter-clockwise seen from outside. A colour's alpha is what its shader makes of it: how far a
    tint colours the vertex, or how opaque it is.
    """

    positions: Doubles
    normals: Doubles
    colors: Doubles
    triangles: NDArray[np.uint32]

    def moved(self, x: float, y: float, z: float) -> Self:
        """Return the solid shifted."""
        return type(self)(self.positions + np.array([x, y, z]), self.normals, self.colors, self.triangles)

    def scaled(self, x: float, y: float, z: float) -> Self:
        """Return the solid stretched along the axes."""
        normals = self.normals / (x, y, z)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        return type(self)(self.positions * (x, y, z), normals, self.colors, self.triangles)

    def turned(self, turn: Doubles) -> Self:
        """Return the solid turned by a (3, 3) rotation."""
        return type(self)(self.positions @ turn.T, self.normals @ turn.T, self.colors, self.triangles)

    def painted(self, colors: Doubles) -> Self:
        """Return the solid with other colours (V, 4)."""
        return type(self)(self.positions, self.normals, colors, self.triangles)


def join(*solids: Solid) -> Solid:
    """Return one solid made of several."""
    offsets = np.cumsum([0, *(len(solid.positions) for solid in solids[:-1])])
    return Solid(
        np.concatenate([solid.positions for solid in solids]),
        np.concatenate([solid.normals for solid in solids]),
        np.concatenate([solid.colors for solid in solids]),
        np.concatenate([solid.triangles + offset for solid, offset in zip(solids, offsets, strict=True)]).astype(
            np.uint32
        ),
    )


def turn_about(axis: Doubles, angle_rad: float) -> Doubles:
    """Return the (3, 3) rotation about a unit axis (Rodrigues' formula)."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turn: Doubles = np.eye(3) + np.sin(angle_rad) * cross + (1.0 - np.cos(angle_rad)) * cross @ cross
    return turn


def ball(radius: float, color: Rgba, around: int = 16, along: int = 10) -> Solid:
    """Return a sphere about the origin with its poles on Y."""
    return capsule(radius, 0.0, color, around, along)


def capsule(radius: float, height: float, color: Rgba, around: int = 14, along: int = 10) -> Solid:
    """Return a sphere pulled apart by `height` along Y, about the origin."""
    latitudes = np.linspace(-0.5 * np.pi, 0.5 * np.pi, along + 1)
    shift = np.where(latitudes > 0.0, 0.5, -0.5) * height
    if along % 2 == 0:  # the equator twice, at both ends of the straight part
        middle = along // 2
        latitudes = np.insert(latitudes, middle, 0.0)
        shift = np.insert(shift, middle, -0.5 * height)
        shift[middle + 1] = 0.5 * height
    longitudes = np.linspace(0.0, 2.0 * np.pi, around + 1)
    up, side = np.sin(latitudes)[:, None], np.cos(latitudes)[:, None]
    normals = np.stack(
        [side * np.sin(longitudes), np.broadcast_to(up, (len(up), around + 1)), side * np.cos(longitudes)], axis=-1
    )
    positions = normals * radius
    positions[..., 1] += shift[:, None]
    return _sheet(positions, normals, color)


def tube(path: Doubles, across: Doubles, radius: float, color: Rgba, around: int = 10) -> Solid:
    """Return a round bar along the points (P, 3) of a path that lies in the plane of unit normal `across` (3,)."""
    ahead = np.gradient(path, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    side = np.cross(ahead, across)
    other = np.cross(ahead, side)
    angles = np.linspace(0.0, 2.0 * np.pi, around + 1)[None, :, None]
    normals = np.cos(angles) * side[:, None] + np.sin(angles) * other[:, None]
    return _sheet(path[:, None] + radius * normals, normals, color)


def lathe(profile: Doubles, color: Rgba, around: int = 16) -> Solid:
    """Return the surface that a line of (radius, height) pairs (P, 2), from low to high, sweeps about Y."""
    angles = np.linspace(0.0, 2.0 * np.pi, around + 1)
    ahead = np.gradient(profile, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    sine, cosine, one = np.sin(angles), np.cos(angles), np.ones(around + 1)
    outward, upward = ahead[:, 1:2], -ahead[:, 0:1]
    positions = np.stack([profile[:, :1] * sine, profile[:, 1:] * one, profile[:, :1] * cosine], axis=-1)
    normals = np.stack([outward * sine, upward * one, outward * cosine], axis=-1)
    return _sheet(positions, normals, color)


def heart(size: float, depth: float, color: Rgba, around: int = 40, along: int = 10) -> Solid:
    """Return a puffed heart about the origin that faces +Z, `size` from its middle to its sides and tip.

    Outline: the heart curve x = 16 sin^3 t, y = 13 cos t - 5 cos 2t - 2 cos 3t - cos 4t.
    """
    t = np.linspace(0.0, 2.0 * np.pi, around + 1) + np.pi / around  # no corner in the cleft: it would be a fold
    x = 16.0 * np.sin(t) ** 3
    y = 13.0 * np.cos(t) - 5.0 * np.cos(2.0 * t) - 2.0 * np.cos(3.0 * t) - np.cos(4.0 * t) + 2.0
    outline = np.stack([x, y], axis=1) * (size / 16.0)
    latitudes = np.linspace(0.5 * np.pi, -0.5 * np.pi, along + 1)
    inward, lift = np.cos(latitudes)[:, None], np.sin(latitudes)[:, None]
    rows = np.concatenate(
        [inward[..., None] * outline, np.broadcast_to(depth * lift[..., None], (along + 1, around + 1, 1))], axis=2
    )
    return smoothed(_sheet(rows, np.zeros_like(rows), color))


def smoothed(solid: Solid) -> Solid:
    """Return the solid with normals of its own faces, shared where vertices lie together."""
    corners = solid.positions[solid.triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    _, places = np.unique(np.round(solid.positions, 6), axis=0, return_inverse=True)
    sums = np.zeros((places.max() + 1, 3))
    for corner in range(3):
        np.add.at(sums, places.ravel()[solid.triangles[:, corner]], faces)
    normals = sums[places.ravel()]
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return Solid(solid.positions, normals, solid.colors, solid.triangles)


def faceted(solid: Solid, colors: Doubles) -> Solid:
    """Return the solid with a colour (T, 4) for each triangle, so that colours meet in hard edges."""
    corners = solid.triangles.ravel()
    triangles = np.arange(len(corners), dtype=np.uint32).reshape(-1, 3)
    return Solid(solid.positions[corners], solid.normals[corners], np.repeat(colors, 3, axis=0), triangles)


def slab(size: tuple[float, float, float], color: Rgba, round_m: float) -> Solid:
    """Return a box about the origin with edges rounded by `round_m`: a squeezed ball of flat faces and soft corners."""
    half = np.array(size) / 2.0
    unit = capsule(1.0, 0.0, color, 24, 12)
    normals = unit.normals
    core = half - round_m
    positions = np.sign(np.where(np.abs(normals) < 1e-9, 0.0, normals)) * core + normals * round_m
    return Solid(positions, normals, unit.colors, unit.triangles)


def box(size: tuple[float, float, float], color: Rgba) -> Solid:
    """Return a box about the origin."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], float)
    positions, normals = [], []
    for axis in range(3):
        for sign in (1.0, -1.0):
            face = np.zeros((4, 3))
            face[:, axis] = sign
            face[:, (axis + 1) % 3], face[:, (axis + 2) % 3] = corners[:, 0] * sign, corners[:, 1]
            positions.append(face * np.array(size) / 2.0)
            normals.append(np.broadcast_to(np.eye(3)[axis] * sign, (4, 3)))
    quads = np.arange(24, dtype=np.uint32).reshape(6, 4)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return Solid(np.concatenate(positions), np.concatenate(normals), np.tile(color, (24, 1)), triangles)


def disc(radius: float, inner: Rgba, outer: Rgba, around: int = 24) -> Solid:
    """Return a flat disc that faces +Y and fades from `inner` to `outer`."""
    angles = np.linspace(0.0, 2.0 * np.pi, around, endpoint=False)
    rim = radius * np.stack([np.sin(angles), np.zeros(around), np.cos(angles)], axis=1)
    spokes = np.arange(around, dtype=np.uint32)
    triangles = np.stack([np.zeros(around, np.uint32), 1 + spokes, 1 + (spokes + 1) % around], axis=1)
    return Solid(
        np.concatenate([np.zeros((1, 3)), rim]),
        np.tile([0.0, 1.0, 0.0], (around + 1, 1)),
        np.concatenate([np.array([inner]), np.tile(outer, (around, 1))]),
        triangles.astype(np.uint32),
    )


def fan(radius: Doubles, color: Rgba, height: float = 0.0, rings: int = 1) -> Solid:
    """Return a flat star about the Z axis that faces +Z; its rim (P,) goes round evenly, counter-clockwise from +X.

    With more `rings` between its middle and its rim it can be bent.
    """
    count = len(radius)
    angles = np.linspace(0.0, 2.0 * np.pi, count + 1)
    closed = np.append(radius, radius[0])
    reach = np.linspace(0.0, 1.0, rings + 1)[:, None]
    flat = np.broadcast_to(height, (rings + 1, count + 1))
    positions = np.stack([reach * closed * np.cos(angles), reach * closed * np.sin(angles), flat], axis=-1)
    sheet = _sheet(positions, np.broadcast_to([0.0, 0.0, 1.0], positions.shape), color)
    return Solid(sheet.positions, sheet.normals, sheet.colors, sheet.triangles[:, ::-1])


def _sheet(positions: Doubles, normals: Doubles, color: Rgba) -> Solid:
    """Return the surface of a (rows, columns, 3) grid; columns run counter-clockwise seen from the end of the rows."""
    rows, columns = positions.shape[:2]
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)[None, :]).ravel()
    triangles = np.concatenate(
        [
            np.stack([first, first + 1, first + columns + 1], axis=1),
            np.stack([first, first + columns + 1, first + columns], axis=1),
        ]
    ).astype(np.uint32)
    count = rows * columns
    return Solid(positions.reshape(-1, 3), normals.reshape(-1, 3), np.tile(color, (count, 1)), triangles)
