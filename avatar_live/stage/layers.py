"""In which order things are drawn: solid things first, so that the wall behind them costs no hidden fragments."""

from typing import Final

from panda3d.core import ColorBlendAttrib, ColorWriteAttrib, CullBinManager, NodePath

MASKED: Final = "stage-masked"
HOST: Final = "stage-host"  # solid surfaces of the host, in the file's order: panda's own changes with the light
OUTLINES: Final = "stage-outlines"
BACKDROP: Final = "stage-backdrop"
SHADOWS: Final = "stage-shadows"
BLENDED: Final = "stage-blended"
# panda: opaque 20, transparent 30
_SORTS: Final = {HOST: 19, MASKED: 21, OUTLINES: 22, BACKDROP: 25, SHADOWS: 27, BLENDED: 32}

_bins = CullBinManager.get_global_ptr()
for _name, _sort in _SORTS.items():
    if _bins.find_bin(_name) < 0:
        _bins.add_bin(_name, CullBinManager.BT_fixed, _sort)


def draw_blended(node: NodePath, layer: str, order: int = 0, writes_depth: bool = False) -> None:
    """Blend a node over what is behind it, in the given layer; the picture's own alpha stays whole."""
    node.set_attrib(
        ColorBlendAttrib.make(
            ColorBlendAttrib.M_add, ColorBlendAttrib.O_incoming_alpha, ColorBlendAttrib.O_one_minus_incoming_alpha
        )
    )
    node.set_attrib(ColorWriteAttrib.make(ColorWriteAttrib.C_rgb))
    node.set_depth_write(writes_depth)
    node.set_bin(layer, order)
