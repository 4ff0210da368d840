"""Numpy arrays into panda geometry, one interleaved vertex array each."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import (
    Geom,
    GeomEnums,
    GeomNode,
    GeomTriangles,
    GeomVertexArrayFormat,
    GeomVertexData,
    GeomVertexFormat,
    InternalName,
    OmniBoundingVolume,
)

_COLUMNS: Final = {
    "vertex": (GeomEnums.NT_float32, GeomEnums.C_point),
    "normal": (GeomEnums.NT_float32, GeomEnums.C_normal),
    "texcoord": (GeomEnums.NT_float32, GeomEnums.C_texcoord),
    "paint": (GeomEnums.NT_float32, GeomEnums.C_other),
    "joints": (GeomEnums.NT_uint16, GeomEnums.C_other),
    "weights": (GeomEnums.NT_float32, GeomEnums.C_other),
}


def make_geom(columns: Mapping[str, NDArray[np.float32] | NDArray[np.uint16]], triangles: NDArray[np.uint32]) -> Geom:
    """Return a `Geom` of V vertices: `columns` name (V, n) arrays, `triangles` is (T, 3) and counter-clockwise."""
    vertices = len(columns["vertex"])
    layout = np.dtype([(name, values.dtype, values.shape[1:]) for name, values in columns.items()])
    packed = np.empty(vertices, layout)
    array_format = GeomVertexArrayFormat()
    for name, values in columns.items():
        packed[name] = values
        kind, meaning = _COLUMNS[name]
        offset = layout.fields[name][1] if layout.fields else 0
        array_format.add_column(InternalName.make(name), values.shape[1], kind, meaning, offset)
    array_format.set_stride(layout.itemsize)
    vertex_format = GeomVertexFormat.register_format(GeomVertexFormat(array_format))
    data = GeomVertexData("vertices", vertex_format, GeomEnums.UH_static)
    data.unclean_set_num_rows(vertices)
    memoryview(data.modify_array(0)).cast("B")[:] = packed.tobytes()

    faces = GeomTriangles(GeomEnums.UH_static)
    is_small = vertices <= np.iinfo(np.uint16).max
    faces.set_index_type(GeomEnums.NT_uint16 if is_small else GeomEnums.NT_uint32)
    indices = triangles.astype(np.uint16 if is_small else np.uint32).ravel()
    corners = faces.modify_vertices()
    corners.unclean_set_num_rows(len(indices))
    memoryview(corners).cast("B")[:] = indices.tobytes()
    geom = Geom(data)
    geom.add_primitive(faces)
    return geom


def make_node(name: str, geom: Geom, is_always_drawn: bool = False) -> GeomNode:
    """Return a node with one geom; `is_always_drawn` when its vertices move where no bounding box can know."""
    node = GeomNode(name)
    node.add_geom(geom)
    if is_always_drawn:
        node.set_bounds(OmniBoundingVolume())
        node.set_final(True)
    return node
