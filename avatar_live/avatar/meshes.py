"""The drawable pieces of a file: vertices, morph targets, and the palette of joints that moves them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.document import GltfMesh, GltfPrimitive, Part, at, decode, finite
from avatar_live.avatar.glb import AvatarError, damaged
from avatar_live.avatar.gltf import TRIANGLES, Gltf
from avatar_live.avatar.materials import uv_set
from avatar_live.avatar.model import Doubles, Floats, Primitive
from avatar_live.avatar.nodes import TURN, Skeleton, node_place
from avatar_live.avatar.surface import FAN, STRIP, smooth_normals, triangles_of, unit_vectors

PALETTE_MAX = 16_384
PRIMITIVES_MAX = 4_096  # shown: each is a draw call or more
TRIANGLES_MAX = 2_000_000
MORPHS_MAX = 4_096
# What the pieces may come to together: a small file may show one mesh, or one morph target, a thousand times.
VERTICES_MAX = 8_000_000
MORPHED_VERTICES_MAX = 400_000_000
MORPH_BYTES_MAX = 1024 * 1024 * 1024


@dataclass(slots=True)
class Meshes:
    """Hold what was read: primitives, the palette, and where each mesh node's morph targets start in `morph_names`."""

    primitives: list[Primitive] = field(default_factory=list)
    primitive_nodes: list[int] = field(default_factory=list)  # the file's nodes that carry them
    palette_nodes: list[int] = field(default_factory=list)
    inverse_binds: list[Doubles] = field(default_factory=list)
    morph_names: list[str] = field(default_factory=list)
    morph_ranges: dict[int, range] = field(default_factory=dict)  # by the node's index in the file
    morph_weights: dict[int, float] = field(default_factory=dict)  # that the file begins with, where they are not 0


class _Names(Part, frozen=True):
    target_names: tuple[str, ...] = ()


class _MeshReader:
    def __init__(self, gltf: Gltf, skeleton: Skeleton, is_turned: bool) -> None:
        self.gltf, self.skeleton = gltf, skeleton
        self.sign = (TURN if is_turned else np.ones(3)).astype(np.float32)
        self.meshes = Meshes()
        self.primitive_count = 0
        self.triangle_count = 0
        self.vertex_count = 0
        self.morphed_count = 0
        self.morph_bytes = 0
        self._skins: dict[int, NDArray[np.int64]] = {}
        self._arrays: dict[tuple[int, int], Floats] = {}

    def vectors(self, accessor: int, width: int) -> Floats:
        """Read an accessor once: exporters let all primitives of a mesh share their vertices."""
        if (accessor, width) not in self._arrays:
            self._arrays[accessor, width] = self.gltf.floats(accessor, width)
        return self._arrays[accessor, width]

    def skin_joints(self, skin_index: int) -> NDArray[np.int64]:
        """Return the palette places of a skin's joints."""
        if skin_index not in self._skins:
            skin = at(self.gltf.document.skins, skin_index, "skin")
            nodes = [node_place(joint, self.skeleton) for joint in skin.joints]
            binds = np.broadcast_to(np.eye(4), (len(nodes), 4, 4))
            if skin.inverse_bind_matrices is not None:
                values = self.gltf.floats(skin.inverse_bind_matrices, 16)
                if len(values) < len(nodes):
                    raise damaged(f"skin {skin_index} has fewer matrices than joints")
                # glTF stores columns; the half turn R acts from both sides (R M R) as R is its own inverse.
                binds = values[: len(nodes)].astype(np.float64).reshape(-1, 4, 4).transpose(0, 2, 1)
                turn = np.append(self.sign, 1.0)
                binds = binds * turn[:, None] * turn[None, :]
            self._skins[skin_index] = self._extend_palette(nodes, list(binds))
        return self._skins[skin_index]

    def rigid_joint(self, node: int) -> int:
        """Return the palette place of a node that carries its mesh stiffly."""
        return int(self._extend_palette([node_place(node, self.skeleton)], [np.eye(4)])[0])

    def _extend_palette(self, nodes: list[int], binds: list[Doubles]) -> NDArray[np.int64]:
        first = len(self.meshes.palette_nodes)
        if first + len(nodes) > PALETTE_MAX:
            raise AvatarError(f"the avatar has more than {PALETTE_MAX} joints; export a simpler one")
        self.meshes.palette_nodes += nodes
        self.meshes.inverse_binds += binds
        return np.arange(first, first + len(nodes))


