"""What differs between bodies: hair, hats and what is worn over the shirt; each part is shown or hidden as a whole."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from .chisel import Chisel
from .face import HEAD, HEAD_RADII
from .piece import Piece, loft
from .skeleton import Floats

_HAIR_REACH: Final = 1.13  # of the head's size; hats go over it
_HAT_REACH: Final = 1.22


def wardrobe(chisel: Chisel) -> list[Piece]:
    """Return all pieces of all parts."""
    return [
        *_worn("shell", _shell(chisel, _short_hem)),
        *_worn("tuft", *_tuft(chisel)),
        *_worn("bob", _shell(chisel, _bob_hem)),
        *_worn("buns", *_both(chisel.ball((0.150, 0.845, -0.03), (0.075, 0.072, 0.075), 7, 5, "hair"))),
        *_worn("tails", *_both(_tail(chisel))),
        *_worn("cap", *_cap(chisel)),
        *_worn("beanie", *_beanie(chisel)),
        *_worn("ears", *_both(*_ear(chisel))),
        *_worn("scarf", *_scarf(chisel)),
        *_worn("cape", _cape()),
        *_worn("bag", *_bag(chisel)),
    ]


def _worn(part: str, *pieces: Piece) -> list[Piece]:
    return [replace(piece, part=part) for piece in pieces]


def _both(*pieces: Piece) -> list[Piece]:
    return [*pieces, *(piece.mirrored() for piece in pieces)]


def _turn_x(angle_rad: float) -> Floats:
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def _turn_z(angle_rad: float) -> Floats:
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _short_hem(front: Floats) -> Floats:
    """Return how far down, radians from the crown, short hair reaches; `front` is 1 at the face, -1 behind."""
    fringe = 1.10 + 0.11 * np.where(np.arange(len(front)) % 2 == 0, 1.0, -1.0)
    return np.where(front > 0.5, fringe, np.interp(-front, [-0.3, 0.3, 1.0], [1.78, 1.98, 2.16]))


def _bob_hem(front: Floats) -> Floats:
    return np.where(front > 0.6, 1.17, np.interp(-front, [-0.6, -0.3, 1.0], [1.95, 2.30, 2.38]))


def _shell(chisel: Chisel, hem: Callable[[Floats], Floats]) -> Piece:
    """Return hair as a bowl over the head, down to a hem that folds back to the skin."""
    columns, rows = (
        2 * chisel.corners(7, 4),
        chisel.corners(4, 3),
    )  # an even number, so that the fringe's points alternate
    turn = np.linspace(0.0, 2.0 * np.pi, columns, endpoint=False)
    down = hem(np.cos(turn)) * (np.arange(1, rows + 1) / rows)[:, None]
    radii = np.full((rows, 1), _HAIR_REACH)
    down, radii = np.vstack([down, down[-1:]]), np.vstack([radii, [[0.94]]])
    bowl = np.stack([np.sin(down) * np.sin(turn), np.cos(down), np.sin(down) * np.cos(turn)], axis=-1)
    middle = HEAD + np.array([0.0, 0.008, -0.008])
    top = np.array([0.0, _HAIR_REACH * HEAD_RADII[1], 0.0])
    return loft(bowl * radii[..., None] * HEAD_RADII + middle, "hair", (middle + top, None))


def _cone(chisel: Chisel, base_m: float, height_m: float, corners: int, slot: str, flat: float = 1.0) -> Piece:
    """Return a cone that stands about the origin, its tip rounded off by a smaller ring."""
    rings = np.stack([chisel.ring(0.62 * height_m, 0.62 * base_m, 0.62 * base_m * flat, corners)])
    rings = np.concatenate([rings, chisel.ring(0.0, base_m, base_m * flat, corners)[None]])
    return loft(rings, slot, (np.array([0.0, height_m, 0.0]), None))


def _tuft(chisel: Chisel) -> list[Piece]:
    """Return three locks that stand up at the crown."""
    lock = _cone(chisel, 0.052, 0.125, 5, "hair")
    crown = HEAD[1] + 1.04 * HEAD_RADII[1]
    return [
        lock.turned(_turn_z(-0.35)).moved(0.030, crown - 0.012, 0.02),
        lock.turned(_turn_z(0.45)).moved(-0.045, crown - 0.016, 0.0),
        lock.turned(_turn_x(-0.75)).moved(0.0, crown - 0.018, -0.05),
    ]


def _tail(chisel: Chisel) -> Piece:
    """Return the left of two bunches of hair that hang at the sides."""
    bunch = chisel.ball((0.0, -0.13, 0.0), (0.062, 0.150, 0.066), 6, 5, "hair")
    return bunch.turned(_turn_z(0.42)).moved(0.235, 0.700, -0.035)


def _dome(chisel: Chisel, reach: float, down_rad: float, columns: int, slot: str) -> Piece:
    """Return a cap's crown, `reach` times as wide as the head."""
    turn = np.linspace(0.0, 2.0 * np.pi, chisel.corners(columns), endpoint=False)
    down = (down_rad * np.arange(1, 4) / 3)[:, None]
    bowl = np.stack([np.sin(down) * np.sin(turn), np.cos(down) + 0.0 * turn, np.sin(down) * np.cos(turn)], axis=-1)
    middle, top = HEAD + np.array([0.0, 0.022, -0.01]), np.array([0.0, reach * HEAD_RADII[1], 0.0])
    return loft(bowl * (reach * HEAD_RADII) + middle, slot, (middle + top, None))


