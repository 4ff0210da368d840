"""Triangle meshes with skin weights and morph targets, and the few operations on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline

from .arrays import Floats, Surface, Weights, Whole
from .skeleton import Skeleton


@dataclass
class Mesh:
    positions: Floats
    normals: Floats
    uvs: Floats
    triangles: Whole
    weights: Weights  # dense; cut to four bones on export
    morphs: dict[str, Floats] = field(default_factory=dict)  # displacements (vertex, 3)

    def __len__(self) -> int:
        return len(self.positions)


def one_bone(count: int, bone: str, skeleton: Skeleton) -> Weights:
    """Return weights that hang `count` vertices on one bone."""
    weights = np.zeros((count, len(skeleton.names)), np.float32)
    weights[:, skeleton.index[bone]] = 1
    return weights


def blend(skeleton: Skeleton, columns: Mapping[str, Floats]) -> Weights:
    """Return dense weights from per-vertex columns by bone, scaled to sum to one."""
    count = len(next(iter(columns.values())))
    out = np.zeros((count, len(skeleton.names)), np.float32)
    for name, column in columns.items():
        out[:, skeleton.index[name]] = np.clip(column, 0, None)
    out /= np.maximum(out.sum(1, keepdims=True), 1e-9)
    return out


def merge(meshes: Sequence[Mesh]) -> Mesh:
    """One mesh of many; a morph missing from a part is zero there."""
    start = np.cumsum([0, *(len(m) for m in meshes)])
    names = list(dict.fromkeys(n for m in meshes for n in m.morphs))
    bones = max(m.weights.shape[1] for m in meshes)  # bones may have been added between parts
    return Mesh(
        np.concatenate([m.positions for m in meshes]),
        np.concatenate([m.normals for m in meshes]),
        np.concatenate([m.uvs for m in meshes]),
        np.concatenate([m.triangles + s for m, s in zip(meshes, start[:-1], strict=True)]),
        np.concatenate([np.pad(m.weights, ((0, 0), (0, bones - m.weights.shape[1]))) for m in meshes]),
        {n: np.concatenate([m.morphs.get(n, np.zeros((len(m), 3))) for m in meshes]) for n in names},
    )


def mirrored(mesh: Mesh, skeleton: Skeleton) -> Mesh:
    """Return the same of the other side: bones named left change with those named right. Morph targets are left out."""
    other = [
        skeleton.index.get(
            name.replace("left", "right") if name.startswith("left") else name.replace("right", "left"), 0
        )
        for name in skeleton.names
    ]
    flip = np.array((-1.0, 1.0, 1.0))
    weights = np.zeros_like(mesh.weights)
    weights[:, other[: mesh.weights.shape[1]]] = mesh.weights
    return Mesh(mesh.positions * flip, mesh.normals * flip, mesh.uvs, mesh.triangles[:, ::-1], weights)


def unit(v: Floats) -> Floats:
    """Return vectors (..., n) at length one."""
    return np.asarray(v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9))


def smooth_normals(positions: Floats, triangles: Whole) -> Floats:
    """Return normals (N, 3) averaged over the triangles, larger ones counting more."""
    a, b, c = (positions[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    out = np.zeros_like(positions)
    for k in range(3):
        np.add.at(out, triangles[:, k], face)
    return unit(out)


def grid_triangles(rows: int, columns: int, closed: bool = False) -> Whole:
    """Triangles of a rows x columns vertex grid; `closed` joins the last column to the first."""
    r, c = np.meshgrid(np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    n = (c + 1) % columns
    a, b, d, e = r * columns + c, r * columns + n, (r + 1) * columns + c, (r + 1) * columns + n
    return np.concatenate([np.stack([a, d, b], -1).reshape(-1, 3), np.stack([b, d, e], -1).reshape(-1, 3)])


def smoothstep(low: float, high: float, x: ArrayLike) -> Floats:
    """Return 0 at `low`, 1 at `high` (which may be the lower one), and a smooth way between."""
    t = np.clip((np.asarray(x, float) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def catmull_rom(points: ArrayLike, samples: int, closed: bool = False) -> Floats:
    """A smooth curve through the points, sampled evenly by length."""
    knots_at = np.asarray(points, float)
    if closed:
        knots_at = np.vstack([knots_at, knots_at[:1]])
    knots = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(knots_at, axis=0), axis=1) ** 0.5)])
    spline = CubicSpline(knots, knots_at, bc_type="periodic" if closed else "natural")
    fine = spline(np.linspace(0, knots[-1], 400))
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))])
    where = np.linspace(0, length[-1], samples, endpoint=not closed)
    return np.stack([np.interp(where, length, fine[:, k]) for k in range(knots_at.shape[1])], -1)


def tube(
    path: ArrayLike,
    radii: ArrayLike,
    weights: Weights,
    uv: ArrayLike,
    sides: int = 8,
    squash: float = 1.0,
    up: ArrayLike = (0, 0, 1),
) -> Mesh:
    """A round tapering tube along `path`; `weights` is (point, bone), `uv` a fixed atlas place."""
    line, widths = np.asarray(path, float), np.asarray(radii, float)
    tangent = unit(np.gradient(line, axis=0))
    side = unit(np.cross(tangent, np.asarray(up, float)))
    other = np.cross(side, tangent)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = side[:, None] * np.cos(angle)[None, :, None] + other[:, None] * (squash * np.sin(angle))[None, :, None]
    positions = (line[:, None] + ring * widths[:, None, None]).reshape(-1, 3)
    triangles = grid_triangles(len(line), sides, closed=True)
    ends = np.stack([line[0], line[-1]])
    n = len(positions)
    cap0 = [[n, k, (k + 1) % sides] for k in range(sides)]
    last = n - sides
    cap1 = [[n + 1, last + (k + 1) % sides, last + k] for k in range(sides)]
    positions = np.vstack([positions, ends])
    triangles = np.vstack([triangles, cap0, cap1])
    normals = smooth_normals(positions, triangles)
    centre = np.vstack([np.repeat(line, sides, 0), ends + np.array([tangent[0] * 1e-3, -tangent[-1] * 1e-3])])
    if np.sum(normals * (positions - centre)) < 0:
        triangles, normals = triangles[:, ::-1], -normals
    w = np.vstack([np.repeat(weights, sides, 0), weights[:1], weights[-1:]])
    return Mesh(positions, normals, np.tile(np.asarray(uv, float), (n + 2, 1)), triangles, w.astype(np.float32))


def split_regions(mesh_parts: Surface, region_of_triangle: Whole) -> tuple[Floats, Floats, Whole, Whole]:
    """Splits (positions, normals, triangles) so that no vertex is shared by two regions.

    Returns positions, normals, triangles and the region of each vertex."""
    positions, normals, triangles = mesh_parts
    keys = triangles * (region_of_triangle.max() + 1) + region_of_triangle[:, None]
    unique, inverse = np.unique(keys, return_inverse=True)
    source, region = np.divmod(unique, region_of_triangle.max() + 1)
    return positions[source], normals[source], inverse.reshape(-1, 3), region


def cut_level(mesh_parts: Surface, height: float) -> Surface:
    """Cuts triangles along a horizontal plane, so that a colour border there runs straight."""
    positions, normals, triangles = mesh_parts
    above = positions[:, 1] > height
    points, slopes = list(positions), list(normals)
    out: list[Sequence[int]] = []
    made: dict[tuple[int, int], int] = {}

    def between(a: int, b: int) -> int:
        key = (min(a, b), max(a, b))
        if key not in made:
            t = (height - positions[a, 1]) / (positions[b, 1] - positions[a, 1])
            made[key] = len(points)
            points.append(positions[a] + t * (positions[b] - positions[a]))
            slopes.append(unit(normals[a] + t * (normals[b] - normals[a])))
        return made[key]

    for tri in triangles.tolist():
        side = above[tri]
        if side.all() or not side.any():
            out.append(tri)
            continue
        lone = int(np.flatnonzero(side == (side.sum() == 1))[0])
        a, b, c = tri[lone], tri[(lone + 1) % 3], tri[(lone + 2) % 3]
        ab, ac = between(a, b), between(a, c)
        out += [(a, ab, ac), (ab, b, c), (ab, c, ac)]
    return np.array(points), np.array(slopes), np.array(out)
