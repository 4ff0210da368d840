"""An avatar on the GPU: geometry and pictures uploaded once, then one small table a frame.

The table `moment` holds three texels for each joint of the palette, then for each primitive with morph targets a
count and its active morphs as (row of the primitive's deltas, weight).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath

from avatar_live.avatar.model import Avatar, Material, Posture, Primitive
from avatar_live.stage.fit import Fit
from avatar_live.stage.geometry import make_geom, make_node
from avatar_live.stage.textures import make_picture, make_table, refill_table
from avatar_live.stage.toon import Input, dress, dress_outline

MORPHS_ACTIVE_MAX: Final = 64  # the strongest are kept
_WEIGHT_LEAST: Final = 1e-4
_PLAIN: Final = Material("plain")


class Puppet:
    """Hold the drawn avatar under `parent`, scaled and lifted by `fit` so that every head meets the camera."""

    def __init__(self, avatar: Avatar, fit: Fit, parent: NodePath) -> None:
        self._fit = fit
        self._joints = len(avatar.palette_nodes)
        self._morphed = [primitive.morphs for primitive in avatar.primitives if len(primitive.morphs)]
        texels = self._joints * 3 + len(self._morphed) * (1 + MORPHS_ACTIVE_MAX)
        self._moment = np.zeros((texels, 4), np.float32)
        self._table = make_table("moment", self._moment, "dynamic")
        self.node: NodePath = parent.attach_new_node("puppet")
        self.node.set_shader_input("moment", self._table)
        pictures = [make_picture(texture) for texture in avatar.textures]
        offset = self._joints * 3
        for primitive in avatar.primitives:
            material = avatar.materials[primitive.material] if avatar.materials else _PLAIN
            inputs: dict[str, Input] = {}
            defines: tuple[str, ...] = ()
            if len(primitive.morphs):
                inputs = {
                    "morph_deltas": make_table("deltas", _deltas(primitive), "static"),
                    "morph_offset": offset,
                    "vertex_count": len(primitive.positions),
                }
                defines = ("MORPHS",)
                offset += 1 + MORPHS_ACTIVE_MAX
            geom = make_geom(
                {
                    "vertex": primitive.positions,
                    "normal": primitive.normals,
                    "texcoord": primitive.uvs,
                    "joints": primitive.joints,
                    "weights": primitive.weights,
                },
                primitive.triangles,
            )
            node = make_node(material.name, geom, is_always_drawn=True)
            dress(self.node.attach_new_node(node), material, pictures, inputs, defines)
            if material.outline_mode != "none" and material.outline_width_m > 0.0:
                hull = make_node(f"{material.name} outline", geom, is_always_drawn=True)
                dress_outline(self.node.attach_new_node(hull), material, pictures, inputs, defines)

    def pose(self, posture: Posture) -> None:
        """Take on a posture of the same avatar; seen in the next picture."""
        table = self._moment
        joints = table[: self._joints * 3].reshape(-1, 3, 4)
        np.multiply(posture.palette, self._fit.scale, out=joints)
        joints[:, 1, 3] += self._fit.lift_m
        offset = self._joints * 3
        for morphs in self._morphed:
            rows, weights = active_morphs(posture.morph_weights[morphs])
            table[offset, 0] = len(rows)
            table[offset + 1 : offset + 1 + len(rows), 0] = rows
            table[offset + 1 : offset + 1 + len(rows), 1] = weights
            offset += 1 + MORPHS_ACTIVE_MAX
        refill_table(self._table, table)

    def close(self) -> None:
        """Take the avatar off the stage; its buffers die with their last user."""
        self.node.clear_shader_input("moment")
        self.node.remove_node()


def active_morphs(weights: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return places and values of the weights that matter, at most `MORPHS_ACTIVE_MAX`, the strongest."""
    rows = np.flatnonzero(np.abs(weights) > _WEIGHT_LEAST)
    if len(rows) > MORPHS_ACTIVE_MAX:
        rows = rows[np.argsort(-np.abs(weights[rows]), kind="stable")[:MORPHS_ACTIVE_MAX]]
    return rows, weights[rows]


def _deltas(primitive: Primitive) -> NDArray[np.float16]:
    """Return (morphs * vertices * 2, 4) half-precision deltas, position and normal in turn."""
    morphs, vertices = primitive.morph_positions.shape[:2]
    deltas = np.zeros((morphs, vertices, 2, 4), np.float16)
    deltas[:, :, 0, :3] = primitive.morph_positions
    deltas[:, :, 1, :3] = primitive.morph_normals
    return deltas.reshape(-1, 4)
