"""The body that the motions are authored on: an adult in VRM's T-pose, and legs that keep the feet on the floor."""

from typing import Final

import numpy as np

from .curves import Floats

# name: (parent, place against it in metres); the right side mirrors the left.
_MIDDLE: Final = {
    "hips": (None, (0.0, 0.95, 0.0)),
    "spine": ("hips", (0.0, 0.07, 0.0)),
    "chest": ("spine", (0.0, 0.12, 0.0)),
    "upperChest": ("chest", (0.0, 0.13, 0.0)),
    "neck": ("upperChest", (0.0, 0.14, 0.0)),
    "head": ("neck", (0.0, 0.08, 0.0)),
}
_SIDE: Final = {
    "Shoulder": ("upperChest", (0.03, 0.10, 0.0)),
    "UpperArm": ("Shoulder", (0.11, 0.0, 0.0)),
    "LowerArm": ("UpperArm", (0.27, 0.0, 0.0)),
    "Hand": ("LowerArm", (0.24, 0.0, 0.0)),
    "UpperLeg": ("hips", (0.09, -0.05, 0.0)),
    "LowerLeg": ("UpperLeg", (0.0, -0.42, 0.0)),
    "Foot": ("LowerLeg", (0.0, -0.40, 0.0)),
    "Toes": ("Foot", (0.0, -0.06, 0.13)),
}
_FINGERS: Final = {"Index": 0.025, "Middle": 0.008, "Ring": -0.008, "Little": -0.025}
FINGERS: Final = tuple(_FINGERS)
SIDES: Final = {"left": 1.0, "right": -1.0}
_UPPER_LEG_M, _LOWER_LEG_M = 0.42, 0.40
_STRAIGHT: Final = 0.9995  # a knee never locks: it would pop


def skeleton() -> dict[str, tuple[str | None, tuple[float, float, float]]]:
    """Return the bones, parents before children: the parent and the place against it."""
    bones = dict(_MIDDLE)
    for side, sign in SIDES.items():
        for name, (parent, (x, y, z)) in _SIDE.items():
            named = parent if parent in _MIDDLE else side + parent
            bones[side + name] = (named, (sign * x, y, z))
        for finger, across in _FINGERS.items():
            parent = side + "Hand"
            for part, length in (("Proximal", 0.085), ("Intermediate", 0.035), ("Distal", 0.025)):
                bones[side + finger + part] = (parent, (sign * length, 0.0, across if part == "Proximal" else 0.0))
                parent = side + finger + part
        parent = side + "Hand"
        for part, (x, z) in (("Metacarpal", (0.025, 0.02)), ("Proximal", (0.03, 0.025)), ("Distal", (0.025, 0.018))):
            bones[side + "Thumb" + part] = (parent, (sign * x, 0.0, z))
            parent = side + "Thumb" + part
    return bones


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
    middle = np.array(_MIDDLE["hips"][1])
    joint = np.array(_SIDE["UpperLeg"][1]) * (SIDES[side], 1.0, 1.0)
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
