"""The built-in room: painted walls seen from inside, drawn after everything solid, and a floor to stand on."""

from typing import Final

import numpy as np
from panda3d.core import NodePath

from avatar_live.stage import layers
from avatar_live.stage.fit import FLOOR_M_MIN
from avatar_live.stage.furniture import BACK_M, furniture
from avatar_live.stage.geometry import make_geom, make_node
from avatar_live.stage.grounds import paint_ceiling, paint_floor
from avatar_live.stage.paintings import Paintings
from avatar_live.stage.panels import hang, make_painting
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

FRONT_M: Final = BACK_M + ROOM_DEPTH_M


class Room:
    """Hold the walls under `node`; the floor and what stands on it lie where the host stands."""

    def __init__(self, parent: NodePath, paintings: Paintings) -> None:
        self.node: NodePath = parent.attach_new_node("room")
        self.node.set_bin(layers.BACKDROP, 0)
        half, high = ROOM_WIDTH_M / 2, ROOM_HEIGHT_M
        side, base = make_painting(paintings.get(paint_side)), make_painting(paintings.get(paint_shell))
        floor, ceiling = make_painting(paintings.get(paint_floor)), make_painting(paintings.get(paint_ceiling))
        low_left, low_right = (-half, 0.0, BACK_M), (half, 0.0, BACK_M)
        front_left, front_right = (-half, 0.0, FRONT_M), (half, 0.0, FRONT_M)
        up = np.array([0.0, high, 0.0])
        hang(self.node, make_painting(paintings.get(paint_room)), low_left, low_right, up)
        hang(self.node, make_painting(paintings.get(paint_audience)), front_right, front_left, up)
        hang(self.node, side, front_left, low_left, up)
        hang(self.node, side, low_right, front_right, up)
        hang(self.node, ceiling, (-half, high, BACK_M), (half, high, BACK_M), np.array([0.0, 0.0, FRONT_M - BACK_M]))
        down = np.array([0.0, FLOOR_M_MIN, 0.0])  # the walls go on below for those whose feet are lower
        for left, right in ((low_left, low_right), (front_right, front_left), (front_left, low_left)):
            hang(self.node, base, tuple(left + down), tuple(right + down), -down)
        hang(self.node, base, tuple(low_right + down), tuple(front_right + down), -down)
        self._ground: NodePath = self.node.attach_new_node("ground")
        hang(self._ground, floor, front_left, front_right, np.array([0.0, 0.0, BACK_M - FRONT_M]))
        self._furnish()

    def stand_on(self, floor_m: float) -> None:
        """Lay the floor at this height."""
        self._ground.set_y(floor_m)

    def _furnish(self) -> None:
        things = furniture()
        columns = {"vertex": things.positions, "normal": things.normals, "paint": things.colors}
        geom = make_geom({name: values.astype(np.float32) for name, values in columns.items()}, things.triangles)
        node: NodePath = self._ground.attach_new_node(make_node("furniture", geom))
        node.set_shader(load_shader("prop", "FURNITURE"))
