"""Write BVH files, which every animation program reads: a skeleton, then three angles a joint and frame.

Bones bear the names that Mixamo gave the trade. Lengths are centimetres, angles degrees in the order Z X Y: a joint is
turned by R = Rz Rx Ry. The rest pose is the T-pose of `body`, so zero angles are arms stretched out to the sides. A
face has no place in a BVH.
M. Meredith and S. Maddock, "Motion Capture File Formats Explained", University of Sheffield (2001).
"""

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

import numpy as np

from avatar_live.avatar.quaternions import axes_of
from avatar_live.mocap.body import SIDES, Joint, body_with
from avatar_live.mocap.curves import Curves, Doubles

SUFFIX: Final = ".bvh"
CM_PER_M: Final = 100.0
NO_FRAME_S: Final = 1.0 / 60.0  # of a motion of one frame, which has no pace

_MIDDLE: Final = {
    "hips": "Hips", "spine": "Spine", "chest": "Spine1", "upperChest": "Spine2", "neck": "Neck", "head": "Head",
    "jaw": "Jaw",
}  # fmt: skip
_SIDE: Final = {
    "Eye": "Eye", "Shoulder": "Shoulder", "UpperArm": "Arm", "LowerArm": "ForeArm", "Hand": "Hand",
    "UpperLeg": "UpLeg", "LowerLeg": "Leg", "Foot": "Foot", "Toes": "ToeBase",
    "ThumbMetacarpal": "HandThumb1", "ThumbProximal": "HandThumb2", "ThumbDistal": "HandThumb3",
    **{
        f"{finger}{part}": f"Hand{called}{number}"
        for finger, called in (("Index", "Index"), ("Middle", "Middle"), ("Ring", "Ring"), ("Little", "Pinky"))
        for number, part in enumerate(("Proximal", "Intermediate", "Distal"), start=1)
    },
}  # fmt: skip
NAMES: Final[Mapping[str, str]] = _MIDDLE | {
    f"{side}{bone}": side.capitalize() + name for side in SIDES for bone, name in _SIDE.items()
}
_TIP_M: Final = {"head": (0.0, 0.2, 0.0), "Toes": (0.0, 0.0, 0.06), "Eye": (0.0, 0.0, 0.02), "jaw": (0.0, -0.04, 0.06)}
_FINGERTIP_M: Final = 0.022
_STRAIGHT_UP: Final = 1.0 - 1e-9  # a sine beyond this leaves Z and Y turning about one axis


def bvh_of(curves: Curves) -> str:
    """Return the file of a motion of at least one moment."""
    body = body_with(curves.rotations)
    order = list(_downwards(body, "hips"))
    n = len(curves.times_s)
    frame_s = float(curves.times_s[-1] - curves.times_s[0]) / (n - 1) if n > 1 else NO_FRAME_S
    hips_m = np.array(body["hips"].place_m) + (curves.hips_m if curves.hips_m is not None else np.zeros((n, 3)))
    still = np.tile((0.0, 0.0, 0.0, 1.0), (n, 1))
    turns = np.stack([curves.rotations.get(bone, still) for bone in order], axis=1)
    angles = np.degrees(unrolled(zxy_angles(axes_of(turns)))).reshape(n, -1)
    table = np.round(np.hstack([hips_m * CM_PER_M, angles]), 4) + 0.0  # without negative zeros
    lines = ["HIERARCHY", *_joint(body, "hips", 0), "MOTION", f"Frames: {n}", f"Frame Time: {frame_s:.8f}"]
    lines += [" ".join(f"{value:.4f}" for value in row) for row in table.tolist()]
    return "\n".join(lines) + "\n"


def zxy_angles(rotations: Doubles) -> Doubles:
    """Return the angles (..., 3) in radians about Z, X and Y of matrices (..., 3, 3) that are Rz Rx Ry.

    Where X is a quarter turn, Z and Y turn about the same axis: then Z does it all.
    """
    sine = np.clip(rotations[..., 2, 1], -1.0, 1.0)
    is_locked = np.abs(sine) > _STRAIGHT_UP
    z = np.where(
        is_locked,
        np.arctan2(rotations[..., 1, 0], rotations[..., 0, 0]),
        np.arctan2(-rotations[..., 0, 1], rotations[..., 1, 1]),
    )
    y = np.where(is_locked, 0.0, np.arctan2(-rotations[..., 2, 0], rotations[..., 2, 2]))
    return np.stack([z, np.arcsin(sine), y], axis=-1)


def unrolled(angles: Doubles) -> Doubles:
    """Return the same rotations as angles (n, ..., 3) that run on from frame to frame: curves without jumps.

    Each rotation has two triples within a turn, (z, x, y) and (z + pi, pi - x, y + pi), and whole turns may be added.
    """
    out = np.array(angles)
    for before, now in pairwise(out):
        one, other = (
            choice - np.round((choice - before) / math.tau) * math.tau
            for choice in (now, now * (1.0, -1.0, 1.0) + math.pi)
        )
        way, other_way = (np.abs(choice - before).sum(axis=-1, keepdims=True) for choice in (one, other))
        now[...] = np.where(way <= other_way, one, other)
    return out


def _downwards(body: Mapping[str, Joint], bone: str) -> Iterator[str]:
    yield bone
    for child, joint in body.items():
        if joint.parent == bone:
            yield from _downwards(body, child)


def _joint(body: Mapping[str, Joint], bone: str, depth: int) -> Iterator[str]:
    pad = "\t" * depth
    children = [child for child, joint in body.items() if joint.parent == bone]
    is_root = depth == 0
    yield f"{pad}{'ROOT' if is_root else 'JOINT'} {NAMES[bone]}"
    yield f"{pad}{{"
    # The root's place is in its channels, frame by frame.
    yield f"{pad}\tOFFSET {_cm((0.0, 0.0, 0.0) if is_root else body[bone].place_m)}"
    places = "6 Xposition Yposition Zposition" if is_root else "3"
    yield f"{pad}\tCHANNELS {places} Zrotation Xrotation Yrotation"
    for child in children:
        yield from _joint(body, child, depth + 1)
    if not children:
        yield from (f"{pad}\tEnd Site", f"{pad}\t{{", f"{pad}\t\tOFFSET {_cm(_tip_m(bone))}", f"{pad}\t}}")
    yield f"{pad}}}"


def _tip_m(bone: str) -> tuple[float, float, float]:
    if bone.endswith("Distal"):
        return (SIDES["left" if bone.startswith("left") else "right"] * _FINGERTIP_M, 0.0, 0.0)
    return next(tip for name, tip in _TIP_M.items() if bone.endswith(name))


def _cm(place_m: tuple[float, float, float]) -> str:
    return " ".join(f"{value * CM_PER_M:.4f}" for value in place_m)
