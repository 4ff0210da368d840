"""Rotations as unit quaternions in x y z w order; every function works on (..., 4) arrays with broadcasting.

One rotation is the common case and an array operation costs a microsecond whatever its size, so products of single
quaternions and vectors go through Python's floats, five times faster.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

IDENTITY: Doubles = np.array([0.0, 0.0, 0.0, 1.0])
TINY = 1e-9  # lengths below this carry no direction


def multiply(a: Doubles, b: Doubles) -> Doubles:
    """Return the rotation that first turns by `b`, then by `a`."""
    if a.ndim == 1 and b.ndim == 1:
        return np.array(_product(a.tolist(), b.tolist()))
    out = np.empty(np.broadcast_shapes(a.shape, b.shape))
    ax, ay, az, aw = a[..., 0], a[..., 1], a[..., 2], a[..., 3]
    bx, by, bz, bw = b[..., 0], b[..., 1], b[..., 2], b[..., 3]
    out[..., 0] = aw * bx + ax * bw + ay * bz - az * by
    out[..., 1] = aw * by - ax * bz + ay * bw + az * bx
    out[..., 2] = aw * bz + ax * by - ay * bx + az * bw
    out[..., 3] = aw * bw - ax * bx - ay * by - az * bz
    return out


_CONJUGATE: Doubles = np.array([-1.0, -1.0, -1.0, 1.0])


def inverse(q: Doubles) -> Doubles:
    """Return the opposite rotation of a unit quaternion."""
    return q * _CONJUGATE


def normalized(q: Doubles) -> Doubles:
    """Scale to unit length; what has no length or is not finite becomes the identity."""
    if q.ndim == 1:
        size = math.sqrt(math.fsum(c * c for c in q.tolist()))
        return q / size if TINY < size < math.inf else IDENTITY.copy()
    length = np.sqrt((q * q).sum(-1, keepdims=True))
    is_sound = np.isfinite(length) & (length > TINY)
    return np.where(is_sound, q / np.where(is_sound, length, 1.0), IDENTITY)


def rotate(q: Doubles, v: Doubles) -> Doubles:
    """Turn the vectors `v` (..., 3): v + 2 w (u x v) + 2 u x (u x v) with u the quaternion's vector part."""
    if q.ndim == 1 and v.ndim == 1:
        turn = q.tolist()
        x, y, z = v.tolist()
        back = (-turn[0], -turn[1], -turn[2], turn[3])
        return np.array(_product(_product(turn, (x, y, z, 0.0)), back)[:3])
    t = 2.0 * cross(q, v)
    return v + q[..., 3:] * t + cross(q, t)


def from_rotation_vector(v: Doubles) -> Doubles:
    """Return the rotation about `v` (..., 3) by its length in radians."""
    if v.ndim == 1:
        x, y, z = v.tolist()
        half = 0.5 * math.sqrt(x * x + y * y + z * z)
        scale = 0.5 * math.sin(half) / half if half > TINY else 0.5
        return np.array((scale * x, scale * y, scale * z, math.cos(half)))
    out = np.empty((*v.shape[:-1], 4))
    angle = np.sqrt((v * v).sum(-1, keepdims=True))
    out[..., :3] = 0.5 * np.sinc(angle * (0.5 / np.pi)) * v
    out[..., 3:] = np.cos(0.5 * angle)
    return out


def to_rotation_vector(q: Doubles) -> Doubles:
    """Return axis times angle (..., 3), the shorter way round, so at most pi long."""
    if q.ndim == 1:
        x, y, z, w = q.tolist()
        length = math.sqrt(x * x + y * y + z * z)
        scale = math.copysign(2.0 * math.atan2(length, abs(w)) / length if length > TINY else 2.0, w)
        return np.array((scale * x, scale * y, scale * z))
    q = np.where(q[..., 3:] < 0.0, -q, q)
    sine = np.sqrt((q[..., :3] * q[..., :3]).sum(-1, keepdims=True))
    angle = 2.0 * np.arctan2(sine, q[..., 3:])
    return q[..., :3] * np.where(sine > TINY, angle / np.maximum(sine, TINY), 2.0)


