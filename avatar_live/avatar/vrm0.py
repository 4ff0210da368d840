"""What a VRM 0.x file says beyond glTF, told in the words and the space of VRM 1.0.

0.x faces -Z and writes its own vectors in Unity's left-handed axes, so x of springs, colliders and gaze changes sign.
https://github.com/vrm-c/vrm-specification/tree/master/specification/0.0
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from avatar_live.avatar.glb import AvatarError
from avatar_live.avatar.gltf import Extensions, GltfNode, Part, at, decode
from avatar_live.avatar.meshes import Meshes
from avatar_live.avatar.model import Collider, Expression, LookAt, Meta, Node, Spring, SpringJoint
from avatar_live.avatar.nodes import Skeleton
from avatar_live.avatar.quaternions import IDENTITY
from avatar_live.avatar.vrm import COLLIDERS_MAX, EXPRESSIONS_MAX, Character, Vector, finite, humanoid_of, node_place

_PRESETS: Final = {
    "a": "aa",
    "i": "ih",
    "u": "ou",
    "e": "ee",
    "o": "oh",
    "joy": "happy",
    "sorrow": "sad",
    "fun": "relaxed",
    "blink_l": "blinkLeft",
    "blink_r": "blinkRight",
    "lookup": "lookUp",
    "lookdown": "lookDown",
    "lookleft": "lookLeft",
    "lookright": "lookRight",
    **{name: name for name in ("neutral", "angry", "blink")},
}
_BONES: Final = {
    f"{side}Thumb{old}": f"{side}Thumb{new}"
    for side in ("left", "right")
    for old, new in (("Proximal", "Metacarpal"), ("Intermediate", "Proximal"))
}
_PERMISSIONS: Final = {
    "Everyone": "everyone",
    "ExplicitlyLicensedPerson": "onlySeparatelyLicensedPerson",
    "OnlyAuthor": "onlyAuthor",
}
_LICENSES: Final = {
    "CC0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC_BY": "https://creativecommons.org/licenses/by/4.0/",
    "CC_BY_NC": "https://creativecommons.org/licenses/by-nc/4.0/",
    "CC_BY_SA": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC_BY_NC_SA": "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    "CC_BY_ND": "https://creativecommons.org/licenses/by-nd/4.0/",
    "CC_BY_NC_ND": "https://creativecommons.org/licenses/by-nc-nd/4.0/",
}
_TIP_M: Final = 0.07  # 0.x swings a last bone as if it were this long


class _Vector(Part, frozen=True):
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0

    def turned(self) -> Vector:
        return -self.x, self.y, self.z


class _Bone(Part, frozen=True):
    bone: str
    node: int


class _Humanoid(Part, frozen=True):
    human_bones: tuple[_Bone, ...] = ()


class _Meta(Part, frozen=True):
    title: str | None = None
    author: str | None = None
    allowed_user_name: str | None = None
    commercial_ussage_name: str | None = None  # the 0.x spec's own spelling
    license_name: str | None = None
    other_license_url: str | None = None


class _Range(Part, frozen=True):
    x_range: float = 90.0
    y_range: float | None = None


class _FirstPerson(Part, frozen=True):
    first_person_bone_offset: _Vector | None = None
    look_at_type_name: str = "Bone"
    look_at_horizontal_inner: _Range = _Range()
    look_at_horizontal_outer: _Range = _Range()
    look_at_vertical_down: _Range = _Range()
    look_at_vertical_up: _Range = _Range()


class _Bind(Part, frozen=True):
    mesh: int
    index: int
    weight: float = 100.0


class _Group(Part, frozen=True):
    name: str = ""
    preset_name: str | None = None
    binds: tuple[_Bind, ...] | None = None
    is_binary: bool = False


class _BlendShapes(Part, frozen=True):
    blend_shape_groups: tuple[_Group, ...] = ()


class _Sphere(Part, frozen=True):
    offset: _Vector = _Vector()
    radius: float = 0.0


class _ColliderGroup(Part, frozen=True):
    node: int
    colliders: tuple[_Sphere, ...] | None = None


class _BoneGroup(Part, frozen=True):
    stiffiness: float = 1.0  # the 0.x spec's own spelling
    gravity_power: float = 0.0
    gravity_dir: _Vector = _Vector(0.0, -1.0, 0.0)
    drag_force: float = 0.5
    center: int = -1
    hit_radius: float = 0.0
    bones: tuple[int, ...] | None = None
    collider_groups: tuple[int, ...] | None = None


class _Secondary(Part, frozen=True):
    bone_groups: tuple[_BoneGroup, ...] = ()
    collider_groups: tuple[_ColliderGroup, ...] = ()


class _Vrm(Part, frozen=True):
    humanoid: _Humanoid
    meta: _Meta = _Meta()
    first_person: _FirstPerson = _FirstPerson()
    blend_shape_master: _BlendShapes = _BlendShapes()
    secondary_animation: _Secondary = _Secondary()


def read_vrm0(extensions: Extensions, sources: Sequence[GltfNode], skeleton: Skeleton, meshes: Meshes) -> Character:
    """Return what the VRM extension says; `sources` are the file's own nodes. Raises AvatarError."""
    vrm = decode(extensions["VRM"], _Vrm)
    bones = ((_BONES.get(bone.bone, bone.bone), bone.node) for bone in vrm.humanoid.human_bones if bone.node >= 0)
    springs, colliders, tips = _springs(vrm.secondary_animation, skeleton)
    return Character(
        meta=_meta(vrm.meta),
        humanoid=humanoid_of(bones, skeleton),
        expressions=_expressions(vrm.blend_shape_master.blend_shape_groups, sources, meshes),
        look_at=_look_at(vrm.first_person),
        springs=springs,
        colliders=colliders,
        tips=tips,
    )


