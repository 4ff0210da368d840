"""Rotations in numbers: quaternions are x y z w, matrices multiply column vectors."""

import numpy as np

from avatar_live.avatar.model import Doubles

IDENTITY = np.array([0.0, 0.0, 0.0, 1.0])


def _product_table() -> Doubles:
    """Return (16, 4): how the products of two quaternions' numbers, row by row, sum up to those of their product."""
    x, y, z, w = np.eye(4)
    rows = ((-w, z, -y, x), (-z, -w, x, y), (y, -x, -w, z), (x, y, z, w))
    return np.array(rows).reshape(16, 4)


_PRODUCT = _product_table()
_OPPOSITE = -1.0 + 1e-9  # a cosine below this leaves the axis of the turn open


def multiply(first: Doubles, second: Doubles) -> Doubles:
    """Return the products (..., 4): turn by `second`, then by `first`."""
    pairs = first[..., :, None] * second[..., None, :]
    return np.asarray(pairs.reshape(*pairs.shape[:-2], 16) @ _PRODUCT)


def conjugate(rotations: Doubles) -> Doubles:
    """Return the inverses of unit quaternions (..., 4)."""
    return np.asarray(rotations * np.array([-1.0, -1.0, -1.0, 1.0]))


def between(first: Doubles, second: Doubles) -> Doubles:
    """Return the shortest turns (N, 4) from unit vectors (N, 3) to unit vectors (N, 3)."""
    out = np.empty((len(first), 4))
    out[:, :3] = cross(first, second)
    out[:, 3] = 1.0 + np.einsum("ni,ni->n", first, second)
    opposite = out[:, 3] < 1.0 + _OPPOSITE
    if opposite.any():  # any axis across the vector will do
        across = cross(first[opposite], np.eye(3)[np.abs(first[opposite]).argmin(axis=1)])
        out[opposite] = np.column_stack([across, np.zeros(len(across))])
    out /= np.sqrt(np.einsum("ni,ni->n", out, out))[:, None]
    return out


def quaternion_of(axes: Doubles) -> Doubles:
    """Return the quaternion (x y z w) of a (3, 3) rotation (Shepperd 1978: the largest component first)."""
    (a, b, c), (d, e, f), (g, h, i) = axes.tolist()
    candidates = [
        (1 + a - e - i, (1 + a - e - i, b + d, c + g, h - f)),
        (1 - a + e - i, (b + d, 1 - a + e - i, f + h, c - g)),
        (1 - a - e + i, (c + g, f + h, 1 - a - e + i, d - b)),
        (1 + a + e + i, (h - f, c - g, d - b, 1 + a + e + i)),
    ]
    largest = np.array(max(candidates)[1], np.float64)
    return largest / np.linalg.norm(largest)


def axes_of(rotations: Doubles) -> Doubles:
    """Return rotation matrices (..., 3, 3) of unit quaternions (..., 4)."""
    x, y, z, w = (rotations[..., i] for i in range(4))
    x2, y2, z2 = x + x, y + y, z + z
    xx, yy, zz, xy, xz, yz = x * x2, y * y2, z * z2, x * y2, x * z2, y * z2
    wx, wy, wz = w * x2, w * y2, w * z2
    out = np.empty((*rotations.shape[:-1], 3, 3))
    out[..., 0, 0] = 1.0 - (yy + zz)
    out[..., 0, 1] = xy - wz
    out[..., 0, 2] = xz + wy
    out[..., 1, 0] = xy + wz
    out[..., 1, 1] = 1.0 - (xx + zz)
    out[..., 1, 2] = yz - wx
    out[..., 2, 0] = xz - wy
    out[..., 2, 1] = yz + wx
    out[..., 2, 2] = 1.0 - (xx + yy)
    return out


def rotated(rotations: Doubles, vectors: Doubles) -> Doubles:
    """Return vectors (N, 3) turned by unit quaternions (N, 4): v + 2 w (u x v) + 2 u x (u x v), u the vector part."""
    across = 2.0 * cross(rotations, vectors)
    return np.asarray(vectors + rotations[:, 3:] * across + cross(rotations, across))


def cross(first: Doubles, second: Doubles) -> Doubles:
    """Return the cross products (N, 3) of the first three numbers; numpy's own takes five times as long for a few."""
    ax, ay, az = first[:, 0], first[:, 1], first[:, 2]
    bx, by, bz = second[:, 0], second[:, 1], second[:, 2]
    out = np.empty((len(first), 3))
    out[:, 0] = ay * bz - az * by
    out[:, 1] = az * bx - ax * bz
    out[:, 2] = ax * by - ay * bx
    return out


def matrices(translations: Doubles, rotations: Doubles, scales: Doubles) -> Doubles:
    """Return local matrices (N, 4, 4) from (N, 3), (N, 4) x y z w and (N, 3)."""
    out = np.zeros((len(rotations), 4, 4))
    out[:, :3, :3] = axes_of(rotations) * scales[:, None, :]
    out[:, :3, 3] = translations
    out[:, 3, 3] = 1.0
    return out


def slerp(first: Doubles, second: Doubles, share: float | Doubles) -> Doubles:
    """Return the unit quaternions (..., 4) that are `share`, one or (..., 1), of the shorter way between two."""
    cosine = np.einsum("...i,...i->...", first, second)[..., None]
    angle = np.arccos(np.minimum(np.abs(cosine), 1.0))
    sine = np.sin(angle)
    is_near = sine < 1e-6  # then the straight way is the same
    sine = np.where(is_near, 1.0, sine)
    start = np.where(is_near, 1.0 - share, np.sin((1.0 - share) * angle) / sine)
    end = np.where(is_near, share, np.sin(share * angle) / sine)
    return np.asarray(start * first + np.where(cosine < 0.0, -end, end) * second)
