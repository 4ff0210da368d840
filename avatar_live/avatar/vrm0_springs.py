"""The swinging bones of a VRM 0.x file as chains of VRM 1.0.

https://github.com/vrm-c/vrm-specification/tree/master/specification/0.0
"""

from typing import Final

import numpy as np

from avatar_live.avatar.document import Part, at, finite
from avatar_live.avatar.glb import AvatarError
from avatar_live.avatar.model import Collider, Node, Spring, SpringJoint
from avatar_live.avatar.nodes import Skeleton, node_place
from avatar_live.avatar.quaternions import IDENTITY
from avatar_live.avatar.vrm_springs import COLLIDERS_MAX, Vector, refuse_collisions, refuse_crowds

_TIP_M: Final = 0.07  # 0.x swings a last bone as if it were this long


class UnityVector(Part, frozen=True):
    """Hold a vector as 0.x writes it, in Unity's left-handed axes."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0

    def turned(self) -> Vector:
        """Return it in VRM 1.0's space: mirrored into glTF's axes, then turned half around."""
        return -self.x, self.y, self.z


class _Sphere(Part, frozen=True):
    offset: UnityVector = UnityVector()
    radius: float = 0.0


class _ColliderGroup(Part, frozen=True):
    node: int
    colliders: tuple[_Sphere, ...] | None = None


class _BoneGroup(Part, frozen=True):
    stiffiness: float = 1.0  # the 0.x spec's own spelling
    gravity_power: float = 0.0
    gravity_dir: UnityVector = UnityVector(0.0, -1.0, 0.0)
    drag_force: float = 0.5
    center: int = -1
    hit_radius: float = 0.0
    bones: tuple[int, ...] | None = None
    collider_groups: tuple[int, ...] | None = None


class Secondary(Part, frozen=True):
    """Be `secondaryAnimation` of the VRM extension."""

    bone_groups: tuple[_BoneGroup, ...] = ()
    collider_groups: tuple[_ColliderGroup, ...] = ()


def read_springs0(
    source: Secondary, skeleton: Skeleton
) -> tuple[tuple[Spring, ...], tuple[Collider, ...], tuple[Node, ...]]:
    """Return the springs, their colliders, and the nodes that mark the tips of last bones. Raises AvatarError.

    0.x swings everything below a named bone, so each branch becomes a chain of its own.
    """
    refuse_crowds(
        len(source.bone_groups),
        sum(len(bones.collider_groups or ()) for bones in source.bone_groups),
        len(source.collider_groups),
    )
    colliders: list[Collider] = []
    groups: list[range] = []
    for group in source.collider_groups:
        first = len(colliders)
        for sphere in group.colliders or ():
            offset = sphere.offset.turned()
            finite(*offset, sphere.radius)
            colliders.append(Collider(node_place(group.node, skeleton), offset, offset, sphere.radius))
        groups.append(range(first, len(colliders)))
    if len(colliders) > COLLIDERS_MAX:
        raise AvatarError(f"the avatar has more than {COLLIDERS_MAX} colliders; export a simpler one")
    children: dict[int, list[int]] = {}
    for number, node in enumerate(skeleton.nodes):
        children.setdefault(node.parent, []).append(number)
    springs: list[Spring] = []
    tips: list[Node] = []
    taken: set[int] = set()
    for bones in source.bone_groups:
        finite(bones.stiffiness, bones.gravity_power, *bones.gravity_dir.turned(), bones.drag_force, bones.hit_radius)
        touched = tuple(
            dict.fromkeys(
                index
                for group_index in bones.collider_groups or ()
                for index in at(groups, group_index, "collider group")
            )
        )
        center = node_place(bones.center, skeleton) if bones.center >= 0 else None
        starts = [node_place(bone, skeleton) for bone in bones.bones or () if bone >= 0]
        while starts:
            chain = _chain(starts.pop(), children, taken, starts)
            if not chain:
                continue
            if not children.get(chain[-1]):
                tips.append(_tip(chain[-1], skeleton.nodes[chain[-1]]))
                chain.append(len(skeleton.nodes) + len(tips) - 1)
            springs.append(Spring(tuple(_joint(node, bones) for node in chain), touched, center))
    return refuse_collisions(tuple(springs)), tuple(colliders), tuple(tips)


def _chain(start: int, children: dict[int, list[int]], taken: set[int], starts: list[int]) -> list[int]:
    """Follow first children down from `start`; siblings are put into `starts`, as each begins a chain of its own."""
    chain: list[int] = []
    node: int | None = start
    while node is not None and node not in taken:
        taken.add(node)
        chain.append(node)
        below = children.get(node, [])
        starts += below[1:]
        node = below[0] if below else None
    return chain


def _tip(number: int, node: Node) -> Node:
    length = float(np.linalg.norm(node.translation))
    translation = node.translation * (_TIP_M / length) if length > 1e-9 else np.zeros(3)
    return Node(f"{node.name}_end", number, translation, IDENTITY, np.ones(3))


def _joint(node: int, bones: _BoneGroup) -> SpringJoint:
    return SpringJoint(
        node, bones.stiffiness, bones.gravity_power, bones.gravity_dir.turned(), bones.drag_force, bones.hit_radius
    )
