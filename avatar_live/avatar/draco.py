"""Meshes packed by Google's Draco, unpacked by DracoPy; the only file that imports it.

https://github.com/KhronosGroup/glTF/blob/main/extensions/2.0/Khronos/KHR_draco_mesh_compression/README.md
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.document import Part
from avatar_live.avatar.glb import damaged

Unpacked = tuple[NDArray[np.uint32], Mapping[int, NDArray[np.generic]]]


class Packed(Part, frozen=True):
    """Be KHR_draco_mesh_compression: where the packed bytes lie, and by their number in them the attributes."""

    buffer_view: int
    attributes: dict[str, int]


def unpack(data: memoryview) -> Unpacked:
    """Return the triangles (T, 3) and, by number, the attributes (V, width) in their own types. Raises AvatarError."""
    import DracoPy  # 8 MB of library for a kind of file that few bring

    try:
        mesh: Any = DracoPy.decode(bytes(data))
        triangles = np.asarray(mesh.faces, np.uint32).reshape(-1, 3)
        attributes = {int(item["unique_id"]): np.asarray(item["data"]) for item in mesh.attributes}
    except Exception as error:  # whatever a broken stream brings up in the decoder
        raise damaged("a mesh packed by Draco cannot be unpacked") from error
    return triangles, {number: values.reshape(len(values), -1) for number, values in attributes.items()}
