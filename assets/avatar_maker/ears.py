"""Human ears, round or pointed."""

import numpy as np

from .arrays import Floats
from .face_shape import HeadShape
from .implicit import capsule, ellipsoid, polygonise, smooth_max, smooth_min
from .mesh import Mesh, merge, one_bone
from .skeleton import Skeleton

_PLACE = np.array((-0.030, -0.016))  # height and depth on the head
_FLARE_RAD = 0.42  # how far the back edge stands off the head


def ears(head: HeadShape, skeleton: Skeleton) -> Mesh:
    """Return both ears."""
    return merge([_ear(head, skeleton, sign) for sign in (1, -1)])


def _ear(head: HeadShape, skeleton: Skeleton, sign: int) -> Mesh:
    size, point = head.face.ear_size, head.face.ear_point
    beside = np.linspace(0.06, 0.14, 400)
    line = np.column_stack([beside, np.full(400, _PLACE[0]), np.full(400, _PLACE[1])])
    root = line[np.abs(head.soft_skull(line)).argmin()]
    cos, sin = np.cos(_FLARE_RAD), np.sin(_FLARE_RAD)

    def field(p: Floats) -> Floats:
        q = (p * (sign, 1, 1) - root) / size
        out, up, ahead = q[:, 0] * cos + q[:, 2] * sin, q[:, 1], q[:, 2] * cos - q[:, 0] * sin
        q = np.column_stack([out, up, ahead])
        rim = smooth_min(
            ellipsoid(q, (0.004, 0.006, -0.008), (0.0085, 0.0215, 0.0160)),
            ellipsoid(q, (0.003, -0.015, -0.001), (0.0065, 0.0110, 0.0085)),
            0.010,
        )
        if point:
            tip = np.array((0.004, 0.020 + 0.022 * point, -0.018 - 0.030 * point))
            rim = smooth_min(rim, capsule(q, (0.004, 0.012, -0.012), tip, 0.0095, 0.0022), 0.012)
        bowl = ellipsoid(q, (0.0135, 0.006, -0.004), (0.0095, 0.0155, 0.0098))
        return np.asarray(size * smooth_max(rim, -bowl, 0.004))

    reach = np.array((0.030, 0.062, 0.062)) * size
    middle = root * (sign, 1, 1)
    p, n, tri = polygonise(
        field, middle - reach, middle + reach, skeleton.detail.cell(0.0024), skeleton.detail.faces(320)
    )
    away = (p * (sign, 1, 1) - root - np.array((0.008, 0.006, -0.009)) * size) / (
        np.array((0.012, 0.0115, 0.0082)) * size
    )
    inside = (away**2).sum(1) < 1.0
    uv = np.column_stack([np.full(len(p), 0.5), np.where(inside, 0.30, 0.9)])
    world = p * skeleton.head_scale + skeleton.head_centre
    return Mesh(world, n, uv, tri, one_bone(len(p), "head", skeleton))
