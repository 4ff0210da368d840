"""The pictures of faces as seen from the front, painted by code: skin, fur, or a screen in its shell."""

import numpy as np

from . import face_points
from .detail import Detail
from .face_shape import HeadShape
from .picture import Picture, gradient, mix
from .pictures import FACE_SPAN
from .spec import CharacterSpec

SCREEN = (0.0985, 0.0710, 0.040)  # half width, half height and corner of a robot's screen, metres
SCREEN_Y = -0.022


def face_skin(spec: CharacterSpec) -> bytes:
    """Return the front view of a face."""
    size = Detail(spec.detail).pixels(1024)
    pic = Picture(size, size, spec.palette.skin, size / FACE_SPAN, (size / 2, size / 2), flip=True)
    head = HeadShape(spec)
    match spec.head:
        case "human":
            _human(pic, spec, head)
        case "fox":
            _fox(pic, spec, head)
        case "robot":
            _robot(pic, spec, head)
    return pic.png()


def _human(pic: Picture, spec: CharacterSpec, head: HeadShape) -> None:
    """Blush, nose, lid colour, lower lip, and shade under fringe and chin."""
    p = spec.palette
    pic.box(-0.2, 0.055, 0.2, 0.2, colour=p.skin_shade, alpha=0.50, blur=0.012)  # under the fringe
    pic.box(-0.2, -0.2, 0.2, head.chin_y - 0.011, colour=p.skin_shade, alpha=0.45, blur=0.010)
    _lids(pic, spec, head)
    is_soft = spec.eyes.lashes >= 0.7
    for g in (1, -1):
        x, y = g * (head.eye[0] + 0.0155), head.eye[1] - 0.0385
        pic.oval(x, y, 0.024, 0.015, colour=p.blush, alpha=0.28 if is_soft else 0.14, blur=0.0080)
        for n in range(3 if is_soft else 0):
            x = g * (head.eye[0] + 0.0085 + 0.0075 * n)
            stroke = [(x + 0.0014, y - 0.0015), (x - 0.0020, y - 0.0077)]
            pic.line(stroke, colour=p.blush, alpha=0.55, width=0.0012, blur=0.0002)
    _nose(pic, spec)
    pic.oval(0.0, head.mouth[1] - 0.0062, 0.0080, 0.0020, colour=p.blush, alpha=0.24, blur=0.0015)
    pic.oval(0.0, head.mouth[1] - 0.0125, 0.0070, 0.0016, colour=p.skin_shade, alpha=0.28, blur=0.0014)


def _nose(pic: Picture, spec: CharacterSpec) -> None:
    p, size = spec.palette, spec.face.nose
    pic.oval(0.0, -0.0585, 0.0060 * size**0.6, 0.0026, colour=p.skin_shade, alpha=0.75, blur=0.0012)
    pic.oval(0.0, -0.0575, 0.0026 * size**0.6, 0.0012, colour=mix(p.skin_shade, p.blush, 0.5), alpha=0.85, blur=0.0005)
    pic.oval(-0.0006, -0.0515, 0.0016, 0.0022, colour="#ffffff", alpha=0.70, blur=0.0006)
    if size > 1.2:  # a bridge, on the side away from the light
        ridge = [(-0.0062, -0.026), (-0.0044, -0.038), (-0.0052, -0.0545)]
        pic.line(ridge, colour=p.skin_shade, alpha=0.55, width=0.0022, blur=0.0010)


def _lids(pic: Picture, spec: CharacterSpec, head: HeadShape) -> None:
    p = spec.palette
    warm = mix(p.skin, p.blush, 0.35)
    for g in (1, -1):
        around = face_points.eye_contour(head, 80) * (g, 1)
        pic.line(around, closed=True, colour=warm, alpha=0.55, blur=0.0030, width=0.0075)
        upper = face_points.eye_contour(head, 60, "upper") * (g, 1)
        pic.line(upper[20:], colour=mix(p.skin_shade, p.blush, 0.5), alpha=0.50, blur=0.0028, width=0.008)
        lower = face_points.eye_contour(head, 60, "lower") * (g, 1)
        pic.line(lower[16:52] - np.array((0, 0.0016)), colour=p.blush, alpha=0.30, blur=0.0010, width=0.0022)


def _fox(pic: Picture, spec: CharacterSpec, head: HeadShape) -> None:
    """A light muzzle and cheeks, light brows, dark lids, a button of a nose."""
    p = spec.palette
    light, y = p.hair_tip, head.mouth[1]
    mask = [(0, -0.040), (0.020, -0.046), (0.036, -0.056), (0.062, -0.050), (0.150, -0.030), (0.150, -0.20)]
    outline = [*((x, h) for x, h in mask), *((-x, h) for x, h in reversed(mask))]
    pic.line(outline, closed=True, colour=light, alpha=1, blur=0.0022)
    for g in (1, -1):
        pic.oval(g * (head.eye[0] - 0.010), head.eye[1] + 0.0395, 0.0125, 0.0075, colour=light, blur=0.0012)
        pic.oval(g * 0.064, head.eye[1] - 0.040, 0.022, 0.012, colour=p.blush, alpha=0.26, blur=0.007)
        for n in range(3):  # whiskers' roots
            at = (g * (0.0215 + 0.0045 * n), y + 0.0060 - 0.0030 * (n % 2))
            pic.oval(*at, 0.0011, 0.0011, colour=p.skin_shade, alpha=0.9)
    _lids(pic, spec, head)
    pic.line([(0, -0.066), (0, y - 0.002)], colour=mix(p.skin_shade, "#3a1c1a", 0.6), width=0.0013)
    pic.box(-0.2, -0.2, 0.2, head.chin_y - 0.008, colour=p.skin_shade, alpha=0.30, blur=0.010)


def _robot(pic: Picture, spec: CharacterSpec, head: HeadShape) -> None:
    """A dark screen with fine rows of light, and the glow that eyes and mouth throw on it."""
    p = spec.palette
    w, h, corner = SCREEN
    for grow, colour in ((0.0065, p.skin_shade), (0.0035, p.trim_dark)):
        pic.rounded(-w - grow, SCREEN_Y + h + grow, w + grow, SCREEN_Y - h - grow, corner + grow, colour=colour)
    glass = gradient((0, SCREEN_Y + h), (0, SCREEN_Y - h), ["#232c4a", "#141a30", "#10152a"], [0, 0.6, 1])
    pic.rounded(-w, SCREEN_Y + h, w, SCREEN_Y - h, corner, shader=glass)
    for g in (1, -1):
        pic.oval(g * head.eye[0], head.eye[1], 0.030, 0.034, colour=p.iris_mid, alpha=0.28, blur=0.012)
        pic.oval(g * 0.066, head.eye[1] - 0.042, 0.011, 0.0055, colour=p.blush, alpha=0.85, blur=0.0016)
    pic.oval(0, head.mouth[1], 0.026, 0.012, colour=p.iris_mid, alpha=0.20, blur=0.010)
    shine = [(-0.086, 0.036), (-0.052, 0.043), (-0.060, 0.030), (-0.090, 0.014)]
    pic.line(shine, closed=True, colour="#ffffff", alpha=0.10, blur=0.0015)
