"""What moves the body that the motions are authored on: turns, and legs that keep the feet on the floor."""

from typing import Final

import numpy as np

from avatar_live.mocap.body import BODY, SIDES

from .curves import Floats

_UPPER_LEG_M, _LOWER_LEG_M = 0.42, 0.40
_STRAIGHT: Final = 0.9995  # a knee never locks: it would pop


def turn(degrees: Floats) -> Floats:
    """Return rotations (n, 3, 3) of angles (n, 3): about X first, the limb's own axis, then Y, then Z."""
    x, y, z = np.radians(degrees).T
    zero, one = np.zeros_like(x), np.ones_like(x)
    about_x = np.array([[one, zero, zero], [zero, np.cos(x), -np.sin(x)], [zero, np.sin(x), np.cos(x)]])
    about_y = np.array([[np.cos(y), zero, np.sin(y)], [zero, one, zero], [-np.sin(y), zero, np.cos(y)]])
    about_z = np.array([[np.cos(z), -np.sin(z), zero], [np.sin(z), np.cos(z), zero], [zero, zero, one]])
    return np.asarray(np.einsum("ijn,jkn,kln->nil", about_z, about_y, about_x))


def legs(side: str, hips_m: Floats, hips: Floats, foot_m: Floats, toes_down_deg: Floats) -> dict[str, Floats]:
    """Return local rotations (n, 3, 3) of a leg that reaches the foot's place (n, 3).

    `hips_m` (n, 3) and `hips` (n, 3, 3) are the hips' way from rest and their turn. The knee points where the hips
    look; the sole stays level but for `toes_down_deg` (n,).
    """
    middle = np.array(BODY["hips"].place_m)
    joint = np.array(BODY[f"{side}UpperLeg"].place_m)
    way = foot_m - (middle + hips_m + hips @ joint)
    reach = np.linalg.norm(way, axis=1, keepdims=True)
    down = way / reach
    span = np.minimum(reach[:, 0], (_UPPER_LEG_M + _LOWER_LEG_M) * _STRAIGHT)
    hinge = np.cross(-down, hips[:, :, 2])
    hinge /= np.linalg.norm(hinge, axis=1, keepdims=True)
    ahead = np.cross(hinge, -down)
    at_hip = (_UPPER_LEG_M**2 + span**2 - _LOWER_LEG_M**2) / (2 * _UPPER_LEG_M * span)
    angle = np.arccos(np.clip(at_hip, -1.0, 1.0))[:, None]
    thigh = down * np.cos(angle) + ahead * np.sin(angle)
    shin = down * span[:, None] - thigh * _UPPER_LEG_M
    shin /= np.linalg.norm(shin, axis=1, keepdims=True)
    upper, lower = _frame(hinge, thigh), _frame(hinge, shin)
    pitch = np.column_stack([toes_down_deg, np.zeros_like(toes_down_deg), np.zeros_like(toes_down_deg)])
    heading = np.degrees(np.arctan2(hips[:, 0, 2], hips[:, 2, 2]))
    level = turn(np.column_stack([np.zeros_like(heading), heading, np.zeros_like(heading)])) @ turn(pitch)
    return {
        f"{side}UpperLeg": np.swapaxes(hips, 1, 2) @ upper,
        f"{side}LowerLeg": np.swapaxes(upper, 1, 2) @ lower,
        f"{side}Foot": np.swapaxes(lower, 1, 2) @ level,
    }


def standing_foot(side: str) -> Floats:
    """Return where an ankle is while the body stands at rest."""
    return np.array([SIDES[side] * 0.09, 0.08, 0.0])


def _frame(hinge: Floats, along: Floats) -> Floats:
    return np.stack([hinge, -along, np.cross(hinge, -along)], axis=2)


def quaternions(rotations: Floats) -> Floats:
    """Return quaternions x y z w (n, 4) of rotations (n, 3, 3), each on the side of the one before."""
    m = rotations
    diagonal = np.stack([m[:, 0, 0], m[:, 1, 1], m[:, 2, 2]], axis=1)
    squares = np.column_stack([1 + 2 * diagonal - diagonal.sum(1, keepdims=True), 1 + diagonal.sum(1)])
    x, y, z = m[:, 2, 1] - m[:, 1, 2], m[:, 0, 2] - m[:, 2, 0], m[:, 1, 0] - m[:, 0, 1]
    xy, xz, yz = m[:, 1, 0] + m[:, 0, 1], m[:, 2, 0] + m[:, 0, 2], m[:, 2, 1] + m[:, 1, 2]
    rows = np.array(
        [
            [squares[:, 0], xy, xz, x],
            [xy, squares[:, 1], yz, y],
            [xz, yz, squares[:, 2], z],
            [x, y, z, squares[:, 3]],
        ]
    )
    best = squares.argmax(axis=1)
    out = rows[best, :, np.arange(len(m))]
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    flips = np.cumprod(np.where((out[1:] * out[:-1]).sum(axis=1) < 0.0, -1.0, 1.0))
    out[1:] *= flips[:, None]
    return np.asarray(out if out[0, 3] >= 0.0 else -out)
