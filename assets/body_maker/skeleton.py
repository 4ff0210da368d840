"""The bones that VRM 1.0 asks for and no more, in T-pose: metres, +Y up, facing +Z, the left hand on +X."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bone:
    """Place a bone by its parent's name and its own place in the body's space."""

    name: str
    parent: str | None
    place: tuple[float, float, float]


def _sided(side: str, sign: float) -> tuple[Bone, ...]:
    return (
        Bone(f"{side}UpperLeg", "hips", (0.066 * sign, 0.215, 0.0)),
        Bone(f"{side}LowerLeg", f"{side}UpperLeg", (0.068 * sign, 0.135, 0.0)),
        Bone(f"{side}Foot", f"{side}LowerLeg", (0.070 * sign, 0.060, 0.0)),
        Bone(f"{side}UpperArm", "spine", (0.092 * sign, 0.405, 0.0)),
        Bone(f"{side}LowerArm", f"{side}UpperArm", (0.175 * sign, 0.405, 0.0)),
        Bone(f"{side}Hand", f"{side}LowerArm", (0.250 * sign, 0.405, 0.0)),
    )


BONES: Final = (
    Bone("hips", None, (0.0, 0.235, 0.0)),
    Bone("spine", "hips", (0.0, 0.290, 0.0)),
    Bone("head", "spine", (0.0, 0.465, 0.0)),
    *_sided("left", 1.0),
    *_sided("right", -1.0),
)
INDEX: Final[Mapping[str, int]] = {bone.name: index for index, bone in enumerate(BONES)}
PARENTS: Final = tuple(-1 if bone.parent is None else INDEX[bone.parent] for bone in BONES)
PLACES: Final[Floats] = np.array([bone.place for bone in BONES])


def local_places() -> Floats:
    """Return each bone's place (B, 3) from its parent."""
    return np.array([PLACES[i] - (PLACES[parent] if parent >= 0 else 0.0) for i, parent in enumerate(PARENTS)])


def skinning(turns: Mapping[str, Floats], lift_m: float = 0.0) -> Floats:
    """Return what moves the vertices, (B, 3, 4), of a pose: rotations (3, 3) by bone from the T-pose, hips lifted."""
    world = np.tile(np.eye(4), (len(BONES), 1, 1))
    skin = np.empty((len(BONES), 3, 4))
    for index, (bone, parent, local) in enumerate(zip(BONES, PARENTS, local_places(), strict=True)):
        pose = np.eye(4)
        pose[:3, :3] = turns.get(bone.name, np.eye(3))
        pose[:3, 3] = local
        if parent < 0:
            pose[1, 3] += lift_m
        world[index] = pose if parent < 0 else world[parent] @ pose
        skin[index] = world[index][:3]
        skin[index, :, 3] -= world[index][:3, :3] @ PLACES[index]
    return skin
