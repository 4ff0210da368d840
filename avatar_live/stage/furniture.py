"""What stands about in the room: solid, so that it moves against the walls when the camera moves."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.stage.colors import Rgba, srgb
from avatar_live.stage.solids import Solid, ball, box, capsule, disc, join, slab, smoothed, tube, turn_about

Doubles = NDArray[np.float64]

BACK_M: Final = -1.4  # the wall behind the host
_UP: Final = np.array([0.0, 1.0, 0.0])
_ACROSS: Final = np.array([1.0, 0.0, 0.0])
FOOTPRINTS: Final = (  # x, z and half widths of what stands heavily
    (-2.25, -0.98, 0.26, 0.22),
    (2.35, -0.7, 0.22, 0.2),
    (-1.72, -0.86, 0.46, 0.36),
    (1.9, -1.12, 0.27, 0.24),
    (0.96, BACK_M + 0.2, 0.62, 0.28),
)
_LAMP: Final = 1.0  # as a paint's alpha: shines by itself


def furniture() -> Solid:
    """Return all of it as one solid that stands on y = 0; a paint's alpha says how much of it is a lamp."""
    return join(
        _skirting(),
        _palm(7).moved(-2.25, 0.0, -0.98),
        _palm(8).scaled(0.8, 0.72, 0.8).moved(2.35, 0.0, -0.7),
        _beanbag("#c2477f").moved(-1.72, 0.0, -0.86),
        _loudspeaker().moved(1.9, 0.0, -1.12),
        _cabinet().moved(0.96, 0.0, BACK_M + 0.2),
    )


def _paint(code: str, lamp: float = 0.0) -> Rgba:
    return srgb(code, lamp)


def _skirting() -> Solid:
    """Return the board along the wall's foot with a line of light on it."""
    board = box((6.4, 0.09, 0.03), _paint("#4b3f92")).moved(0.0, 0.045, BACK_M + 0.015)
    line = box((6.4, 0.012, 0.012), _paint("#a995ff", _LAMP)).moved(0.0, 0.096, BACK_M + 0.022)
    return join(board, line)


def _palm(seed: int) -> Solid:
    """Return a plant in a pot, leaves bent by their own weight."""
    random = np.random.default_rng(seed)
    pot = capsule(0.15, 0.12, _paint("#f0e6d8"), 20, 8).scaled(1.0, 0.9, 1.0).moved(0.0, 0.17, 0.0)
    rim = tube(_ring(0.145, 0.3), _UP, 0.014, _paint("#d9cbb8"), 8)
    soil = disc(0.14, _paint("#2a1d2b"), _paint("#2a1d2b")).moved(0.0, 0.3, 0.0)
    leaves = []
    for index in range(13):
        turn = turn_about(_UP, 2.4 * index + float(random.uniform(-0.3, 0.3)))
        height, reach = float(random.uniform(0.42, 0.78)), float(random.uniform(0.22, 0.46))
        color = _paint(str(random.choice(["#2fae8f", "#1d8575", "#37b06a"])))
        leaves.append(_leaf(height, reach, 0.055, color).turned(turn).moved(0.0, 0.29, 0.0))
    return join(pot, rim, soil, *leaves)


