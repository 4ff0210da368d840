"""The body that a performance is told on: an adult of 1.7 m in VRM's T-pose, bones in metres.

+Y is up, it faces +Z, its left hand is on +X. At rest its hips are 0.95 m above the floor, its shoulder joints at
1.37 m, its eyes at 1.55 m; upper arm 27 cm, forearm 24 cm, thigh 42 cm, shank 40 cm. Every bone's frame is parallel to
the body's, so a `Pose`'s rotations are its local ones.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Joint:
    """Hold where a bone begins against its parent, None for the hips, which stand above the floor."""

    parent: str | None
    place_m: tuple[float, float, float]


_MIDDLE: Final = {
    "hips": (None, (0.0, 0.95, 0.0)),
    "spine": ("hips", (0.0, 0.07, 0.0)),
    "chest": ("spine", (0.0, 0.12, 0.0)),
    "upperChest": ("chest", (0.0, 0.13, 0.0)),
    "neck": ("upperChest", (0.0, 0.14, 0.0)),
    "head": ("neck", (0.0, 0.08, 0.0)),
}
# The left side, which the right one mirrors.
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
_FINGER: Final = (("Proximal", 0.085), ("Intermediate", 0.035), ("Distal", 0.025))
_THUMB: Final = (("Metacarpal", 0.025, 0.02), ("Proximal", 0.03, 0.025), ("Distal", 0.025, 0.018))
SIDES: Final = {"left": 1.0, "right": -1.0}
FINGERS: Final = tuple(_FINGERS)

# Bones that a face's shapes and gaze usually move instead.
_FACE: Final[Mapping[str, Joint]] = {
    "leftEye": Joint("head", (0.03, 0.06, 0.08)),
    "rightEye": Joint("head", (-0.03, 0.06, 0.08)),
    "jaw": Joint("head", (0.0, 0.0, 0.02)),
}


def _joints() -> dict[str, Joint]:
    joints = {name: Joint(parent, place_m) for name, (parent, place_m) in _MIDDLE.items()}
    for side, sign in SIDES.items():
        for name, (parent, (x, y, z)) in _SIDE.items():
            joints[side + name] = Joint(parent if parent in _MIDDLE else side + parent, (sign * x, y, z))
        for finger, across in _FINGERS.items():
            parent = side + "Hand"
            for part, length in _FINGER:
                joints[side + finger + part] = Joint(
                    parent, (sign * length, 0.0, across if part == "Proximal" else 0.0)
                )
                parent = side + finger + part
        parent = side + "Hand"
        for part, x, z in _THUMB:
            joints[side + "Thumb" + part] = Joint(parent, (sign * x, 0.0, z))
            parent = side + "Thumb" + part
    return joints


BODY: Final[Mapping[str, Joint]] = _joints()  # parents before children


def body_with(bones: Collection[str]) -> dict[str, Joint]:
    """Return the body, with eyes and jaw where these bones are among those that are moved."""
    return {**BODY, **{name: joint for name, joint in _FACE.items() if name in bones}}
