"""The built-in room: painted walls seen from inside, drawn after everything solid, and a floor to stand on."""

from typing import Final

import numpy as np
from panda3d.core import NodePath

from avatar_live.stage import layers
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

BACK_M: Final = -1.4
FRONT_M: Final = BACK_M + ROOM_DEPTH_M


class Room:
    """Hold the walls under `node`."""

    def __init__(self, parent: NodePath, paintings: Paintings) -> None:
        self.node: NodePath = parent.attach_new_node("room")
        self.node.set_bin(layers.BACKDROP, 0)
        half, high = ROOM_WIDTH_M / 2, ROOM_HEIGHT_M
        shell, side = make_painting(paintings.get(paint_shell)), make_painting(paintings.get(paint_side))
        low_left, low_right = (-half, 0.0, BACK_M), (half, 0.0, BACK_M)
        front_left, front_right = (-half, 0.0, FRONT_M), (half, 0.0, FRONT_M)
        up = np.array([0.0, high, 0.0])
        hang(self.node, make_painting(paintings.get(paint_room)), low_left, low_right, up)
        hang(self.node, make_painting(paintings.get(paint_audience)), front_right, front_left, up)
        hang(self.node, side, front_left, low_left, up)
        hang(self.node, side, low_right, front_right, up)
        hang(self.node, shell, front_left, front_right, np.array([0.0, 0.0, BACK_M - FRONT_M]))
        hang(self.node, shell, (-half, high, BACK_M), (half, high, BACK_M), np.array([0.0, 0.0, FRONT_M - BACK_M]))
