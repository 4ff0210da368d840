"""The props that viewers throw, as solids about their centre of mass, in metres; each faces +Z and stands on -Y."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.stage.colors import Rgba, srgb
from avatar_live.stage.solids import (
    Solid,
    ball,
    box,
    capsule,
    faceted,
    heart,
    join,
    lathe,
    slab,
    tube,
    turn_about,
)

Doubles = NDArray[np.float64]

BEACH_BALL_RADIUS_M: Final = 0.078
TOMATO_RADIUS_M: Final = 0.046
_X: Final = np.array([1.0, 0.0, 0.0])
_Y: Final = np.array([0.0, 1.0, 0.0])
_Z: Final = np.array([0.0, 0.0, 1.0])


def _paint(code: str) -> Rgba:
    """Return a colour that no tint changes."""
    return srgb(code, 0.0)


def tomato() -> Solid:
    """Return a tomato with its green star."""
    flesh = ball(TOMATO_RADIUS_M, _paint("#e8342a"), 20, 12).scaled(1.0, 0.88, 1.0)
    leaf = ball(0.02, _paint("#3f9b3a"), 6, 4).scaled(0.45, 0.25, 1.3).moved(0.0, 0.0, 0.018)
    leaves = [leaf.turned(turn_about(_Y, 2.0 * np.pi * index / 5)) for index in range(5)]
    stem = ball(0.007, _paint("#2e7a34"), 6, 4).scaled(1.0, 2.0, 1.0)
    shine = ball(0.011, _paint("#ffb0a0"), 8, 6).scaled(1.3, 0.8, 0.5).turned(turn_about(_X, -0.6))
    return join(flesh, join(stem, *leaves).moved(0.0, 0.040, 0.0), shine.moved(-0.016, 0.021, 0.0335))


def duck() -> Solid:
    """Return a rubber duck; its weight lies low, so it comes to stand."""
    yellow, orange, ink, white = _paint("#ffd21f"), _paint("#ff8a1f"), _paint("#1d1530"), _paint("#ffffff")
    body = ball(0.05, yellow, 20, 12).scaled(0.94, 0.78, 1.12)
    tail = ball(0.022, yellow, 10, 6).scaled(0.8, 0.7, 1.4).turned(turn_about(_X, 0.75)).moved(0.0, 0.026, -0.05)
    head = ball(0.036, yellow, 18, 10).moved(0.0, 0.056, 0.024)
    bill = ball(0.016, orange, 10, 6).scaled(1.15, 0.42, 1.2).moved(0.0, 0.052, 0.062)
    sides = []
    for side in (-1.0, 1.0):
        wing = ball(0.028, _paint("#ffbf0f"), 10, 6).scaled(0.35, 0.7, 1.15)
        sides.append(wing.turned(turn_about(_X, 0.3)).moved(0.046 * side, 0.006, -0.006))
        sides.append(ball(0.0078, ink, 8, 6).scaled(0.8, 1.15, 0.6).moved(0.0165 * side, 0.065, 0.0545))
        sides.append(ball(0.0026, white, 6, 4).moved(0.0145 * side, 0.0685, 0.0585))
    return join(body, tail, head, bill, *sides).moved(0.0, 0.012, 0.0)


def rose() -> Solid:
    """Return a rose along Y, its bloom on top."""
    red, deep, green = _paint("#ff2f5c"), _paint("#c2123c"), _paint("#2f9e4f")
    cup = lathe(np.array([[0.0, -0.03], [0.016, -0.027], [0.027, -0.012], [0.028, 0.006], [0.022, 0.019]]), red, 14)
    whorls = [
        lathe(
            np.array([[0.0, 0.004], [radius, 0.006], [radius * 0.92, high], [radius * 0.62, high + 0.004]]), paint, 14
        )
        for radius, high, paint in ((0.021, 0.021, deep), (0.0145, 0.026, red), (0.008, 0.029, deep))
    ]
    petal = ball(0.02, red, 10, 6).scaled(1.05, 1.2, 0.3).turned(turn_about(_X, 0.28)).moved(0.0, -0.003, 0.0245)
    petals = [petal.turned(turn_about(_Y, 2.0 * np.pi * (index + 0.3) / 5)) for index in range(5)]
    sepal = ball(0.011, green, 6, 4).scaled(0.55, 0.35, 1.5).turned(turn_about(_X, -0.5)).moved(0.0, -0.03, 0.014)
    sepals = [sepal.turned(turn_about(_Y, 2.0 * np.pi * index / 5)) for index in range(5)]
    stalk = capsule(0.0048, 0.15, green, 8, 4).moved(0.0, -0.105, 0.0)
    leaf = ball(0.022, green, 10, 6).scaled(0.5, 0.16, 1.2).turned(turn_about(_X, -0.45)).moved(0.0, 0.0, 0.026)
    leaves = [leaf.turned(turn_about(_Y, turn)).moved(0.0, high, 0.0) for turn, high in ((0.9, -0.09), (3.9, -0.13))]
    return join(cup, *whorls, *petals, *sepals, stalk, *leaves).scaled(1.25, 1.15, 1.25).moved(0.0, 0.05, 0.0)


def heart_balloon() -> Solid:
    """Return a heart of foil with its knot and string."""
    pink, string = _paint("#ff4f8b"), _paint("#f4f0ff")
    bag = heart(0.078, 0.042, pink)
    shine = ball(0.015, _paint("#ffc4da"), 8, 6).scaled(0.7, 1.3, 0.45).turned(turn_about(_Z, -0.6))
    knot = lathe(np.array([[0.0, -0.003], [0.009, -0.004], [0.0, 0.012]]), _paint("#d92f6c"), 8).moved(0.0, -0.084, 0.0)
    down = np.linspace(0.0, 1.0, 9)
    path = np.stack([0.008 * np.sin(7.0 * down), -0.086 - 0.12 * down, np.zeros(9)], axis=1)
    return join(bag, shine.moved(-0.034, 0.034, 0.0305), knot, tube(path, _Z, 0.0022, string, 6))


def paper_plane() -> Solid:
    """Return a folded sheet that flies along +Z."""
    nose, tail = 0.085, -0.06
    white, blue, keel = _paint("#fbfdff"), _paint("#cfe0ff"), _paint("#a9c4f5")
    fold = 0.008
    corners = {
        "nose": (0.0, 0.006, nose), "left": (0.066, 0.02, tail), "right": (-0.066, 0.02, tail),
        "left_fold": (fold, 0.012, tail), "right_fold": (-fold, 0.012, tail), "keel": (0.0, -0.034, tail),
    }  # fmt: skip
    sheets = (
        (("nose", "left_fold", "left"), white), (("nose", "right", "right_fold"), blue),
        (("nose", "keel", "left_fold"), keel), (("nose", "right_fold", "keel"), keel),
    )  # fmt: skip
    return join(*(_leaf(np.array([corners[name] for name in names]), paint) for names, paint in sheets))


def beach_ball() -> Solid:
    """Return a ball of six wedges with white caps."""
    smooth = ball(BEACH_BALL_RADIUS_M, _paint("#ffffff"), 24, 12)
    palette = np.array([_paint(code) for code in ("#ff4d6d", "#fffaf0", "#ffd23f", "#fffaf0", "#2fa8ff", "#fffaf0")])
    middles = smooth.positions[smooth.triangles].mean(axis=1)
    wedge = np.floor((np.arctan2(middles[:, 0], middles[:, 2]) / (2.0 * np.pi) % 1.0) * 6.0).astype(int) % 6
    tilts = np.linspace(0.0, 0.36, 4)[::-1]
    cap = lathe(1.012 * BEACH_BALL_RADIUS_M * np.stack([np.sin(tilts), np.cos(tilts)], axis=1), _paint("#fffaf0"))
    return join(faceted(smooth, palette[wedge]), cap, cap.turned(turn_about(_X, np.pi)))


def gift_box() -> Solid:
    """Return a box with a ribbon and a bow."""
    paper, lid, ribbon = _paint("#7b5cff"), _paint("#9278ff"), _paint("#ffd23f")
    body = slab((0.088, 0.066, 0.088), paper, 0.006).moved(0.0, -0.012, 0.0)
    cover = slab((0.098, 0.024, 0.098), lid, 0.005).moved(0.0, 0.026, 0.0)
    bands = [box((0.02, 0.068, 0.0905), ribbon), box((0.0905, 0.068, 0.02), ribbon)]
    straps = [box((0.02, 0.0255, 0.1), ribbon), box((0.1, 0.0255, 0.02), ribbon)]
    loop = ball(0.021, ribbon, 10, 8).scaled(1.25, 0.75, 0.55)
    bow = [loop.turned(turn_about(_Z, 0.5 * side)).moved(0.021 * side, 0.053, 0.0) for side in (-1.0, 1.0)]
    knot = ball(0.009, _paint("#ffb81f"), 8, 6).moved(0.0, 0.045, 0.0)
    return join(
        body,
        cover,
        *(band.moved(0.0, -0.012, 0.0) for band in bands),
        *(strap.moved(0.0, 0.0265, 0.0) for strap in straps),
        *bow,
        knot,
    )


def _leaf(corners: Doubles, paint: Rgba) -> Solid:
    """Return a triangle (3, 3) that is seen from both sides."""
    normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
    normal /= np.linalg.norm(normal)
    thin = 0.0008 * normal  # a hair apart, so that the outline has something to stand out from
    return Solid(
        np.concatenate([corners + thin, corners - thin]),
        np.concatenate([np.tile(normal, (3, 1)), np.tile(-normal, (3, 1))]),
        np.tile(paint, (6, 1)),
        np.array([[0, 1, 2], [3, 5, 4]], np.uint32),
    )
