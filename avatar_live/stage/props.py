"""Solids onto the stage: which shader draws them, with a thin dark line around those that should stand out."""

import numpy as np
from panda3d.core import CullFaceAttrib, GeomNode, NodePath, Vec4

from avatar_live.stage import layers
from avatar_live.stage.geometry import make_geom, make_node
from avatar_live.stage.shaders import load_shader
from avatar_live.stage.solids import Solid


def attach_prop(
    parent: NodePath, name: str, solid: Solid, has_outline: bool = False, is_copied: bool = False
) -> NodePath:
    """Put a lit solid under `parent`; `tint` colours it where its paint's alpha says so.

    One that `is_copied` is drawn by `Copies`, many times over.
    """
    node: NodePath = parent.attach_new_node(name)
    tint(node, (1.0, 1.0, 1.0))
    mesh = _mesh(name, solid, is_copied)
    defines = ("COPIES",) if is_copied else ()
    node.attach_new_node(mesh).set_shader(load_shader("prop", *defines))
    if has_outline:
        hull: NodePath = node.attach_new_node(mesh.make_copy())
        hull.set_shader(load_shader("prop", "OUTLINE", *defines))
        hull.set_bin(layers.OUTLINES, 0)
        hull.set_attrib(CullFaceAttrib.make(CullFaceAttrib.M_cull_counter_clockwise))
    return node


def attach_veil(
    parent: NodePath, name: str, solid: Solid, layer: str, order: int = 0, is_copied: bool = False
) -> NodePath:
    """Put an unlit solid under `parent` whose paint's alpha is its opacity."""
    node: NodePath = parent.attach_new_node(name)
    fade(node, 1.0)
    defines = ("COPIES",) if is_copied else ()
    node.attach_new_node(_mesh(name, solid, is_copied)).set_shader(load_shader("prop", "BLENDED", *defines))
    node.set_two_sided(True)
    layers.draw_blended(node, layer, order)
    return node


def tint(node: NodePath, color: tuple[float, float, float], glow: float = 0.0) -> None:
    """Colour a prop (linear) and let it shine by itself."""
    node.set_shader_input("tint", Vec4(*color, glow))


def fade(node: NodePath, opacity: float) -> None:
    """Set how much of a veil is seen."""
    node.set_shader_input("tint", Vec4(0.0, 0.0, 0.0, opacity))


def _mesh(name: str, solid: Solid, is_copied: bool) -> GeomNode:
    columns = {
        "vertex": solid.positions.astype(np.float32),
        "normal": solid.normals.astype(np.float32),
        "paint": solid.colors.astype(np.float32),
    }
    return make_node(name, make_geom(columns, solid.triangles), is_always_drawn=is_copied)
