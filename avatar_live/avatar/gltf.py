"""The numbers of a glTF file: its accessors, out of whatever they are packed in.

https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html
"""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.beside import Beside, bytes_of
from avatar_live.avatar.document import NUMBER_MAX, Accessor, Document, GltfPrimitive, Sparse, at, decode
from avatar_live.avatar.draco import Packed, Unpacked, unpack
from avatar_live.avatar.glb import AvatarError, damaged, split_file

NODES_MAX: Final = 16_384
MATERIALS_MAX: Final = 4_096
DECODED_BYTES_MAX: Final = 1024 * 1024 * 1024
NUMBERS_MAX: Final = 32_000_000  # in one accessor, which may claim them without holding them

# What is written under these cannot be read without their decoder; other required extensions only look different.
_UNREADABLE: Final = {
    "EXT_meshopt_compression": "its data is compressed with meshoptimizer",
    "KHR_meshopt_compression": "its data is compressed with meshoptimizer",
    "KHR_texture_basisu": "its pictures are KTX2",
    "EXT_texture_avif": "its pictures are AVIF",
    "MSFT_texture_dds": "its pictures are DDS",
    "KHR_texture_procedurals": "its pictures are formulas",
    "EXT_mesh_gpu_instancing": "its meshes are instanced",
}
_COMPONENTS: Final[dict[int, type[np.generic]]] = {
    5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32,
}  # fmt: skip
_LARGEST: Final = {5120: 127, 5121: 255, 5122: 32_767, 5123: 65_535, 5125: 4_294_967_295}
_DRACO: Final = "KHR_draco_mesh_compression"
TRIANGLES: Final = 4  # a primitive's mode
_WIDTHS: Final = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Gltf:
    """Read the numbers of one document; `document` is its description. Raises AvatarError from every method.

    `beside` brings what lies in files of its own next to the document; without it, such a document is refused.
    """

    def __init__(self, data: bytes, beside: Beside | None = None) -> None:
        text, self._binary = split_file(data)
        self.document = decode(text, Document)
        self._beside = beside
        self._buffers: dict[int, memoryview] = {}
        self._packed: dict[int, Unpacked] = {}  # by buffer view
        self._unpacked: dict[int, NDArray[np.generic]] = {}
        self._decoded_bytes = 0
        for name, how in _UNREADABLE.items():
            if name in self.document.extensions_required:
                raise AvatarError(f"the avatar cannot be read: {how} ({name}); export it without")
        if len(self.document.nodes) > NODES_MAX:
            raise AvatarError(f"the avatar has more than {NODES_MAX} nodes; export a simpler one")
        if len(self.document.materials) > MATERIALS_MAX:
            raise AvatarError(f"the avatar has more than {MATERIALS_MAX} materials; export a simpler one")

    def view(self, index: int) -> memoryview:
        """Return the bytes of a buffer view."""
        view = at(self.document.buffer_views, index, "buffer view")
        data = self._buffer(view.buffer)
        end = view.byte_offset + view.byte_length
        if view.byte_offset < 0 or view.byte_length < 0 or end > len(data):
            raise damaged(f"buffer view {index} lies outside of the data")
        return data[view.byte_offset : end]

    def uri(self, uri: str) -> memoryview:
        """Return the bytes that a URI of the document stands for."""
        return memoryview(bytes_of(uri, self._beside))

    def unpack(self, primitive: GltfPrimitive) -> GltfPrimitive:
        """Return a primitive whose accessors can be read: those of one that Draco packed are unpacked."""
        if _DRACO not in primitive.extensions:
            return primitive
        packed = decode(primitive.extensions[_DRACO], Packed)
        if packed.buffer_view not in self._packed:
            self._packed[packed.buffer_view] = unpack(self.view(packed.buffer_view))
        triangles, attributes = self._packed[packed.buffer_view]
        unpacked: dict[int | None, NDArray[np.generic]] = {primitive.indices: triangles.reshape(-1, 1)}
        for name, number in packed.attributes.items():
            if number not in attributes:
                raise damaged(f"a mesh packed by Draco has no attribute {number}")
            unpacked[primitive.attributes.get(name)] = attributes[number]
        for index, values in unpacked.items():
            if index is not None:
                self._unpacked[index] = values
        return msgspec.structs.replace(primitive, mode=TRIANGLES, extensions={})

    def _buffer(self, index: int) -> memoryview:
        if index not in self._buffers:
            buffers = self.document.buffers
            uri = at(buffers, index, "buffer").uri if buffers else None
            if uri is None and index != 0:
                raise damaged(f"buffer {index} is missing")
            self._buffers[index] = self._binary if uri is None else self.uri(uri)
        return self._buffers[index]

    def floats(self, index: int, width: int) -> NDArray[np.float32]:
        """Return an accessor as (count, width) float32, none past NUMBER_MAX; integers scaled where it says so."""
        accessor, values = self._values(index, (width,))
        out = values.astype(np.float32)
        if accessor.normalized and accessor.component_type in _LARGEST:
            out = np.maximum(out / np.float32(_LARGEST[accessor.component_type]), np.float32(-1.0))
        if out.size and not (float(out.min()) >= -NUMBER_MAX and float(out.max()) <= NUMBER_MAX):  # false for NaN, too
            raise damaged(f"accessor {index} holds a number that is not finite or far too large")
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
        if accessor.count * width > NUMBERS_MAX:
            raise AvatarError(f"the avatar has more than {NUMBERS_MAX} numbers in one piece; export a simpler one")
        self._decoded_bytes += accessor.count * width * 4
        if self._decoded_bytes > DECODED_BYTES_MAX:
            raise AvatarError(f"the avatar needs more than {DECODED_BYTES_MAX >> 20} MiB; export a simpler one")
        values: NDArray[np.generic]
        if index in self._unpacked:
            values = self._unpacked[index]
            if values.shape != (accessor.count, width):
                raise damaged(f"accessor {index} is not what Draco packed")
        elif accessor.buffer_view is None:
            values = np.zeros((accessor.count, width), dtype)
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
