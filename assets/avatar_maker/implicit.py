"""Smooth solids as distance functions, and their polygons."""

from collections.abc import Sequence

import fast_simplification
import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator
from skimage.measure import marching_cubes

from .arrays import Field, Floats, Surface
from .mesh import unit

_DECIMALS = 7


def ellipsoid(points: Floats, centre: ArrayLike, radii: ArrayLike) -> Floats:
    """Return about the distance to an ellipsoid (Quilez' bound, https://iquilezles.org/articles/ellipsoids/)."""
    q = (points - np.asarray(centre)) / np.asarray(radii)
    k0, k1 = _length(q), _length(q / np.asarray(radii))
    return np.asarray(k0 * (k0 - 1) / np.maximum(k1, 1e-9))


def capsule(points: Floats, a: ArrayLike, b: ArrayLike, ra: float, rb: float | None = None) -> Floats:
    """A rod from a to b whose radius runs from ra to rb."""
    start, span = np.asarray(a, float), np.asarray(b, float) - np.asarray(a, float)
    rb = ra if rb is None else rb
    t = np.clip((points - start) @ span / np.dot(span, span), 0, 1)
    return np.asarray(_length(points - (start + t[..., None] * span)) - (ra + (rb - ra) * t))


def tower(
    points: Floats,
    heights: Sequence[float],
    widths: ArrayLike,
    depths: ArrayLike,
    centres: ArrayLike | None = None,
    power: float = 2.0,
) -> Floats:
    """A vertical solid given by its half width and half depth at each height."""
    y = np.clip(points[..., 1], heights[0], heights[-1])
    a, b = PchipInterpolator(heights, widths)(y), PchipInterpolator(heights, depths)(y)
    z0 = 0 if centres is None else PchipInterpolator(heights, centres)(y)
    r = (np.abs(points[..., 0] / a) ** power + np.abs((points[..., 2] - z0) / b) ** power) ** (1 / power)
    side = (r - 1) * np.minimum(a, b)
    cap = np.maximum(heights[0] - points[..., 1], points[..., 1] - heights[-1])
    return smooth_max(side, cap, 0.012)


def smooth_min(a: Floats, b: Floats, k: float) -> Floats:
    """Return the smaller of two distances with a fillet of size k (Quilez' quadratic smooth minimum)."""
    h = np.maximum(k - np.abs(a - b), 0) / k
    return np.minimum(a, b) - h * h * k * 0.25


def smooth_max(a: Floats, b: Floats, k: float) -> Floats:
    """Return the larger of two distances with a fillet of size k."""
    return -smooth_min(-a, -b, k)


def gradient(field: Field, points: Floats, step: float = 8e-4) -> Floats:
    """Return the slope of a field at points (N, 3) by central differences."""
    out = np.zeros_like(points)
    for k in range(3):
        move = np.zeros(3)
        move[k] = step
        out[:, k] = field(points + move) - field(points - move)
    return out / (2 * step)


def _length(vectors: Floats) -> Floats:
    """Return the lengths of vectors (..., 3), in a third of the time that linalg.norm takes."""
    return np.asarray(np.sqrt(np.einsum("...i,...i->...", vectors, vectors)))


def polygonise(field: Field, low: ArrayLike, high: ArrayLike, cell: float, triangles: int) -> Surface:
    """Marching cubes, then decimation to about `triangles`; normals come from the field."""
    corner, far = np.asarray(low, float), np.asarray(high, float)
    axes = [np.arange(corner[k], far[k] + cell, cell) for k in range(3)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
    # Rounded, so that the last bits of one processor's arithmetic do not decide which triangles stay.
    values = np.round(field(grid.reshape(-1, 3)), _DECIMALS).reshape(grid.shape[:3]).astype(np.float32)
    points, faces, _, _ = marching_cubes(values, 0.0, spacing=(cell,) * 3)
    points = points + corner
    if len(faces) > triangles:
        points, faces = fast_simplification.simplify(
            points.astype(np.float32), faces.astype(np.int32), target_reduction=1 - triangles / len(faces), agg=4
        )
    points = points.astype(float)
    slope = gradient(field, points)
    points = points - field(points)[:, None] * slope / np.maximum((slope**2).sum(1, keepdims=True), 0.2)
    normals = unit(gradient(field, points))
    a, b, c = (points[faces[:, k]] for k in range(3))
    facing = np.einsum("ij,ij->i", np.cross(b - a, c - a), normals[faces].sum(1))
    if np.mean(facing < 0) > 0.5:
        faces = faces[:, ::-1]
    return points, normals, faces.astype(np.int64)
