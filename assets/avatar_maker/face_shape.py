"""The head as a smooth solid, in head-local metres (origin mid-head, +Z the face)."""

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Floats
from .implicit import capsule, ellipsoid, gradient, smooth_min
from .mesh import unit

EYE = np.array([0.0475, -0.026])  # centre of the left eye opening, seen from the front
_STILL_M = 1e-11  # a search that moves less has arrived


def soft_skull(p: Floats) -> Floats:
    """Head without nose and sockets; its slope gives clean toon shading."""
    cranium = ellipsoid(p, (0, 0.028, -0.012), (0.110, 0.106, 0.114))
    face = ellipsoid(p, (0, -0.040, 0.012), (0.0955, 0.080, 0.081))
    chin = ellipsoid(p, (0, -0.100, 0.046), (0.024, 0.027, 0.038))
    return smooth_min(smooth_min(cranium, face, 0.05), chin, 0.05)


def skull(p: Floats) -> Floats:
    """Head with nose, eye sockets, cheeks and lips."""
    x, y, z = np.abs(p[..., 0]), p[..., 1], p[..., 2]
    front = np.clip(z / 0.05, 0, 1)
    solid = soft_skull(p)

    def bump(cx: float, cy: float, sx: float, sy: float) -> Floats:
        return np.exp(-(((x - cx) / sx) ** 2) - ((y - cy) / sy) ** 2) * front

    solid = solid + 0.0018 * bump(0.046, -0.016, 0.026, 0.022)  # eye sockets
    solid = solid - 0.0030 * bump(0.056, -0.070, 0.024, 0.020)  # cheeks
    solid = solid - 0.0016 * bump(0.0, -0.086, 0.022, 0.012)  # lips
    nose = capsule(p, (0, -0.036, 0.0865), (0, -0.056, 0.0925), 0.003, 0.0052)
    return smooth_min(solid, nose, 0.013)


def lift(xy: Floats, depth: float = 0.0) -> Floats:
    """Front-view (x, y) to the point of the face seen there, `depth` in front of it."""
    p = np.column_stack([xy[:, 0], xy[:, 1], np.full(len(xy), 0.2)])
    for _ in range(70):
        nearer = np.maximum(p[:, 2] - 0.8 * skull(p), 0.0)
        still = np.abs(nearer - p[:, 2]).max() < _STILL_M
        p[:, 2] = nearer
        if still:
            break
    p[:, 2] += depth
    return p


def project(p: Floats, offset: ArrayLike) -> Floats:
    """Nearest points at signed distance `offset` from the skin."""
    p, height = p.copy(), np.asarray(offset, float)
    for _ in range(6):
        slope = gradient(skull, p)
        p -= ((skull(p) - height) / np.maximum((slope**2).sum(1), 0.3))[:, None] * slope
    return p


def skin_normals(p: Floats) -> Floats:
    """Mostly the soft skull's slope: shading without creases, with a hint of the nose."""
    return unit(0.85 * unit(gradient(soft_skull, p, 4e-3)) + 0.15 * unit(gradient(skull, p)))


def shell_radius(direction: Floats, offset: float = 0.0) -> Floats:
    """Distance from the origin to the skull (no nose) along unit directions."""
    r = np.full(len(direction), 0.2)
    for _ in range(60):
        step = 0.8 * (soft_skull(direction * r[:, None]) - offset)
        r -= step
        if np.abs(step).max() < _STILL_M:
            break
    return r


def to_plane(p: Floats) -> Floats:
    """Unfolds the head around its front: angle from +Z as distance from the middle."""
    d = unit(p)
    angle = np.arccos(np.clip(d[:, 2], -1, 1))
    return unit(d[:, :2]) * angle[:, None]


def from_plane(q: Floats) -> Floats:
    """Folds what `to_plane` unfolded back onto the skin."""
    angle = np.linalg.norm(q, axis=1)
    d = np.column_stack([unit(q) * np.sin(angle)[:, None], np.cos(angle)])
    r = np.full(len(d), 0.2)
    for _ in range(60):
        step = 0.8 * skull(d * r[:, None])
        r -= step
        if np.abs(step).max() < _STILL_M:
            break
    return np.asarray(d * r[:, None])
