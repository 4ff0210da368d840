"""A picture behind everything that everybody's camera sees, shown dot for dot."""

import numpy as np
from panda3d.core import NodePath, SamplerState, Texture, Vec4

from avatar_live.stage import layers
from avatar_live.stage.cameras import MAIN_BITS, PLAYER_BITS
from avatar_live.stage.geometry import make_geom, make_node
from avatar_live.stage.shaders import load_shader


class Screen:
    """Cover what is behind everything, for everybody's camera alone."""

    def __init__(self, parent: NodePath) -> None:
        corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
        uvs = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32)
        triangles = np.array([[0, 1, 2], [0, 2, 3]], np.uint32)
        geom = make_geom({"vertex": corners, "texcoord": uvs}, triangles)
        self._node: NodePath = parent.attach_new_node(make_node("screen", geom, is_always_drawn=True))
        self._node.set_shader(load_shader("screen"))
        self._node.set_bin(layers.BACKDROP, 0)
        self._node.hide(PLAYER_BITS | MAIN_BITS)

    def show(self, painting: Texture) -> None:
        """Show a picture of the target's size; its alpha says where it is a lamp, which no light set dims."""
        painting.set_minfilter(SamplerState.FT_nearest)
        painting.set_magfilter(SamplerState.FT_nearest)
        self._node.set_shader_input("base_texture", painting)
        self._node.show(MAIN_BITS)

    def tint(self, color: tuple[float, float, float]) -> None:
        """Add a colour."""
        self._node.set_shader_input("tint", Vec4(*color, 0.0))

    def hide(self) -> None:
        """Show nothing."""
        self._node.hide(MAIN_BITS)
