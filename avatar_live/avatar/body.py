"""Turn normalised rotations of humanoid bones into the file's own, so that a pose looks the same on every avatar.

A normalised rotation q acts in axes parallel to the avatar's. With P the rest rotation of a bone's parent and W
its own, both in the avatar's space, the local rotation is inverse(P) q W.
https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_vrm_animation-1.0/how_to_transform_human_pose.md
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from avatar_live.avatar.model import Avatar, Doubles
from avatar_live.avatar.quaternions import IDENTITY, conjugate, multiply
from avatar_live.signals import HUMANOID_BONES, Pose


def _parents() -> dict[str, str]:
    parents = {
        "spine": "hips", "chest": "spine", "upperChest": "chest", "neck": "upperChest", "head": "neck",
        "leftEye": "head", "rightEye": "head", "jaw": "head",
    }  # fmt: skip
    for side in ("left", "right"):
        limbs = [
            ("upperChest", ("Shoulder", "UpperArm", "LowerArm", "Hand")),
            ("hips", ("UpperLeg", "LowerLeg", "Foot", "Toes")),
            (f"{side}Hand", ("ThumbMetacarpal", "ThumbProximal", "ThumbDistal")),
        ]
        for finger in ("Index", "Middle", "Ring", "Little"):
            limbs.append((f"{side}Hand", (f"{finger}Proximal", f"{finger}Intermediate", f"{finger}Distal")))
        for root, parts in limbs:
            chain = [root, *(f"{side}{part}" for part in parts)]
            parents.update(zip(chain[1:], chain[:-1], strict=True))
    return parents


HUMANOID_PARENTS: Final = _parents()


def rest_places_m(avatar: Avatar, rest_world: Doubles) -> dict[str, Doubles]:
    """Return where each humanoid bone stands at rest, from the one that it hangs from (the hips from the ground)."""
    places = {name: rest_world[node, :3, 3] for name, node in avatar.humanoid.items()}
    origin = np.zeros(3)
    return {name: place - places.get(_present_parent(name, places), origin) for name, place in places.items()}


def _present_parent(name: str, present: Mapping[str, Doubles]) -> str:
    parent = HUMANOID_PARENTS.get(name, "")
    while parent and parent not in present:
        parent = HUMANOID_PARENTS.get(parent, "")
    return parent


class Body:
    """Bend an avatar's bones; a bone that it lacks hands its rotation to the bones that would hang from it."""

    def __init__(self, avatar: Avatar, rest_world: Doubles) -> None:
        names = [name for name in HUMANOID_BONES if name in avatar.humanoid]
        self._rows = {name: row for row, name in enumerate(names)}
        self._nodes = np.array([avatar.humanoid[name] for name in names], np.int64)
        rests: list[Doubles] = []
        for node in avatar.nodes:
            rests.append(multiply(rests[node.parent], node.rotation) if node.parent >= 0 else node.rotation)
        parents = [avatar.nodes[node].parent for node in self._nodes]
        self._before = conjugate(np.array([rests[parent] if parent >= 0 else IDENTITY for parent in parents]))
        self._after = np.array([rests[node] for node in self._nodes])
        self._inherited = [
            (row, lacking) for name, row in self._rows.items() if (lacking := _lacking(name, self._rows))
        ]
        self._hips = avatar.humanoid["hips"]
        hips_parent = avatar.nodes[self._hips].parent
        axes = rest_world[hips_parent, :3, :3] if hips_parent >= 0 else np.eye(3)
        self._to_hips = np.linalg.pinv(axes)

    def bend(self, pose: Pose, eyes: Mapping[str, Doubles], translations: Doubles, rotations: Doubles) -> None:
        """Write the pose into local translations (N, 3) and rotations (N, 4); `eyes` turn on top of the pose's own."""
        turns = np.tile(IDENTITY, (len(self._nodes), 1))
        with np.errstate(all="ignore"):  # a rotation that is not finite becomes none below
            for name, rotation in pose.rotations.items():
                row = self._rows.get(name)
                if row is not None:
                    turns[row] = rotation
            for row, lacking in self._inherited:
                for name in lacking:
                    if name in pose.rotations:
                        turns[row] = multiply(np.asarray(pose.rotations[name]), turns[row])
            for name, rotation in eyes.items():
                row = self._rows.get(name)
                if row is not None:
                    turns[row] = multiply(turns[row], rotation)
            lengths = np.sqrt(np.einsum("ni,ni->n", turns, turns))[:, None]
            turns = np.where(np.isfinite(lengths) & (lengths > 1e-6), turns / lengths, IDENTITY)
        rotations[self._nodes] = multiply(multiply(self._before, turns), self._after)
        if np.isfinite(pose.hips_offset_m).all():
            translations[self._hips] += self._to_hips @ pose.hips_offset_m


def _lacking(name: str, present: Mapping[str, int]) -> list[str]:
    """Return the bones above `name` that the avatar lacks, the nearest first, up to one that it has."""
    lacking = []
    parent = HUMANOID_PARENTS.get(name)
    while parent is not None and parent not in present:
        lacking.append(parent)
        parent = HUMANOID_PARENTS.get(parent)
    return lacking
