"""What is painted: the streamer's room behind the host, the audience in the dark opposite, and the pitch."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Texture
from avatar_live.protocol.view import PITCH_HALF_WIDTH
from avatar_live.stage.paint import Board, finish

ROOM_WIDTH_M: Final = 6.4
ROOM_HEIGHT_M: Final = 3.4
ROOM_DEPTH_M: Final = 5.0
TABLE_SIZE: Final = (2.36, 1.06)  # in pitch units: the pitch and a border for goals and lights
_ROOM_DOTS_PER_M: Final = 256
_SEED: Final = 20
_BOOKS: Final = ("#f2785c", "#f7c948", "#5fd0c5", "#7c6ff0", "#f29bb7", "#f5efe0", "#3f7de0")


def paint_room() -> Texture:
    """Return the wall behind the host, `ROOM_WIDTH_M` by `ROOM_HEIGHT_M`, softened as by a lens."""
    board = Board(ROOM_WIDTH_M, ROOM_HEIGHT_M, _ROOM_DOTS_PER_M, "#1c1740")
    board.canvas *= (0.55 + 0.75 * np.exp(-(((board.y - 1.0) / 1.1) ** 2) - (board.x / 2.2) ** 2))[..., None]
    board.glow(0.0, 0.95, 0.75, 0.85, "#6a5cd8", 0.42)
    board.glow(-1.1, 0.55, 0.9, 0.9, "#1fb5c9", 0.16)
    board.glow(1.15, 0.6, 0.9, 0.9, "#e0559a", 0.20)
    board.settle()
    for x in np.arange(-3.2, 3.2, 0.2):  # panels of the wall
        board.bar(float(x) - 0.003, 0.0, float(x) + 0.003, ROOM_HEIGHT_M, "#0d0a24", 0.55)
        board.bar(float(x) + 0.003, 0.0, float(x) + 0.007, ROOM_HEIGHT_M, "#8d80e8", 0.10)
    _window(board)
    _shelves(board)
    board.soften(0.0045)
    _lights(board)
    board.soften(0.003)
    return finish(board)


def paint_audience() -> Texture:
    """Return the dark wall opposite: a crowd with light sticks, and lamps out of focus."""
    random = np.random.default_rng(_SEED)
    board = Board(ROOM_WIDTH_M, ROOM_HEIGHT_M, 120, "#0c0a20")
    board.glow(0.0, 0.9, 2.6, 0.9, "#3b2f86", 0.5)
    board.settle()
    for _ in range(46):
        x, y = random.uniform(-3.1, 3.1), random.uniform(1.2, 3.2)
        color = str(random.choice(["#ff7ab8", "#5fd0ff", "#ffd479", "#a78bff"]))
        board.round(x, y, float(random.uniform(0.03, 0.11)), color, float(random.uniform(0.08, 0.3)), is_lamp=True)
    for row, (height_m, color) in enumerate(((0.95, "#241c56"), (0.78, "#181240"), (0.6, "#0e0a2a"))):
        sticks: tuple[tuple[str, list[NDArray[np.float64]]], ...] = (("#ff5c7a", []), ("#4aa3ff", []), ("#7dffb0", []))
        for x in np.arange(-3.2, 3.3, 0.27) + 0.13 * row:
            top = height_m + float(random.uniform(-0.06, 0.06))
            board.round(float(x), top, 0.085, color)
            board.fill(_arch(float(x), 0.0, 0.15, top - 0.08), color)
            if random.random() < 0.4:
                lean, height = random.uniform(-0.12, 0.12), random.uniform(0.25, 0.4)
                stick = np.array([[x + 0.1, top - 0.05], [x + 0.1 + lean, top - 0.05 + height]])
                sticks[int(random.integers(len(sticks)))][1].append(stick)
        for stick_color, lines in sticks:
            board.neon(lines, 0.02, stick_color, 0.8)
        board.settle()
    board.soften(0.012)
    return finish(board)


def paint_side() -> Texture:
    """Return a side wall, `ROOM_DEPTH_M` by `ROOM_HEIGHT_M`: panels, light strips and framed pictures."""
    random = np.random.default_rng(_SEED)
    board = Board(ROOM_DEPTH_M, ROOM_HEIGHT_M, 110, "#1b1642")
    board.canvas *= (0.45 + 0.8 * np.exp(-(((board.y - 0.9) / 1.0) ** 2)))[..., None]
    board.glow(0.0, 0.8, 1.8, 0.9, "#6a5cd8", 0.22)
    board.settle()
    for x in np.arange(-2.5, 2.6, 0.25):
        board.bar(float(x) - 0.005, 0.0, float(x) + 0.005, ROOM_HEIGHT_M, "#0d0a24", 0.6)
    for x, width, height in (
        (-1.55, 0.5, 0.68),
        (-0.8, 0.62, 0.42),
        (0.0, 0.46, 0.62),
        (0.85, 0.7, 0.48),
        (1.65, 0.46, 0.6),
    ):
        low = 1.25 - height / 2
        board.bar(x - width / 2 - 0.03, low - 0.03, x + width / 2 + 0.03, low + height + 0.03, "#0b0820", 0.9)
        board.bar(
            x - width / 2, low, x + width / 2, low + height, str(random.choice(["#30308a", "#7a2f77", "#1d6a86"]))
        )
        for color in random.choice(_BOOKS, 4, replace=False):
            middle = (x + random.uniform(-0.3, 0.3) * width, low + height * random.uniform(0.25, 0.75))
            board.round(*middle, float(random.uniform(0.05, 0.1)), str(color), 0.85)
    ends = ROOM_DEPTH_M / 2 - 0.15
    board.neon([np.array([[-ends, 0.55], [ends, 0.55]])], 0.02, "#38d6ff", 0.55)
    board.neon([np.array([[-ends, 2.15], [ends, 2.15]])], 0.02, "#ff5fb0", 0.55)
    board.soften(0.008)
    return finish(board)


def paint_shell() -> Texture:
    """Return the plain floor and ceiling: a gradient from the room's light into the dark."""
    board = Board(2.0, 2.0, 64, "#161236")
    board.canvas *= (0.25 + 0.9 * (board.y / 2.0))[..., None]
    return finish(board)


