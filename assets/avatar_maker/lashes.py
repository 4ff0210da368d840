"""Strokes around the eyes: lashes with their wings, the crease over the lid, and brows."""

import numpy as np

from . import face_points
from .arrays import Floats
from .face_surface import FaceSurface
from .mesh import Mesh, catmull_rom, merge, smoothstep, unit
from .pictures import parts_uv

WINGS_FROM = 0.7  # thinner lashes than this have no wings
_WINGS = (  # from and to, beside the outer corner, and the width there
    ((-0.0026, 0.0040), (0.0086, 0.0052), 0.0024),
    ((-0.0042, 0.0078), (0.0062, 0.0118), 0.0018),
    ((-0.0012, 0.0006), (0.0064, -0.0006), 0.0017),
)


def lashes(face: FaceSurface) -> Mesh:
    """Return upper and lower lashes, their wings, and the crease over the lid."""
    head, eyes = face.head, face.head.eyes
    n = face.skeleton.detail.count(26, 8)
    t = np.linspace(0, 1, n)
    upper, lower = face_points.eye_contour(head, n, "upper"), face_points.eye_contour(head, n, "lower")
    if head.kind == "robot":
        lit = np.full(n, 0.0030)
        return merge(
            [_lash(face, upper, 0.2 * lit, 0.8 * lit, 0.0015), _lash(face, lower, 0.2 * lit, 0.5 * lit, 0.0012)]
        )
    thick = 0.0002 + 0.0052 * smoothstep(0.0, 0.42, t) ** 0.8 + 0.0010 * smoothstep(0.6, 0.92, t)
    thick = thick * (1 - 0.55 * smoothstep(0.86, 1.0, t)) * eyes.lashes
    out = [_lash(face, upper, 0.0002 + 0.0006 * smoothstep(0, 0.3, t), thick, 0.0013)]
    for start, tip, wide in _WINGS if eyes.lashes >= WINGS_FROM else ():
        low, high = np.array(start) * eyes.lashes, np.array(tip) * eyes.lashes
        line = catmull_rom(upper[-1] + [low, (low + high) / 2 + (0.0006, -0.0008), high], 6)
        taper = wide * eyes.lashes * (1 - np.linspace(0, 1, 6) ** 1.6) * 0.5
        out.append(_lash(face, line, taper, taper, 0.0014))
    under = t > 0.34
    low_lash = 0.0011 * np.sin(np.pi * np.clip((t[under] - 0.35) / 0.65, 0, 1)) ** 0.6 * eyes.lashes
    out.append(_lash(face, lower[under], low_lash * 0.7 + 0.0001, low_lash * 0.5, 0.0012))
    out.append(_crease(face, upper))
    return merge(out)


def brow_strokes(face: FaceSurface) -> Mesh:
    """Return both brows."""
    shape, eyes = face.spec.face, face.head.eyes
    up = shape.brow_rise - 0.010 * (1 - eyes.height) + eyes.rise
    outer = 0.02 * eyes.tilt + shape.brow_slant
    aside = face.head.eye[0] - 0.0475
    knots = np.array([(0.0215, 0.0150), (0.0350, 0.0210), (0.0520, 0.0228 + outer), (0.0700, 0.0155 + 1.4 * outer)])
    n = face.skeleton.detail.count(16, 6)
    line = catmull_rom(knots + np.array((aside, up)), n)
    t = np.linspace(0, 1, n)
    blunt = 0.22 + 0.25 * smoothstep(1.3, 2.2, shape.brow_thickness)  # a thick brow starts square
    w = 0.0026 * shape.brow_thickness * (np.sin(np.pi * np.clip(t * (0.97 - blunt) + blunt, 0, 1)) ** 0.8) * (1 - t**6)
    colour = parts_uv("brow", 0.5, 0.5)
    return face.ribbon(line, w + 0.0001, w + 0.0001, colour, 0.0022, eye_gain=0, mouth_gain=0, skin=0, brow=1)


def _crease(face: FaceSurface, upper: Floats) -> Mesh:
    tangent = unit(np.gradient(upper, axis=0))
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]])
    normal *= np.sign((normal * (upper - face.head.eye)).sum(1, keepdims=True))
    n = len(upper)
    crease = (upper + normal * 0.0078)[n // 4 : n - n // 6]
    thin = 0.00055 * np.sin(np.pi * np.linspace(0, 1, len(crease))) ** 0.5 + 0.00005
    colour = parts_uv("crease", 0.5, 0.5)
    return face.ribbon(crease, thin, thin, colour, 0.0009, eye_gain=0.4, mouth_gain=0, skin=0, brow=0)


def _lash(face: FaceSurface, line: Floats, inner: Floats, outer: Floats, height: float) -> Mesh:
    return face.ribbon(line, inner, outer, parts_uv("lash", 0.5, 0.5), height, eye_gain=1, mouth_gain=0, skin=0, brow=0)