def about(axis: int, angle_rad: Doubles | float) -> Doubles:
    """Return rotations about +X (0), +Y (1) or +Z (2)."""
    if isinstance(angle_rad, float):
        turn = [0.0, 0.0, 0.0, math.cos(0.5 * angle_rad)]
        turn[axis] = math.sin(0.5 * angle_rad)
        return np.array(turn)
    half = 0.5 * np.asarray(angle_rad, np.float64)
    out = np.zeros((*half.shape, 4))
    out[..., axis] = np.sin(half)
    out[..., 3] = np.cos(half)
    return out


def between(a: Doubles, b: Doubles) -> Doubles:
    """Return the shortest turn of the unit vector `a` (3,) to the unit vector `b` (3,); opposites turn about +Y."""
    q = np.append(cross(a, b), 1.0 + a @ b)
    return normalized(q) if q[3] > TINY else about(1, np.pi)


def from_matrix(m: Doubles) -> Doubles:
    """Return the quaternion of one rotation matrix (3, 3), from the largest of its four squares (Shepperd 1978)."""
    xx, yy, zz = m[0, 0], m[1, 1], m[2, 2]
    squares = (1.0 + xx - yy - zz, 1.0 - xx + yy - zz, 1.0 - xx - yy + zz, 1.0 + xx + yy + zz)
    largest = max(range(4), key=squares.__getitem__)
    x, y, z = m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]
    xy, xz, yz = m[1, 0] + m[0, 1], m[0, 2] + m[2, 0], m[2, 1] + m[1, 2]
    rows = ((squares[0], xy, xz, x), (xy, squares[1], yz, y), (xz, yz, squares[2], z), (x, y, z, squares[3]))
    return normalized(np.array(rows[largest]))


def to_matrix(q: Doubles) -> Doubles:
    """Return the rotation matrix (3, 3) of one quaternion; its columns are the turned axes."""
    return np.ascontiguousarray(rotate(q, np.eye(3)).T)


def yaw_pitch_roll(q: Doubles) -> tuple[float, float, float]:
    """Return radians: q turns by yaw about +Y, then by pitch about the turned +X, then by roll about the turned +Z."""
    x, y, z, w = (float(c) for c in q)
    sine = max(-1.0, min(1.0, 2.0 * (w * x - y * z)))
    yaw = np.arctan2(2.0 * (x * z + w * y), 1.0 - 2.0 * (x * x + y * y))
    roll = np.arctan2(2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z))
    return float(yaw), float(np.arcsin(sine)), float(roll)


def from_yaw_pitch_roll(yaw_rad: float, pitch_rad: float, roll_rad: float) -> Doubles:
    """Return the inverse of `yaw_pitch_roll`."""
    return multiply(multiply(about(1, yaw_rad), about(0, pitch_rad)), about(2, roll_rad))


def cross(a: Doubles, b: Doubles) -> Doubles:
    """Cross products of the first three components, several times faster than np.cross on small arrays."""
    if a.ndim == 1 and b.ndim == 1:
        (ax, ay, az, *_), (bx, by, bz, *_) = a.tolist(), b.tolist()
        return np.array((ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx))
    out = np.empty((*np.broadcast_shapes(a.shape[:-1], b.shape[:-1]), 3))
    out[..., 0] = a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1]
    out[..., 1] = a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2]
    out[..., 2] = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return out


def folded(angle_rad: float, limit_rad: float) -> float:
    """Limit an angle without a jump where it wraps: past the limit it returns to 0 at half a turn."""
    beyond = (math.pi - abs(angle_rad)) / (math.pi - limit_rad)
    return math.copysign(min(abs(angle_rad), limit_rad * max(beyond, 0.0)), angle_rad)


def _product(a: Sequence[float], b: Sequence[float]) -> tuple[float, float, float, float]:
    ax, ay, az, aw = a
    bx, by, bz, bw = b
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )
