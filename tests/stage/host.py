"""Mirai in a few poses, and the ways to look at a picture that the stage's tests share."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from shared import PROJECT

from avatar_live.avatar import Avatar, Posture, Rig, read_avatar
from avatar_live.protocol.view import GameView
from avatar_live.signals import ARKIT_SHAPES, Pose
from avatar_live.stage import shots

Picture = NDArray[np.uint8]

WIDTH_PX, HEIGHT_PX = 640, 360
MIRAI: Path = PROJECT / "assets" / "mirai.vrm"
EMPTY_GAME = GameView(0.0, 0.0, 0.0, 0, 0)


@cache
def mirai() -> Avatar:
    return read_avatar(MIRAI)


def turn(axis: int, angle_rad: float) -> NDArray[np.float64]:
    rotation = np.zeros(4)
    rotation[axis], rotation[3] = np.sin(angle_rad / 2), np.cos(angle_rad / 2)
    return rotation


ARMS_DOWN = {"leftUpperArm": turn(2, -1.25), "rightUpperArm": turn(2, 1.25)}


def posture(
    shapes: dict[str, float] | None = None,
    rotations: dict[str, NDArray[np.float64]] | None = None,
    head_scale: float = 1.0,
) -> Posture:
    """Return Mirai with arms down, some ARKit shapes and some bones turned."""
    weights = np.zeros(len(ARKIT_SHAPES))
    for name, weight in (shapes or {}).items():
        weights[ARKIT_SHAPES.index(name)] = weight
    return Rig(mirai()).animate(Pose({**ARMS_DOWN, **(rotations or {})}, weights), 0.0, head_scale)


def pixel_of(point_m: tuple[float, float, float]) -> tuple[int, int]:
    """Return the row and column where everybody's camera sees a point of the stage."""
    x, y, z = (np.linalg.inv(shots.main_shot()) @ np.append(point_m, 1.0))[:3]
    reach = -z * np.tan(shots.MAIN_FOV_RAD / 2.0)  # half the picture's height at that distance
    return round((0.5 - 0.5 * y / reach) * HEIGHT_PX), round(0.5 * WIDTH_PX + 0.5 * x / reach * HEIGHT_PX)


def color_at(picture: Picture, point_m: tuple[float, float, float], radius_px: int = 2) -> tuple[int, int, int]:
    """Return the mean red, green and blue around a point of the stage."""
    row, column = pixel_of(point_m)
    patch = picture[row - radius_px : row + radius_px + 1, column - radius_px : column + radius_px + 1, :3]
    blue, green, red = np.rint(patch.reshape(-1, 3).mean(axis=0)).astype(int).tolist()
    return red, green, blue


def changed(before: Picture, after: Picture, tolerance: int = 12) -> NDArray[np.bool_]:
    """Return which pixels (height, width) differ by more than the tolerance in any channel."""
    difference = np.abs(before[..., :3].astype(np.int16) - after[..., :3].astype(np.int16))
    return np.asarray(difference.max(axis=2) > tolerance)
