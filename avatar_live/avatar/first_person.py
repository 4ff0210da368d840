"""Who sees which piece of an avatar: a camera between the wearer's own eyes must not see the head from inside.

https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_vrm-1.0/firstPerson.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Node, Primitive

Sight = Literal["auto", "both", "thirdPersonOnly", "firstPersonOnly"]

_SEEN_BY: Final[Mapping[Sight, Literal["all", "others", "self"]]] = {
    "both": "all",
    "thirdPersonOnly": "others",
    "firstPersonOnly": "self",
}


def divide_by_sight(
    primitives: Sequence[Primitive],
    mesh_nodes: Sequence[int],
    sights: Mapping[int, Sight],
    palette_nodes: NDArray[np.int32],
    nodes: Sequence[Node],
    head: int,
) -> list[Primitive]:
    """Return the primitives with `seen_by` told; `mesh_nodes` are the file's nodes that carry them.

    "auto", which is also what a mesh without a word means, divides a primitive: triangles with a vertex that hangs on
    `head` or on what is below it are for others, the rest for all.
    """
    is_head = _below(nodes, head)[palette_nodes]
    out: list[Primitive] = []
    for primitive, node in zip(primitives, mesh_nodes, strict=True):
        sight = sights.get(node, "auto")
        if sight == "auto":
            out += _divided(primitive, is_head)
        else:
            out.append(replace(primitive, seen_by=_SEEN_BY[sight]))
    return out


def _below(nodes: Sequence[Node], top: int) -> NDArray[np.bool_]:
    """Return for each node whether it is `top` or below it; parents come first."""
    below = np.zeros(len(nodes), bool)
    for number, node in enumerate(nodes):
        below[number] = number == top or (node.parent >= 0 and below[node.parent])
    return below


def _divided(primitive: Primitive, is_head: NDArray[np.bool_]) -> list[Primitive]:
    on_head: NDArray[np.bool_] = np.any(is_head[primitive.joints] & (primitive.weights > 0.0), axis=1)
    of_head: NDArray[np.bool_] = np.any(on_head[primitive.triangles], axis=1)
    if not of_head.any():
        return [primitive]
    if of_head.all():
        return [replace(primitive, seen_by="others")]
    return [replace(_only(primitive, of_head), seen_by="others"), _only(primitive, ~of_head)]


def _only(primitive: Primitive, kept: NDArray[np.bool_]) -> Primitive:
    """Return the piece with the kept triangles alone and the vertices and morph targets that they need."""
    triangles = primitive.triangles[kept]
    used = np.zeros(len(primitive.positions), bool)
    used[triangles] = True
    positions, normals = primitive.morph_positions[:, used], primitive.morph_normals[:, used]
    moves = positions.any(axis=(1, 2)) | normals.any(axis=(1, 2))
    return replace(
        primitive,
        positions=primitive.positions[used],
        normals=primitive.normals[used],
        uvs=primitive.uvs[used],
        joints=primitive.joints[used],
        weights=primitive.weights[used],
        triangles=(np.cumsum(used) - 1)[triangles].astype(np.uint32),
        morph_positions=positions[moves],
        morph_normals=normals[moves],
        morphs=primitive.morphs[moves],
    )
