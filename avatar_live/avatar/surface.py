"""What spans between vertices: triangles, whatever mode they are written in, and the normals that they imply."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.document import GltfPrimitive
from avatar_live.avatar.glb import damaged
from avatar_live.avatar.gltf import TRIANGLES, Gltf
from avatar_live.avatar.model import Floats

STRIP: Final = 5
FAN: Final = 6


def triangles_of(gltf: Gltf, source: GltfPrimitive, vertex_count: int) -> NDArray[np.uint32]:
    """Return the corners (T, 3) of a primitive, whatever mode it is drawn in. Raises AvatarError."""
    if source.indices is None:
        corners = np.arange(vertex_count, dtype=np.uint32)
    else:
        corners = gltf.integers(source.indices, 1)[:, 0]
    if len(corners) and int(corners.max()) >= vertex_count:
        raise damaged("a triangle uses a vertex that does not exist")
    if source.mode == TRIANGLES:
        return corners[: len(corners) // 3 * 3].reshape(-1, 3)
    if len(corners) < 3:
        return np.zeros((0, 3), np.uint32)
    if source.mode == FAN:
        return np.column_stack([np.full(len(corners) - 2, corners[0]), corners[1:-1], corners[2:]])
    strip = np.column_stack([corners[:-2], corners[1:-1], corners[2:]])
    strip[1::2] = strip[1::2, [1, 0, 2]]  # every other triangle of a strip runs the other way round
    return strip


def smooth_normals(positions: Floats, triangles: NDArray[np.uint32]) -> Floats:
    """Return the normals (V, 3) of vertices, by the area of the triangles that meet in them."""
    a, b, c = (positions[triangles[:, corner]] for corner in range(3))
    faces = np.cross(b - a, c - a)
    normals = np.zeros_like(positions)
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], faces)
    return unit_vectors(normals)


def unit_vectors(vectors: Floats) -> Floats:
    """Return vectors (V, 3) of length one; those without a direction look along +Z."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(lengths > 1e-12, vectors / np.maximum(lengths, 1e-12), (0.0, 0.0, 1.0)).astype(np.float32)
