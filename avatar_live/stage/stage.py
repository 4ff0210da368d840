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
from avatar_live.signals.scene import Backdrop as BackdropChoice
from avatar_live.signals.scene import LightName, ShotName
from avatar_live.stage import axes, shots
from avatar_live.stage.backdrop import Backdrop
from avatar_live.stage.cameras import MAIN_BIT, film, see_as
from avatar_live.stage.crew import CameraCrew
from avatar_live.stage.degrade import FULL, Quality
from avatar_live.stage.display import Display
from avatar_live.stage.edges import soften_edges
from avatar_live.stage.figures import Figures
from avatar_live.stage.fit import Fit, fit_avatar, stature_of
from avatar_live.stage.flinch import flinched
from avatar_live.stage.host import host_of
from avatar_live.stage.key_shadow import KeyShadow
from avatar_live.stage.lights import Lights
from avatar_live.stage.paintings import Paintings
from avatar_live.stage.pitch import Pitch
from avatar_live.stage.players import PlayerViews
from avatar_live.stage.puppet import Puppet
from avatar_live.stage.room import Room
from avatar_live.stage.shadows import HostShadow
from avatar_live.stage.skull import USUAL_SKULL, skull_of
from avatar_live.stage.spectacle import Impact, Spectacle


@dataclass(frozen=True, slots=True)
class Drawn:
    """Hold one moment's pictures, BGRA (height, width, 4), top row first: everybody's and, by id, each player's own.

    Where a graphics card draws, players' pictures are I420 (height * 3 / 2, width): see `readback.py`. `impacts` are
    what a listener hears of this moment.
    """

    main: NDArray[np.uint8]
    players: dict[str, NDArray[np.uint8]] = field(default_factory=dict)
    impacts: tuple[Impact, ...] = ()


class Stage:
    """Draw an avatar in its set; use it from one thread, which need not be the main one. Raises `StageError`.

    In `paintings` the set's painted walls are kept for the next stage that is given the same folder.
    """

    def __init__(self, width_px: int, height_px: int, paintings: Path | None = None) -> None:
        painted = Paintings(paintings)
        self._display = Display(width_px, height_px)
        self._root = NodePath("stage")
        self._quality = FULL
        self._lights = Lights(self._root)
        self._puppet: Puppet | None = None
        self._fit = Fit()
        self._skull = USUAL_SKULL
        self._room = Room(self._root, painted)
        self._camera = film(self._display.main, self._root, shots.MAIN_FOV_RAD, MAIN_BIT)
        self._crew = CameraCrew()
        self._backdrop = Backdrop(self._display, self._camera, self._room, self._root)
        self._shadow = HostShadow(self._root)
        self._key_shadow = KeyShadow(self._display, self._root)
        self._pitch = Pitch(self._root, painted)
        self._figures = Figures(self._root, height_px)
        self._spectacle = Spectacle(self._root)
        self._views = PlayerViews(self._display, self._root, self._figures)

    def set_avatar(self, avatar: Avatar) -> None:
        """Bring an avatar on, in place of the one before."""
        if self._puppet is not None:
            self._puppet.close()
        self._fit = fit_avatar(avatar)
        self._skull = skull_of(avatar)
        self._puppet = Puppet(avatar, self._fit, self._root, self._key_shadow)
        self._puppet.show_outlines(self._quality.has_effects)
        self._crew.stature = stature_of(avatar, self._fit)
        self._room.stand_on(self._crew.stature.low_m)
        self._pitch.stand_on(self._crew.stature.low_m)
        self._backdrop.refresh()

    def use_backdrop(self, backdrop: BackdropChoice) -> None:
        """Change what is behind the host; footage comes once it is read, see `fault`."""
        self._backdrop.use(backdrop)

    def use_light(self, light: LightName) -> None:
        """Change the light, smoothly once the show runs."""
        self._lights.use(light)

    def use_shot(self, shot: ShotName) -> None:
        """Move everybody's camera to another shot, smoothly once the show runs."""
        self._crew.use(shot)

    def use_director(self, is_on: bool) -> None:
        """Let the camera follow what happens, or stay where it is."""
        self._crew.is_directed = is_on

    @property
    def fault(self) -> str:
        """Why what was chosen last is not shown, in one sentence; empty when all is well."""
        return self._backdrop.fault

    def cue(self, cue: Cue, now_s: float) -> None:
        """Start what the room asks for; banners are the overlay's and are left to it."""
        self._spectacle.start(cue, now_s)
        self._crew.notice(cue, now_s)

    def head_scale(self, now_s: float) -> float:
        """Return how large the host's head is to be, 1 unless a gift blew it up."""
        return self._spectacle.effects.head_scale(now_s)

    def flinch(self, pose: Pose, now_s: float) -> Pose:
        """Return the pose with the head knocked back by what was thrown at it."""
        return flinched(pose, self._spectacle.recoil.turn(now_s))

    def use_quality(self, quality: Quality) -> None:
        """Draw fewer pixels, or no lines and soft edges; pictures keep their size. The frame rate is the caller's."""
        if quality == self._quality:
            return
        self._quality = quality
        self._display.main.use_scale(quality.scale)
        see_as(self._camera, self._display.main)
        self._views.use_quality(quality)
        self._backdrop.refresh()
        self._key_shadow.use(quality == FULL)
        if self._puppet is not None:
            self._puppet.show_outlines(quality.has_effects)

    def draw(self, posture: Posture, game: GameView, now_s: float, players: Collection[str] = ()) -> Drawn:
        """Draw one moment: everybody's picture, and the picture of each of `players` that is in the game."""
        self.arrange(posture, game, now_s, players)
        seen = self.draw_players()
        return Drawn(self.draw_main(), seen, self.impacts)

    def arrange(self, posture: Posture, game: GameView, now_s: float, players: Collection[str] = ()) -> None:
        """Bring everything to where it is at this moment, as `draw` does before it draws."""
        if self._puppet is not None:
            self._puppet.pose(posture, now_s)
            self._shadow.show(posture.bones, self._fit, self._crew.stature.low_m)
        self._spectacle.show(host_of(posture, self._fit, self._skull), game, now_s)
        self._backdrop.flash(self._spectacle.light(now_s))
        flash = self._spectacle.effects.flash(now_s)
        self._pitch.show(game, flash)
        self._figures.show(game.players, now_s, flash)
        self._lights.show(now_s)
        self._key_shadow.show(self._lights.now.key_direction, self.head_scale(now_s))
        framing = self._crew.film(game, self.head_scale(now_s), now_s)
        axes.aim(self._camera, framing.pose, framing.fov_rad)
        self._backdrop.show(framing)
        self._views.aim(game, players, now_s)

    def draw_players(self) -> dict[str, NDArray[np.uint8]]:
        """Return what each player sees of what was arranged, before everybody's picture is drawn.

        That one takes the processor twice as long, and a player waits for what a key did.
        """
        if self._views.outputs():
            self._display.render(without=(self._display.main.output,))
        return self._views.read()

    def draw_main(self) -> NDArray[np.uint8]:
        """Return everybody's picture of what was arranged; call it after `draw_players`."""
        drawn = self._views.outputs()
        self._display.render(without=(*drawn, self._key_shadow.output) if drawn else ())
        picture = self._display.main.read()
        if self._quality.has_effects and not self._display.main.is_smooth:
            soften_edges(picture)
        return picture

    @property
    def impacts(self) -> tuple[Impact, ...]:
        """What a listener hears of what was arranged."""
        return self._spectacle.impacts

    def close(self) -> None:
        """Free what the driver holds."""
        self._views.close()
        self._backdrop.close()
        self._spectacle.close()
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
