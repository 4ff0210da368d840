"""An open jacket over a shirt."""

from typing import Final

import numpy as np

from .arrays import Floats
from .cloth_pictures import ClothFrame, cuffs, folds
from .implicit import capsule, gradient, polygonise, smooth_max, smooth_min
from .mesh import Mesh, unit
from .picture import Picture, mix, shaded
from .picture import gradient as fading
from .spec import CharacterSpec
from .swatches import swatch_uv
from .torso import Torso

_LINING_M: Final = 0.0045  # shown beside the zip
_ZIP_M: Final = 0.010  # from the opening's edge to where the jacket lies flat


class Jacket:
    """Dress one character's upper body in a jacket with a ribbed hem, over a shirt."""

    def __init__(self, torso: Torso) -> None:
        self.torso = torso

    def mesh(self) -> Mesh:
        """Return jacket, shirt and collar."""
        t = self.torso
        reach = t.wrist + 0.02
        low, high = (-reach, t.hip - 0.04, -0.17 * t.girth), (reach, t.shoulder + 0.06, 0.16 * t.girth)
        solid = polygonise(self._field, low, high, t.detail.cell(0.0062), t.detail.faces(6600))
        mesh = t.dressed(solid)
        q = np.abs(mesh.positions * (1, 0, 0)) + mesh.positions * (0, 1, 1)
        edge = (np.abs(q[:, 0] - opening_m(t.frame, q[:, 1])) < _ZIP_M) & (q[:, 2] > 0.02)
        mesh.normals[edge] = unit(gradient(lambda p: t.trunk(np.abs(p), 0.015), mesh.positions[edge]))  # lit as one
        return mesh

    def collar(self) -> Mesh:
        """Return the collar, which stands around the neck and is open in front."""
        t = self.torso
        wide = 0.075 * t.spec.proportions.neck
        low, high = (-wide, t.shoulder - 0.03, -wide - 0.02), (wide, t.shoulder + 0.07, wide + 0.02)
        p, n, tri = polygonise(self._collar, low, high, t.detail.cell(0.0040), t.detail.faces(700))
        fall = np.clip((t.shoulder + 0.045 - p[:, 1]) / 0.06, 0, 1)
        inward = np.column_stack([p[:, 0], np.clip(p[:, 1], None, t.shoulder + 0.01), p[:, 2]]) * (0.4, 1, 1)
        return Mesh(p, n, swatch_uv("trim_dark", fall), tri, t.weights(inward))

    def _field(self, p: Floats) -> Floats:
        t, k = self.torso, self.torso.limb
        q = np.column_stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]])
        shirt = t.trunk(q, 0.005, 0.004)
        body = t.trunk(q, 0.017, 0.006, 1.1)
        hem = smooth_max(t.trunk(q, 0.013, -0.010), q[:, 1] - (t.hip + 0.034), 0.004)
        body = smooth_min(smooth_max(body, (t.hip + 0.030) - q[:, 1], 0.012), hem, 0.006)
        cuff = t.wrist - 0.034
        sleeve = t.sleeve(q, 0.045, 0.043, 0.041, cuff - 0.016)
        yz = (t.skeleton.arm_level, -0.010)
        rib = capsule(q, (cuff, *yz), (t.wrist - 0.012, *yz), 0.034 * k, 0.031 * k)
        sleeve = smooth_min(sleeve, np.maximum(rib, q[:, 0] - (t.wrist - 0.004)), 0.008)
        body = smooth_min(body, sleeve, 0.040)
        opening = np.minimum(opening_m(t.frame, q[:, 1]) - q[:, 0], q[:, 2] - 0.01)
        return smooth_min(shirt, smooth_max(body, opening, 0.006), 0.002)

    def _collar(self, p: Floats) -> Floats:
        t, k = self.torso, self.torso.spec.proportions.neck
        y = p[:, 1] - t.shoulder
        lean = 0.050 * k + 0.10 * (y - 0.01)
        around = np.hypot(p[:, 0], (p[:, 2] + 0.010) / 1.05)
        wall = np.abs(around - lean) - 0.0055
        top = 0.036 - 0.12 * np.clip(p[:, 2], -0.05, 0.06)
        solid = smooth_max(wall, np.maximum(-0.022 - y, y - top), 0.006)
        return smooth_max(solid, np.minimum(0.024 * k - 0.25 * y - np.abs(p[:, 0]), p[:, 2]), 0.008)


