"""The picture of hair: four locks side by side, v from the crown (0) to the longest tip (1)."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Floats
from .detail import Detail
from .picture import Picture, gradient, mix
from .spec import CharacterSpec

LOCKS: Final = 4  # the last one is for hair that lies under other hair
_RING: Final = (0.235, 0.315)  # where light lies around the head


def hair_uv(lock: int, across: ArrayLike, down: ArrayLike) -> Floats:
    """Return places (..., 2) in the picture, `across` 0..1 from edge to edge of a lock."""
    inset = 0.012
    u = (lock % LOCKS + inset + (1 - 2 * inset) * np.asarray(across, float)) / LOCKS
    return np.stack(np.broadcast_arrays(u, np.asarray(down, float)), -1)


def hair(spec: CharacterSpec) -> bytes:
    """Root to tip colours, dark edges that set lock from lock, strands, and the ring of light."""
    p, size = spec.palette, Detail(spec.detail).pixels(1024)
    pic = Picture(size, size, p.hair_mid)
    colours = [p.hair_root, p.hair_mid, p.hair_mid, p.hair_tip, mix(p.hair_tip, "#ffffff", 0.2)]
    rng = np.random.default_rng(11)
    deep = mix(p.hair_root, "#0c0818", 0.32)
    wide = size / LOCKS
    for lock in range(LOCKS):
        left = lock * wide
        with pic.clipped(left, 0, wide, size):
            stops = [0, 0.26, 0.50, 0.86, 1]
            pic.box(left, 0, left + wide, size, shader=gradient((0, 0), (0, size), colours, stops))
            _strands(pic, left, wide, size, (deep, p.hair_shine), rng)
            if lock == LOCKS - 1:
                pic.box(left, 0, left + wide, size, colour=deep, alpha=0.42)
            else:
                _light(pic, left, wide, size, p.hair_shine, rng)
            fall = gradient((0, 0), (0, size), [deep, deep, mix(p.hair_tip, deep, 0.45)], [0, 0.45, 0.85])
            for edge in (left, left + wide):
                for reach, alpha in ((0.09, 0.80), (0.18, 0.35)):
                    reach *= wide
                    pic.box(edge - reach, 0, edge + reach, size, shader=fall, alpha=alpha, blur=0.33 * reach)
    return pic.png()


def _strands(
    pic: Picture, left: float, wide: float, size: int, colours: tuple[str, str], rng: np.random.Generator
) -> None:
    for k in range(22):
        is_dark = k % 3 != 0
        x = left + wide * (0.08 + 0.84 * rng.random())
        y0, length = size * (0.9 * rng.random() - 0.1), size * (0.25 + 0.45 * rng.random())
        lean = (x - left - wide / 2) * 0.10
        pic.line(
            [(x, y0), (x + lean * 0.4, y0 + length / 2), (x + lean, y0 + length)],
            colour=colours[0] if is_dark else colours[1],
            alpha=0.30 if is_dark else 0.22,
            width=wide * (0.008 + 0.014 * rng.random()),
            blur=size * 0.0008,
        )


def _light(pic: Picture, left: float, wide: float, size: int, colour: str, rng: np.random.Generator) -> None:
    """Paint this lock's piece of the ring: long teeth below, short ones above, nothing at the lock's edges."""
    top, bottom = _RING
    n = 13
    xs = np.linspace(0.07, 0.93, n)
    sag = 0.030 * (1 - (2 * xs - 1) ** 2)
    jag = 0.4 + 0.6 * rng.random(n)
    upper = [
        (left + wide * x, size * (top + s - (0.020 * j if k % 2 else -0.006)))
        for k, (x, s, j) in enumerate(zip(xs, sag, jag, strict=True))
    ]
    lower = [
        (left + wide * x, size * (bottom + s - 0.030 + (0.045 * j if k % 2 else 0)))
        for k, (x, s, j) in enumerate(zip(xs, sag, jag, strict=True))
    ]
    pic.line(upper + lower[::-1], closed=True, colour=colour, alpha=0.72, blur=size * 0.0018)
    middle = [(left + wide * x, size * (0.5 * (top + bottom) + s - 0.012)) for x, s in zip(xs, sag, strict=True)]
    pic.line(middle[2:-2], colour="#ffffff", alpha=0.45, width=size * 0.010, blur=size * 0.003)