def read_meshes(gltf: Gltf, skeleton: Skeleton, is_turned: bool) -> Meshes:
    """Return all drawn primitives with their palette and morph targets. Raises AvatarError."""
    reader = _MeshReader(gltf, skeleton, is_turned)
    for index, node in enumerate(gltf.document.nodes):
        if node.mesh is None or index not in skeleton.drawn:
            continue
        mesh = at(gltf.document.meshes, node.mesh, "mesh")
        joints = None if node.skin is None else reader.skin_joints(node.skin)
        if joints is None or not len(joints):
            joints = np.array([reader.rigid_joint(index)])
        first = len(reader.meshes.morph_names)
        names = _morph_names(mesh)
        weights = node.weights or mesh.weights
        finite(*weights)
        if first + len(names) > MORPHS_MAX:
            raise AvatarError(f"the avatar has more than {MORPHS_MAX} morph targets; export a simpler one")
        reader.meshes.morph_names += names
        reader.meshes.morph_ranges[index] = range(first, first + len(names))
        reader.meshes.morph_weights |= {
            first + number: weight for number, weight in enumerate(weights[: len(names)]) if weight != 0.0
        }
        reader.primitive_count += len(mesh.primitives)
        if reader.primitive_count > PRIMITIVES_MAX:
            raise AvatarError(f"the avatar has more than {PRIMITIVES_MAX} pieces to draw; export a simpler one")
        for source in mesh.primitives:
            primitive = _primitive(reader, gltf.unpack(source), joints, first, node.skin is None)
            if primitive is not None:
                reader.meshes.primitives.append(primitive)
                reader.meshes.primitive_nodes.append(index)
    return reader.meshes


def with_weights(primitive: Primitive, weights: Mapping[int, float]) -> Primitive:
    """Return a primitive that rests where these weights of its morph targets (by `Primitive.morphs`) put it."""
    shares = np.array([weights.get(morph, 0.0) for morph in primitive.morphs.tolist()], np.float32)
    if not shares.any():
        return primitive
    return replace(
        primitive,
        positions=primitive.positions + np.tensordot(shares, primitive.morph_positions, 1),
        normals=unit_vectors(primitive.normals + np.tensordot(shares, primitive.morph_normals, 1)),
    )


def _morph_names(mesh: GltfMesh) -> list[str]:
    count = max((len(primitive.targets) for primitive in mesh.primitives), default=0)
    names: tuple[str, ...] = ()
    for extras in (mesh.extras, *(primitive.extras for primitive in mesh.primitives)):
        if not names:
            try:
                names = decode(extras, _Names).target_names
            except AvatarError:  # extras may hold anything
                continue
    return [names[i] if i < len(names) else f"{mesh.name}.{i}" for i in range(count)]


