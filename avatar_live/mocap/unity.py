"""The one place where Unity's space and bone names meet ours.

Unity is left-handed: +X is to the right of a body that looks along +Z, +Y is up. Ours has +X on its left. Reflecting x
turns a place (x, y, z) into (-x, y, z) and a rotation (x, y, z, w) into (x, -y, -z, w), both ways alike.
https://docs.unity3d.com/ScriptReference/HumanBodyBones.html
"""

from typing import Final

from avatar_live.mocap.part import Turn
from avatar_live.signals import HUMANOID_BONES

# Unity's three thumb bones are called as VRM 0.x calls them; VRM 1.0 names the same ones by the skeleton of a hand.
_THUMBS: Final = {"ThumbMetacarpal": "ThumbProximal", "ThumbProximal": "ThumbIntermediate"}


def _unity_name(bone: str) -> str:
    for ours, unitys in _THUMBS.items():
        if bone.endswith(ours):
            bone = bone.removesuffix(ours) + unitys
            break
    return bone[0].upper() + bone[1:]


UNITY_BONES: Final = {bone: _unity_name(bone) for bone in HUMANOID_BONES}  # by our name
OUR_BONES: Final = {unitys.casefold(): ours for ours, unitys in UNITY_BONES.items()}  # by Unity's, in lower case


def other_turn(turn: Turn) -> Turn:
    """Return a rotation of one space in the other."""
    x, y, z, w = turn
    return x, -y, -z, w


def other_place(place: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return a place of one space in the other."""
    x, y, z = place
    return -x, y, z