def paint_pitch() -> Texture:
    """Return the table's top, `TABLE_SIZE` pitch units: red's half on the left, blue's on the right."""
    width, depth = TABLE_SIZE
    board = Board(width, depth, 430, "#15122e")
    middle = depth / 2
    x, z = board.x, board.y - middle
    half = PITCH_HALF_WIDTH
    inside = ((np.abs(x) <= 1.0) & (np.abs(z) <= half))[..., None]
    stripe = (np.floor((x + 1.0) / 0.25) % 2)[..., None]
    share = np.clip(x * 1.1 * 0.5 + 0.5, 0.0, 1.0)[..., None]
    warm, cold = np.array([0.27, 0.02, 0.05]), np.array([0.01, 0.06, 0.30])
    grass = (warm * (1 - share) + cold * share + np.array([0.01, 0.025, 0.035])) * (0.8 + 0.35 * stripe)
    board.canvas[:] = np.where(inside, grass, board.canvas)
    board.canvas *= (1.0 - 0.28 * (np.abs(z) / middle) ** 3)[..., None]
    angles = np.linspace(0.0, 2.0 * np.pi, 64)
    ring = np.stack([0.2 * np.cos(angles), middle + 0.2 * np.sin(angles)], axis=1)
    low, high = middle - half, middle + half
    frame = np.array([[-1.0, low], [1.0, low], [1.0, high], [-1.0, high], [-1.0, low]])
    lines = [ring, np.array([[0.0, middle - half], [0.0, middle + half]]), frame]
    for side in (-1.0, 1.0):
        box = np.array([[1.0, -0.22], [0.76, -0.22], [0.76, 0.22], [1.0, 0.22]]) * [side, 1.0] + [0.0, middle]
        lines.append(box)
    board.neon(lines, 0.011, "#dfe6ff", 0.16)
    board.neon([np.array([[-1.03, middle - half], [-1.03, middle + half]])], 0.022, "#ff4d5e", 0.55)
    board.neon([np.array([[1.03, middle - half], [1.03, middle + half]])], 0.022, "#3f8cff", 0.55)
    return finish(board)


def _window(board: Board) -> None:
    """Paint the window on the left: dusk over a city."""
    random = np.random.default_rng(_SEED)
    left, right, low, high = -1.36, -0.5, 0.5, 1.42
    board.bar(left - 0.05, low - 0.05, right + 0.05, high + 0.05, "#3c3378")
    for step in range(40):
        share = step / 40
        y = low + (high - low) * share
        shade = np.array([0xF4, 0x8F, 0xA0]) * (1 - share) ** 1.6 + np.array([0x2A, 0x34, 0x86]) * (
            1 - (1 - share) ** 1.6
        )
        color = "#" + "".join(f"{int(value):02x}" for value in shade)
        board.bar(left, y, right, y + (high - low) / 40 + 0.002, color, is_lamp=True)
    board.round(-0.78, 1.2, 0.075, "#fff3d6", 1.0, 1.3, is_lamp=True)
    board.round(-0.755, 1.22, 0.062, "#3a4193", is_lamp=True)
    for color, tallest, lit in (("#5d4a93", 0.52, 0.2), ("#37306f", 0.40, 0.4), ("#1d1a48", 0.28, 0.55)):
        x = left
        while x < right:
            wide = min(float(random.uniform(0.06, 0.13)), right - x)
            tall = tallest * float(random.uniform(0.55, 1.0))
            board.bar(x, low, x + wide, low + tall, color, is_lamp=True)
            for px in np.arange(x + 0.012, x + wide - 0.014, 0.022):
                for py in np.arange(low + 0.02, low + tall - 0.02, 0.03):
                    if random.random() < lit * 0.6:
                        lamp = str(random.choice(["#ffd98a", "#ffc2a0", "#9fe8ff"]))
                        board.bar(float(px), float(py), float(px) + 0.011, float(py) + 0.015, lamp, 0.9, is_lamp=True)
            x += wide
    for x in (left + (right - left) / 2,):
        board.bar(x - 0.014, low, x + 0.014, high, "#3c3378")
    board.bar(left, low + 0.56, right, low + 0.585, "#3c3378")
    board.bar(left - 0.08, low - 0.085, right + 0.08, low - 0.045, "#4d4391")
    board.glow((left + right) / 2, low + 0.1, 0.5, 0.4, "#f58fb0", 0.10)