def opening_m(frame: ClothFrame, y: Floats) -> Floats:
    """Return half the width of the shirt that shows at a height: wide at the chest, closing at the hem."""
    up = np.clip((y - frame.hip) / (frame.shoulder - frame.hip), 0, 1.1)
    return np.asarray(frame.girth * (0.020 + 0.036 * np.sin(np.pi * np.clip(up * 0.86, 0, 1)) ** 1.2))


def jacket_picture(spec: CharacterSpec, frame: ClothFrame) -> bytes:
    """Return the picture of jacket and shirt."""
    p = spec.palette

    def side(pic: Picture, is_back: bool) -> None:
        dark = shaded(p.cloth, p.cloth_shade)
        pic.box(
            -0.5,
            frame.hem - 0.06,
            0.5,
            frame.hem + 0.06,
            shader=fading((0, frame.hem + 0.10), (0, frame.hem), [p.cloth, dark]),
        )
        yoke = frame.shoulder - 0.055
        if not is_back:
            pic.line([(-0.3, yoke), (0.3, yoke)], colour=dark, width=0.0016)
        folds(pic, spec, frame, is_back)
        cuffs(pic, spec, frame)
        hem = frame.hip + 0.034
        pic.box(-0.3, frame.hip - 0.020, 0.3, hem, colour=p.trim_dark)
        for n in range(-60, 61):
            pic.line([(n * 0.0055, hem), (n * 0.0055, frame.hip - 0.020)], colour="#ffffff", alpha=0.07, width=0.0016)
        if is_back:
            pic.line([(-0.065, yoke), (0, yoke - 0.055), (0.065, yoke)], colour=p.trim, width=0.009)
            pic.line([(-0.065, yoke - 0.024), (0, yoke - 0.079), (0.065, yoke - 0.024)], colour=p.trim, width=0.004)
        else:
            _front(pic, spec, frame)

    return frame.painted(spec, side, {"hood": p.trim_dark, "lining": p.trim})


def _front(pic: Picture, spec: CharacterSpec, frame: ClothFrame) -> None:
    p = spec.palette
    y = np.linspace(frame.hip - 0.05, frame.shoulder + 0.06, 40)
    half = opening_m(frame, y)
    for grow, colour in ((0.015, p.trim), (_LINING_M, "#d8d6e0"), (-_LINING_M, p.shirt)):
        edge = np.column_stack([half + grow, y])
        pic.line([*edge, *(edge * (-1, 1))[::-1]], closed=True, colour=colour)
    shade = mix(p.shirt, shaded(p.shirt, p.cloth_shade), 0.8)
    for g in (1, -1):
        inside = np.column_stack([g * (half - 0.004), y])
        pic.line(inside, colour=shade, alpha=0.5, width=0.010, blur=0.003)
        foot = frame.hip + 0.075
        pic.line([(g * 0.088, foot), (g * 0.070, foot + 0.062)], colour=p.trim, width=0.0048)
        pic.line([(g * 0.082, foot), (g * 0.064, foot + 0.062)], colour=mix(p.cloth, "#000000", 0.3), width=0.0016)
    _gust(pic, p.trim, frame.shoulder - 0.125)
    neck = frame.shoulder + 0.013
    pic.line([(-0.030, neck - 0.002), (0, neck - 0.010), (0.030, neck - 0.002)], colour=shade, width=0.0030)
    badge = (0.066 * frame.girth, frame.shoulder - 0.100)
    pic.oval(*badge, 0.0125, 0.0125, colour=p.trim)
    pic.oval(*badge, 0.0080, 0.0080, colour=p.trim_dark)
    for n, tall in enumerate((0.003, 0.005, 0.0035)):
        x = badge[0] + (n - 1) * 0.0042
        pic.rounded(x - 0.0013, badge[1] - tall, x + 0.0013, badge[1] + tall, 0.0013, colour=p.trim)


def _gust(pic: Picture, colour: str, y: float) -> None:
    """Paint the mark on the shirt: three breaths of wind."""
    for n, (start, end) in enumerate(((-0.028, 0.020), (-0.020, 0.030), (-0.030, 0.012))):
        x = np.linspace(start, end, 24)
        wave = 0.0035 * np.sin((x - start) / (end - start) * 2 * np.pi)
        pic.line(np.column_stack([x, y + 0.013 * (1 - n) + wave]), colour=colour, width=0.0042)
