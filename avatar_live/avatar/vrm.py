"""What a VRM 1.0 file says beyond glTF: bones, expressions, gaze, who sees what, and springs.

https://github.com/vrm-c/vrm-specification/tree/master/specification/VRMC_vrm-1.0
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from avatar_live.avatar.document import Extensions, GltfMaterial, Part, decode, finite
from avatar_live.avatar.first_person import Sight
from avatar_live.avatar.glb import AvatarError
from avatar_live.avatar.meshes import Meshes
from avatar_live.avatar.model import Collider, Expression, LookAt, Node, Spring
from avatar_live.avatar.nodes import Skeleton, node_place
from avatar_live.avatar.vrm_expressions import Expressions, read_expressions
from avatar_live.avatar.vrm_springs import read_springs

# Without these a body cannot be posed: the bones that VRM 1.0 requires, as far as a performance moves them.
_NEEDED_BONES: Final = ("hips", "head")


class _Bone(Part, frozen=True):
    node: int


class _Humanoid(Part, frozen=True):
    human_bones: dict[str, _Bone]


class _Range(Part, frozen=True):
    input_max_value: float = 90.0
    output_scale: float = 10.0


class _LookAt(Part, frozen=True):
    type: Literal["bone", "expression"] = "bone"
    offset_from_head_bone: tuple[float, float, float] = (0.0, 0.06, 0.0)
    range_map_horizontal_inner: _Range = _Range()
    range_map_horizontal_outer: _Range = _Range()
    range_map_vertical_down: _Range = _Range()
    range_map_vertical_up: _Range = _Range()


class _Annotation(Part, frozen=True):
    node: int
    type: Sight = "auto"


class _FirstPerson(Part, frozen=True):
    mesh_annotations: tuple[_Annotation, ...] = ()


class _Vrm(Part, frozen=True):
    humanoid: _Humanoid
    look_at: _LookAt | None = None
    first_person: _FirstPerson | None = None
    expressions: Expressions | None = None


@dataclass(frozen=True, slots=True)
class Character:
    """Hold what makes a glTF model an avatar.

    `sights` say by the file's node who sees its mesh; `tips` are nodes that its springs need behind the file's own.
    """

    humanoid: Mapping[str, int]
    expressions: Mapping[str, Expression] = field(default_factory=dict)
    look_at: LookAt = field(default_factory=LookAt)
    sights: Mapping[int, Sight] = field(default_factory=dict)
    springs: tuple[Spring, ...] = ()
    colliders: tuple[Collider, ...] = ()
    tips: tuple[Node, ...] = ()


def read_vrm(
    extensions: Extensions, skeleton: Skeleton, meshes: Meshes, materials: Sequence[GltfMaterial]
) -> Character:
    """Return what the VRMC_vrm and VRMC_springBone extensions say. Raises AvatarError."""
    vrm = decode(extensions["VRMC_vrm"], _Vrm)
    annotations = (vrm.first_person or _FirstPerson()).mesh_annotations
    springs, colliders = read_springs(extensions, skeleton)
    return Character(
        humanoid=humanoid_of(((name, bone.node) for name, bone in vrm.humanoid.human_bones.items()), skeleton),
        expressions=read_expressions(vrm.expressions or Expressions(), meshes, materials),
        look_at=_look_at(vrm.look_at or _LookAt()),
        sights={annotation.node: annotation.type for annotation in annotations},
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
