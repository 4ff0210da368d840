"""What a VRM 1.0 file says beyond glTF: bones, expressions, gaze, springs and licence.

https://github.com/vrm-c/vrm-specification/tree/master/specification/VRMC_vrm-1.0 and VRMC_springBone-1.0
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from avatar_live.avatar.glb import AvatarError, damaged
from avatar_live.avatar.gltf import Extensions, Part, at, decode
from avatar_live.avatar.meshes import Meshes
from avatar_live.avatar.model import Collider, Expression, LookAt, Meta, Node, Spring, SpringJoint
from avatar_live.avatar.nodes import Skeleton

Vector = tuple[float, float, float]
Override = Literal["none", "block", "blend"]

EXPRESSIONS_MAX = 1_024
SPRING_JOINTS_MAX = 4_096
COLLIDERS_MAX = 1_024

# Without these a body cannot be posed: the bones that VRM 1.0 requires, as far as a performance moves them.
_NEEDED_BONES = ("hips", "head")


class _Bone(Part, frozen=True):
    node: int


class _Humanoid(Part, frozen=True):
    human_bones: dict[str, _Bone]


class _Meta(Part, frozen=True):
    name: str = ""
    authors: tuple[str, ...] = ()
    license_url: str = ""
    avatar_permission: str = "onlyAuthor"
    commercial_usage: str = "personalNonProfit"
    credit_notation: str = "required"
    allow_redistribution: bool = False


class _Range(Part, frozen=True):
    input_max_value: float = 90.0
    output_scale: float = 10.0


class _LookAt(Part, frozen=True):
    type: Literal["bone", "expression"] = "bone"
    offset_from_head_bone: Vector = (0.0, 0.06, 0.0)
    range_map_horizontal_inner: _Range = _Range()
    range_map_horizontal_outer: _Range = _Range()
    range_map_vertical_down: _Range = _Range()
    range_map_vertical_up: _Range = _Range()


class _MorphBind(Part, frozen=True):
    node: int
    index: int
    weight: float = 1.0


class _Expression(Part, frozen=True):
    morph_target_binds: tuple[_MorphBind, ...] = ()
    is_binary: bool = False
    override_blink: Override = "none"
    override_look_at: Override = "none"
    override_mouth: Override = "none"


class _Expressions(Part, frozen=True):
    preset: dict[str, _Expression] = msgspec.field(default_factory=dict)
    custom: dict[str, _Expression] = msgspec.field(default_factory=dict)


class _Vrm(Part, frozen=True):
    humanoid: _Humanoid
    meta: _Meta = _Meta()
    look_at: _LookAt | None = None
    expressions: _Expressions | None = None


class _Sphere(Part, frozen=True):
    offset: Vector = (0.0, 0.0, 0.0)
    radius: float = 0.0


class _Capsule(Part, frozen=True):
    offset: Vector = (0.0, 0.0, 0.0)
    radius: float = 0.0
    tail: Vector = (0.0, 0.0, 0.0)


class _Shape(Part, frozen=True):
    sphere: _Sphere | None = None
    capsule: _Capsule | None = None


class _Collider(Part, frozen=True):
    node: int
    shape: _Shape = _Shape()


class _ColliderGroup(Part, frozen=True):
    colliders: tuple[int, ...] = ()


class _Joint(Part, frozen=True):
    node: int
    hit_radius: float = 0.0
    stiffness: float = 1.0
    gravity_power: float = 0.0
    gravity_dir: Vector = (0.0, -1.0, 0.0)
    drag_force: float = 0.5


class _Spring(Part, frozen=True):
    joints: list[_Joint]
    collider_groups: tuple[int, ...] = ()
    center: int | None = None


class _SpringBone(Part, frozen=True):
    colliders: tuple[_Collider, ...] = ()
    collider_groups: tuple[_ColliderGroup, ...] = ()
    springs: tuple[_Spring, ...] = ()


@dataclass(frozen=True, slots=True)
class Character:
    """Hold what makes a glTF model an avatar; `tips` are nodes that its springs need behind the file's own."""

    meta: Meta
    humanoid: Mapping[str, int]
    expressions: Mapping[str, Expression] = field(default_factory=dict)
    look_at: LookAt = field(default_factory=LookAt)
    springs: tuple[Spring, ...] = ()
    colliders: tuple[Collider, ...] = ()
    tips: tuple[Node, ...] = ()


def read_vrm(extensions: Extensions, skeleton: Skeleton, meshes: Meshes) -> Character:
    """Return what the VRMC_vrm and VRMC_springBone extensions say. Raises AvatarError."""
    vrm = decode(extensions["VRMC_vrm"], _Vrm)
    humanoid = humanoid_of(((name, bone.node) for name, bone in vrm.humanoid.human_bones.items()), skeleton)
    springs: tuple[Spring, ...] = ()
    colliders: tuple[Collider, ...] = ()
    if "VRMC_springBone" in extensions:
        springs, colliders = _springs(decode(extensions["VRMC_springBone"], _SpringBone), skeleton)
    return Character(
        meta=_meta(vrm.meta),
        humanoid=humanoid,
        expressions=_expressions(vrm.expressions or _Expressions(), meshes),
        look_at=_look_at(vrm.look_at or _LookAt()),
        springs=springs,
        colliders=colliders,
    )


