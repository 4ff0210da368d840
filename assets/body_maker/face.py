"""The face: eyes that blink and laugh, a mouth that opens, cheeks; flat shapes laid on the head."""

from typing import Final

import numpy as np

from .piece import Piece, strip
from .skeleton import Floats

HEAD: Final = np.array([0.0, 0.655, 0.0])
HEAD_RADII: Final = np.array([0.228, 0.205, 0.205])
_EYE: Final = (0.084, 0.640)
_EYE_RADII: Final = (0.033, 0.050)
_MOUTH_Y: Final = 0.562


def on_head(x: Floats, y: Floats, above_m: float) -> Floats:
    """Return the points (N, 3) of the head's front at these places, lifted off it a little."""
    share = 1.0 - ((x - HEAD[0]) / HEAD_RADII[0]) ** 2 - ((y - HEAD[1]) / HEAD_RADII[1]) ** 2
    z = HEAD[2] + HEAD_RADII[2] * np.sqrt(np.maximum(share, 0.0)) + above_m
    return np.stack([x, y, z], axis=1)


def face() -> list[Piece]:
    """Return all that is laid on the head."""
    sided = [_eye(), _cheek()]
    shines = [_shine(side * _EYE[0] + 0.010) for side in (1.0, -1.0)]  # both towards the light
    return [*sided, *(piece.mirrored() for piece in sided), *shines, _mouth()]


def _disc(x: float, y: float, radius_x: float, radius_y: float, corners: int, above_m: float, slot: str) -> Piece:
    turn = np.linspace(0.0, 2.0 * np.pi, corners, endpoint=False)
    xs, ys = x + radius_x * np.cos(turn), y + radius_y * np.sin(turn)
    spoke = np.arange(1, corners - 1)
    triangles = np.stack([np.zeros_like(spoke), spoke, spoke + 1], axis=1)
    return Piece(on_head(xs, ys, above_m), triangles, slot)


def _eye() -> Piece:
    """Return the left eye: a tall oval; blinking lays it into a lash, a smile bends it into an arch."""
    x, y = _EYE
    eye = _disc(x, y, *_EYE_RADII, 11, 0.004, "ink")
    dx, dy = eye.positions[:, 0] - x, eye.positions[:, 1] - y
    lash = on_head(x + 1.15 * dx, y - 0.012 + 9.0 * dx**2 + 0.11 * dy, 0.004)
    arch = on_head(x + 1.25 * dx, y + 0.016 - 22.0 * dx**2 + 0.15 * dy, 0.004)
    eye.morphs.update(blink=lash - eye.positions, happy=arch - eye.positions)
    return eye


def _shine(x: float) -> Piece:
    """Return the light in an eye, which sinks into the head when the eye closes."""
    shine = _disc(x, _EYE[1] + 0.020, 0.0105, 0.014, 6, 0.008, "white")
    sunk = np.zeros_like(shine.positions)
    sunk[:, 1:] = -0.02, -0.04
    shine.morphs.update(blink=sunk, happy=sunk)
    return shine


def _cheek() -> Piece:
    cheek = _disc(0.142, 0.578, 0.030, 0.019, 7, 0.0035, "blush")
    rise = np.zeros_like(cheek.positions)
    rise[:, 1] = 0.010
    cheek.morphs.update(happy=rise)
    return cheek


def _mouth() -> Piece:
    """Return a small smile: a band whose lower line drops as it opens."""
    x = np.linspace(-0.027, 0.027, 7)
    edge = np.sqrt(np.maximum(1.0 - (x / 0.027) ** 2, 0.0))  # 0 at the corners, 1 in the middle

    def lips(width: float, bend: float, thick: float, drop: float) -> Floats:
        upper = _MOUTH_Y + bend * (x / 0.027) ** 2
        lower = upper - 0.004 - thick * edge - drop * edge
        return np.concatenate([on_head(width * x, upper, 0.004), on_head(width * x, lower, 0.004)])

    rest = lips(1.0, 0.009, 0.005, 0.0)
    mouth = strip(rest[:7], rest[7:], "ink")
    mouth.morphs.update(aa=lips(0.85, 0.004, 0.005, 0.038) - rest, happy=lips(1.45, 0.013, 0.005, 0.024) - rest)
    return mouth
