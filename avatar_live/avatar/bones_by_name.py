"""Find the humanoid in a model that does not say where it is: by how tools name bones, and how these hang together.

Known are the habits of Mixamo, Blender and Rigify, VRoid, Unity, Unreal, 3ds Max, Character Creator and plain English:
"mixamorig:LeftForeArm", "DEF-forearm.L", "J_Bip_L_LowerArm", "lowerarm_l", "Bip001 L Forearm", "Left elbow".
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from avatar_live.avatar.model import Node

Side = Literal["left", "right", ""]

_NAME_CHARACTERS_MAX: Final = 200  # what is longer is no name that a tool gives
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SIDES: Final[dict[str, Side]] = {"l": "left", "left": "left", "r": "right", "right": "right"}
# What rigs put before their names, and what says no more than "a bone".
_NOISE: Final = frozenset({
    "mixamorig", "j", "bip", "adj", "sec", "def", "org", "cc", "base", "armature", "bone", "bones", "joint",
    "jnt", "skeleton", "sk", "b", "c", "rig", "bind", "f", "face", "character", "human", "humanoid", "skin",
})  # fmt: skip
# Helpers that carry the name of the bone that they help.
_HELPERS: Final = frozenset({
    "twist", "roll", "share", "helper", "ik", "fk", "pole", "target", "ctrl", "control", "tweak", "mch", "vis",
    "end", "nub", "tip", "top", "effector", "socket", "dummy", "volume", "corrective", "hair", "skirt", "cloth",
    "prop", "weapon",
})  # fmt: skip
_BODY: Final = {
    **dict.fromkeys(("hips", "hip", "pelvis"), "hips"),
    "neck": "neck",
    "head": "head",
    **dict.fromkeys(("jaw", "jawroot"), "jaw"),
}
_LIMBS: Final = {
    **dict.fromkeys(("eye", "eyes", "eyeball"), "Eye"),
    **dict.fromkeys(("shoulder", "clavicle", "collar", "collarbone"), "Shoulder"),
    **dict.fromkeys(("upperarm", "uparm"), "UpperArm"),
    **dict.fromkeys(("lowerarm", "forearm", "elbow", "loarm"), "LowerArm"),
    **dict.fromkeys(("hand", "wrist"), "Hand"),
    **dict.fromkeys(("upperleg", "upleg", "thigh"), "UpperLeg"),
    **dict.fromkeys(("lowerleg", "loleg", "calf", "shin", "knee"), "LowerLeg"),
    **dict.fromkeys(("foot", "ankle"), "Foot"),
    **dict.fromkeys(("toe", "toes", "toebase", "ball"), "Toes"),
}
_ARM: Final = ("UpperArm", "LowerArm", "Hand")
_LEG: Final = ("UpperLeg", "LowerLeg", "Foot", "Toes")
_FINGERS: Final = {
    "thumb": "Thumb",
    "index": "Index",
    **dict.fromkeys(("middle", "mid"), "Middle"),
    "ring": "Ring",
    **dict.fromkeys(("little", "pinky", "pinkie"), "Little"),
}
_BY_NUMBER: Final = ("Thumb", "Index", "Middle", "Ring", "Little")  # 3ds Max counts fingers
_PHALANGES: Final = ("Proximal", "Intermediate", "Distal")
_THUMB: Final = ("Metacarpal", "Proximal", "Distal")
_TORSO: Final = ("spine", "chest", "upperChest")


@dataclass(frozen=True, slots=True)
class _Named:
    """Hold what a node's name says: its side, its words without noise put together, its numbers."""

    node: int
    side: Side
    key: str
    words: tuple[str, ...]
    numbers: str


def humanoid_by_name(nodes: Sequence[Node], joints: Collection[int]) -> dict[str, int]:
    """Return the humanoid bones by VRM's names; without "hips" or "head" there is none in `nodes`.

    `joints` are the nodes that carry skin: they come before others of the same name.
    """
    named = sorted(_read(nodes), key=lambda item: item.node not in joints)
    humanoid: dict[str, int] = {}
    for item in named:
        if not item.side and item.key in _BODY:
            humanoid.setdefault(_BODY[item.key], item.node)
        elif item.side and item.key in _LIMBS:
            humanoid.setdefault(item.side + _LIMBS[item.key], item.node)
    for side in ("left", "right"):
        of_side = [item for item in named if item.side == side]
        _limb(humanoid, side, _ARM, [item.node for item in of_side if item.key == "arm"])
        _limb(humanoid, side, _LEG, [item.node for item in of_side if item.key == "leg"])
        feet = sorted(item.node for item in of_side if item.key == "foot")
        if len(feet) > 1:
            humanoid.setdefault(f"{side}Toes", feet[1])
        _fingers(humanoid, side, of_side)
    _torso(humanoid, nodes, named)
    return humanoid if {"hips", "head"} <= humanoid.keys() else {}


