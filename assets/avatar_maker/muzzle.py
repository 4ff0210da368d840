"""The nose on a muzzle."""

import numpy as np

from .face_surface import FaceSurface, facing_front
from .mesh import Mesh, grid_triangles, smoothstep, unit
from .pictures import parts_uv

_HALF_M = np.array((0.0115, 0.0080))


def button_nose(face: FaceSurface) -> Mesh:
    """Return a round nose, wider above, that moves with the skin about it."""
    rings, sides = face.skeleton.detail.count(6), face.skeleton.detail.count(20, 8)
    turn = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    r = np.repeat(np.linspace(0.04, 1.0, rings), sides)
    across, up = r * np.tile(np.cos(turn), rings), r * np.tile(np.sin(turn), rings)
    shape = np.column_stack([across * (0.78 + 0.22 * smoothstep(-1, 0.4, up)), up])
    xy = shape * _HALF_M + (0.0, face.head.mouth[1] + 0.0235)
    height = 0.0085 * np.sqrt(1 - 0.98 * r**2) - 0.0015
    triangles = facing_front(xy, grid_triangles(rings, sides, closed=True))
    hole = [[0, k, k + 1] for k in range(1, sides - 1)]
    triangles = np.vstack([triangles, facing_front(xy, np.array(hole))])
    uv = parts_uv("nose", 0.5, 0.5 - 0.45 * up)
    normals = unit(np.column_stack([across * 0.8, up * 0.8, 1.05 - 0.9 * r**2]))
    return face.part(xy, triangles, uv, height, attach="depth", normals=normals, eye_gain=0)