def humanoid_of(bones: Iterable[tuple[str, int]], skeleton: Skeleton) -> dict[str, int]:
    """Return the places of the named bones. Raises AvatarError when one that every pose needs is missing."""
    humanoid = {name: node_place(node, skeleton) for name, node in bones}
    for name in _NEEDED_BONES:
        if name not in humanoid:
            raise AvatarError(f"the avatar has no {name} bone; export it again as a humanoid")
    return humanoid


def node_place(node: int, skeleton: Skeleton) -> int:
    """Return the place of the file's node. Raises AvatarError when there is none."""
    if node not in skeleton.place:
        raise damaged(f"it refers to node {node}, which does not exist")
    return skeleton.place[node]


def finite(*values: float) -> None:
    """Raise AvatarError unless all values are finite."""
    if not all(math.isfinite(value) for value in values):
        raise damaged("a spring, collider, expression or gaze has a number that is not finite")


def _meta(meta: _Meta) -> Meta:
    return Meta(
        name=meta.name,
        authors=tuple(meta.authors),
        license_url=meta.license_url,
        avatar_permission=meta.avatar_permission,
        commercial_usage=meta.commercial_usage,
        credit_notation=meta.credit_notation,
        allow_redistribution=meta.allow_redistribution,
        vrm_version="1",
    )


def _expressions(source: _Expressions, meshes: Meshes) -> dict[str, Expression]:
    if len(source.preset) + len(source.custom) > EXPRESSIONS_MAX:
        raise AvatarError(f"the avatar has more than {EXPRESSIONS_MAX} expressions; export it with fewer")
    expressions = {}
    for name, expression in {**source.custom, **source.preset}.items():
        binds = []
        for bind in expression.morph_target_binds:
            finite(bind.weight)
            morphs = meshes.morph_ranges.get(bind.node, range(0))
            if 0 <= bind.index < len(morphs):  # exporters leave binds to meshes that were stripped
                binds.append((morphs[bind.index], bind.weight))
        expressions[name] = Expression(
            name,
            tuple(binds),
            expression.is_binary,
            expression.override_blink,
            expression.override_look_at,
            expression.override_mouth,
        )
    return expressions


def _look_at(source: _LookAt) -> LookAt:
    ranges = (
        source.range_map_horizontal_inner,
        source.range_map_horizontal_outer,
        source.range_map_vertical_down,
        source.range_map_vertical_up,
    )
    pairs = [(value.input_max_value, value.output_scale) for value in ranges]
    finite(*source.offset_from_head_bone, *(number for pair in pairs for number in pair))
    return LookAt(source.type, source.offset_from_head_bone, *pairs)


def _springs(source: _SpringBone, skeleton: Skeleton) -> tuple[tuple[Spring, ...], tuple[Collider, ...]]:
    joint_count = sum(len(spring.joints) for spring in source.springs)
    if joint_count > SPRING_JOINTS_MAX:
        raise AvatarError(f"the avatar has more than {SPRING_JOINTS_MAX} swinging joints; export a simpler one")
    if len(source.colliders) > COLLIDERS_MAX:
        raise AvatarError(f"the avatar has more than {COLLIDERS_MAX} colliders; export a simpler one")
    # What only an extension shapes (a plane, the inside of a sphere) stops nothing.
    shaped = [number for number, item in enumerate(source.colliders) if item.shape.sphere or item.shape.capsule]
    place = {number: index for index, number in enumerate(shaped)}
    colliders = tuple(_collider(source.colliders[number], skeleton) for number in shaped)
    springs = []
    for spring in source.springs:
        groups = (at(source.collider_groups, group, "collider group") for group in spring.collider_groups)
        named = dict.fromkeys(index for group in groups for index in group.colliders)
        if any(not 0 <= index < len(source.colliders) for index in named):
            raise damaged("a collider group names a collider that does not exist")
        touched = tuple(place[index] for index in named if index in place)
        center = None if spring.center is None else node_place(spring.center, skeleton)
        joints = tuple(_joint(joint, skeleton) for joint in spring.joints)
        springs.append(Spring(joints, touched, center))
    return tuple(springs), colliders


def _collider(source: _Collider, skeleton: Skeleton) -> Collider:
    shape = source.shape.capsule or source.shape.sphere or _Sphere()
    tail = shape.tail if isinstance(shape, _Capsule) else shape.offset
    finite(*shape.offset, *tail, shape.radius)
    return Collider(node_place(source.node, skeleton), shape.offset, tail, shape.radius)


def _joint(source: _Joint, skeleton: Skeleton) -> SpringJoint:
    finite(source.stiffness, source.gravity_power, *source.gravity_dir, source.drag_force, source.hit_radius)
    return SpringJoint(
        node_place(source.node, skeleton),
        source.stiffness,
        source.gravity_power,
        source.gravity_dir,
        source.drag_force,
        source.hit_radius,
    )
