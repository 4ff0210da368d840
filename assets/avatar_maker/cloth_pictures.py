"""The pictures of the clothes, painted by code: the upper body flat on, front above back, and plain swatches."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from .arrays import Flags, Floats
from .detail import Detail
from .picture import Picture, gradient, mix, shaded
from .skeleton import Skeleton
from .spec import CharacterSpec

TOP_M: Final = 0.12  # shown over the shoulder line
PATCHES: Final = {"hood": (0.02, 0.10), "lining": (0.10, 0.18)}  # from and to across, in a corner that shows no cloth
_PATCH_DOWN: Final = (0.40, 0.49)

Mark = tuple[float, float]


class ClothFrame:
    """Place the upper body in its picture."""

    def __init__(self, spec: CharacterSpec, skeleton: Skeleton) -> None:
        self.shoulder, self.hip, self.wrist = skeleton.shoulder_height, spec.proportions.leg, skeleton.wrist
        self.skeleton, self.girth = skeleton, skeleton.girth
        self.width_m = 2.0 * (skeleton.wrist + 0.05)
        self.height_m = spec.proportions.torso + TOP_M + 0.09
        self.hem = spec.proportions.leg + 0.02

    def uv(self, p: Floats, back: Flags) -> Floats:
        """Return places in the picture for points (N, 3), seen from the front or the back."""
        u = 0.5 + p[:, 0] / self.width_m
        v = (self.shoulder + TOP_M - p[:, 1]) / self.height_m
        return np.column_stack([u, np.clip(v, 0.002, 0.998) * 0.5 + np.where(back, 0.5, 0)])

    def between(self, inside: Floats) -> Floats:
        """Return places (N, 2) in the plain patches: the lining where `inside` is positive, a clean border at 0."""
        border, reach = PATCHES["lining"][0], 0.9 * (PATCHES["lining"][1] - PATCHES["lining"][0])
        return np.column_stack([border + reach * np.clip(inside, -1, 1), np.full(len(inside), sum(_PATCH_DOWN) / 2)])

    def painted(self, spec: CharacterSpec, side: Callable[[Picture, bool], None], patches: dict[str, str]) -> bytes:
        """Paint front and back by `side`, which works in metres of the avatar's space, and the patches."""
        size = Detail(spec.detail).pixels(2048)
        pic = Picture(size, size, spec.palette.cloth)
        across, down = size / self.width_m, size * 0.5 / self.height_m
        for is_back in (False, True):
            top = size / 2 if is_back else 0.0
            with pic.clipped(0, top, size, size / 2):
                pic.canvas.translate(size / 2, top + (self.shoulder + TOP_M) * down)
                pic.canvas.scale(across, -down)
                side(pic, is_back)
        for name, colour in patches.items():
            left, right = PATCHES[name]
            pic.box(left * size, _PATCH_DOWN[0] * size, right * size, _PATCH_DOWN[1] * size, colour=colour)
        return pic.png()


def hoodie(spec: CharacterSpec, frame: ClothFrame) -> bytes:
    """Return the picture of the hoodie."""
    p = spec.palette

    def side(pic: Picture, is_back: bool) -> None:
        hem, shoulder = frame.hem, frame.shoulder
        low = mix(p.cloth, shaded(p.cloth, p.cloth_shade), 0.5)
        pic.box(-0.5, hem - 0.06, 0.5, hem + 0.06, shader=gradient((0, hem + 0.10), (0, hem), [p.cloth, low]))
        folds(pic, spec, frame, is_back)
        cuffs(pic, spec, frame)
        pic.box(-0.25, hem - 0.10, 0.25, hem + 0.020, colour=p.trim_dark)
        for n in range(-46, 47):
            ribs = "#ffffff" if p.trim_dark < "#888888" else "#000000"
            pic.line([(n * 0.0055, hem - 0.10), (n * 0.0055, hem + 0.020)], colour=ribs, alpha=0.09, width=0.0016)
        if is_back:
            chest_print(pic, spec, (0, shoulder - 0.15), 0.05)
        else:
            _pocket(pic, spec, hem)
            chest_print(pic, spec, (0.0, shoulder - 0.135), 0.036)

    return frame.painted(spec, side, {"hood": p.cloth, "lining": mix(p.trim, p.cloth_shade, 0.15)})


