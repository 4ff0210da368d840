"""Painted panels: flat pictures hung up on the stage, shown as they were painted."""

import cv2
import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath, SamplerState, Texture

from avatar_live.avatar.model import Texture as Picture
from avatar_live.stage.geometry import make_geom, make_node
from avatar_live.stage.shaders import load_shader


def make_painting(picture: Picture) -> Texture:
    """Return a texture that is shown as it was painted, so neither decoded nor encoded again; its alpha says how much
    of it is a lamp, which no light set dims."""
    texture = empty_painting(picture.pixels.shape[1], picture.pixels.shape[0])
    texture.set_ram_image(cv2.cvtColor(picture.pixels, cv2.COLOR_RGBA2BGRA))  # panda keeps 2D textures as BGRA
    return texture


def empty_painting(width_px: int, height_px: int) -> Texture:
    """Return a texture to be filled with BGRA pixels by `set_ram_image`."""
    texture = Texture("painting")
    texture.setup_2d_texture(width_px, height_px, Texture.T_unsigned_byte, Texture.F_rgba8)
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
