"""The stage: an avatar, its set, the pitch and the effects, drawn off screen for the audience and for each player."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath

from avatar_live.avatar.model import Avatar, Posture
from avatar_live.protocol.cues import Cue
from avatar_live.protocol.view import GameView
from avatar_live.signals import Pose
from avatar_live.stage import axes, shots
from avatar_live.stage.backdrop import Backdrop
from avatar_live.stage.cameras import MAIN_BIT, film
from avatar_live.stage.display import Display
from avatar_live.stage.edges import soften_edges
from avatar_live.stage.effects import Effects
from avatar_live.stage.figures import Figures
from avatar_live.stage.fit import Fit, fit_avatar
from avatar_live.stage.flinch import flinched
from avatar_live.stage.light import light
from avatar_live.stage.paintings import Paintings
from avatar_live.stage.pitch import Pitch
from avatar_live.stage.players import PlayerViews
from avatar_live.stage.puppet import Puppet
from avatar_live.stage.spectacle import Spectacle
from avatar_live.stage.view import RestingView


@dataclass(frozen=True, slots=True)
class Drawn:
    """Hold one moment's pictures, BGRA (height, width, 4), top row first: everybody's and, by id, each player's own."""

    main: NDArray[np.uint8]
    players: dict[str, NDArray[np.uint8]] = field(default_factory=dict)


class Stage:
    """Draw an avatar in its set; use it from one thread, which need not be the main one. Raises `StageError`.

    In `paintings` the set's painted walls are kept for the next stage that is given the same folder.
    """

    def __init__(self, width_px: int, height_px: int, paintings: Path | None = None) -> None:
        painted = Paintings(paintings)
        self._display = Display(width_px, height_px)
        self._root = NodePath("stage")
        light(self._root)
        self._puppet: Puppet | None = None
        self._fit = Fit()
        self._effects = Effects()
        self._backdrop = Backdrop(self._root, painted)
        self._camera = film(self._display.main, self._root, shots.MAIN_FOV_RAD, MAIN_BIT)
        axes.place(self._camera, shots.main_shot())
        self._view = RestingView(self._display, self._backdrop)
        self._pitch = Pitch(self._root, painted)
        self._figures = Figures(self._root)
        self._spectacle = Spectacle(self._root)
        self._views = PlayerViews(self._display, self._root, self._figures)

    def set_avatar(self, avatar: Avatar) -> None:
        """Bring an avatar on, in place of the one before."""
        if self._puppet is not None:
            self._puppet.close()
        self._fit = fit_avatar(avatar)
        self._puppet = Puppet(avatar, self._fit, self._root)

    def cue(self, cue: Cue, now_s: float) -> None:
        """Start what the room asks for; banners are the overlay's and are left to it."""
        self._effects.start(cue, now_s)

    def head_scale(self, now_s: float) -> float:
        """Return how large the host's head is to be, 1 unless a gift blew it up."""
        return self._effects.head_scale(now_s)

    def flinch(self, pose: Pose, now_s: float) -> Pose:
        """Return the pose with the head knocked back by what was thrown at it."""
        return flinched(pose, *self._effects.recoil(now_s))

    def draw(self, posture: Posture, game: GameView, now_s: float, players: Collection[str] = ()) -> Drawn:
        """Draw one moment: everybody's picture, and the picture of each of `players` that is in the game."""
        self._effects.expire(now_s)
        flash = self._effects.flash(now_s)
        if self._puppet is not None:
            self._puppet.pose(posture)
        self._backdrop.flash((0.4 * flash["red"], 0.05 * (flash["red"] + flash["blue"]), 0.45 * flash["blue"]))
        self._pitch.show(game, flash)
        self._figures.show(game.players, now_s)
        self._spectacle.show(self._effects, now_s, self._fit.pose(posture.head))
        head_scale = self._effects.head_scale(now_s)
        axes.place(self._camera, shots.main_shot(head_scale))
        self._view.use(head_scale == 1.0)
        self._views.aim(game, players, now_s)
        self._display.render()
        return Drawn(soften_edges(self._display.main.read()), self._views.read(players, game))

    def close(self) -> None:
        """Free what the driver holds."""
        self._views.close()
        if self._puppet is not None:
            self._puppet.close()
        self._root.remove_node()
        self._display.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
