"""Write a glTF binary: buffers, accessors, bones, pictures, meshes with morph targets.

Numbers are rounded to what can be seen: the last bits differ between processors, and a rebuild gives the same bytes.
https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Weights
from .expressions import ARKIT, EXTRA
from .glb import pack_glb
from .mesh import Mesh
from .skeleton import Skeleton

Json = dict[str, Any]  # the standard library has no closer type for JSON

FLOAT, USHORT, UINT = 5126, 5123, 5125
VERTICES, TRIANGLES = 34962, 34963  # what a buffer view is for

_DECIMALS = 6  # micrometres
_SHORT_MAX = 65_535
_STILL_M = 2e-6  # a vertex that moves less stays out of a morph target
_WEIGHT_MIN = 0.004
_AREA_LEAST_M2 = 1e-11  # twice a triangle's: less is a line


class GltfFile:
    """Gather one file; every method that adds something returns its index."""

    def __init__(self, skeleton: Skeleton) -> None:
        self.skeleton = skeleton
        self.binary = bytearray()
        self.views: list[Json] = []
        self.accessors: list[Json] = []
        self.images: list[Json] = []
        self.textures: list[Json] = []
        self.materials: list[Json] = []
        self.meshes: list[Json] = []
        self.nodes: list[Json] = []
        self.picture_index: dict[str, int] = {}
        self.skin = self._bones()

    def view(self, data: bytes, target: int | None = None) -> int:
        """Append bytes."""
        self.binary += b"\0" * (-len(self.binary) % 4)
        entry = {"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)}
        if target is not None:
            entry["target"] = target
        self.binary += data
        self.views.append(entry)
        return len(self.views) - 1

    def floats(self, values: NDArray[np.floating[Any]], kind: str, has_bounds: bool = False) -> int:
        """Append numbers of the vertices or bones."""
        rounded = _rounded(values, _DECIMALS)
        entry: Json = {
            "bufferView": self.view(rounded.tobytes(), None if kind == "MAT4" else VERTICES),
            "componentType": FLOAT,
            "count": len(rounded),
            "type": kind,
        }
        if has_bounds:
            entry.update(min=rounded.min(0).tolist(), max=rounded.max(0).tolist())
        self.accessors.append(entry)
        return len(self.accessors) - 1

    def integers(self, values: NDArray[np.int64], kind: str, target: int) -> int:
        """Append indices, as short as they can be."""
        is_short = int(values.max(initial=0)) < _SHORT_MAX
        data = values.astype(np.uint16 if is_short else np.uint32).tobytes()
        component = USHORT if is_short else UINT
        entry = {"bufferView": self.view(data, target), "componentType": component, "count": len(values), "type": kind}
        self.accessors.append(entry)
        return len(self.accessors) - 1

    def shares(self, values: NDArray[np.int64]) -> int:
        """Append numbers (N, 4) in parts of 65,535, which a reader turns into 0..1."""
        data = self.view(values.astype(np.uint16).tobytes(), VERTICES)
        entry = {"bufferView": data, "componentType": USHORT, "normalized": True, "count": len(values), "type": "VEC4"}
        self.accessors.append(entry)
        return len(self.accessors) - 1

    def displacements(self, values: Floats) -> int:
        """Append a morph target (N, 3), of which only the moving vertices are stored."""
        rounded = _rounded(values, _DECIMALS + 1)
        moving = np.flatnonzero(np.abs(rounded).max(1) > _STILL_M)
        entry: Json = {"componentType": FLOAT, "count": len(values), "type": "VEC3"}
        entry.update(min=[0.0] * 3, max=[0.0] * 3)
        if len(moving):
            moved = rounded[moving]
            low, high = moved.min(0), moved.max(0)
            if len(moving) < len(values):
                low, high = np.minimum(low, 0), np.maximum(high, 0)
            sparse = {
                "count": len(moving),
                "indices": {"bufferView": self.view(moving.astype(np.uint16).tobytes()), "componentType": USHORT},
                "values": {"bufferView": self.view(moved.tobytes())},
            }
            entry.update(min=low.tolist(), max=high.tolist(), sparse=sparse)
        self.accessors.append(entry)
        return len(self.accessors) - 1

    def picture(self, name: str, png: bytes) -> None:
        """Append a picture that materials name."""
        self.images.append({"name": name, "mimeType": "image/png", "bufferView": self.view(png)})
        self.textures.append({"source": len(self.images) - 1, "sampler": 0})
        self.picture_index[name] = len(self.textures) - 1

    def mesh(self, name: str, pieces: Sequence[tuple[Mesh, int]]) -> tuple[int, list[str]]:
        """Append a node with (mesh, material) pieces; return its index and the names of its morph targets."""
        names = [shape for shape in ARKIT + EXTRA if any(shape in piece.morphs for piece, _ in pieces)]
        primitives = [self._primitive(piece, material, names) for piece, material in pieces]
        entry: Json = {"name": name, "primitives": primitives}
        if names:
            entry.update(weights=[0.0] * len(names), extras={"targetNames": names})
        self.meshes.append(entry)
        self.nodes.append({"name": name, "mesh": len(self.meshes) - 1, "skin": 0})
        return len(self.nodes) - 1, names

    def pack(self, extensions: Json) -> bytes:
        """Return the whole file."""
        document = {
            "asset": {"version": "2.0", "generator": "avatar_live avatar_maker"},
            "scene": 0,
            "scenes": [{"nodes": [0, *self.mesh_nodes()]}],
            "nodes": self.nodes,
            "meshes": self.meshes,
            "skins": [self.skin],
            "materials": self.materials,
            "textures": self.textures,
            "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 10497, "wrapT": 33071}],
            "images": self.images,
            "accessors": self.accessors,
            "bufferViews": self.views,
            "buffers": [{"byteLength": len(self.binary)}],
            "extensionsUsed": ["VRMC_vrm", "VRMC_materials_mtoon", "VRMC_node_constraint", "VRMC_springBone"],
            "extensions": extensions,
        }
        return pack_glb(document, bytes(self.binary))

    def mesh_nodes(self) -> list[int]:
        """Return the nodes that bear a mesh."""
        return [index for index, node in enumerate(self.nodes) if "mesh" in node]

    def _bones(self) -> Json:
        bones = self.skeleton
        for name, parent, position in zip(bones.names, bones.parents, bones.positions, strict=True):
            local = position - (bones.positions[parent] if parent >= 0 else 0.0)
            self.nodes.append({"name": name, "translation": [round(float(v), _DECIMALS) for v in local]})
        for index, parent in enumerate(bones.parents):
            if parent >= 0:
                self.nodes[parent].setdefault("children", []).append(index)
        for follower in bones.followers:
            turn = {"source": bones.index[follower.source], "weight": follower.weight}
            constraint = {"specVersion": "1.0", "constraint": {"rotation": turn}}
            self.nodes[bones.index[follower.bone]]["extensions"] = {"VRMC_node_constraint": constraint}
        inverse = np.tile(np.eye(4), (len(bones.names), 1, 1))
        inverse[:, 3, :3] = -np.array(bones.positions)  # glTF stores columns: translation in the last row
        matrices = self.floats(inverse.reshape(-1, 16), "MAT4")
        return {"joints": list(range(len(bones.names))), "skeleton": 0, "inverseBindMatrices": matrices}

    def _primitive(self, piece: Mesh, material: int, names: Sequence[str]) -> Json:
        triangles = piece.triangles[_largest_areas(piece) > _AREA_LEAST_M2]
        bones, weights = _four_strongest(piece.weights)
        normals = piece.normals / np.linalg.norm(piece.normals, axis=1, keepdims=True)
        entry: Json = {
            "material": material,
            "indices": self.integers(triangles.reshape(-1), "SCALAR", TRIANGLES),
            "attributes": {
                "POSITION": self.floats(piece.positions, "VEC3", has_bounds=True),
                "NORMAL": self.floats(normals, "VEC3"),
                "TEXCOORD_0": self.floats(piece.uvs, "VEC2"),
                "JOINTS_0": self.integers(bones, "VEC4", VERTICES),
                "WEIGHTS_0": self.shares(weights),
            },
        }
        if names:
            still = np.zeros((len(piece), 3))
            entry["targets"] = [{"POSITION": self.displacements(piece.morphs.get(name, still))} for name in names]
        return entry


def _rounded(values: NDArray[np.floating[Any]], decimals: int) -> Weights:
    """Return rounded numbers without negative zeros."""
    return (np.round(values.astype(np.float64), decimals) + 0.0).astype(np.float32)


def _largest_areas(piece: Mesh) -> Floats:
    """Return twice the area (T,) of each triangle in the shape where it is largest: a closed mouth is flat inside."""
    rest = _rounded(piece.positions, _DECIMALS).astype(np.float64)
    largest = np.zeros(len(piece.triangles))
    for moved in (np.zeros((1, 3)), *piece.morphs.values()):
        a, b, c = ((rest + moved)[corner] for corner in piece.triangles.T)
        largest = np.maximum(largest, np.linalg.norm(np.cross(b - a, c - a), axis=1))
    return largest


def _four_strongest(dense: Weights) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the bones (N, 4) that move a vertex most and their weights, which sum to 65,535."""
    rounded = np.round(dense.astype(np.float64), _DECIMALS)
    bones = np.argsort(-rounded, axis=1, kind="stable")[:, :4]
    weights = np.take_along_axis(rounded, bones, 1)
    weights[weights < _WEIGHT_MIN] = 0.0
    bones[weights == 0.0] = 0
    shares = np.round(weights / weights.sum(1, keepdims=True) * _SHORT_MAX).astype(np.int64)
    shares[:, 0] += _SHORT_MAX - shares.sum(1)  # the strongest takes what rounding left
    return bones, shares
