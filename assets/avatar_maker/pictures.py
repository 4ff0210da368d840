"""The pictures of eyes, mouth and bare skin, painted by code."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Floats
from .detail import Detail
from .picture import Picture, Point, gradient, mix
from .spec import CharacterSpec, Palette

FACE_SPAN = 0.30  # metres of face across the face picture
PARTS_CELLS = {  # place of each face part in the parts picture: x, y, width, height in 1/8
    "irisLeft": (0, 0, 4, 4),
    "irisRight": (4, 0, 4, 4),
    "white": (0, 4, 2, 2),
    "cavity": (2, 4, 1, 2),
    "tongue": (3, 4, 1, 2),
    "lash": (4, 4, 1, 1),
    "brow": (5, 4, 1, 1),
    "lip": (6, 4, 1, 1),
    "teeth": (7, 4, 1, 1),
    "crease": (4, 5, 1, 1),
    "nose": (5, 5, 1, 1),
}


_CAVITY = ["#b04a55", "#7a2434", "#4a1322", "#3a0e1a"]
_GLASS = "#141a30"


def parts_uv(cell: str, u: ArrayLike, v: ArrayLike) -> Floats:
    """Return places (..., 2) in the parts picture from places in one of its cells."""
    x, y, w, h = PARTS_CELLS[cell]
    inset = 0.02
    across, down = (np.asarray(place, float) * (1 - 2 * inset) + inset for place in (u, v))
    return np.stack(np.broadcast_arrays((x + across * w) / 8, (y + down * h) / 8), -1)


def body_skin(spec: CharacterSpec) -> bytes:
    """Vertical ramp: top row is the neck in the chin's shade, the rest plain skin."""
    p = spec.palette
    pic = Picture(64, 256, p.skin)
    if spec.head == "robot":
        pic.box(0, 0, 64, 190, colour=p.trim_dark)
        pic.box(0, 190, 64, 256, colour=p.trim)
        return pic.png()
    pic.box(
        0,
        0,
        64,
        150,
        shader=gradient((0, 0), (0, 150), [p.skin_shade, mix(p.skin, p.skin_shade, 0.75), p.skin], [0, 0.45, 1]),
    )
    return pic.png()


def draw_iris(pic: Picture, x: float, y: float, size: float, p: Palette) -> None:
    c, r = (x + size / 2, y + size / 2), size * 0.49

    def at(u: float, v: float) -> Point:
        return (c[0] + u * r, c[1] + v * r)

    with pic.clipped(x, y, size, size):
        pic.box(x, y, x + size, y + size, colour=p.iris_dark)
        pic.oval(
            *c,
            r,
            r,
            shader=gradient(
                at(0, -1), at(0, 1), [p.iris_dark, p.iris_dark, p.iris_mid, p.iris_light], [0, 0.22, 0.55, 0.98]
            ),
        )
        rng = np.random.default_rng(5)
        for a in np.linspace(0, 2 * np.pi, 90, endpoint=False):  # fibres
            a += rng.normal() * 0.03
            inner, outer = 0.42, 0.66 + 0.24 * rng.random()
            v = np.array([np.cos(a), np.sin(a)])
            pic.line(
                [at(*(v * inner)), at(*(v * outer))],
                colour=p.iris_light if a < np.pi else p.iris_mid,
                alpha=0.28,
                width=size * 0.007,
                blur=size * 0.002,
            )
        pic.oval(*at(0, 0.66), r * 0.62, r * 0.26, colour=p.iris_light, alpha=0.75, blur=size * 0.035)  # lit bowl
        pic.oval(*at(0, 0.80), r * 0.36, r * 0.10, colour="#ffffff", alpha=0.45, blur=size * 0.02)
        pic.oval(*at(0, 0.02), r * 0.40, r * 0.46, colour=mix(p.iris_dark, "#0a0714", 0.62), blur=size * 0.006)  # pupil
        pic.oval(
            *at(0, 0.02),
            r * 0.52,
            r * 0.58,
            colour=mix(p.iris_dark, "#000000", 0.3),
            alpha=0.55,
            width=size * 0.02,
            blur=size * 0.008,
        )
        pic.oval(
            *c,
            r * 0.965,
            r * 0.965,
            colour=mix(p.iris_dark, "#0a0714", 0.55),
            alpha=0.95,
            width=size * 0.062,
            blur=size * 0.004,
        )
        pic.oval(
            *at(0, -0.98), r * 1.05, r * 0.62, colour=mix(p.iris_dark, "#0a0714", 0.75), alpha=0.80, blur=size * 0.04
        )  # lash shade
        pic.oval(*at(-0.30, -0.40), r * 0.27, r * 0.31, colour="#ffffff", blur=size * 0.004)  # lights
        pic.oval(*at(0.40, 0.36), r * 0.125, r * 0.135, colour="#ffffff", alpha=0.95, blur=size * 0.003)
        pic.oval(*at(0.18, -0.56), r * 0.07, r * 0.07, colour="#ffffff", alpha=0.85, blur=size * 0.003)
        pic.oval(*at(-0.42, 0.30), r * 0.06, r * 0.10, colour=p.iris_light, alpha=0.9, blur=size * 0.004)


