"""The figures of a game before a plain wall: to measure what a crowd costs, and to look at nothing else."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath, Vec4

from avatar_live.protocol.view import PlayerView
from avatar_live.stage import axes, shots
from avatar_live.stage.cameras import MAIN_BIT, NOBODY, film, see_as
from avatar_live.stage.display import Display
from avatar_live.stage.figures import Figures
from avatar_live.stage.lights import Lights

Doubles = NDArray[np.float64]


class Rehearsal:
    """Show players to everybody's camera, or to another at `pose` (4, 4), `fov_rad` high. Raises `StageError`."""

    def __init__(
        self, width_px: int, height_px: int, pose: Doubles | None = None, fov_rad: float = shots.MAIN_FOV_RAD
    ) -> None:
        self._display = Display(width_px, height_px)
        self.root = NodePath("rehearsal")
        Lights(self.root)
        self._camera = film(self._display.main, self.root, fov_rad, MAIN_BIT)
        axes.place(self._camera, shots.main_shot() if pose is None else pose)
        self._display.main.output.set_clear_color_active(True)
        self.figures = Figures(self.root, height_px)

    def paint_wall(self, red: float, green: float, blue: float) -> None:
        """Colour what is behind the figures, each part 0..1 as it is encoded."""
        self._display.main.output.set_clear_color(Vec4(red, green, blue, 1.0))

    def look(self, pose: Doubles, own: int = NOBODY) -> None:
        """Move the camera to a (4, 4) pose, to see as the wearer of this row of the crowd does."""
        axes.place(self._camera, pose)
        see_as(self._camera, self._display.main, own)

    def place(self, players: Sequence[PlayerView], now_s: float, cheers: Mapping[str, float]) -> None:
        """Place the players, as for the next picture."""
        self.figures.show(players, now_s, cheers)

    def draw(self) -> NDArray[np.uint8]:
        """Return the next picture, BGRA (height, width, 4)."""
        self._display.render()
        return self._display.main.read()

    def close(self) -> None:
        """Free what the driver holds."""
        self.root.remove_node()
        self._display.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
