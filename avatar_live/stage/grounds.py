"""What is painted above and below: the floor with its rug and the lights' reflections, and the ceiling."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Texture
from avatar_live.stage.furniture import FOOTPRINTS
from avatar_live.stage.paint import Board, finish
from avatar_live.stage.scenery import ROOM_DEPTH_M, ROOM_WIDTH_M

HOST_FROM_FRONT_M: Final = 3.6  # of the room's front wall
RUG_RADIUS_M: Final = 1.12
_DOTS_PER_M: Final = 150
_PLANK_M: Final = 0.22
_SEED: Final = 21


def paint_floor() -> Texture:
    """Return the floor, `ROOM_WIDTH_M` by `ROOM_DEPTH_M`, its upper edge at the back wall."""
    random = np.random.default_rng(_SEED)
    board = Board(ROOM_WIDTH_M, ROOM_DEPTH_M, _DOTS_PER_M, "#221a44")
    left = -ROOM_WIDTH_M / 2
    for row in range(round(ROOM_WIDTH_M / _PLANK_M)):  # planks run towards the back
        x = left + row * _PLANK_M
        y = float(random.uniform(-1.4, 0.0))
        while y < ROOM_DEPTH_M:
            length = float(random.uniform(1.1, 1.9))
            tone = str(random.choice(["#2a2052", "#241b49", "#1f1740", "#2d2257"]))
            board.bar(x + 0.003, y + 0.003, x + _PLANK_M - 0.003, y + length - 0.003, tone)
            board.bar(x + 0.004, y + 0.003, x + 0.009, y + length - 0.003, "#5e51a8", 0.28)
            y += length
    board.canvas *= (0.30 + 0.95 * np.exp(-(((board.y - HOST_FROM_FRONT_M) / 2.1) ** 2) - (board.x / 2.6) ** 2))[
        ..., None
    ]
    for x, color in ((-1.62, "#38d6ff"), (1.62, "#ff5fb0")):  # what stands at the wall is mirrored in the varnish
        board.glow(x, ROOM_DEPTH_M + 0.05, 0.16, 1.15, color, 0.42, is_lamp=True)
        board.glow(x, ROOM_DEPTH_M, 0.75, 0.9, color, 0.16, is_lamp=True)
    board.glow(1.26, ROOM_DEPTH_M, 0.35, 0.7, "#ffb066", 0.2, is_lamp=True)
    board.glow(-0.93, ROOM_DEPTH_M, 0.45, 0.9, "#f58fb0", 0.10, is_lamp=True)
    board.settle()
    _rug(board)
    for x, y, radius_x, radius_y, depth in (
        (0.0, HOST_FROM_FRONT_M - 0.53, 0.62, 0.34, 0.55),  # the table
        *((x, HOST_FROM_FRONT_M - z, wide, deep, 0.7) for x, z, wide, deep in FOOTPRINTS),
    ):  # what stands here takes the light away
        shade = np.exp(-(((board.x - x) / radius_x) ** 2) - ((board.y - y) / radius_y) ** 2)
        board.canvas *= (1.0 - depth * shade)[..., None]
    board.canvas *= np.clip((ROOM_DEPTH_M - board.y) / 0.22, 0.35, 1.0)[..., None] ** 0.5  # the wall's own shade
    return finish(board)


def paint_ceiling() -> Texture:
    """Return the ceiling, `ROOM_WIDTH_M` by `ROOM_DEPTH_M`: beams, and a frame of light over the host."""
    board = Board(ROOM_WIDTH_M, ROOM_DEPTH_M, 80, "#120e2c")
    for y in np.arange(0.3, ROOM_DEPTH_M, 0.62):
        board.bar(-ROOM_WIDTH_M / 2, float(y), ROOM_WIDTH_M / 2, float(y) + 0.14, "#1d1744")
        board.bar(-ROOM_WIDTH_M / 2, float(y) + 0.13, ROOM_WIDTH_M / 2, float(y) + 0.14, "#4a3f8f", 0.6)
    middle = ROOM_DEPTH_M - HOST_FROM_FRONT_M  # seen from below: the back wall is the lower edge
    frame = np.array([[-1.2, -0.55], [1.2, -0.55], [1.2, 0.85], [-1.2, 0.85], [-1.2, -0.55]])
    board.neon([frame + np.array([0.0, middle])], 0.035, "#b9a8ff", 0.8)
    return finish(board)


def _rug(board: Board) -> None:
    middle = np.array([0.0, HOST_FROM_FRONT_M - 0.25])
    for inset_m, color in ((-0.02, "#120d2c"), (0.0, "#3a2f86"), (0.07, "#2b2269"), (0.34, "#352a7c")):
        board.round(0.0, float(middle[1]), RUG_RADIUS_M - inset_m, color)
    for ray in np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False):
        board.fill(_petal(ray, RUG_RADIUS_M - 0.31, RUG_RADIUS_M - 0.11) + middle, "#5a4bc0", 0.7)
    board.settle()
    board.neon([_circle(RUG_RADIUS_M - 0.035) + middle], 0.018, "#8f7bff", 0.5)
    board.settle()


def _circle(radius_m: float) -> NDArray[np.float64]:
    angles = np.linspace(0.0, 2.0 * np.pi, 97)
    return radius_m * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _petal(angle_rad: float, near_m: float, far_m: float) -> NDArray[np.float64]:
    """Return a diamond that points outwards."""
    middle, wide = (near_m + far_m) / 2.0, 0.1
    reach = np.array([near_m, middle, far_m, middle])
    turn = angle_rad + np.array([0.0, wide, 0.0, -wide])
    return np.stack([reach * np.cos(turn), reach * np.sin(turn)], axis=1)