def face_parts(spec: CharacterSpec) -> bytes:
    """Irises, whites, mouth and the plain colours of lashes, brows, lips and teeth."""
    p, size = spec.palette, Detail(spec.detail).pixels(1024)
    unit = size / 8
    pic = Picture(size, size, p.skin)
    for side in ("irisLeft", "irisRight"):
        x, y, w, _ = PARTS_CELLS[side]
        draw = draw_lamp if spec.head == "robot" else draw_iris
        draw(pic, x * unit, y * unit, w * unit, p)

    def cell(name: str, colours: Sequence[str], stops: Sequence[float] | None = None) -> None:
        x, y, w, h = (v * unit for v in PARTS_CELLS[name])
        pic.box(x, y, x + w, y + h, shader=gradient((x, y), (x, y + h), colours, stops))

    shadow = mix(p.skin_shade, "#7f7fb8", 0.55)
    white, cavity = [shadow, shadow, mix(shadow, "#ffffff", 0.78), "#fffdfb", "#fff6f2"], _CAVITY
    tongue, teeth = ["#c8596a", "#f08a94", "#ffa5a8"], "#fffaf6"
    lip, crease = mix(p.skin_shade, "#6a1f2c", 0.72), mix(p.skin_shade, p.lash, 0.35)
    if spec.head == "fox":
        lip = "#3a1c1a"
    if spec.head == "robot":
        white, cavity = [_GLASS] * 5, [p.iris_mid, p.iris_mid, mix(p.iris_mid, _GLASS, 0.3), p.iris_dark]
        tongue, teeth, lip, crease = [p.blush] * 3, p.iris_light, p.iris_light, _GLASS
    cell("white", white, [0, 0.20, 0.34, 0.52, 1])
    cell("cavity", cavity, [0, 0.25, 0.6, 1])
    cell("tongue", tongue)
    cell("nose", ["#8a6266", "#3a2226", "#241316"], [0, 0.35, 1])
    for name, colour in (("lash", p.lash), ("brow", p.brow), ("lip", lip), ("teeth", teeth), ("crease", crease)):
        cell(name, [colour, colour])
    return pic.png()


def draw_lamp(pic: Picture, x: float, y: float, size: float, p: Palette) -> None:
    """Paint a robot's eye: a lit ring and disc in rows."""
    c, r = (x + size / 2, y + size / 2), size * 0.49
    with pic.clipped(x, y, size, size):
        pic.box(x, y, x + size, y + size, colour=p.iris_dark)
        fall = gradient((c[0], c[1] - r), (c[0], c[1] + r), [p.iris_mid, p.iris_light, "#ffffff"], [0.1, 0.75, 1])
        pic.oval(*c, r, r, shader=fall)
        pic.oval(*c, r * 0.56, r * 0.60, colour=mix(p.iris_dark, _GLASS, 0.4), blur=size * 0.008)
        pic.oval(*c, r * 0.56, r * 0.60, colour=p.iris_light, alpha=0.6, width=size * 0.02, blur=size * 0.006)
        for row in np.arange(y, y + size, size / 22):
            pic.box(x, row, x + size, row + size / 60, colour=_GLASS, alpha=0.22)
        pic.oval(c[0] - 0.30 * r, c[1] - 0.38 * r, r * 0.24, r * 0.28, colour="#ffffff", blur=size * 0.004)
        pic.oval(c[0] + 0.36 * r, c[1] + 0.36 * r, r * 0.12, r * 0.13, colour="#ffffff", blur=size * 0.003)
        pic.oval(*c, r * 0.97, r * 0.97, colour=p.iris_mid, width=size * 0.04, blur=size * 0.004)