def _shelves(board: Board) -> None:
    """Paint two shelves on the right with books, a plant, a loudspeaker and a lamp."""
    random = np.random.default_rng(_SEED + 1)
    for y in (0.55, 0.95):
        board.bar(0.5, y - 0.075, 1.42, y - 0.03, "#0f0b28", 0.5)
        board.bar(0.5, y - 0.032, 1.42, y, "#6b5bb8")
        board.bar(0.5, y - 0.008, 1.42, y, "#9a8be6")
    x = 0.55
    for index in range(9):
        wide, tall = float(random.uniform(0.022, 0.045)), float(random.uniform(0.15, 0.235))
        color = _BOOKS[index % len(_BOOKS)]
        board.bar(x, 0.95, x + wide, 0.95 + tall, color, 1.0)
        board.bar(x + wide * 0.72, 0.95, x + wide, 0.95 + tall, "#1a1440", 0.28)
        board.bar(x, 0.95 + tall * 0.72, x + wide, 0.95 + tall * 0.8, "#ffffff", 0.55)
        x += wide + 0.004
    _plant(board, 1.13, 0.95)
    board.fill(_arch(0.70, 0.55, 0.085, 0.27), "#241d52")  # loudspeaker
    board.round(0.70, 0.64, 0.058, "#0f0b28")
    board.round(0.70, 0.64, 0.036, "#5fd0c5", 0.9)
    board.round(0.70, 0.755, 0.028, "#0f0b28")
    board.bar(0.87, 0.55, 1.07, 0.575, "#f5efe0")  # a pile of magazines
    board.bar(0.88, 0.575, 1.06, 0.60, "#f2785c")
    board.bar(0.875, 0.60, 1.05, 0.62, "#5fd0c5")
    board.round(1.26, 0.65, 0.1, "#ffe2b0", 1.0, 1.5, is_lamp=True)
    board.glow(1.26, 0.66, 0.3, 0.3, "#ffb066", 0.55, is_lamp=True)


def _plant(board: Board, x: float, y: float) -> None:
    board.fill(np.array([[x - 0.06, y + 0.1], [x + 0.06, y + 0.1], [x + 0.045, y], [x - 0.045, y]]), "#f5efe0")
    for index, lean in enumerate(np.linspace(-1.15, 1.15, 9)):
        reach = 0.2 - 0.03 * abs(lean)
        tip = np.array([x + reach * np.sin(lean), y + 0.1 + reach * np.cos(lean)])
        root = np.array([x, y + 0.09])
        side = np.array([np.cos(lean), -np.sin(lean)]) * 0.026
        leaf = np.array([root, (root + tip) / 2 + side, tip, (root + tip) / 2 - side])
        board.fill(leaf, "#2fae8f" if index % 2 else "#1d8575")


def _lights(board: Board) -> None:
    """Paint what shines: the wave sign over the shelves, light tubes, hexagons."""
    talls = (0.05, 0.12, 0.2, 0.1, 0.16, 0.07)
    bars = [
        np.array([[x, 1.36 - tall / 2], [x, 1.36 + tall / 2]])
        for x, tall in zip(0.68 + 0.075 * np.arange(6), talls, strict=True)
    ]
    board.neon(bars[0::2], 0.022, "#4fe3d6", 0.85)
    board.neon(bars[1::2], 0.022, "#ff6f61", 0.85)
    for x, color in ((-1.62, "#38d6ff"), (1.62, "#ff5fb0")):
        board.neon([np.array([[x, 0.1], [x, 2.3]])], 0.03, color, 0.9)
    angles = np.linspace(0.0, 2.0 * np.pi, 7) + np.pi / 6
    hexagon = 0.16 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    places = ((-0.58, 2.07), (-0.29, 1.9), (0.0, 2.07), (0.29, 1.9), (0.58, 2.07))
    board.neon([hexagon + place for place in places], 0.014, "#8f7bff", 0.5)


def _arch(x: float, y: float, half_width: float, height: float) -> NDArray[np.float64]:
    """Return an upright box with a round top as a polygon (P, 2)."""
    angles = np.linspace(0.0, np.pi, 16)
    cap = min(half_width, height) * 0.35
    top = np.stack([x + half_width * np.cos(angles), y + height - cap + cap * np.sin(angles)], axis=1)
    return np.concatenate([[[x - half_width, y], [x + half_width, y]], top])
