"""The room around the stage: five painted walls seen from inside, drawn after everything solid."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath, SamplerState, Texture, Vec4

from avatar_live.avatar.model import Texture as Picture
from avatar_live.stage import layers
from avatar_live.stage.geometry import make_geom, make_node
from avatar_live.stage.paintings import Paintings
from avatar_live.stage.scenery import (
    ROOM_DEPTH_M,
    ROOM_HEIGHT_M,
    ROOM_WIDTH_M,
    paint_audience,
    paint_room,
    paint_shell,
    paint_side,
)
from avatar_live.stage.shaders import load_shader

BACK_M: Final = -1.4
FRONT_M: Final = BACK_M + ROOM_DEPTH_M


class Backdrop:
    """Hold the room; `flash` colours its light."""

    def __init__(self, parent: NodePath, paintings: Paintings) -> None:
        self.node: NodePath = parent.attach_new_node("backdrop")
        self.node.set_bin(layers.BACKDROP, 0)
        self.flash((0.0, 0.0, 0.0))
        self.room: NodePath = self.node.attach_new_node("room")
        half, high = ROOM_WIDTH_M / 2, ROOM_HEIGHT_M
        shell, side = make_painting(paintings.get(paint_shell)), make_painting(paintings.get(paint_side))
        low_left, low_right = (-half, 0.0, BACK_M), (half, 0.0, BACK_M)
        front_left, front_right = (-half, 0.0, FRONT_M), (half, 0.0, FRONT_M)
        up = np.array([0.0, high, 0.0])
        hang(self.room, make_painting(paintings.get(paint_room)), low_left, low_right, up)
        hang(self.room, make_painting(paintings.get(paint_audience)), front_right, front_left, up)
        hang(self.room, side, front_left, low_left, up)
        hang(self.room, side, low_right, front_right, up)
        hang(self.room, shell, front_left, front_right, np.array([0.0, 0.0, BACK_M - FRONT_M]))
        hang(self.room, shell, (-half, high, BACK_M), (half, high, BACK_M), np.array([0.0, 0.0, FRONT_M - BACK_M]))

    def flash(self, color: tuple[float, float, float]) -> None:
        """Add a colour to every wall."""
        self.node.set_shader_input("tint", Vec4(*color, 0.0))


def make_painting(picture: Picture) -> Texture:
    """Return a texture that is shown as it was painted, so neither decoded nor encoded again."""
    height, width = picture.pixels.shape[:2]
    texture = Texture("painting")
    texture.setup_2d_texture(width, height, Texture.T_unsigned_byte, Texture.F_rgba8)
    texture.set_ram_image(cv2.cvtColor(picture.pixels, cv2.COLOR_RGBA2BGRA))  # panda keeps 2D textures as BGRA
    texture.set_wrap_u(SamplerState.WM_clamp)
    texture.set_wrap_v(SamplerState.WM_clamp)
    texture.set_minfilter(SamplerState.FT_linear)
    texture.set_magfilter(SamplerState.FT_linear)
    texture.set_keep_ram_image(False)
    return texture


def hang(
    parent: NodePath,
    painting: Texture,
    low_left: tuple[float, float, float],
    low_right: tuple[float, float, float],
    up: NDArray[np.float64],
) -> NodePath:
    """Put up a painting by its lower corners, seen from the side where low_left is on the left."""
    left, right = np.array(low_left), np.array(low_right)
    corners = np.stack([left, right, right + up, left + up]).astype(np.float32)
    normal = np.cross(right - left, up)
    normals = np.tile(normal / np.linalg.norm(normal), (4, 1)).astype(np.float32)
    uvs = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32)
    triangles = np.array([[0, 1, 2], [0, 2, 3]], np.uint32)
    geom = make_geom({"vertex": corners, "normal": normals, "texcoord": uvs}, triangles)
    node: NodePath = parent.attach_new_node(make_node("painting", geom))
    node.set_shader(load_shader("prop", "TEXTURED"))
    node.set_shader_input("base_texture", painting)
    return node
