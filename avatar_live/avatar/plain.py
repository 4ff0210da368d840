"""What a plain glTF file says of an avatar: nothing in so many words, much by the names of its bones and shapes."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from avatar_live.avatar.bones_by_name import humanoid_by_name
from avatar_live.avatar.document import Extensions
from avatar_live.avatar.meshes import Meshes
from avatar_live.avatar.model import Doubles, Expression, Node
from avatar_live.avatar.nodes import Skeleton
from avatar_live.avatar.quaternions import axes_of, between, conjugate, multiply
from avatar_live.avatar.vrm import Character
from avatar_live.avatar.vrm_springs import read_springs

# VRM's presets by what others call them, letters alone: Oculus's and VRChat's visemes, VRoid's shapes, plain words.
_PRESETS: Final = {
    **dict.fromkeys(("visemeaa", "vrcvaa", "fclmtha", "aa"), "aa"),
    **dict.fromkeys(("visemei", "visemeih", "vrcvih", "fclmthi", "ih"), "ih"),
    **dict.fromkeys(("visemeu", "visemeou", "vrcvou", "fclmthu", "ou"), "ou"),
    **dict.fromkeys(("visemee", "vrcve", "fclmthe", "ee"), "ee"),
    **dict.fromkeys(("visemeo", "visemeoh", "vrcvoh", "fclmtho", "oh"), "oh"),
    **dict.fromkeys(("blink", "eyesclosed", "fcleyeclose", "vrcblink"), "blink"),
    **dict.fromkeys(("blinkl", "blinkleft", "fcleyeclosel", "winkleft"), "blinkLeft"),
    **dict.fromkeys(("blinkr", "blinkright", "fcleyecloser", "winkright"), "blinkRight"),
    **dict.fromkeys(("joy", "happy", "fclalljoy"), "happy"),
    **dict.fromkeys(("angry", "fclallangry"), "angry"),
    **dict.fromkeys(("sorrow", "sad", "fclallsorrow"), "sad"),
    **dict.fromkeys(("fun", "relaxed", "fclallfun"), "relaxed"),
    **dict.fromkeys(("surprised", "fclallsurprised"), "surprised"),
}


def faces_backwards(nodes: Sequence[Node], humanoid: dict[str, int]) -> bool:
    """Return whether the left leg hangs on the right side, as it does where a model looks along -Z."""
    if not {"leftUpperLeg", "rightUpperLeg"} <= humanoid.keys():
        return False
    positions, _ = _rest(nodes)
    return bool(positions[humanoid["leftUpperLeg"], 0] < positions[humanoid["rightUpperLeg"], 0])


def humanoid_of_names(skeleton: Skeleton, joints: Sequence[int]) -> dict[str, int]:
    """Return the humanoid that the names of the file's nodes tell, none without hips and head."""
    return humanoid_by_name(skeleton.nodes, {skeleton.place[joint] for joint in joints if joint in skeleton.place})


def read_plain(extensions: Extensions, humanoid: dict[str, int], skeleton: Skeleton, meshes: Meshes) -> Character:
    """Return an avatar's character from a file that has no VRM extension. Raises AvatarError."""
    springs, colliders = read_springs(extensions, skeleton)
    return Character(humanoid=humanoid, expressions=_expressions(meshes), springs=springs, colliders=colliders)


def with_arms_out(nodes: Sequence[Node], humanoid: dict[str, int]) -> tuple[Node, ...]:
    """Return the nodes with the arms stretched sidewards, the rest from which VRM's poses count.

    Other files rest as their author drew them, most with hanging arms.
    """
    out = list(nodes)
    for side, outwards in (("left", 1.0), ("right", -1.0)):
        for name, below in (("UpperArm", "LowerArm"), ("LowerArm", "Hand")):
            if side + name in humanoid and side + below in humanoid:
                _aim(out, humanoid[side + name], humanoid[side + below], np.array([outwards, 0.0, 0.0]))
    return tuple(out)


def _aim(nodes: list[Node], bone: int, below: int, wanted: Doubles) -> None:
    positions, rotations = _rest(nodes)
    way = positions[below] - positions[bone]
    length = float(np.linalg.norm(way))
    if not 1e-6 < length < 1e6:
        return
    turn = between((way / length)[None], wanted[None])[0]
    parent = nodes[bone].parent
    above = rotations[parent] if parent >= 0 else np.array([0.0, 0.0, 0.0, 1.0])
    rotation = multiply(multiply(conjugate(above), turn), multiply(above, nodes[bone].rotation))
    nodes[bone] = replace(nodes[bone], rotation=rotation / np.linalg.norm(rotation))


def _rest(nodes: Sequence[Node]) -> tuple[Doubles, Doubles]:
    """Return the positions (N, 3) and rotations (N, 4) of the nodes in the model's space; scales may be uneven."""
    worlds: list[Doubles] = []
    rotations: list[Doubles] = []
    for node in nodes:
        local = np.eye(4)
        local[:3, :3] = axes_of(node.rotation) * node.scale
        local[:3, 3] = node.translation
        worlds.append(worlds[node.parent] @ local if node.parent >= 0 else local)
        rotations.append(multiply(rotations[node.parent], node.rotation) if node.parent >= 0 else node.rotation)
    return np.array(worlds)[:, :3, 3], np.array(rotations)


def _expressions(meshes: Meshes) -> dict[str, Expression]:
    """Return VRM's presets from the morph targets that are named like them, over all meshes that have them."""
    found: dict[str, list[tuple[int, float]]] = {}
    for place, name in enumerate(meshes.morph_names):
        preset = _PRESETS.get(re.sub(r"[^a-z]", "", name.casefold()))
        if preset is not None:
            found.setdefault(preset, []).append((place, 1.0))
    return {preset: Expression(preset, tuple(morphs)) for preset, morphs in found.items()}
