"""A show without a graphics card: the real rig, solver and overlay, and a stage that hands out plain pictures."""

from collections.abc import Collection
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from avatar_live.app.settings import find_avatar
from avatar_live.avatar import Avatar, Posture, read_avatar
from avatar_live.avatar.rig import Rig
from avatar_live.channels.processes import EnginePlan
from avatar_live.compositor import Overlay
from avatar_live.engine.frame import Show
from avatar_live.motion import Solver
from avatar_live.protocol.cues import Cue
from avatar_live.protocol.view import GameView
from avatar_live.signals import Pose
from avatar_live.signals.scene import Backdrop, LightName, ShotName
from avatar_live.stage import Impact, Stage
from avatar_live.stage.degrade import Quality

WIDTH_PX, HEIGHT_PX = 128, 72
PLAYER_WIDTH_PX, PLAYER_HEIGHT_PX = 64, 36
SHADE = 90


def plain(width_px: int, height_px: int, shade: int = SHADE) -> NDArray[np.uint8]:
    return np.full((height_px, width_px, 4), shade, np.uint8)


class PlainStage:
    """Stand where the stage stands and remember what it was told."""

    def __init__(self) -> None:
        self.avatars: list[Avatar] = []
        self.cues: list[Cue] = []
        self.games: list[GameView] = []
        self.scenes: list[Backdrop | str | bool] = []
        self.qualities: list[Quality] = []
        self.fault = ""
        self.impacts: tuple[Impact, ...] = ()
        self._players: Collection[str] = ()

    def set_avatar(self, avatar: Avatar) -> None:
        self.avatars.append(avatar)

    def use_backdrop(self, backdrop: Backdrop) -> None:
        self.scenes.append(backdrop)

    def use_light(self, light: LightName) -> None:
        self.scenes.append(light)

    def use_shot(self, shot: ShotName) -> None:
        self.scenes.append(shot)

    def use_director(self, is_on: bool) -> None:
        self.scenes.append(is_on)

    def use_quality(self, quality: Quality) -> None:
        self.qualities.append(quality)

    def cue(self, cue: Cue, now_s: float) -> None:
        self.cues.append(cue)

    def head_scale(self, now_s: float) -> float:
        return 1.0

    def flinch(self, pose: Pose, now_s: float) -> Pose:
        return pose

    def arrange(self, posture: Posture, game: GameView, now_s: float, players: Collection[str] = ()) -> None:
        self.games.append(game)
        self._players = players

    def draw_players(self) -> dict[str, NDArray[np.uint8]]:
        return {player: plain(PLAYER_WIDTH_PX, PLAYER_HEIGHT_PX) for player in self._players}

    def draw_main(self) -> NDArray[np.uint8]:
        return plain(WIDTH_PX, HEIGHT_PX)


def plan_in(folder: Path) -> EnginePlan:
    return EnginePlan(str(folder), str(find_avatar("mirai")), WIDTH_PX, HEIGHT_PX, fps=30, bitrate_bps=300_000)


def plain_show(stage: PlainStage, avatar: Avatar | None = None) -> Show:
    avatar = avatar if avatar is not None else read_avatar(find_avatar("mirai"))
    return Show(Solver(), Rig(avatar), cast(Stage, stage), Overlay("Mirai live"))
