"""Players before a grey wall, and the ways to look at them that the crowd's tests share."""

import numpy as np
from host import HEIGHT_PX, WIDTH_PX, Picture, pixel_of

from avatar_live.protocol.view import Camp, PlayerView
from avatar_live.stage.rehearsal import Rehearsal
from avatar_live.stage.shots import main_shot
from avatar_live.stage.table import on_table

WALL = 90  # 0..255


class Pitchside(Rehearsal):
    """Show players to everybody's camera."""

    def __init__(self) -> None:
        super().__init__(WIDTH_PX, HEIGHT_PX)
        self.paint_wall(WALL / 255.0, WALL / 255.0, WALL / 255.0)

    def see(self, *players: PlayerView, now_s: float = 0.0, cheers: dict[str, float] | None = None) -> Picture:
        """Return the picture of this moment, BGRA."""
        self.place(players, now_s, cheers or {})
        return self.draw()

    def see_as(self, own: int, *players: PlayerView, pose: np.ndarray | None = None, now_s: float = 0.0) -> Picture:
        """Return the picture as the wearer of a row of the crowd would see it from a pose."""
        self.look(main_shot() if pose is None else pose, own)
        picture = self.see(*players, now_s=now_s)
        self.look(main_shot())
        return picture


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