def _leaf(height: float, reach: float, half_width: float, color: Rgba) -> Solid:
    """Return a blade that rises along +Y and bows along +Z, seen from both sides."""
    along = np.linspace(0.0, 1.0, 9)
    spine = np.stack([np.zeros(9), height * np.sin(1.9 * along) / np.sin(1.9) * 0.95, reach * along**1.7], axis=1)
    wide = half_width * np.sin(np.pi * np.clip(along * 0.96 + 0.04, 0.0, 1.0)) ** 0.7
    rim = np.concatenate([spine + wide[:, None] * [-1.0, 0.15, 0.0], spine + wide[:, None] * [1.0, 0.15, 0.0]])
    positions = np.concatenate([rim, spine])
    ahead = np.gradient(spine, axis=0)
    up = np.cross(ahead, _ACROSS)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    tilt = 0.45 * _ACROSS
    normals = np.concatenate([up - tilt, up + tilt, up])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    rows = np.arange(8)
    quads = [
        np.stack([first + rows, second + rows, second + rows + 1, first + rows + 1], axis=1)
        for first, second in ((0, 18), (18, 9))
    ]
    faces = np.concatenate([np.concatenate([quad[:, [0, 1, 2]], quad[:, [0, 2, 3]]]) for quad in quads])
    shades = np.linspace(0.6, 1.15, 9)[:, None]
    tint = np.tile(np.array(color), (9, 1))
    tint[:, :3] *= shades
    front = Solid(positions, normals, np.tile(tint, (3, 1)), faces.astype(np.uint32))
    back = Solid(positions, -normals, front.colors, faces[:, ::-1].astype(np.uint32))
    return join(front, back)


def _beanbag(code: str) -> Solid:
    """Return a sack one sits in: pulled up behind, in gores of two tones, pressed in where one sat."""
    sack = ball(0.34, _paint(code), 24, 18)
    x, y, z = sack.positions.T
    behind = np.clip(-z / 0.34, 0.0, 1.0)
    high = np.clip(y / 0.34, 0.0, 1.0)
    dent = 0.1 * np.exp(-((x / 0.16) ** 2) - ((z - 0.06) / 0.16) ** 2) * high
    shape = np.stack([x * 1.12, 0.2 + y * 0.58 + 0.3 * behind * high - dent, z * 1.0 - 0.06 * high], axis=1)
    gore = (np.floor((np.arctan2(x, z) / (2.0 * np.pi) % 1.0) * 12.0) % 2)[:, None]
    colors = sack.colors * np.where(gore > 0.0, [0.72, 0.72, 0.78, 1.0], 1.0)
    return smoothed(Solid(shape, sack.normals, colors, sack.triangles)).turned(turn_about(_UP, 0.5))


def _loudspeaker() -> Solid:
    body = slab((0.3, 0.86, 0.28), _paint("#2b2458"), 0.03).moved(0.0, 0.46, 0.0)
    parts = [body]
    for height, radius, core in ((0.3, 0.105, "#5fd0c5"), (0.58, 0.085, "#5fd0c5"), (0.77, 0.035, "#f7c948")):
        facing = turn_about(_ACROSS, np.pi / 2.0)
        edge = disc(radius, _paint("#0f0b28"), _paint("#0f0b28"), 28).turned(facing).moved(0.0, height, 0.1415)
        heart = disc(radius * 0.55, _paint(core, 0.35), _paint(core, 0.1), 28)
        ring = tube(_ring(radius, 0.0), _UP, 0.008, _paint("#8f7bff", 0.8), 6)
        parts += [edge, heart.turned(facing).moved(0.0, height, 0.143), ring.turned(facing).moved(0.0, height, 0.142)]
    return join(*parts).turned(turn_about(_UP, -0.4))


def _cabinet() -> Solid:
    """Return a low cabinet under the shelves, lower than what everybody's camera sees over the table."""
    body = slab((1.0, 0.28, 0.34), _paint("#3a2f7a"), 0.02).moved(0.0, 0.2, 0.0)
    doors = [
        slab((0.3, 0.21, 0.02), _paint(color), 0.008).moved(x, 0.2, 0.172)
        for x, color in ((-0.32, "#5c4fb4"), (0.0, "#6a5cc4"), (0.32, "#5c4fb4"))
    ]
    feet = [box((0.04, 0.06, 0.04), _paint("#c9b8a0")).moved(x, 0.03, z) for x in (-0.44, 0.44) for z in (-0.12, 0.12)]
    return join(body, *doors, *feet)


def _ring(radius: float, height: float) -> Doubles:
    angles = np.linspace(0.0, 2.0 * np.pi, 33)
    return np.stack([radius * np.cos(angles), np.full(33, height), radius * np.sin(angles)], axis=1)
