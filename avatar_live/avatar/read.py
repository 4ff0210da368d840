"""Read an avatar's file: the one way from bytes to an `Avatar`."""

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from avatar_live.avatar.beside import Beside, Folder
from avatar_live.avatar.constraints import read_constraints
from avatar_live.avatar.first_person import divide_by_sight
from avatar_live.avatar.glb import FILE_BYTES_MAX, AvatarError
from avatar_live.avatar.gltf import Gltf
from avatar_live.avatar.materials import read_material
from avatar_live.avatar.meshes import Meshes, read_meshes, with_weights
from avatar_live.avatar.meta import terms_of, thumbnail_of
from avatar_live.avatar.model import Avatar, Material, Meta, Primitive
from avatar_live.avatar.nodes import Skeleton, read_skeleton
from avatar_live.avatar.plain import faces_backwards, humanoid_of_names, read_plain, with_arms_out
from avatar_live.avatar.textures import TextureReader
from avatar_live.avatar.vrm import Character, read_vrm
from avatar_live.avatar.vrm0 import read_vrm0
from avatar_live.avatar.vrm0_materials import read_vrm0_materials


def read_avatar(path: Path) -> Avatar:
    """Return the avatar in a VRM file, 1.0 or 0.x, or in a glTF file whose bones bear the names of a humanoid's.

    Raises AvatarError with one sentence that names the file.
    """
    return _read(path, needs_humanoid=True)


def read_model(path: Path) -> Avatar:
    """Return any glTF or VRM file as something to draw; `humanoid` is empty where it has none: for sets and props.

    Raises AvatarError with one sentence that names the file.
    """
    return _read(path, needs_humanoid=False)


def read_terms(path: Path) -> Meta:
    """Return whose the avatar in a file is and what it allows, without reading the rest; it has no thumbnail.

    Raises AvatarError with one sentence that names the file.
    """
    data = _bytes(path)
    with _named(path):
        return terms_of(Gltf(data).document)


def avatar_from_bytes(data: bytes, beside: Beside | None = None, needs_humanoid: bool = True) -> Avatar:
    """Return the avatar in the bytes of a file; `beside` brings the files next to it. Raises AvatarError."""
    gltf = Gltf(data, beside)
    extensions = gltf.document.extensions
    if "VRMC_vrm" not in extensions and "VRM" not in extensions:
        return _plain(gltf, needs_humanoid)
    is_vrm0 = "VRMC_vrm" not in extensions
    skeleton = read_skeleton(gltf, is_vrm0)
    meshes = read_meshes(gltf, skeleton, is_vrm0)
    textures = TextureReader(gltf)
    sources = gltf.document.materials
    if is_vrm0:
        materials = read_vrm0_materials(extensions, sources, textures)
        character = read_vrm0(extensions, gltf.document.nodes, skeleton, meshes, materials)
    else:
        materials = [read_material(material, textures) for material in sources]
        character = read_vrm(extensions, skeleton, meshes, sources)
    return _assemble(gltf, skeleton, meshes, materials, textures, character)


def _read(path: Path, needs_humanoid: bool) -> Avatar:
    data = _bytes(path)
    with _named(path):
        return avatar_from_bytes(data, Folder(path.parent), needs_humanoid)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise AvatarError(f"the file is larger than {FILE_BYTES_MAX >> 20} MiB; export it with smaller textures")
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise AvatarError(f"cannot read the avatar {path}: {reason}; choose another file") from error


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Say of which file a fault is."""
    try:
        yield
    except AvatarError as error:
        raise AvatarError(f"cannot use {path.name}: {error}") from error


def _plain(gltf: Gltf, needs_humanoid: bool) -> Avatar:
    joints = [joint for skin in gltf.document.skins for joint in skin.joints]
    skeleton = read_skeleton(gltf, is_turned=False)
    humanoid = humanoid_of_names(skeleton, joints)
    if needs_humanoid and not humanoid:
        raise AvatarError(
            "the file is a 3D model but not an avatar: it has no VRM extension, and no bones with the names of hips and"
            " head; export it as VRM, with a humanoid skeleton"
        )
    is_turned = faces_backwards(skeleton.nodes, humanoid)
    if is_turned:
        skeleton = read_skeleton(gltf, is_turned)
    skeleton = dataclasses.replace(skeleton, nodes=with_arms_out(skeleton.nodes, humanoid))
    meshes = read_meshes(gltf, skeleton, is_turned)
    textures = TextureReader(gltf)
    materials = [read_material(material, textures) for material in gltf.document.materials]
    character = read_plain(gltf.document.extensions, humanoid, skeleton, meshes)
    return _assemble(gltf, skeleton, meshes, materials, textures, character)


def _assemble(
    gltf: Gltf,
    skeleton: Skeleton,
    meshes: Meshes,
    materials: list[Material],
    textures: TextureReader,
    character: Character,
) -> Avatar:
    palette_nodes = np.array(meshes.palette_nodes, np.int32)
    # A host sets all that expressions bind; only what they leave alone keeps the weight that the file begins with.
    bound = {morph for expression in character.expressions.values() for morph, _ in expression.morphs}
    kept = {morph: weight for morph, weight in meshes.morph_weights.items() if morph not in bound}
    primitives = [with_weights(primitive, kept) for primitive in meshes.primitives]
    if "head" in character.humanoid:
        head = character.humanoid["head"]
        primitives = divide_by_sight(
            primitives, meshes.primitive_nodes, character.sights, palette_nodes, skeleton.nodes, head
        )
    if not primitives:
        raise AvatarError("the avatar has nothing to draw; export it again with its meshes")
    return Avatar(
        meta=dataclasses.replace(terms_of(gltf.document), thumbnail=thumbnail_of(gltf.document, textures)),
        nodes=skeleton.nodes + character.tips,
        palette_nodes=palette_nodes,
        inverse_binds=np.array(meshes.inverse_binds, np.float32),
        primitives=_with_materials(primitives, materials),
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
    known = len(materials)
    if any(not 0 <= primitive.material < known for primitive in primitives):
        materials.append(Material("plain", shade_color=(0.7, 0.7, 0.7), shading_toony=0.5))
    return tuple(
        primitive if 0 <= primitive.material < known else dataclasses.replace(primitive, material=known)
        for primitive in primitives
    )
