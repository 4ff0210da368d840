"""Hands: a palm and five digits, smoothly joined."""

import numpy as np

from .arrays import Field, Floats
from .implicit import capsule, ellipsoid, polygonise, smooth_min
from .mesh import Mesh, merge, mirrored
from .skeleton import FINGERS, PARTS, Skeleton

_THUMB = ("Metacarpal", "Proximal", "Distal")


def hands(skeleton: Skeleton) -> Mesh:
    """Return both hands with the skin of the wrists."""
    left = _left_hand(skeleton)
    return merge([left, mirrored(left, skeleton)])


def _left_hand(skeleton: Skeleton) -> Mesh:
    side = "left"
    hand = skeleton.at(f"{side}Hand")
    digits = {finger: [f"{side}{finger}{part}" for part in PARTS] for finger in FINGERS}
    digits["Thumb"] = [f"{side}Thumb{part}" for part in _THUMB]
    scale, detail = skeleton.hand_scale, skeleton.detail
    low, high = hand + scale * np.array([-0.03, -0.03, -0.045]), hand + scale * np.array([0.125, 0.03, 0.078])
    cell = scale * max(
        0.0017, min(detail.cell(0.0017), 0.0028)
    )  # a finer one shows nothing, a coarser one loses a finger
    p, n, triangles = polygonise(_field(skeleton, hand, digits), low, high, cell, detail.faces(1050))

    def along(x: float, z_start: float = 0.0, z_end: float = 0.0) -> tuple[str, Floats, Floats]:
        start, end = np.array((0, 0, z_start)), np.array((x, 0, z_end))
        return f"{side}Hand", hand + scale * start, hand + scale * end

    wrist = (f"{side}LowerArm", hand - np.array((0.05, 0, 0)), hand - np.array((0.01, 0, 0)))
    palm = [along(0.045), along(0.045, 0.012, 0.012), along(0.042, -0.012, -0.014)]
    bones = [(name, skeleton.at(name), skeleton.tails[name]) for names in digits.values() for name in names]
    weights = skeleton.segment_weights(p, [*palm, wrist, *bones], 5)
    return Mesh(p, n, np.tile((0.5, 0.9), (len(p), 1)), triangles, weights)


def _field(skeleton: Skeleton, hand: Floats, digits: dict[str, list[str]]) -> Field:
    scale = skeleton.hand_scale

    def field(p: Floats) -> Floats:
        local = (p - hand) / scale
        palm = ellipsoid(local, (0.030, 0.0, 0.0005), (0.032, 0.0130, 0.0315))
        palm = smooth_min(palm, capsule(local, (-0.03, 0, 0), (0.012, 0, 0), 0.0195, 0.0160), 0.02)
        separate = np.full(len(p), 1.0)
        for digit, names in digits.items():
            girth = {"Thumb": 1.12, "Little": 0.90}.get(digit, 1.0)
            radii = [girth * radius for radius in (0.0076, 0.0073, 0.0069, 0.0058)]
            whole = np.full(len(p), 1.0)
            for name, start, end in zip(names, radii[:-1], radii[1:], strict=True):
                joint, tip = ((place - hand) / scale for place in (skeleton.at(name), skeleton.tails[name]))
                whole = smooth_min(whole, capsule(local, joint, tip, start, end), 0.002)
            separate = np.minimum(separate, whole)
        return scale * smooth_min(palm, separate, 0.008)

    return field
