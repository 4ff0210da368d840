"""Paper in the air, as arithmetic: where each piece is at an age, from a seed alone.

A piece is a row of `PIECE_TEXELS` texels for the shader: place and spin, axis of the spin and size, linear colour.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.stage.colors import srgb
from avatar_live.stage.effects import GOAL_S, RAIN_S

Doubles = NDArray[np.float64]

RAIN_PIECES: Final = 150
BURST_PIECES: Final = 70
PIECE_TEXELS: Final = 3
_SIZE_M: Final = 0.014
_RAIN_COLORS: Final = ("#ff5d73", "#ffd23f", "#3fd0c9", "#6f7bff", "#ff9ad5", "#f7f7ff")
_BURST_COLORS: Final = {"red": ("#ff3b52", "#ff8a5c", "#fff1e6"), "blue": ("#3b82ff", "#5cd0ff", "#eef4ff")}


def rain(seed: int, age_s: float) -> NDArray[np.float32]:
    """Return the pieces (N, 3, 4) of a rain over the host, `age_s` after its start."""
    lot = _lot(seed, RAIN_PIECES)
    x = (lot[0] - 0.5) * 1.5
    z = 0.15 + 0.75 * lot[1]
    fall_m_s = 0.42 + 0.28 * lot[2]
    phase = 2.0 * np.pi * lot[3]
    sway = 0.05 + 0.05 * lot[4]
    y = 1.42 + 1.2 * lot[5] - fall_m_s * age_s + 0.02 * np.sin(5.0 * age_s + phase)
    x = x + sway * np.sin(2.3 * age_s + phase)
    z = z + 0.6 * sway * np.cos(1.9 * age_s + phase)
    size = _SIZE_M * (0.75 + 0.5 * lot[6]) * min(1.0, (RAIN_S - age_s) / 0.5)
    spin = phase + (4.0 + 5.0 * lot[7]) * age_s
    return _pieces(np.stack([x, y, z], axis=1), spin, lot, size, _RAIN_COLORS)


def burst(camp: str, seed: int, age_s: float, origin_m: Doubles) -> NDArray[np.float32]:
    """Return the pieces (N, 3, 4) that a goal of `camp` throws up at `origin_m` (3,)."""
    lot = _lot(seed, BURST_PIECES)
    angle = 2.0 * np.pi * lot[0]
    outward = 0.15 + 0.5 * lot[1]
    speed = np.stack([outward * np.cos(angle), 0.55 + 1.15 * lot[2], 0.8 * outward * np.sin(angle)], axis=1)
    drag_s = 0.5 + 0.3 * lot[3][:, None]
    places = origin_m + speed * drag_s * (1.0 - np.exp(-age_s / drag_s))  # air stops paper soon
    places[:, 1] -= 0.42 * np.maximum(0.0, age_s - 0.25) ** 1.5
    size = 0.85 * _SIZE_M * (0.75 + 0.5 * lot[6]) * min(1.0, (GOAL_S - age_s) / 0.4)
    spin = 2.0 * np.pi * lot[4] + (6.0 + 6.0 * lot[7]) * age_s
    return _pieces(places, spin, lot, size, _BURST_COLORS.get(camp, _RAIN_COLORS))


def _pieces(
    places: Doubles, spin: Doubles, lot: Doubles, size: Doubles, colors: tuple[str, ...]
) -> NDArray[np.float32]:
    pieces = np.zeros((len(places), PIECE_TEXELS, 4), np.float32)
    pieces[:, 0, :3], pieces[:, 0, 3] = places, spin
    axes = lot[8:11].T - 0.5
    pieces[:, 1, :3] = axes / np.linalg.norm(axes, axis=1, keepdims=True)
    pieces[:, 1, 3] = np.maximum(size, 0.0)
    palette = np.array([srgb(code) for code in colors])
    pieces[:, 2] = palette[(lot[11] * len(colors)).astype(int)]
    return pieces


@lru_cache(maxsize=8)
def _lot(seed: int, count: int) -> Doubles:
    """Return twelve rows of fair numbers 0..1, one column a piece."""
    return np.random.default_rng(seed).random((12, count))