def _read(nodes: Sequence[Node]) -> Iterator[_Named]:
    for number, node in enumerate(nodes):
        words = [word.lower() for word in _WORDS.findall(node.name[:_NAME_CHARACTERS_MAX].rsplit(":", 1)[-1])]
        side: Side = next((_SIDES[word] for word in words if word in _SIDES), "")
        kept = tuple(word for word in words if word not in _SIDES and word not in _NOISE and not word.isdigit())
        if kept and not _HELPERS & set(kept):
            digits = [word for word in words if word.isdigit()]
            yield _Named(number, side, "".join(kept), kept, digits[-1] if digits else "")


def _limb(humanoid: dict[str, int], side: str, parts: Sequence[str], found: list[int]) -> None:
    """Give the parts of a limb that is called by its whole ("arm", "leg") their names, from the body outwards.

    One such bone is the upper part, unless that has a name of its own: Mixamo's "Leg" is below its "UpLeg".
    """
    free = [part for part in parts if side + part not in humanoid]
    if len(found) == 1 and side + parts[0] in humanoid:
        free = [part for part in parts[1:2] if part in free]
    for part, node in zip(free, sorted(found), strict=False):
        humanoid[side + part] = node


def _fingers(humanoid: dict[str, int], side: str, named: Sequence[_Named]) -> None:
    chains: dict[str, list[int]] = {}
    for item in named:
        finger = next((_FINGERS[word] for word in item.words if word in _FINGERS), None)
        if item.key == "finger" and item.numbers and int(item.numbers[0]) < len(_BY_NUMBER):
            finger = _BY_NUMBER[int(item.numbers[0])]
        is_palm = "palm" in item.words or (finger != "Thumb" and "metacarpal" in item.words)
        if finger is not None and not is_palm and not {"toe", "foot"} & set(item.words):
            chains.setdefault(finger, []).append(item.node)
    for finger, chain in chains.items():
        for part, node in zip(_THUMB if finger == "Thumb" else _PHALANGES, sorted(chain), strict=False):
            humanoid.setdefault(f"{side}{finger}{part}", node)


def _torso(humanoid: dict[str, int], nodes: Sequence[Node], named: Sequence[_Named]) -> None:
    """Find hips and head by what hangs on them where they have no name, and name what lies between them."""
    spread = {item.node for item in named if item.key in ("spine", "chest", "upperchest", "torso", "neck", "head")}
    if "hips" not in humanoid and {"leftUpperLeg", "rightUpperLeg"} <= humanoid.keys():
        meeting = _meeting(nodes, humanoid["leftUpperLeg"], humanoid["rightUpperLeg"])
        if meeting >= 0:
            humanoid["hips"] = meeting
    if "head" not in humanoid and {"leftUpperArm", "rightUpperArm"} <= humanoid.keys():
        top = chest = _meeting(nodes, humanoid["leftUpperArm"], humanoid["rightUpperArm"])
        for number, node in enumerate(nodes):  # parents come first, so this climbs to the last of the chain
            if node.parent == top and number in spread:
                top = number
        if top != chest:
            humanoid["head"] = top
            humanoid.pop("neck", None)
    if not {"hips", "head"} <= humanoid.keys():
        return
    between = [number for number in _up(nodes, humanoid["head"]) if number != humanoid["head"]]
    if humanoid["hips"] not in between:
        return
    between = between[: between.index(humanoid["hips"])][::-1]
    shoulders = [humanoid[name] for name in ("leftUpperArm", "rightUpperArm") if name in humanoid]
    necks = [item.node for item in named if item.key == "neck" and item.node in between]
    if not necks and len(shoulders) == 2:
        meeting = _meeting(nodes, *shoulders)
        necks = between[between.index(meeting) + 1 :] if meeting in between else []
    if necks:
        humanoid["neck"] = min(necks)
        between = between[: between.index(humanoid["neck"])]
    if len(between) > len(_TORSO):
        between = [between[0], between[len(between) // 2], between[-1]]
    humanoid.update(zip(_TORSO, between, strict=False))


def _up(nodes: Sequence[Node], node: int) -> Iterator[int]:
    """Yield a node and all that it hangs on, up to its root."""
    while node >= 0:
        yield node
        node = nodes[node].parent


def _meeting(nodes: Sequence[Node], one: int, other: int) -> int:
    """Return the lowest node on which both hang, -1 where there is none."""
    above = set(_up(nodes, one))
    return next((node for node in _up(nodes, other) if node in above), -1)
