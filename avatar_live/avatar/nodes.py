"""The skeleton of a file: its nodes, parents before children, and the matrices that place them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from avatar_live.avatar.document import GltfNode
from avatar_live.avatar.glb import damaged
from avatar_live.avatar.gltf import Gltf
from avatar_live.avatar.model import Doubles, Node
from avatar_live.avatar.quaternions import quaternion_of

DISTANCE_M_MAX = 1e6
SIZE_MAX = 1e6

# Half a turn about +Y, which brings VRM 0.x (facing -Z) into VRM 1.0's space: it flips x and z of every local value.
TURN = np.array([-1.0, 1.0, -1.0])


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Hold the nodes in order; `place` maps a node's index in the file to its place, `drawn` are those in the scene."""

    nodes: tuple[Node, ...]
    place: dict[int, int]
    drawn: frozenset[int]


def read_skeleton(gltf: Gltf, is_turned: bool) -> Skeleton:
    """Return every node of the file with parents first, turned half around when `is_turned`. Raises AvatarError."""
    sources = gltf.document.nodes
    parents = _parents(sources)
    order = _ordered(sources, parents)
    place = {index: number for number, index in enumerate(order)}
    nodes: list[Node] = []
    sizes: list[float] = []
    for index in order:
        translation, rotation, scale = _transform(sources[index], index)
        if is_turned:
            translation = translation * TURN
            rotation = rotation * np.array([-1.0, 1.0, -1.0, 1.0])
        parent = place[parents[index]] if parents[index] >= 0 else -1
        sizes.append(float(np.abs(scale).max()) * (sizes[parent] if parent >= 0 else 1.0))
        if sizes[-1] > SIZE_MAX:
            raise damaged(f"node {index} is scaled more than {SIZE_MAX:,.0f} times")
        nodes.append(Node(sources[index].name, parent, translation, rotation, scale))
    return Skeleton(tuple(nodes), place, _drawn(gltf, sources, order))


def node_place(node: int, skeleton: Skeleton) -> int:
    """Return the place of the file's node. Raises AvatarError when there is none."""
    if node not in skeleton.place:
        raise damaged(f"it refers to node {node}, which does not exist")
    return skeleton.place[node]


def _parents(sources: Sequence[GltfNode]) -> list[int]:
    parents = [-1] * len(sources)
    for index, node in enumerate(sources):
        for child in node.children:
            if not 0 <= child < len(sources):
                raise damaged(f"node {index} has a child {child} that does not exist")
            if parents[child] != -1:
                raise damaged(f"node {child} has two parents")
            parents[child] = index
    return parents


def _ordered(sources: Sequence[GltfNode], parents: list[int]) -> list[int]:
    order = [index for index, parent in enumerate(parents) if parent == -1]
    for index in order:
        order.extend(sources[index].children)
    if len(order) != len(sources):
        raise damaged("some of its nodes are their own ancestors")
    return order


def _drawn(gltf: Gltf, sources: Sequence[GltfNode], order: list[int]) -> frozenset[int]:
    scenes, scene = gltf.document.scenes, gltf.document.scene or 0
    if not 0 <= scene < len(scenes):
        return frozenset(order)
    seen: set[int] = set()
    queue = [index for index in scenes[scene].nodes if 0 <= index < len(sources)]
    while queue:
        index = queue.pop()
        if index not in seen:
            seen.add(index)
            queue.extend(sources[index].children)
    return frozenset(seen)


def _transform(node: GltfNode, index: int) -> tuple[Doubles, Doubles, Doubles]:
    if node.matrix is not None:
        if len(node.matrix) != 16:
            raise damaged(f"the matrix of node {index} has {len(node.matrix)} numbers")
        translation, rotation, scale = decompose(np.array(node.matrix, np.float64).reshape(4, 4).T)
    else:
        translation, rotation = np.array(node.translation, np.float64), np.array(node.rotation, np.float64)
        scale = np.array(node.scale, np.float64)
    length = float(np.linalg.norm(rotation))
    is_near = bool((np.abs(translation) < DISTANCE_M_MAX).all())  # false for what is not a number, too
    if not (is_near and np.isfinite(scale).all() and 1e-6 < length < 1e6):
        raise damaged(f"node {index} is placed by numbers that are no place")
    return translation, rotation / length, scale


def decompose(matrix: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """Return translation, rotation (x y z w) and scale of a (4, 4) matrix without shear."""
    scale = np.linalg.norm(matrix[:3, :3], axis=0)
    if np.linalg.det(matrix[:3, :3]) < 0.0:
        scale[0] = -scale[0]
    axes = matrix[:3, :3] / np.where(scale == 0.0, 1.0, scale)
    return matrix[:3, 3].copy(), quaternion_of(axes), scale
