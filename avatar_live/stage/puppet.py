"""An avatar on the GPU: geometry and pictures uploaded once, then the palette and the summed morphs each frame."""

from typing import Final

import numpy as np
from panda3d.core import BoundingBox, NodePath, Point3, Texture

from avatar_live.avatar.model import Avatar, Material, Posture, Primitive
from avatar_live.stage import layers
from avatar_live.stage.fit import Fit
from avatar_live.stage.geometry import make_geom, make_node
from avatar_live.stage.key_shadow import SHADOWED, KeyShadow
from avatar_live.stage.morphs import Morphs
from avatar_live.stage.textures import Pictures, make_table, refill_table
from avatar_live.stage.toon import Part, Surface

_REACH_LOW_M: Final = (-1.2, -0.5, -0.8)  # whoever looks away from this box need not draw the host
_REACH_HIGH_M: Final = (1.2, 2.2, 0.34)
_PLAIN: Final = Material("plain")


class Puppet:
    """Hold the drawn avatar under `parent`, scaled and lifted by `fit` so that every head meets the camera.

    With a `shadow` it throws shadows on itself.
    """

    def __init__(self, avatar: Avatar, fit: Fit, parent: NodePath, shadow: KeyShadow | None = None) -> None:
        self._fit = fit
        self._palette = np.zeros((len(avatar.palette_nodes), 3, 4), np.float32)
        self._palette_table = make_table("palette", self._palette.reshape(-1, 4), "dynamic")
        self._morphs: list[tuple[Morphs, Texture]] = []
        self.node: NodePath = parent.attach_new_node("puppet")
        self.node.node().set_bounds(BoundingBox(Point3(*_REACH_LOW_M), Point3(*_REACH_HIGH_M)))
        self.node.node().set_final(True)
        self.node.set_shader_input("palette", self._palette_table)
        pictures = Pictures(avatar.textures)
        changing = _changing(avatar)
        self._surfaces = [
            Surface(material, pictures, changing.get(index, ()))
            for index, material in enumerate(avatar.materials or (_PLAIN,))
        ]
        self._tinted: set[int] = set()
        self._outlines: list[NodePath] = []
        for order, primitive in enumerate(avatar.primitives):
            if primitive.seen_by == "self":
                continue  # for the wearer's own eyes, and no camera here stands in them
            surface = self._surfaces[primitive.material if avatar.materials else 0]
            inputs: dict[str, Texture] = {}
            defines: tuple[str, ...] = (f"BONES {_bones(primitive)}",)
            if len(primitive.morphs):
                morphs = Morphs(primitive)
                table = make_table("morphs", morphs.offsets.reshape(-1, 4), "dynamic")
                self._morphs.append((morphs, table))
                inputs, defines = {"morphs": table}, (*defines, "MORPHS")
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
            node: NodePath = self.node.attach_new_node(make_node("surface", geom))
            node.set_bin(layers.HOST, order)
            surface.dress(node, inputs, defines if shadow is None else (*defines, SHADOWED))
            if shadow is not None:
                if surface.is_blended:
                    shadow.spare(node)
                else:
                    shadow.cast(node, defines)
            if surface.has_outline:
                outline: NodePath = self.node.attach_new_node(make_node("outline", geom))
                surface.dress_outline(outline, inputs, defines)
                if shadow is not None:
                    shadow.spare(outline)
                self._outlines.append(outline)
        if shadow is not None:
            shadow.look_at(self.node)

    def pose(self, posture: Posture, now_s: float = 0.0) -> None:
        """Take on a posture of the same avatar, its materials as they are at this time; seen in the next picture."""
        np.multiply(posture.palette, self._fit.scale, out=self._palette)
        self._palette[:, 1, 3] += self._fit.lift_m
        refill_table(self._palette_table, self._palette)
        for morphs, table in self._morphs:
            if morphs.take(posture.morph_weights):
                refill_table(table, morphs.offsets)
        for index, material in posture.materials.items():
            self._surfaces[index].take(material)
        for index in self._tinted - posture.materials.keys():
            self._surfaces[index].restore()
        self._tinted = set(posture.materials)
        for surface in self._surfaces:
            surface.run(now_s)

    def show_outlines(self, is_on: bool) -> None:
        """Draw the lines around surfaces, or save them."""
        for outline in self._outlines:
            if is_on:
                outline.unstash()
            else:
                outline.stash()

    def close(self) -> None:
        """Take the avatar off the stage; its buffers die with their last user."""
        self.node.remove_node()


def _changing(avatar: Avatar) -> dict[int, set[Part]]:
    """Return by material the parts that expressions may colour."""
    parts: dict[int, set[Part]] = {}
    for expression in avatar.expressions.values():
        for bind in expression.colors:
            parts.setdefault(bind.material, set()).add(bind.part)
    return parts


def _bones(primitive: Primitive) -> int:
    """Return how many joints, from the first, move any of the vertices: a head has one, and needs no more fetched."""
    used = np.flatnonzero((primitive.weights > 0.0).any(axis=0))
    return int(used[-1]) + 1 if len(used) else 1
