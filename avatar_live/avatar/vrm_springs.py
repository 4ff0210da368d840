"""The spring bones of a VRM 1.0 file, with the extended colliders and the limits that newer files bring.

https://github.com/vrm-c/vrm-specification/tree/master/specification: VRMC_springBone-1.0,
VRMC_springBone_extended_collider-1.0 and VRMC_springBone_limit-1.0 (a draft, which has no other implementation yet).
"""

import math
from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from avatar_live.avatar.document import Extensions, Part, at, decode, finite
from avatar_live.avatar.glb import AvatarError, damaged
from avatar_live.avatar.model import Collider, Spring, SpringJoint, SpringLimit
from avatar_live.avatar.nodes import Skeleton, node_place

Vector = tuple[float, float, float]

SPRING_JOINTS_MAX: Final = 4_096
COLLIDERS_MAX: Final = 1_024
GROUPED_MAX: Final = 16_384  # how often springs name groups and groups name colliders, each
COLLISIONS_MAX: Final = 262_144  # pairs of a joint and a collider, looked at in every step

_EXTENDED: Final = "VRMC_springBone_extended_collider"
_LIMIT: Final = "VRMC_springBone_limit"


class _Sphere(Part, frozen=True):
    offset: Vector = (0.0, 0.0, 0.0)
    radius: float = 0.0
    inside: bool = False


class _Capsule(Part, frozen=True):
    offset: Vector = (0.0, 0.0, 0.0)
    radius: float = 0.0
    tail: Vector = (0.0, 0.0, 0.0)
    inside: bool = False


class _Plane(Part, frozen=True):
    offset: Vector = (0.0, 0.0, 0.0)
    normal: Vector = (0.0, 0.0, 1.0)


class _Shape(Part, frozen=True):
    sphere: _Sphere | None = None
    capsule: _Capsule | None = None
    plane: _Plane | None = None


class _Extended(Part, frozen=True):
    shape: _Shape = _Shape()
    angle_limit: float | None = None  # in degrees, on joints: how some exporters wrote a cone before there were limits


class _Collider(Part, frozen=True):
    node: int
    shape: _Shape = _Shape()
    extensions: Extensions = msgspec.field(default_factory=dict)


class _ColliderGroup(Part, frozen=True):
    colliders: tuple[int, ...] = ()


class _Angle(Part, frozen=True):
    angle: float
    rotation: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)


class _Spherical(Part, frozen=True):
    phi: float  # about x
    theta: float  # about z
    rotation: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)


class _Limit(Part, frozen=True):
    cone: _Angle | None = None
    hinge: _Angle | None = None
    spherical: _Spherical | None = None


class _LimitExtension(_Limit, frozen=True):
    limit: _Limit | None = None  # the schema's place; the specification's example leaves it out


class _Joint(Part, frozen=True):
    node: int
    hit_radius: float = 0.0
    stiffness: float = 1.0
    gravity_power: float = 0.0
    gravity_dir: Vector = (0.0, -1.0, 0.0)
    drag_force: float = 0.5
    extensions: Extensions = msgspec.field(default_factory=dict)


class _Spring(Part, frozen=True):
    joints: list[_Joint]
    collider_groups: tuple[int, ...] = ()
    center: int | None = None
    extensions: Extensions = msgspec.field(default_factory=dict)


class _SpringBone(Part, frozen=True):
    colliders: tuple[_Collider, ...] = ()
    collider_groups: tuple[_ColliderGroup, ...] = ()
    springs: tuple[_Spring, ...] = ()


def read_springs(extensions: Extensions, skeleton: Skeleton) -> tuple[tuple[Spring, ...], tuple[Collider, ...]]:
    """Return what VRMC_springBone says, nothing where it is absent. Raises AvatarError."""
    if "VRMC_springBone" not in extensions:
        return (), ()
    source = decode(extensions["VRMC_springBone"], _SpringBone)
    joint_count = sum(len(spring.joints) for spring in source.springs)
    if joint_count > SPRING_JOINTS_MAX:
        raise AvatarError(f"the avatar has more than {SPRING_JOINTS_MAX} swinging joints; export a simpler one")
    if len(source.colliders) > COLLIDERS_MAX:
        raise AvatarError(f"the avatar has more than {COLLIDERS_MAX} colliders; export a simpler one")
    refuse_crowds(
        len(source.springs),
        sum(len(spring.collider_groups) for spring in source.springs),
        sum(len(group.colliders) for group in source.collider_groups),
    )
    colliders: list[Collider] = []
    place: dict[int, int] = {}
    for number, item in enumerate(source.colliders):
        collider = _collider(item, skeleton)
        if collider is not None:
            place[number] = len(colliders)
            colliders.append(collider)
    springs = tuple(_spring(spring, source, place, skeleton) for spring in source.springs)
    return refuse_collisions(springs), tuple(colliders)


