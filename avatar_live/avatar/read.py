"""Read an avatar's file: the one way from bytes to an `Avatar`."""

import dataclasses
from pathlib import Path

import numpy as np

from avatar_live.avatar.constraints import read_constraints
from avatar_live.avatar.first_person import divide_by_sight
from avatar_live.avatar.glb import FILE_BYTES_MAX, AvatarError
from avatar_live.avatar.gltf import Gltf
from avatar_live.avatar.materials import read_material
from avatar_live.avatar.meshes import read_meshes
from avatar_live.avatar.model import Avatar, Material, Primitive
from avatar_live.avatar.nodes import read_skeleton
from avatar_live.avatar.textures import TextureReader
from avatar_live.avatar.vrm import read_vrm
from avatar_live.avatar.vrm0 import read_vrm0
from avatar_live.avatar.vrm0_materials import read_vrm0_materials


def read_avatar(path: Path) -> Avatar:
    """Return the avatar in a VRM file, 1.0 or 0.x. Raises AvatarError with one sentence that names the file."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise AvatarError(f"the file is larger than {FILE_BYTES_MAX >> 20} MiB; export it with smaller textures")
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise AvatarError(f"cannot read the avatar {path}: {reason}; choose another file") from error
    try:
        return avatar_from_bytes(data)
    except AvatarError as error:
        raise AvatarError(f"cannot use {path.name}: {error}") from error


def avatar_from_bytes(data: bytes) -> Avatar:
    """Return the avatar in the bytes of a VRM file. Raises AvatarError."""
    gltf = Gltf(data)
    extensions = gltf.document.extensions
    is_vrm0 = "VRM" in extensions and "VRMC_vrm" not in extensions
    if not is_vrm0 and "VRMC_vrm" not in extensions:
        raise AvatarError("the file is a 3D model but not a VRM avatar; export it as VRM, with a humanoid skeleton")
    skeleton = read_skeleton(gltf, is_vrm0)
    meshes = read_meshes(gltf, skeleton, is_vrm0)
    textures = TextureReader(gltf)
    if is_vrm0:
        materials = read_vrm0_materials(extensions, gltf.document.materials, textures)
        character = read_vrm0(extensions, gltf.document.nodes, skeleton, meshes, materials, textures)
    else:
        materials = [read_material(material, textures) for material in gltf.document.materials]
        character = read_vrm(extensions, skeleton, meshes, gltf.document.materials, textures)
    palette_nodes = np.array(meshes.palette_nodes, np.int32)
    seen = divide_by_sight(
        meshes.primitives,
        meshes.primitive_nodes,
        character.sights,
        palette_nodes,
        skeleton.nodes,
        character.humanoid["head"],
    )
    primitives = _with_materials(seen, materials)
    if not primitives:
        raise AvatarError("the avatar has nothing to draw; export it again with its meshes")
    return Avatar(
        meta=character.meta,
        nodes=skeleton.nodes + character.tips,
        palette_nodes=palette_nodes,
        inverse_binds=np.array(meshes.inverse_binds, np.float32),
        primitives=primitives,
        materials=tuple(materials),
        textures=tuple(textures.textures),
        morph_names=tuple(meshes.morph_names),
        humanoid=character.humanoid,
        expressions=character.expressions,
        look_at=character.look_at,
        springs=character.springs,
        colliders=character.colliders,
        constraints=read_constraints(gltf.document.nodes, skeleton),
    )


def _with_materials(primitives: list[Primitive], materials: list[Material]) -> tuple[Primitive, ...]:
    """Give pieces without a (known) material a plain one, which is appended to the list."""
    out = []
    for primitive in primitives:
        if not 0 <= primitive.material < len(materials):
            materials.append(Material("plain", shade_color=(0.7, 0.7, 0.7), shading_toony=0.5))
            out.append(dataclasses.replace(primitive, material=len(materials) - 1))
        else:
            out.append(primitive)
    return tuple(out)
