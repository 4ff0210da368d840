"""What a VRM 0.x file says beyond glTF, told in the words and the space of VRM 1.0.

0.x faces -Z and writes its own vectors in Unity's left-handed axes, so x of springs, colliders and gaze changes sign.
https://github.com/vrm-c/vrm-specification/tree/master/specification/0.0
"""

from collections.abc import Sequence
from typing import Final

from avatar_live.avatar.document import Extensions, GltfNode, Part, decode, finite
from avatar_live.avatar.first_person import Sight
from avatar_live.avatar.meshes import Meshes
from avatar_live.avatar.model import LookAt, Material
from avatar_live.avatar.nodes import Skeleton
from avatar_live.avatar.vrm import Character, humanoid_of
from avatar_live.avatar.vrm0_expressions import BlendShapes, read_expressions0
from avatar_live.avatar.vrm0_springs import Secondary, UnityVector, read_springs0

_BONES: Final = {
    f"{side}Thumb{old}": f"{side}Thumb{new}"
    for side in ("left", "right")
    for old, new in (("Proximal", "Metacarpal"), ("Intermediate", "Proximal"))
}
_SIGHTS: Final[dict[str, Sight]] = {
    "both": "both",
    "thirdpersononly": "thirdPersonOnly",
    "firstpersononly": "firstPersonOnly",
}


class _Bone(Part, frozen=True):
    bone: str
    node: int


class _Humanoid(Part, frozen=True):
    human_bones: tuple[_Bone, ...] = ()


class _Range(Part, frozen=True):
    x_range: float = 90.0
    y_range: float | None = None


class _Annotation(Part, frozen=True):
    mesh: int
    first_person_flag: str = "Auto"


class _FirstPerson(Part, frozen=True):
    first_person_bone_offset: UnityVector | None = None
    mesh_annotations: tuple[_Annotation, ...] = ()
    look_at_type_name: str = "Bone"
    look_at_horizontal_inner: _Range = _Range()
    look_at_horizontal_outer: _Range = _Range()
    look_at_vertical_down: _Range = _Range()
    look_at_vertical_up: _Range = _Range()


class _Vrm(Part, frozen=True):
    humanoid: _Humanoid
    first_person: _FirstPerson = _FirstPerson()
    blend_shape_master: BlendShapes = BlendShapes()
    secondary_animation: Secondary = Secondary()


def read_vrm0(
    extensions: Extensions,
    sources: Sequence[GltfNode],
    skeleton: Skeleton,
    meshes: Meshes,
    materials: Sequence[Material],
) -> Character:
    """Return what the VRM extension says; `sources` are the file's own nodes. Raises AvatarError."""
    vrm = decode(extensions["VRM"], _Vrm)
    bones = ((_BONES.get(bone.bone, bone.bone), bone.node) for bone in vrm.humanoid.human_bones if bone.node >= 0)
    springs, colliders, tips = read_springs0(vrm.secondary_animation, skeleton)
    return Character(
        humanoid=humanoid_of(bones, skeleton),
        expressions=read_expressions0(vrm.blend_shape_master, sources, meshes, materials),
        look_at=_look_at(vrm.first_person),
        sights=_sights(vrm.first_person.mesh_annotations, sources),
        springs=springs,
        colliders=colliders,
        tips=tips,
    )


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


def _sights(annotations: Sequence[_Annotation], sources: Sequence[GltfNode]) -> dict[int, Sight]:
    """Return by node what 0.x says by mesh."""
    by_mesh = {item.mesh: _SIGHTS.get(item.first_person_flag.casefold(), "auto") for item in annotations}
    return {
        number: by_mesh[node.mesh]
        for number, node in enumerate(sources)
        if node.mesh is not None and node.mesh in by_mesh
    }