def _cap(chisel: Chisel) -> list[Piece]:
    """Return a cap with a visor, worn a little back."""
    dome = _dome(chisel, _HAT_REACH, 1.42, 12, "accent")
    visor = chisel.ball((0.0, 0.0, 0.11), (0.165, 0.022, 0.155), 10, 3, "accent").turned(_turn_x(0.16))
    knob = chisel.ball((0.0, 0.930, -0.01), (0.030, 0.018, 0.030), 6, 3, "white")
    return [piece.turned(_turn_x(-0.10)).moved(0.0, 0.0, 0.075) for piece in (dome, knob)] + [
        visor.moved(0.0, 0.775, 0.135)
    ]


def _beanie(chisel: Chisel) -> list[Piece]:
    """Return a knitted hat: crown, roll and bobble."""
    roll = _hoop(chisel, 0.705 + 0.045, (0.270, 0.248), 0.036, 12, 4, "white").moved(0.0, 0.0, -0.01)
    return [
        _dome(chisel, _HAT_REACH, 1.30, 12, "accent"),
        roll,
        chisel.ball((0.0, 0.958, -0.01), (0.062, 0.058, 0.062), 7, 4, "white"),
    ]


def _hoop(
    chisel: Chisel, y: float, radii: tuple[float, float], thick_m: float, around: int, sides: int, slot: str
) -> Piece:
    """Return a level ring about the Y axis."""
    turn = np.linspace(0.0, 2.0 * np.pi, chisel.corners(sides, 3), endpoint=False)
    rings = [
        chisel.ring(y + thick_m * np.cos(t), radii[0] + thick_m * np.sin(t), radii[1] + thick_m * np.sin(t), around)
        for t in (*turn, turn[0])
    ]
    return loft(np.stack(rings), slot, (None, None))


def _ear(chisel: Chisel) -> list[Piece]:
    """Return the left ear of a cat, with the pink inside it."""
    outer = _cone(chisel, 0.078, 0.150, 5, "hair", 0.55)
    inner = _cone(chisel, 0.050, 0.105, 5, "blush", 0.55).moved(0.0, 0.004, 0.022)
    place = (0.135, 0.800, -0.005)
    return [piece.turned(_turn_z(-0.42)).moved(*place) for piece in (outer, inner)]


def _scarf(chisel: Chisel) -> list[Piece]:
    """Return a scarf around the neck with one end hanging."""
    loop = _hoop(chisel, 0.448, (0.098, 0.084), 0.034, 10, 4, "accent")
    end = chisel.ball((0.050, 0.370, 0.112), (0.034, 0.085, 0.020), 6, 4, "accent").turned(_turn_z(0.12))
    return [replace(piece, bones=("spine", "spine")) for piece in (loop, end)]


def _cape() -> Piece:
    """Return a cape from the shoulders to the knees, a thin bag of cloth around the back."""
    levels = [(0.440, 0.098, 0.075), (0.360, 0.150, 0.115), (0.230, 0.185, 0.150), (0.110, 0.215, 0.185)]
    turn = np.linspace(0.62 * np.pi, 1.38 * np.pi, 7)
    outer = [[(x * np.sin(t), y, z * np.cos(t)) for t in turn] for y, x, z in levels]
    inner = [[(0.93 * x * np.sin(t), y, 0.93 * z * np.cos(t) + 0.004) for t in turn[::-1]] for y, x, z in levels]
    rings = np.concatenate([np.array(outer), np.array(inner)], axis=1)
    cape = loft(rings, "accent", (None, None))
    share = np.clip((cape.positions[:, 1] - 0.20) / 0.20, 0.0, 1.0)
    return replace(cape, bones=("hips", "spine"), share=share)


def _bag(chisel: Chisel) -> list[Piece]:
    """Return a satchel on the back."""
    bag = chisel.ball((0.0, 0.350, -0.150), (0.105, 0.105, 0.068), 8, 5, "accent")
    pocket = chisel.ball((0.0, 0.315, -0.212), (0.062, 0.050, 0.024), 6, 3, "white")
    return [replace(piece, bones=("spine", "spine")) for piece in (bag, pocket)]
