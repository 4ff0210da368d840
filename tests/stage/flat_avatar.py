"""An avatar of a few upright squares, each with a material of its own: what a test says about it, it sees."""

import numpy as np

from avatar_live.avatar.model import Avatar, Material, Meta, Node, Posture, Primitive, Texture

SIDE_M = 0.16


def square(material: int, x_m: float, y_m: float, z_m: float = 0.0, faces_back: bool = False) -> Primitive:
    """Return a square of `SIDE_M` about a point, facing +Z."""
    half = SIDE_M / 2
    corners = np.array([[-half, -half, 0], [half, -half, 0], [half, half, 0], [-half, half, 0]])
    order = [[0, 2, 1], [0, 3, 2]] if faces_back else [[0, 1, 2], [0, 2, 3]]
    return Primitive(
        positions=(corners + np.array([x_m, y_m, z_m])).astype(np.float32),
        normals=np.tile(np.array([0.0, 0.0, -1.0 if faces_back else 1.0], np.float32), (4, 1)),
        uvs=np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32),
        joints=np.zeros((4, 4), np.uint16),
        weights=np.tile(np.array([1.0, 0.0, 0.0, 0.0], np.float32), (4, 1)),
        triangles=np.array(order, np.uint32),
        material=material,
        morph_positions=np.zeros((0, 4, 3), np.float32),
        morph_normals=np.zeros((0, 4, 3), np.float32),
        morphs=np.zeros(0, np.int32),
    )


def flat_avatar(
    primitives: list[Primitive], materials: list[Material], textures: list[Texture] | None = None
) -> Avatar:
    """Return an avatar without a head bone, so that it stands on the stage as large as it is."""
    root = Node("root", -1, np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0]), np.ones(3))
    return Avatar(
        meta=Meta("flat"),
        nodes=(root,),
        palette_nodes=np.zeros(1, np.int32),
        inverse_binds=np.eye(4, dtype=np.float32)[None],
        primitives=tuple(primitives),
        materials=tuple(materials),
        textures=tuple(textures or []),
        morph_names=(),
        humanoid={},
    )


def standing() -> Posture:
    """Return the posture of a flat avatar at rest."""
    return Posture(np.eye(4, dtype=np.float32)[None, :3], np.zeros(0, np.float32), np.eye(4), np.array([0.0, 1.0, 0.0]))
