"""Light in the air, as arithmetic: hearts, stars, drops and fireworks, each where it is at an age, from a seed alone.

A spark is a row of `SPARK_TEXELS` texels for the shader: place and size, linear colour and opacity, shape and turn.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from avatar_live.stage.colors import srgb
from avatar_live.stage.curves import overshoot
from avatar_live.stage.effects import FIREWORKS_S, HEARTS_EACH_MAX
from avatar_live.stage.things import GRAVITY_M_S2

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
BurstKind = Literal["juice", "hearts", "stars"]

SPARK_TEXELS: Final = 3
HEART, STAR, GLOW, DROP = 0.0, 1.0, 2.0, 3.0  # shapes, as spark.frag.glsl knows them

BURSTS_MAX: Final = 12
BURST_S: Final = 0.9
SHELLS: Final = 18
SHELL_SPARKS: Final = 64
_TAIL: Final = 4  # each spark is drawn where it is and where it was, so it draws a line
_TAIL_STEP_S: Final = 0.03
_TAIL_SIZES: Final = 1.0 - 0.2 * np.arange(_TAIL)
_TAIL_LIGHTS: Final = 0.6 ** np.arange(_TAIL)
_TOGETHER: Final = 4  # of the last shells
_TRAIL_SPARKS: Final = 7
_RISE_S: Final = 0.75
_SHELL_S: Final = 1.5
_LAST_SHELL_S: Final = FIREWORKS_S - _RISE_S - _SHELL_S - 0.05
SPARKS_OF_SHOW_MAX: Final = 10 * (SHELL_SPARKS * _TAIL + 1)  # more shells are never open at once

_AIR_S: Final = 0.35  # in which the air takes most of a spark's speed
_HEART_COLORS: Final = ("#ff4f8b", "#ff7eb0", "#ff3355", "#ff9ccf", "#d86bff")
_SHELL_COLORS: Final = ("#ffc22e", "#ff2f6d", "#2fa8ff", "#3dff6a", "#a14dff", "#ff6a1f")


def _spread(count: int) -> Doubles:
    """Return ways (N, 3) spread evenly over all directions: a Fibonacci sphere."""
    index = np.arange(count) + 0.5
    tilt, turn = np.arccos(1.0 - 2.0 * index / count), np.pi * (1.0 + 5.0**0.5) * index
    return np.stack([np.cos(turn) * np.sin(tilt), np.cos(tilt), np.sin(turn) * np.sin(tilt)], axis=1)


_EVERY_WAY: Final = _spread(SHELL_SPARKS)


@dataclass(frozen=True, slots=True, eq=False)
class Burst:
    """Hold the sparks of a hit: `velocities_m_s` (N, 3), `lives_s`, `sizes_m`, `turns_rad`, `spins_rad_s` (N,)."""

    shape: float
    pull: float
    origin_m: Doubles
    velocities_m_s: Doubles
    lives_s: Doubles
    sizes_m: Doubles
    colors: Doubles
    turns_rad: Doubles
    spins_rad_s: Doubles
    start_s: float


_BURSTS: Final[dict[BurstKind, tuple[int, float, float, tuple[str, ...], float]]] = {
    # how many, their shape, size in metres, colours, and how much of gravity pulls them
    "juice": (22, DROP, 0.011, ("#ff4433", "#e5271c", "#ff8a5c"), 1.0),
    "hearts": (9, HEART, 0.022, _HEART_COLORS, -0.15),
    "stars": (9, STAR, 0.026, ("#ffe45c", "#fff6c9", "#ffb84d"), 0.25),
}
BURST_SPARKS_MAX: Final = max(count for count, *_ in _BURSTS.values())


def hearts(seed: int, count: int, age_s: float) -> Floats:
    """Return `count` hearts (N, 3, 4) that rise beside the host, `age_s` after the first."""
    lot = _lot(seed, HEARTS_EACH_MAX)[:, :count]
    own_s = age_s - 0.9 * lot[0]
    life_s = 1.7 + 0.7 * lot[1]
    share = np.clip(own_s / life_s, 0.0, 1.0)
    side = np.where(lot[2] < 0.5, -1.0, 1.0)
    phase = 2.0 * np.pi * lot[3]
    x = side * (0.36 + 0.3 * lot[4]) + 0.045 * np.sin(3.1 * own_s + phase)
    y = 0.72 + (0.55 + 0.22 * lot[5]) * share ** (0.85)
    z = 0.05 + 0.35 * lot[6]
    size = (0.020 + 0.018 * lot[7]) * _pop(own_s / 0.25)
    opacity = np.clip((1.0 - share) / 0.3, 0.0, 1.0) * (own_s > 0.0)
    turn = 0.25 * np.sin(2.3 * own_s + phase)
    return _sparks(np.stack([x, y, z], axis=1), size, _colors(_HEART_COLORS, lot[8]), opacity, HEART, turn)


def spray(kind: BurstKind, origin_m: Doubles, away: Doubles, seed: int, start_s: float) -> Burst:
    """Return the sparks that a hit at `origin_m` (3,) throws mostly the way `away` (3,)."""
    count, shape, size_m, codes, pull = _BURSTS[kind]
    lot = _lot(seed, count)
    ways = lot[:3].T - 0.5 + 0.75 * away + np.array([0.0, 0.25, 0.0])
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    speed_m_s = (1.1 if shape == DROP else 0.75) * (0.45 + 0.75 * lot[3])
    return Burst(
        shape=shape,
        pull=pull,
        origin_m=origin_m,
        velocities_m_s=ways * speed_m_s[:, None],
        lives_s=BURST_S * (0.6 + 0.4 * lot[4]),
        sizes_m=size_m * (0.6 + 0.7 * lot[5]),
        colors=_colors(codes, lot[8]),
        turns_rad=2.0 * np.pi * lot[6] * (shape != HEART),
        spins_rad_s=(lot[7] - 0.5) * 5.0,
        start_s=start_s,
    )


def burst(sparks: Burst, age_s: float) -> Floats:
    """Return the sparks (N, 3, 4) of a hit, `age_s` after it."""
    places = sparks.origin_m + sparks.velocities_m_s * (_AIR_S * (1.0 - math.exp(-age_s / _AIR_S)))
    places[:, 1] -= 0.5 * sparks.pull * GRAVITY_M_S2 * 0.45 * age_s**2
    left = np.maximum(1.0 - age_s / sparks.lives_s, 0.0)
    size = sparks.sizes_m * overshoot(age_s / 0.12) * (0.5 + 0.5 * left)
    turn = sparks.turns_rad + sparks.spins_rad_s * age_s
    return _sparks(places, size, sparks.colors, np.minimum(left / 0.35, 1.0), sparks.shape, turn)


def fireworks(seed: int, age_s: float) -> Floats:
    """Return the sparks (N, 3, 4) of a show of `SHELLS` shells: each climbs with a trail, then opens as a ball."""
    lot, starts_s = _lot(seed, SHELLS), _starts_s(seed)
    parts = [_shell(seed + 1 + index, lot[:, index], index, age_s - float(starts_s[index])) for index in range(SHELLS)]
    return np.concatenate(parts)


def openings_s(seed: int) -> list[float]:
    """Return after how many seconds the shells of a show open."""
    return sorted((_starts_s(seed) + _RISE_S).tolist())


def glare(seed: int, age_s: float) -> Doubles:
    """Return the light (3,) that the shells just opened throw into the room."""
    lot, starts_s = _lot(seed, SHELLS), _starts_s(seed)
    opened_s = age_s - starts_s - _RISE_S
    strength = np.where((opened_s >= 0.0) & (opened_s < _SHELL_S), np.exp(-np.maximum(opened_s, 0.0) / 0.28), 0.0)
    light: Doubles = 0.16 * strength @ np.array([srgb(_shell_code(lot[:, i], i))[:3] for i in range(SHELLS)])
    return light


def join_sparks(parts: Sequence[Floats], most: int) -> Floats:
    """Return at most so many sparks (N, 3, 4) of all parts that can be seen at all."""
    everything = np.concatenate([np.zeros((0, SPARK_TEXELS, 4), np.float32), *parts])
    seen = everything[(everything[:, 1, 3] > 0.0) & (everything[:, 0, 3] > 0.0)]
    return seen[:most]


def _starts_s(seed: int) -> Doubles:
    """Return when the shells set off: one after another, the last ones together."""
    starts_s = np.linspace(0.0, _LAST_SHELL_S, SHELLS - _TOGETHER + 1)
    starts_s = np.append(starts_s, np.full(_TOGETHER - 1, _LAST_SHELL_S)) - 0.16 * _lot(seed, SHELLS)[0]
    return np.asarray(np.maximum(starts_s, 0.0), np.float64)


def _shell(seed: int, own: Doubles, index: int, age_s: float) -> Floats:
    top = np.array([(own[1] - 0.5) * 1.5, 1.16 + 0.2 * own[2], -0.75 + 0.3 * own[3]])
    top[0] = np.copysign(0.22 + 0.5 * own[1], index % 2 - 0.5)
    if age_s < 0.0 or age_s >= _RISE_S + _SHELL_S:
        return np.zeros((0, SPARK_TEXELS, 4), np.float32)
    color = np.array(srgb(_shell_code(own, index)))
    if age_s < _RISE_S:
        return _trail(top, color, age_s)
    lot = _lot(seed, SHELL_SPARKS)
    opened_s = age_s - _RISE_S
    then_s = np.maximum(opened_s - _TAIL_STEP_S * np.arange(_TAIL), 0.0)[:, None]
    reach = (0.31 + 0.13 * own[4]) * (0.85 + 0.2 * lot[0]) * (1.0 - np.exp(-then_s / 0.28))
    places = top + _EVERY_WAY * reach[..., None]
    places[..., 1] -= 0.12 * then_s**2
    share = np.clip(opened_s / (_SHELL_S * (0.7 + 0.3 * lot[1])), 0.0, 1.0)
    twinkle = np.where(share > 0.5, 0.55 + 0.45 * np.sin(40.0 * opened_s + 6.28 * lot[2]), 1.0)
    size = (0.024 + 0.014 * lot[3]) * (1.25 - share) * _TAIL_SIZES[:, None]
    opacity = np.clip((1.0 - share) / 0.45, 0.0, 1.0) * twinkle * _TAIL_LIGHTS[:, None]
    shapes = np.full((_TAIL, SHELL_SPARKS), GLOW)
    shapes[0, lot[4] < 0.3] = STAR
    hot = math.exp(-opened_s / 0.1)
    colors = np.tile(color + (1.0 - color) * hot, (_TAIL * SHELL_SPARKS, 1))
    turns = np.tile(6.28 * lot[5], _TAIL)
    rays = _sparks(places.reshape(-1, 3), size.ravel(), colors, opacity.ravel(), shapes.ravel(), turns)
    light = 0.7 * math.exp(-opened_s / 0.09)
    flash = _sparks(top[None], np.array([0.3]), color[None], np.array([light]), GLOW, np.zeros(1))
    return np.concatenate([flash, rays])


def _trail(top: Doubles, color: Doubles, age_s: float) -> Floats:
    """Return the head of a climbing shell and what it leaves behind."""
    back_s = np.maximum(age_s - 0.035 * np.arange(_TRAIL_SPARKS), 0.0)
    share = back_s / _RISE_S
    climbed = 1.0 - (1.0 - share) ** 2
    low = np.array([0.8 * top[0], 0.55, top[2]])
    places = low + (top - low) * climbed[:, None]
    places[:, 0] += 0.006 * np.sin(60.0 * back_s)
    fade = np.linspace(1.0, 0.15, _TRAIL_SPARKS)
    return _sparks(places, 0.020 * fade, np.tile(color, (_TRAIL_SPARKS, 1)), fade, GLOW, np.zeros(_TRAIL_SPARKS))


def _shell_code(own: Doubles, index: int) -> str:
    return _SHELL_COLORS[(index + int(own[5] * len(_SHELL_COLORS))) % len(_SHELL_COLORS)]


def _sparks(
    places: Doubles, size: Doubles, colors: Doubles, opacity: Doubles, shape: float | Doubles, turn: Doubles
) -> Floats:
    sparks = np.zeros((len(places), SPARK_TEXELS, 4), np.float32)
    sparks[:, 0, :3], sparks[:, 0, 3] = places, size
    sparks[:, 1, :3], sparks[:, 1, 3] = colors[:, :3], opacity
    sparks[:, 2, 0], sparks[:, 2, 1] = shape, turn
    return sparks


def _colors(codes: tuple[str, ...], lot: Doubles) -> Doubles:
    palette = np.array([srgb(code) for code in codes])
    return np.asarray(palette[(lot * len(codes)).astype(int)], np.float64)


def _pop(share: Doubles) -> Doubles:
    """Grow 0..1 with a little overshoot, elementwise (Penner's "back" ease)."""
    rest = np.clip(share, 0.0, 1.0) - 1.0
    return np.asarray(np.where(share > 0.0, np.maximum(1.0 + 2.2 * rest**3 + 1.2 * rest**2, 0.0), 0.0), np.float64)


@lru_cache(maxsize=64)
def _lot(seed: int, count: int) -> Doubles:
    """Return nine rows of fair numbers 0..1, one column a spark."""
    return np.random.default_rng(seed).random((9, count))
