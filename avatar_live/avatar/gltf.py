"""The glTF 2.0 document as typed values, as far as avatars need it, and the reading of its accessors.

https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html
"""

import math
from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.glb import AvatarError, damaged, split_glb

NODES_MAX: Final = 16_384
DECODED_BYTES_MAX: Final = 1024 * 1024 * 1024

# What is written under these cannot be read without the named decoder; other required extensions only look different.
_UNREADABLE: Final = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_texture_basisu")
_COMPONENTS: Final[dict[int, type[np.generic]]] = {
    5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32,
}  # fmt: skip
_LARGEST: Final = {5120: 127, 5121: 255, 5122: 32_767, 5123: 65_535, 5125: 4_294_967_295}
_WIDTHS: Final = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}

Extensions = dict[str, msgspec.Raw]
T = TypeVar("T")


class Part(msgspec.Struct, frozen=True, rename="camel"):
    """Be the base of all pieces of the document: camel case in the file, snake case here."""


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


class Document(Part, frozen=True):
    """Hold the parts of a glTF document that avatars use."""

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
    buffer_views: tuple[BufferView, ...] = ()
    animations: msgspec.Raw = msgspec.Raw(b"[]")  # decoded by whoever plays them
    extensions_required: tuple[str, ...] = ()
    extensions: Extensions = msgspec.field(default_factory=dict)


class Gltf:
    """Read the numbers of one document; `document` is its description. Raises AvatarError from every method."""

    def __init__(self, data: bytes) -> None:
        text, self._binary = split_glb(data)
        self.document = decode(text, Document)
        self._decoded_bytes = 0
        for name in _UNREADABLE:
            if name in self.document.extensions_required:
                raise AvatarError(f"the avatar is compressed with {name}; export it without compression")
        if len(self.document.nodes) > NODES_MAX:
            raise AvatarError(f"the avatar has more than {NODES_MAX} nodes; export a simpler one")

    def view(self, index: int) -> memoryview:
        """Return the bytes of a buffer view."""
        view = at(self.document.buffer_views, index, "buffer view")
        if view.buffer != 0:
            raise AvatarError("the avatar keeps data in another file; export it as one .vrm file")
        end = view.byte_offset + view.byte_length
        if view.byte_offset < 0 or view.byte_length < 0 or end > len(self._binary):
            raise damaged(f"buffer view {index} lies outside of the data")
        return self._binary[view.byte_offset : end]

    def floats(self, index: int, width: int) -> NDArray[np.float32]:
        """Return an accessor as (count, width) float32, all finite; integers are scaled where it says normalised."""
        accessor, values = self._values(index, (width,))
        out = values.astype(np.float32)
        if accessor.normalized and accessor.component_type in _LARGEST:
            out = np.maximum(out / np.float32(_LARGEST[accessor.component_type]), np.float32(-1.0))
        if not np.isfinite(out).all():
            raise damaged(f"accessor {index} holds a number that is not finite")
        return out

    def integers(self, index: int, width: int) -> NDArray[np.uint32]:
        """Return an accessor of unsigned integers as (count, width)."""
        _, values = self._values(index, (width,))
        if values.dtype.kind != "u":
            raise damaged(f"accessor {index} should hold unsigned integers")
        return values.astype(np.uint32)

    def count(self, index: int) -> int:
        """Return how many elements an accessor claims to have."""
        return at(self.document.accessors, index, "accessor").count

    def _values(self, index: int, widths: tuple[int, ...]) -> tuple[Accessor, NDArray[np.generic]]:
        accessor = at(self.document.accessors, index, "accessor")
        dtype = _dtype(accessor.component_type, index)
        width = _WIDTHS.get(accessor.type, 0)
        if width not in widths or accessor.count < 0:
            raise damaged(f"accessor {index} has the wrong type {accessor.type!r} or count {accessor.count}")
        self._decoded_bytes += accessor.count * width * 4
        if self._decoded_bytes > DECODED_BYTES_MAX:
            raise AvatarError(f"the avatar needs more than {DECODED_BYTES_MAX >> 20} MiB; export a simpler one")
        if accessor.buffer_view is None:
            values: NDArray[np.generic] = np.zeros((accessor.count, width), dtype)
        else:
            stride = at(self.document.buffer_views, accessor.buffer_view, "buffer view").byte_stride
            values = _array(
                self.view(accessor.buffer_view), accessor.byte_offset, (accessor.count, width), dtype, stride, index
            )
        if accessor.sparse is not None:
            values = self._with_sparse(values, accessor.sparse, index)
        return accessor, values

    def _with_sparse(self, values: NDArray[np.generic], sparse: Sparse, index: int) -> NDArray[np.generic]:
        if not 0 <= sparse.count <= len(values):
            raise damaged(f"accessor {index} replaces more values than it has")
        indices_type = _dtype(sparse.indices.component_type, index)
        if np.dtype(indices_type).kind != "u":
            raise damaged(f"accessor {index} has sparse indices that are not unsigned integers")
        view, offset = self.view(sparse.indices.buffer_view), sparse.indices.byte_offset
        rows = _array(view, offset, (sparse.count, 1), indices_type, None, index)[:, 0].astype(np.int64)
        if len(rows) and rows.max() >= len(values):
            raise damaged(f"accessor {index} replaces a value past its end")
        out = values.copy()
        shape = (sparse.count, values.shape[1])
        view, offset = self.view(sparse.values.buffer_view), sparse.values.byte_offset
        out[rows] = _array(view, offset, shape, values.dtype, None, index)
        return out


def at(items: Sequence[T], index: int, what: str) -> T:
    """Return an item by the file's index. Raises AvatarError when there is none."""
    if not 0 <= index < len(items):
        raise damaged(f"it refers to {what} {index}, and there are {len(items)}")
    return items[index]


def decode(text: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Return a piece of JSON as a typed value. Raises AvatarError."""
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise damaged(f"its description is wrong: {error}") from error


def finite(*values: float) -> None:
    """Raise AvatarError unless all values are finite."""
    if not all(math.isfinite(value) for value in values):
        raise damaged("a spring, collider, expression or gaze has a number that is not finite")


def _dtype(component_type: int, index: int) -> type[np.generic]:
    dtype = _COMPONENTS.get(component_type)
    if dtype is None:
        raise damaged(f"accessor {index} has the unknown component type {component_type}")
    return dtype


def _array(
    view: memoryview,
    offset: int,
    shape: tuple[int, int],
    dtype: type[np.generic] | np.dtype[np.generic],
    stride: int | None,
    index: int,
) -> NDArray[np.generic]:
    item = np.dtype(dtype).itemsize
    step = stride or item * shape[1]
    end = offset + step * (shape[0] - 1) + item * shape[1] if shape[0] else 0
    if offset < 0 or step < item * shape[1] or end > len(view):
        raise damaged(f"accessor {index} lies outside of its buffer view")
    if shape[0] == 0:
        return np.zeros(shape, dtype)
    return np.ndarray(shape, dtype, view, offset, (step, item))