def refuse_crowds(springs: int, groups_named: int, colliders_named: int) -> None:
    """Raise AvatarError where springs, or the names of colliders in them, are more than anyone needs."""
    if springs > SPRING_JOINTS_MAX or max(groups_named, colliders_named) > GROUPED_MAX:
        raise AvatarError(
            f"the avatar has more than {SPRING_JOINTS_MAX} springs, or names colliders more than {GROUPED_MAX} times;"
            " export a simpler one"
        )


def refuse_collisions(springs: tuple[Spring, ...]) -> tuple[Spring, ...]:
    """Return the springs. Raises AvatarError where their joints meet more colliders than a step can look at."""
    if sum(len(spring.joints) * len(spring.colliders) for spring in springs) > COLLISIONS_MAX:
        raise AvatarError(
            f"the avatar's springs meet more than {COLLISIONS_MAX} pairs of joints and colliders; export a simpler one"
        )
    return springs


def _collider(source: _Collider, skeleton: Skeleton) -> Collider | None:
    """Return a collider in its extended shape where it has one; none for what has no known shape."""
    shape = source.shape
    if _EXTENDED in source.extensions:
        extended = decode(source.extensions[_EXTENDED], _Extended).shape
        if extended.sphere or extended.capsule or extended.plane:
            shape = extended
    node = node_place(source.node, skeleton)
    if shape.plane is not None:
        finite(*shape.plane.offset, *shape.plane.normal)
        return Collider(node, shape.plane.offset, shape.plane.offset, 0.0, normal=_unit(shape.plane.normal))
    if shape.capsule is not None:
        finite(*shape.capsule.offset, *shape.capsule.tail, shape.capsule.radius)
        capsule = shape.capsule
        return Collider(node, capsule.offset, capsule.tail, capsule.radius, capsule.inside)
    if shape.sphere is not None:
        finite(*shape.sphere.offset, shape.sphere.radius)
        return Collider(node, shape.sphere.offset, shape.sphere.offset, shape.sphere.radius, shape.sphere.inside)
    return None


def _unit(normal: Vector) -> Vector:
    x, y, z = normal
    length = math.hypot(x, y, z)
    return (x / length, y / length, z / length) if 1e-9 < length < math.inf else (0.0, 0.0, 1.0)


def _spring(source: _Spring, whole: _SpringBone, place: Mapping[int, int], skeleton: Skeleton) -> Spring:
    groups = (at(whole.collider_groups, group, "collider group") for group in source.collider_groups)
    named = dict.fromkeys(index for group in groups for index in group.colliders)
    if any(not 0 <= index < len(whole.colliders) for index in named):
        raise damaged("a collider group names a collider that does not exist")
    touched = tuple(place[index] for index in named if index in place)
    center = None if source.center is None else node_place(source.center, skeleton)
    common = _limit(source.extensions)
    return Spring(tuple(_joint(joint, common, skeleton) for joint in source.joints), touched, center)


def _joint(source: _Joint, common: SpringLimit | None, skeleton: Skeleton) -> SpringJoint:
    finite(source.stiffness, source.gravity_power, *source.gravity_dir, source.drag_force, source.hit_radius)
    return SpringJoint(
        node_place(source.node, skeleton),
        source.stiffness,
        source.gravity_power,
        source.gravity_dir,
        source.drag_force,
        source.hit_radius,
        _limit(source.extensions) or common,
    )


def _limit(extensions: Extensions) -> SpringLimit | None:
    if _LIMIT in extensions:
        extension = decode(extensions[_LIMIT], _LimitExtension)
        limit = extension.limit or extension
        if limit.cone is not None:
            return SpringLimit("cone", _angle(limit.cone.angle), rotation=_rotation(limit.cone.rotation))
        if limit.hinge is not None:
            return SpringLimit("hinge", _angle(limit.hinge.angle), rotation=_rotation(limit.hinge.rotation))
        if limit.spherical is not None:
            return SpringLimit(
                "spherical",
                pitch_rad=_angle(limit.spherical.phi),
                yaw_rad=_angle(limit.spherical.theta, math.pi / 2.0),
                rotation=_rotation(limit.spherical.rotation),
            )
    if _EXTENDED in extensions:
        degrees = decode(extensions[_EXTENDED], _Extended).angle_limit
        if degrees is not None:
            return SpringLimit("cone", _angle(math.radians(degrees)))
    return None


def _angle(value_rad: float, largest_rad: float = math.pi) -> float:
    finite(value_rad)
    return min(max(value_rad, 0.0), largest_rad)


def _rotation(value: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    length = float(np.linalg.norm(value))
    if not 1e-6 < length < 1e6:  # false for what is not a number, too
        raise damaged("the limit of a spring is turned by numbers that are no rotation")
    x, y, z, w = value
    return x / length, y / length, z / length, w / length
