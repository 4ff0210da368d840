"""The glTF 2.0 document as typed values, as far as avatars need it.

https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html
"""

from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from avatar_live.avatar.glb import damaged

NUMBER_MAX: Final = 1e9  # larger ones are no place, no colour and no share, and their squares leave float32

Extensions = dict[str, msgspec.Raw]
T = TypeVar("T")


class Part(msgspec.Struct, frozen=True, rename="camel"):
    """Be the base of all pieces of the document: camel case in the file, snake case here."""


class GltfBuffer(Part, frozen=True):
    byte_length: int
    uri: str | None = None


class BufferView(Part, frozen=True):
    buffer: int
    byte_length: int
    byte_offset: int = 0
    byte_stride: int | None = None


class SparseIndices(Part, frozen=True):
    buffer_view: int
    component_type: int
    byte_offset: int = 0


class SparseValues(Part, frozen=True):
    buffer_view: int
    byte_offset: int = 0


class Sparse(Part, frozen=True):
    count: int
    indices: SparseIndices
    values: SparseValues


class Accessor(Part, frozen=True):
    component_type: int
    count: int
    type: str
    buffer_view: int | None = None
    byte_offset: int = 0
    normalized: bool = False
    sparse: Sparse | None = None


class GltfPrimitive(Part, frozen=True):
    attributes: dict[str, int]
    indices: int | None = None
    material: int | None = None
    mode: int = 4
    targets: tuple[dict[str, int], ...] = ()
    extensions: Extensions = msgspec.field(default_factory=dict)
    extras: msgspec.Raw = msgspec.Raw(b"null")


class GltfMesh(Part, frozen=True):
    primitives: list[GltfPrimitive]
    name: str = ""
    weights: tuple[float, ...] = ()
    extras: msgspec.Raw = msgspec.Raw(b"null")


class GltfNode(Part, frozen=True):
    name: str = ""
    children: tuple[int, ...] = ()
    translation: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rotation: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    matrix: list[float] | None = None
    mesh: int | None = None
    skin: int | None = None
    weights: tuple[float, ...] = ()
    extensions: Extensions = msgspec.field(default_factory=dict)


class GltfSkin(Part, frozen=True):
    joints: list[int]
    inverse_bind_matrices: int | None = None


class GltfScene(Part, frozen=True):
    nodes: tuple[int, ...] = ()


class TextureInfo(Part, frozen=True):
    index: int
    tex_coord: int = 0
    scale: float = 1.0  # of normal maps and of MToon's shading shift
    extensions: Extensions = msgspec.field(default_factory=dict)


class Pbr(Part, frozen=True):
    base_color_factor: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    base_color_texture: TextureInfo | None = None
    metallic_factor: float = 1.0
    roughness_factor: float = 1.0
    metallic_roughness_texture: TextureInfo | None = None


class GltfMaterial(Part, frozen=True):
    name: str = ""
    alpha_mode: str = "OPAQUE"
    alpha_cutoff: float = 0.5
    double_sided: bool = False
    pbr_metallic_roughness: Pbr = Pbr()
    normal_texture: TextureInfo | None = None
    emissive_factor: tuple[float, float, float] = (0.0, 0.0, 0.0)
    emissive_texture: TextureInfo | None = None
    extensions: Extensions = msgspec.field(default_factory=dict)


class GltfTexture(Part, frozen=True):
    source: int | None = None
    sampler: int | None = None
    extensions: Extensions = msgspec.field(default_factory=dict)


class GltfSampler(Part, frozen=True):
    mag_filter: int | None = None
    wrap_s: int = 10497
    wrap_t: int = 10497


class GltfImage(Part, frozen=True):
    buffer_view: int | None = None
    uri: str | None = None


class Asset(Part, frozen=True):
    copyright: str = ""
    extras: msgspec.Raw = msgspec.Raw(b"null")


class Document(Part, frozen=True):
    """Hold the parts of a glTF document that avatars use."""

    asset: Asset = Asset()
    scene: int | None = None
    scenes: tuple[GltfScene, ...] = ()
    nodes: tuple[GltfNode, ...] = ()
    meshes: tuple[GltfMesh, ...] = ()
    skins: tuple[GltfSkin, ...] = ()
    materials: tuple[GltfMaterial, ...] = ()
    textures: tuple[GltfTexture, ...] = ()
    samplers: tuple[GltfSampler, ...] = ()
    images: tuple[GltfImage, ...] = ()
    accessors: tuple[Accessor, ...] = ()
    buffers: tuple[GltfBuffer, ...] = ()
    buffer_views: tuple[BufferView, ...] = ()
    animations: msgspec.Raw = msgspec.Raw(b"[]")  # decoded by whoever plays them
    extensions_required: tuple[str, ...] = ()
    extensions: Extensions = msgspec.field(default_factory=dict)


def at(items: Sequence[T], index: int, what: str) -> T:
    """Return an item by the file's index. Raises AvatarError when there is none."""
    if not 0 <= index < len(items):
        raise damaged(f"it refers to {what} {index}, and there are {len(items)}")
    return items[index]


def decode(text: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Return a piece of JSON as a typed value. Raises AvatarError.

    As lenient as the exporters are different: 3.0 for 3, 0 for false, and null for what is not there.
    """
    try:
        try:
            return msgspec.json.decode(text, type=kind, strict=False)
        except msgspec.ValidationError:
            if b"null" not in bytes(text):
                raise
            told = _without_nulls(msgspec.json.decode(text))
            return msgspec.json.decode(msgspec.json.encode(told), type=kind, strict=False)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise damaged(f"its description is wrong: {error}") from error


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def finite(*values: float) -> None:
    """Raise AvatarError unless all values are finite, and none past NUMBER_MAX."""
    if not all(abs(value) <= NUMBER_MAX for value in values):  # false for what is not a number, too
        raise damaged("a spring, collider, expression or gaze has a number that is not finite or far too large")