def folds(pic: Picture, spec: CharacterSpec, frame: ClothFrame, is_back: bool) -> None:
    """Paint where cloth bends: from the armpits, at the elbows and over the hem."""
    p, shoulder, girth = spec.palette, frame.shoulder, frame.girth
    deep = shaded(p.cloth, p.cloth_shade)
    root, elbow, arm = frame.skeleton.arm_root, frame.skeleton.elbow, frame.skeleton.arm_level
    for g in (1, -1):
        pit = (g * root * 1.12, shoulder - 0.070 * girth)
        for reach, drop, width in ((0.045, 0.012, 0.0050), (0.060, 0.040, 0.0060), (0.040, 0.070, 0.0050)):
            _crease(
                pic,
                [pit, (pit[0] - g * reach * 0.5, pit[1] - drop * 0.35), (pit[0] - g * reach, pit[1] - drop)],
                width,
                deep,
            )
        for along, tall, width in ((-0.020, 0.030, 0.0050), (0.004, 0.038, 0.0060), (0.026, 0.026, 0.0045)):
            x, y = g * (elbow + along), arm - 0.040 * girth
            bend = 0.010 if is_back else -0.008
            _crease(pic, [(x, y), (x + g * bend, y + tall * 0.6), (x + g * 0.2 * bend, y + tall)], width, deep)
        for x, tall in ((0.078, 0.050), (0.052, 0.030), (0.100, 0.034)):
            foot = (g * x * girth, frame.hem + 0.020)
            _crease(pic, [foot, (foot[0] * 0.97, foot[1] + tall * 0.6), (foot[0] * 1.01, foot[1] + tall)], 0.0055, deep)


def _crease(pic: Picture, points: Sequence[Mark], width: float, colour: str) -> None:
    """Paint a fold that is widest where it begins."""
    line = np.array(points)
    across = line[-1] - line[0]
    normal = np.array((-across[1], across[0])) / np.hypot(*across)
    left = line[:2] + normal * width * np.array([[0.5], [0.30]])
    right = line[:2] - normal * width * np.array([[0.5], [0.30]])
    pic.line([*left, line[-1], *right[::-1]], closed=True, colour=colour, alpha=0.85, blur=0.0006)


def cuffs(pic: Picture, spec: CharacterSpec, frame: ClothFrame) -> None:
    """Paint ribbed cuffs with stripes over them."""
    p, shoulder = spec.palette, frame.shoulder
    cuff, tall = frame.wrist - 0.036, (shoulder - 0.16, shoulder + 0.10)
    ribs = "#000000" if p.trim_dark > "#888888" else "#ffffff"
    for g in (1, -1):
        for a, b, colour in (
            (cuff, 0.8, p.trim_dark),
            (cuff - 0.030, cuff - 0.014, p.trim),
            (cuff - 0.041, cuff - 0.036, p.trim),
        ):
            pic.box(min(g * a, g * b), tall[0], max(g * a, g * b), tall[1], colour=colour)
        for n in range(14):
            x = g * (cuff + 0.004 + 0.0055 * n)
            pic.line([(x, tall[0]), (x, tall[1])], colour=ribs, alpha=0.10, width=0.0016)


def _pocket(pic: Picture, spec: CharacterSpec, hem: float) -> None:
    p = spec.palette
    top, low = hem + 0.118, hem + 0.040
    pocket = [(-0.052, top), (0.052, top), (0.088, low + 0.026), (0.088, low), (-0.088, low), (-0.088, low + 0.026)]
    pic.line(
        [(x * 1.02, y - 0.004) for x, y in pocket],
        closed=True,
        colour=shaded(p.cloth, p.cloth_shade),
        alpha=0.7,
        blur=0.003,
    )
    pic.line(pocket, closed=True, colour=mix(p.cloth, shaded(p.cloth, p.cloth_shade), 0.2), alpha=1)
    pic.line(pocket, closed=True, colour=shaded(p.cloth, p.cloth_shade), width=0.0016)
    for a, b in ((pocket[1], pocket[2]), (pocket[0], pocket[5])):
        pic.line([a, b], colour=p.trim, width=0.0042)


def chest_print(pic: Picture, spec: CharacterSpec, at: Mark, size: float) -> None:
    """Paint the mark: rising level bars of a live sound, or a paw."""
    (x, y), p = at, spec.palette
    if spec.chest_print == "wave":
        for n, h in enumerate((0.35, 0.75, 1.15, 0.6, 0.95, 0.45)):
            cx = x + (n - 2.5) * size * 0.42
            wide, tall = size * 0.13, h * size * 0.8
            colour = p.trim if n % 2 == 0 else p.hair_tip
            pic.rounded(cx - wide, y - tall, cx + wide, y + tall, wide, colour=colour)
    if spec.chest_print == "paw":
        pic.oval(x, y - size * 0.25, size * 0.62, size * 0.50, colour=p.trim)
        for dx, dy in ((-0.72, 0.30), (-0.26, 0.72), (0.26, 0.72), (0.72, 0.30)):
            pic.oval(x + dx * size, y + dy * size, size * 0.22, size * 0.28, colour=p.trim)
