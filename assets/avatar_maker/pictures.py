"""The pictures of face, eyes and hair, painted by code."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from . import face_motion as motion
from .arrays import Floats
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
}


def parts_uv(cell: str, u: ArrayLike, v: ArrayLike) -> Floats:
    """Return places (..., 2) in the parts picture from places in one of its cells."""
    x, y, w, h = PARTS_CELLS[cell]
    inset = 0.02
    across, down = (np.asarray(place, float) * (1 - 2 * inset) + inset for place in (u, v))
    return np.stack(np.broadcast_arrays((x + across * w) / 8, (y + down * h) / 8), -1)


def face_skin(spec: CharacterSpec) -> bytes:
    """Front view of the face: blush, nose, lid colour, lower lip, and shade under the fringe."""
    p, size = spec.palette, 1024
    k = size / FACE_SPAN
    pic = Picture(size, size, p.skin, k, (size / 2, size / 2), flip=True)
    warm = mix(p.skin, p.blush, 0.35)
    pic.box(-0.2, 0.055, 0.2, 0.2, colour=p.skin_shade, alpha=0.50, blur=0.012)  # under the fringe
    pic.box(-0.2, -0.2, 0.2, -0.133, colour=p.skin_shade, alpha=0.45, blur=0.010)
    for g in (1, -1):
        c = motion.eye_contour(spec.eyes, 80) * np.array((g, 1))
        pic.line(c, closed=True, colour=warm, alpha=0.55, blur=0.0030, width=0.0075)
        upper = motion.eye_contour(spec.eyes, 60, "upper") * np.array((g, 1))
        pic.line(upper[20:], colour=mix(p.skin_shade, p.blush, 0.5), alpha=0.50, blur=0.0028, width=0.008)
        lower = motion.eye_contour(spec.eyes, 60, "lower") * np.array((g, 1))
        pic.line(lower[16:52] + np.array((0, -0.0016)), colour=p.blush, alpha=0.30, blur=0.0010, width=0.0022)
        pic.oval(g * 0.063, -0.0645, 0.024, 0.015, colour=p.blush, alpha=0.28, blur=0.0080)
        for n in range(3):
            x = g * (0.056 + 0.0075 * n)
            pic.line(
                [(x + 0.0014, -0.0660), (x - 0.0020, -0.0722)], colour=p.blush, alpha=0.55, width=0.0012, blur=0.0002
            )
    pic.oval(0.0, -0.0585, 0.0060, 0.0026, colour=p.skin_shade, alpha=0.75, blur=0.0012)
    pic.oval(0.0, -0.0575, 0.0026, 0.0012, colour=mix(p.skin_shade, p.blush, 0.5), alpha=0.85, blur=0.0005)
    pic.oval(-0.0006, -0.0515, 0.0016, 0.0022, colour="#ffffff", alpha=0.70, blur=0.0006)
    pic.oval(0.0, motion.MOUTH[1] - 0.0062, 0.0080, 0.0020, colour=p.blush, alpha=0.24, blur=0.0015)
    return pic.png()


def body_skin(spec: CharacterSpec) -> bytes:
    """Vertical ramp: top row is the neck in the chin's shade, the rest plain skin."""
    p = spec.palette
    pic = Picture(64, 256, p.skin)
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
    p, size = spec.palette, 1024
    unit = size / 8
    pic = Picture(size, size, p.skin)
    for side in ("irisLeft", "irisRight"):
        x, y, w, _ = PARTS_CELLS[side]
        draw_iris(pic, x * unit, y * unit, w * unit, p)

    def cell(name: str, colours: Sequence[str], stops: Sequence[float] | None = None) -> None:
        x, y, w, h = (v * unit for v in PARTS_CELLS[name])
        pic.box(x, y, x + w, y + h, shader=gradient((x, y), (x, y + h), colours, stops))

    shadow = mix(p.skin_shade, "#7f7fb8", 0.55)
    cell("white", [shadow, shadow, mix(shadow, "#ffffff", 0.78), "#fffdfb", "#fff6f2"], [0, 0.20, 0.34, 0.52, 1])
    cell("cavity", ["#b04a55", "#7a2434", "#4a1322", "#3a0e1a"], [0, 0.25, 0.6, 1])
    cell("tongue", ["#c8596a", "#f08a94", "#ffa5a8"])
    for name, colour in (
        ("lash", p.lash),
        ("brow", p.brow),
        ("lip", mix(p.skin_shade, "#6a1f2c", 0.72)),
        ("teeth", "#fffaf6"),
        ("crease", mix(p.skin_shade, p.lash, 0.35)),
    ):
        cell(name, [colour, colour])
    return pic.png()


def hair(spec: CharacterSpec) -> bytes:
    """u runs around a strand, v from crown (0) to tip (1): root to tip colours and the ring of light."""
    p, size = spec.palette, 512
    pic = Picture(size, size, p.hair_mid)
    pic.box(
        0,
        0,
        size,
        size,
        shader=gradient(
            (0, 0),
            (0, size),
            [p.hair_root, p.hair_mid, p.hair_mid, p.hair_tip, mix(p.hair_tip, "#ffffff", 0.25)],
            [0, 0.26, 0.50, 0.86, 1],
        ),
    )
    rng = np.random.default_rng(11)
    for _ in range(150):  # fine strands
        x = rng.random() * size
        y0, y1 = np.sort(rng.random(2)) * size
        colour, alpha = (p.hair_root, 0.20) if rng.random() < 0.6 else (p.hair_shine, 0.20)
        pic.line(
            [(x, y0), (x + rng.normal() * 3, y1)], colour=colour, alpha=alpha, width=1 + 2.5 * rng.random(), blur=0.7
        )
    top, bottom = 0.245, 0.310  # jagged ring of light
    xs = np.linspace(0, size, 49)
    upper = [(x, size * (top - 0.018 * rng.random() - (0.022 if k % 2 else 0))) for k, x in enumerate(xs)]
    lower = [(x, size * (bottom + 0.012 * rng.random() + (0.040 if k % 2 else 0))) for k, x in enumerate(xs)]
    teeth = upper + lower[::-1]
    pic.line(teeth, closed=True, colour=p.hair_shine, alpha=0.62, blur=2.0)
    pic.box(0, size * 0.270, size, size * 0.288, colour="#ffffff", alpha=0.38, blur=3)
    return pic.png()