def _primitive(
    reader: _MeshReader,
    source: GltfPrimitive,
    joints: NDArray[np.int64],
    first_morph: int,
    is_rigid: bool,
) -> Primitive | None:
    attributes = source.attributes
    if source.mode not in (TRIANGLES, STRIP, FAN) or "POSITION" not in attributes:
        return None
    positions = reader.vectors(attributes["POSITION"], 3)
    reader.vertex_count += len(positions)
    reader.morphed_count += len(positions) * len(source.targets)
    if reader.vertex_count > VERTICES_MAX or reader.morphed_count > MORPHED_VERTICES_MAX:
        raise AvatarError(
            f"the avatar has more than {VERTICES_MAX} vertices, or {MORPHED_VERTICES_MAX} with all its morph targets;"
            " export a simpler one"
        )
    triangles = triangles_of(reader.gltf, source, len(positions))
    reader.triangle_count += len(triangles)
    if reader.triangle_count > TRIANGLES_MAX:
        raise AvatarError(f"the avatar has more than {TRIANGLES_MAX} triangles; export a simpler one")
    if not len(triangles):
        return None

    used = np.zeros(len(positions), bool)
    used[triangles] = True
    triangles = (np.cumsum(used) - 1)[triangles].astype(np.uint32)

    def vertices(accessor: int, width: int) -> Floats:
        values = reader.vectors(accessor, width)
        if len(values) != len(used):
            raise damaged("the parts of a mesh have different numbers of vertices")
        return values[used]

    positions = positions[used] * reader.sign
    if "NORMAL" in attributes:
        normals = unit_vectors(vertices(attributes["NORMAL"], 3) * reader.sign)
    else:
        normals = smooth_normals(positions, triangles)
    uvs = _uv_accessor(reader.gltf, source)
    if is_rigid or "JOINTS_0" not in attributes or "WEIGHTS_0" not in attributes:
        indices = np.full((len(positions), 4), joints[0])
        weights = np.tile(np.array([1.0, 0.0, 0.0, 0.0], np.float32), (len(positions), 1))
    else:
        indices, weights = _skinning(reader, source, used, joints)

    shifts: list[tuple[int, Floats, Floats]] = []
    for number, target in enumerate(source.targets):
        zero = np.zeros_like(positions)
        moved = vertices(target["POSITION"], 3) * reader.sign if "POSITION" in target else zero
        bent = vertices(target["NORMAL"], 3) * reader.sign if "NORMAL" in target else zero
        if moved.any() or bent.any():
            shifts.append((number, moved, bent))
            reader.morph_bytes += moved.nbytes + bent.nbytes
            if reader.morph_bytes > MORPH_BYTES_MAX:
                raise AvatarError(
                    f"the avatar's morph targets need more than {MORPH_BYTES_MAX >> 20} MiB; export fewer"
                )
    return Primitive(
        positions=np.ascontiguousarray(positions, np.float32),
        normals=normals,
        uvs=np.zeros((len(positions), 2), np.float32) if uvs is None else np.ascontiguousarray(vertices(uvs, 2)),
        joints=indices.astype(np.uint16),
        weights=weights,
        triangles=triangles,
        material=-1 if source.material is None else source.material,
        morph_positions=_stack([moved for _, moved, _ in shifts], len(positions)),
        morph_normals=_stack([bent for _, _, bent in shifts], len(positions)),
        morphs=np.array([first_morph + number for number, _, _ in shifts], np.int32),
    )


def _uv_accessor(gltf: Gltf, source: GltfPrimitive) -> int | None:
    materials, first = gltf.document.materials, source.attributes.get("TEXCOORD_0")
    if source.material is None or not 0 <= source.material < len(materials):
        return first
    return source.attributes.get(f"TEXCOORD_{uv_set(materials[source.material])}", first)


def _skinning(
    reader: _MeshReader, source: GltfPrimitive, used: NDArray[np.bool_], joints: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Floats]:
    places, shares = [], []
    number = 0
    while f"JOINTS_{number}" in source.attributes and f"WEIGHTS_{number}" in source.attributes:
        places.append(reader.gltf.integers(source.attributes[f"JOINTS_{number}"], 4))
        shares.append(np.maximum(reader.vectors(source.attributes[f"WEIGHTS_{number}"], 4), 0.0))
        number += 1
    if any(len(array) != len(used) for array in (*places, *shares)):
        raise damaged("the parts of a mesh have different numbers of vertices")
    place, share = np.hstack(places)[used], np.hstack(shares)[used]
    if number > 1:
        strongest = np.argsort(-share, axis=1, kind="stable")[:, :4]
        place, share = np.take_along_axis(place, strongest, 1), np.take_along_axis(share, strongest, 1)
    place = np.where(share > 0.0, place, 0)
    if int(place.max()) >= len(joints):
        raise damaged("a vertex hangs on a joint that does not exist")
    total = share.sum(axis=1, keepdims=True)
    share = np.where(total > 0.0, share / np.where(total > 0.0, total, 1.0), np.array([1.0, 0.0, 0.0, 0.0]))
    return joints[place], share.astype(np.float32)


def _stack(deltas: list[Floats], vertex_count: int) -> Floats:
    if not deltas:
        return np.zeros((0, vertex_count, 3), np.float32)
    return np.stack(deltas).astype(np.float32)