def _meta(meta: _Meta) -> Meta:
    license_name = meta.license_name or ""
    return Meta(
        name=meta.title or "",
        authors=(meta.author,) if meta.author else (),
        license_url=_LICENSES.get(license_name, meta.other_license_url or ""),
        avatar_permission=_PERMISSIONS.get(meta.allowed_user_name or "", "onlyAuthor"),
        commercial_usage="personalProfit" if meta.commercial_ussage_name == "Allow" else "personalNonProfit",
        credit_notation="unnecessary" if license_name == "CC0" else "required",
        allow_redistribution=license_name in _LICENSES,
        vrm_version="0",
    )


def _expressions(groups: Sequence[_Group], sources: Sequence[GltfNode], meshes: Meshes) -> dict[str, Expression]:
    if len(groups) > EXPRESSIONS_MAX:
        raise AvatarError(f"the avatar has more than {EXPRESSIONS_MAX} expressions; export it with fewer")
    ranges: dict[int, list[range]] = {}
    for node, morphs in meshes.morph_ranges.items():
        mesh = sources[node].mesh
        if mesh is not None:
            ranges.setdefault(mesh, []).append(morphs)
    expressions: dict[str, Expression] = {}
    for group in groups:
        binds = []
        for bind in group.binds or ():
            finite(bind.weight)
            for morphs in ranges.get(bind.mesh, ()):
                if 0 <= bind.index < len(morphs):
                    binds.append((morphs[bind.index], bind.weight / 100.0))
        name = _PRESETS.get((group.preset_name or "").casefold(), group.name)
        if name.casefold() == "surprised":  # a preset of 1.0 that 0.x files have under its name
            name = "surprised"
        expressions.setdefault(name, Expression(name, tuple(binds), group.is_binary))
    return expressions


def _look_at(source: _FirstPerson) -> LookAt:
    by_expression = source.look_at_type_name.casefold() == "blendshape"
    ranges = (
        source.look_at_horizontal_inner,
        source.look_at_horizontal_outer,
        source.look_at_vertical_down,
        source.look_at_vertical_up,
    )
    output = 1.0 if by_expression else 10.0
    pairs = [(value.x_range, output if value.y_range is None else value.y_range) for value in ranges]
    finite(*(number for pair in pairs for number in pair))
    offset = LookAt().offset_m if source.first_person_bone_offset is None else source.first_person_bone_offset.turned()
    finite(*offset)
    return LookAt("expression" if by_expression else "bone", offset, *pairs)


def _springs(
    source: _Secondary, skeleton: Skeleton
) -> tuple[tuple[Spring, ...], tuple[Collider, ...], tuple[Node, ...]]:
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
    return tuple(springs), tuple(colliders), tuple(tips)


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
