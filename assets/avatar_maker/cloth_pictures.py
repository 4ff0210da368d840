"""The pictures of the clothes, painted by code."""

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Flags, Floats
from .picture import Picture, gradient, mix
from .skeleton import Skeleton
from .spec import CharacterSpec, Palette

HOODIE_WIDTH, HOODIE_TOP, HOODIE_HEIGHT = 0.92, 0.12, 0.46  # metres shown; top over the shoulder line


def hoodie_uv(p: Floats, shoulder: float, back: Flags) -> Floats:
    """Return places in the hoodie's picture for points (N, 3), seen from the front or the back."""
    u = 0.5 + p[:, 0] / HOODIE_WIDTH
    v = (shoulder + HOODIE_TOP - p[:, 1]) / HOODIE_HEIGHT
    return np.column_stack([u, np.clip(v, 0.002, 0.998) * 0.5 + np.where(back, 0.5, 0)])


def hoodie(spec: CharacterSpec, skeleton: Skeleton) -> bytes:
    """Front (upper half) and back (lower half) of the hoodie as seen flat on."""
    p, width, height = spec.palette, 2048, 2048
    k = width / HOODIE_WIDTH
    pic = Picture(width, height, p.cloth)
    shoulder, hip = skeleton.shoulder_height, spec.proportions.leg
    hem = hip + 0.02
    ky = height * 0.5 / HOODIE_HEIGHT
    for back in (False, True):
        with pic.clipped(0, height / 2 if back else 0, width, height / 2):
            pic.canvas.translate(width / 2, height / 2 * back + (shoulder + HOODIE_TOP) * ky)
            pic.canvas.scale(k, -ky)
            pic.box(
                -0.5,
                hem - 0.06,
                0.5,
                hem + 0.06,
                shader=gradient((0, hem + 0.10), (0, hem), [p.cloth, mix(p.cloth, p.cloth_shade, 0.35)]),
            )
            cuff = skeleton.wrist - 0.036
            for g in (1, -1):
                for a, b, colour in (
                    (cuff, 0.5, p.trim_dark),
                    (cuff - 0.030, cuff - 0.014, p.trim),
                    (cuff - 0.041, cuff - 0.036, p.trim),
                ):
                    pic.box(min(g * a, g * b), shoulder - 0.13, max(g * a, g * b), shoulder + 0.08, colour=colour)
                for n in range(14):  # ribbing
                    x = g * (cuff + 0.004 + 0.0055 * n)
                    pic.line(
                        [(x, shoulder - 0.13), (x, shoulder + 0.08)],
                        colour="#000000" if spec.palette.trim_dark > "#888888" else "#ffffff",
                        alpha=0.10,
                        width=0.0016,
                    )
            pic.box(-0.2, hem - 0.08, 0.2, hem + 0.024, colour=p.trim_dark)
            for n in range(-40, 41):
                pic.line(
                    [(n * 0.0055, hem - 0.08), (n * 0.0055, hem + 0.024)],
                    colour="#ffffff" if p.trim_dark < "#888888" else "#000000",
                    alpha=0.09,
                    width=0.0016,
                )
            pic.box(-0.2, hem + 0.034, 0.2, hem + 0.040, colour=p.trim)
            if not back:
                hoodie_front(pic, p, spec, shoulder, hem)
            else:
                mark(pic, spec, 0, shoulder - 0.15, 0.05)
    return pic.png()


def hoodie_front(pic: Picture, p: Palette, spec: CharacterSpec, shoulder: float, hem: float) -> None:
    top, low = hem + 0.118, hem + 0.046  # pouch pocket
    pocket = [(-0.052, top), (0.052, top), (0.088, low + 0.026), (0.088, low), (-0.088, low), (-0.088, low + 0.026)]
    pic.line(pocket, closed=True, colour=mix(p.cloth, p.cloth_shade, 0.22), alpha=1)
    for a, b in ((pocket[1], pocket[2]), (pocket[0], pocket[5])):
        pic.line([a, b], colour=p.trim, width=0.0042)
    pic.line(pocket, closed=True, colour=p.cloth_shade, width=0.0016)
    mark(pic, spec, 0.0, shoulder - 0.135, 0.036)


def mark(pic: Picture, spec: CharacterSpec, x: float, y: float, size: float) -> None:
    """The chest print: rising level bars of a live sound, or a paw."""
    p = spec.palette
    if spec.chest_print == "wave":
        for n, h in enumerate((0.35, 0.75, 1.15, 0.6, 0.95, 0.45)):
            cx = x + (n - 2.5) * size * 0.42
            pic.rounded(
                cx - size * 0.13,
                y - h * size * 0.8,
                cx + size * 0.13,
                y + h * size * 0.8,
                size * 0.13,
                colour=p.trim if n % 2 == 0 else p.hair_tip,
            )
    else:
        pic.oval(x, y - size * 0.25, size * 0.62, size * 0.50, colour=p.trim)
        for dx, dy in ((-0.72, 0.30), (-0.26, 0.72), (0.26, 0.72), (0.72, 0.30)):
            pic.oval(x + dx * size, y + dy * size, size * 0.22, size * 0.28, colour=p.trim)


SWATCHES = (
    "shorts",
    "legs",
    "shoe",
    "sole",
    "trim",
    "trim_dark",
    "metal",
    "ear_fur",
    "ear_inner",
    "tail_tip",
    "lace",
    "pad",
    "thigh",
)
SWATCH_COLUMNS = 16  # room to grow, and a power of two


def swatch_uv(name: str, v: ArrayLike = 0.5) -> Floats:
    """Return places (..., 2) in the swatch picture, v from the top of the colour's fall to its end."""
    across, down = (SWATCHES.index(name) + 0.5) / SWATCH_COLUMNS, 0.04 + 0.92 * np.asarray(v, float)
    return np.stack(np.broadcast_arrays(across, down), -1)


def swatches(spec: CharacterSpec) -> bytes:
    """Plain colours with a gentle fall from top to bottom, one column each."""
    p = spec.palette
    tops = {
        "shorts": (mix(p.trim_dark, "#8890b0", 0.18), p.trim_dark)
        if p.trim_dark < "#888888"
        else ("#565f80", "#3b4463"),
        "legs": (p.legs, mix(p.legs, "#000000", 0.15)),
        "shoe": (p.shoe, mix(p.shoe, p.cloth_shade, 0.25)),
        "sole": (p.trim, p.trim),
        "trim": (p.trim, p.trim),
        "trim_dark": (p.trim_dark, p.trim_dark),
        "metal": ("#f4f2f8", "#a9a7c0"),
        "ear_fur": (p.hair_mid, p.hair_root),
        "ear_inner": (p.ear_inner, p.ear_inner),
        "tail_tip": (p.hair_tip, p.hair_tip),
        "lace": ("#ffffff", "#e8e4f0"),
        "pad": ("#4a4f6d", "#2f3450"),
        "thigh": (p.skin, p.skin),
    }
    pic = Picture(32 * SWATCH_COLUMNS, 128, p.cloth)
    for n, name in enumerate(SWATCHES):
        pic.box(32 * n, 0, 32 * n + 32, 128, shader=gradient((0, 0), (0, 128), list(tops[name])))
    return pic.png()
