"""Each watched player's own picture: a camera at their figure's eyes, opened on demand, closed when unwatched."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import GraphicsOutput, NodePath

from avatar_live.protocol.view import GameView, PlayerView
from avatar_live.stage import axes, shots
from avatar_live.stage.cameras import FIRST_PLAYER_BIT, NOBODY, PLAYERS_MAX, film, see_as
from avatar_live.stage.degrade import FULL, Quality
from avatar_live.stage.display import Display, Target, is_software
from avatar_live.stage.edges import soften_edges
from avatar_live.stage.figures import Figures, eyes
from avatar_live.stage.readback import I420Ring

PLAYER_WIDTH_PX: Final = 640
PLAYER_HEIGHT_PX: Final = 360
IDLE_S: Final = 0.5  # a page that is loaded again comes back to its camera; who has left is gone within a second


@dataclass(slots=True)
class _View:
    target: Target
    camera: NodePath
    bit: int
    wanted_s: float
    ring: I420Ring | None
    own: int = NOBODY  # the row of the crowd that this camera does not see


class PlayerViews:
    """Hold at most `PLAYERS_MAX` first-person cameras.

    With `is_packed` their pictures are I420 (`readback.py`); by default they are where a graphics card draws.
    """

    def __init__(self, display: Display, root: NodePath, figures: Figures, is_packed: bool | None = None) -> None:
        self._is_packed = not is_software(display.driver) if is_packed is None else is_packed
        self._display = display
        self._root = root
        self._figures = figures
        self._views: dict[str, _View] = {}
        self._quality = FULL

    def use_quality(self, quality: Quality) -> None:
        """Draw as `Stage.use_quality` says."""
        self._quality = quality
        for view in self._views.values():
            self._adapt(view)

    def aim(self, game: GameView, wanted: Collection[str], now_s: float) -> None:
        """Point a camera for each wanted player that is in the game; the others rest, and close after `IDLE_S`."""
        present = {player.id: player for player in game.players if player.id in wanted}
        for name, view in list(self._views.items()):
            is_wanted = name in present
            view.target.output.set_active(is_wanted)
            if not is_wanted and now_s - view.wanted_s >= IDLE_S:
                self._close(self._views.pop(name))
        for name, player in present.items():
            if name not in self._views:
                if len(self._views) >= PLAYERS_MAX and not self._evict(present):
                    continue
                self._views[name] = self._open(now_s)
            view = self._views[name]
            view.wanted_s = now_s
            axes.place(view.camera, shots.player_shot(eyes(player, now_s), player.yaw_rad))
            self._hide_own(view, self._figures.row(name))
            if view.ring is not None:
                view.ring.turn()

    def outputs(self) -> list[GraphicsOutput]:
        """Return what is to be drawn before `read`; nothing where a card draws, whose last pictures are read."""
        return [view.target.output for view in self._seen().values() if view.ring is None]

    def read(self) -> dict[str, NDArray[np.uint8]]:
        """Return the pictures by player, BGRA as just drawn, or I420 as `readback.py` says."""
        pictures = {name: self._picture(view) for name, view in self._seen().items()}
        return {name: picture for name, picture in pictures.items() if picture is not None}

    def close(self) -> None:
        """Close all cameras."""
        for view in self._views.values():
            self._close(view)
        self._views.clear()

    def _seen(self) -> dict[str, _View]:
        return {name: view for name, view in self._views.items() if view.target.output.is_active()}

    def _open(self, now_s: float) -> _View:
        taken = {view.bit for view in self._views.values()}
        bit = next(number for number in range(FIRST_PLAYER_BIT, FIRST_PLAYER_BIT + PLAYERS_MAX) if number not in taken)
        target = self._display.make_target("player", PLAYER_WIDTH_PX, PLAYER_HEIGHT_PX)
        camera = film(target, self._root, shots.PLAYER_FOV_RAD, bit)
        ring = I420Ring(self._display, target) if self._is_packed else None
        view = _View(target, camera, bit, now_s, ring)
        self._adapt(view)
        return view

    def _adapt(self, view: _View) -> None:
        view.target.use_scale(self._quality.scale)
        see_as(view.camera, view.target, view.own)

    def _picture(self, view: _View) -> NDArray[np.uint8] | None:
        if view.ring is not None:
            return view.ring.read()
        picture = view.target.read()
        return soften_edges(picture) if self._quality.has_effects and not view.target.is_smooth else picture

    def _evict(self, present: dict[str, PlayerView]) -> bool:
        """Close the camera that has rested longest, if any rests."""
        resting = [name for name in self._views if name not in present]
        if not resting:
            return False
        self._close(self._views.pop(min(resting, key=lambda name: self._views[name].wanted_s)))
        return True

    def _close(self, view: _View) -> None:
        view.camera.remove_node()
        if view.ring is not None:
            view.ring.close()
        view.target.close()

    def _hide_own(self, view: _View, row: int) -> None:
        if view.own != row:
            view.own = row
            see_as(view.camera, view.target, row)
