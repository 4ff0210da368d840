"""The figures of a game before a plain wall: what a test sees of them is all there is."""

from types import TracebackType
from typing import Self

import numpy as np
from host import HEIGHT_PX, WIDTH_PX, Picture, pixel_of
from panda3d.core import NodePath, Vec4

from avatar_live.protocol.view import Camp, PlayerView
from avatar_live.stage import axes, shots
from avatar_live.stage.cameras import MAIN_BIT, film, see_as
from avatar_live.stage.display import Display
from avatar_live.stage.figures import Figures
from avatar_live.stage.lights import Lights
from avatar_live.stage.table import on_table

WALL = 90  # grey, 0..255


class Pitchside:
    """Show players to everybody's camera."""

    def __init__(self) -> None:
        self.display = Display(WIDTH_PX, HEIGHT_PX)
        self.root = NodePath("pitchside")
        Lights(self.root)
        self.camera = film(self.display.main, self.root, shots.MAIN_FOV_RAD, MAIN_BIT)
        axes.place(self.camera, shots.main_shot())
        self.display.main.output.set_clear_color_active(True)
        self.display.main.output.set_clear_color(Vec4(WALL / 255.0, WALL / 255.0, WALL / 255.0, 1.0))
        self.figures = Figures(self.root, HEIGHT_PX)

    def draw(self, *players: PlayerView, now_s: float = 0.0, cheers: dict[str, float] | None = None) -> Picture:
        """Return the picture, BGRA."""
        self.figures.show(players, now_s, cheers or {})
        self.display.render()
        return self.display.main.read()

    def draw_as(self, row: int, *players: PlayerView, now_s: float = 0.0) -> Picture:
        """Return the picture as the wearer of a row of the crowd would see it from there."""
        see_as(self.camera, self.display.main, row)
        picture = self.draw(*players, now_s=now_s)
        see_as(self.camera, self.display.main)
        return picture

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.root.remove_node()
        self.display.close()


def somebody(
    id: str, camp: Camp = "red", x: float = 0.0, z: float = 0.0, is_walking: bool = False, name: str = ""
) -> PlayerView:
    """Return a player who looks at the audience."""
    return PlayerView(id, name, camp, x, z, np.pi, is_walking)


def around(player: PlayerView, picture: Picture, up_px: int = 95) -> Picture:
    """Return the part of a picture where a player's body is."""
    x, y, z = on_table(player.x, player.z).tolist()
    row, column = pixel_of((x, y, z))
    return picture[max(0, row - up_px) : row + 8, max(0, column - 32) : column + 32]


def is_seen(part: Picture) -> np.ndarray:
    """Return which dots are not the wall's."""
    return np.asarray(np.abs(part[..., :3].astype(int) - WALL).max(axis=-1) > 12)
