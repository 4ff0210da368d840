"""Plain colours for everything small, one column each with a gentle fall from top to bottom."""

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Floats
from .picture import Picture, gradient, mix
from .spec import CharacterSpec

SWATCHES = (
    "shorts",
    "legs",
    "shoe",
    "sole",
    "trim",
    "trim_dark",
    "metal",
    "ear_inner",
    "ear_fur",
    "tail_tip",
    "lace",
    "pad",
    "thigh",
    "skin_shade",
    "nose",
    "lamp",
    "shirt",
    "cloth",
    "glove",
)
SWATCH_COLUMNS = 32  # room to grow, and a power of two


def swatch_uv(name: str, v: ArrayLike = 0.5) -> Floats:
    """Return places (..., 2) in the swatch picture, v from the top of the colour's fall to its end."""
    across, down = (SWATCHES.index(name) + 0.5) / SWATCH_COLUMNS, 0.04 + 0.92 * np.asarray(v, float)
    return np.stack(np.broadcast_arrays(across, down), -1)


def swatches(spec: CharacterSpec) -> bytes:
    """Return the picture of all swatches."""
    p = spec.palette
    is_fox = spec.head == "fox"
    tops = {
        "shorts": (mix(p.shorts, "#8890b0", 0.18), p.shorts),
        "legs": (p.legs, mix(p.legs, "#000000", 0.15)),
        "shoe": (p.shoe, mix(p.shoe, p.cloth_shade, 0.25)),
        "sole": (p.trim, p.trim),
        "trim": (p.trim, p.trim),
        "trim_dark": (p.trim_dark, p.trim_dark),
        "metal": ("#f4f2f8", "#a9a7c0"),
        "ear_fur": (p.hair_mid, p.hair_mid if is_fox else p.hair_root),
        "ear_inner": (p.ear_inner, p.ear_inner),
        "tail_tip": (p.hair_tip, p.hair_tip),
        "lace": ("#ffffff", "#e8e4f0"),
        "pad": ("#4a4f6d", "#2f3450"),
        "thigh": (p.skin, p.skin),
        "skin_shade": (p.skin_shade, p.skin_shade),
        "nose": ("#5a3430", "#2a1614"),
        "lamp": (p.iris_light, p.iris_mid),
        "shirt": (p.shirt, mix(p.shirt, p.cloth_shade, 0.3)),
        "cloth": (p.cloth, mix(p.cloth, p.cloth_shade, 0.25)),
        "glove": (p.lash, p.lash),
    }
    pic = Picture(16 * SWATCH_COLUMNS, 128, p.cloth)
    for n, name in enumerate(SWATCHES):
        pic.box(16 * n, 0, 16 * n + 16, 128, shader=gradient((0, 0), (0, 128), list(tops[name])))
    return pic.png()
