"""The stage: an avatar, its set, the pitch and the effects, drawn off screen for the audience and for each player."""

from collections.abc import Collection
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from panda3d.core import Camera, NodePath, Vec4

from avatar_live.avatar.model import Avatar, Posture
from avatar_live.protocol.view import GameView
from avatar_live.stage import axes, shots
from avatar_live.stage.display import Display, Target
from avatar_live.stage.fit import Fit, fit_avatar
from avatar_live.stage.light import light
from avatar_live.stage.puppet import Puppet


@dataclass(frozen=True, slots=True)
class Drawn:
    """Hold one moment's pictures, BGRA (height, width, 4), top row first: everybody's and, by id, each player's own."""

    main: NDArray[np.uint8]
    players: dict[str, NDArray[np.uint8]] = field(default_factory=dict)


class Stage:
    """Draw an avatar in its set; use it from one thread, which need not be the main one. Raises `StageError`."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self._display = Display(width_px, height_px)
        self._root = NodePath("stage")
        light(self._root)
        self._puppet: Puppet | None = None
        self._fit = Fit()
        self._main_camera = _film(self._display.main, self._root, shots.MAIN_FOV_RAD, 0)
        axes.place(self._main_camera, shots.main_shot())

    def set_avatar(self, avatar: Avatar) -> None:
        """Bring an avatar on, in place of the one before."""
        if self._puppet is not None:
            self._puppet.close()
        self._fit = fit_avatar(avatar)
        self._puppet = Puppet(avatar, self._fit, self._root)

    def draw(self, posture: Posture, game: GameView, now_s: float, players: Collection[str] = ()) -> Drawn:
        """Draw one moment: everybody's picture and the picture of each of `players` that is in the game."""
        if self._puppet is not None:
            self._puppet.pose(posture)
        self._display.render()
        return Drawn(self._display.main.read())

    def close(self) -> None:
        """Free what the driver holds."""
        if self._puppet is not None:
            self._puppet.close()
        self._display.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _film(target: Target, root: NodePath, fov_rad: float, mask_bit: int) -> NodePath:
    """Point a new camera of the scene at a target and return it."""
    aspect = target.width_px / target.height_px
    camera = Camera("camera", axes.make_lens(fov_rad, aspect, shots.NEAR_M, shots.FAR_M))
    probe = NodePath("view")
    probe.set_shader_input("view", Vec4(1.0 / target.height_px, aspect, 0.0, 0.0))
    camera.set_initial_state(probe.get_state())
    node = root.attach_new_node(camera)
    region = target.output.make_display_region()
    region.set_camera(node)
    region.set_clear_depth_active(True)
    target.output.set_clear_color(Vec4(0.1, 0.1, 0.15, 1.0))
    target.output.set_clear_color_active(True)
    return node
