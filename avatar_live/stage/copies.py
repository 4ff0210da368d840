"""Many copies of a few solids, each kind drawn at once: their poses lie in one table that the shader reads."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath

from avatar_live.stage.props import attach_prop, attach_veil
from avatar_live.stage.solids import Solid
from avatar_live.stage.textures import make_table, refill_table

Doubles = NDArray[np.float64]

_TEXELS: Final = 4


class Copies:
    """Hold kinds of solids under `parent`; at most `count_max` copies are shown of all kinds together.

    Kinds in a `layer` are veils, whose paint's alpha is their opacity; the others are lit and outlined.
    """

    def __init__(
        self, parent: NodePath, solids: Mapping[str, Solid], count_max: int, layer: str | None = None, order: int = 0
    ) -> None:
        self._rows = np.zeros((count_max, _TEXELS, 4), np.float32)
        self._table = make_table("poses", self._rows.reshape(-1, 4), "dynamic")
        self.node: NodePath = parent.attach_new_node("copies")
        self.node.set_shader_input("poses", self._table)
        self._firsts: dict[str, int] = {}
        self._kinds = {name: self._attach(name, solid, layer, order) for name, solid in solids.items()}

    def show(self, poses: Mapping[str, Doubles]) -> None:
        """Show these poses (N, 4, 4) of each kind and nothing else.

        The upper three rows are of a column-vector matrix; the last begins with the opacity.
        """
        first = 0
        for name, node in self._kinds.items():
            rows = poses.get(name)
            count = 0 if rows is None else min(len(rows), len(self._rows) - first)
            if rows is None or count == 0:
                node.hide()
                continue
            self._rows[first : first + count] = rows[:count]
            if self._firsts.get(name) != first:
                node.set_shader_input("first", first)
                self._firsts[name] = first
            node.set_instance_count(count)
            node.show()
            first += count
        if first:
            refill_table(self._table, self._rows)

    def rehearse(self) -> None:
        """Show one copy of each kind, too small to be seen, so that the driver has met them all."""
        self.show({name: np.zeros((1, _TEXELS, 4)) for name in self._kinds})

    def _attach(self, name: str, solid: Solid, layer: str | None, order: int) -> NodePath:
        if layer is None:
            node = attach_prop(self.node, name, solid, has_outline=True, is_copied=True)
        else:
            node = attach_veil(self.node, name, solid, layer, order, is_copied=True)
        node.hide()
        return node
