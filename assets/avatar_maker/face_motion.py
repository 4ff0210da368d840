"""How faces move: each expression is a field of displacements over front-view face coordinates.

A `FacePoints` says, for each vertex, where it lies relative to the eyes and the mouth. A motion
turns that into (dx, dy, dn), right-left, up-down and outward, sliding along the skin, followed by a
free (x, y, z) displacement for what moves with the jaw. The design pose has
eyes and mouth open, so that the mesh has real openings; the neutral pose closes the mouth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Flags, Floats
from .face_shape import EYE
from .mesh import catmull_rom, smoothstep
from .spec import EyeShape

EYE_CONTOUR = [
    (-0.0250, -0.0085),
    (-0.0198, 0.0085),
    (-0.0075, 0.0195),
    (0.0080, 0.0202),
    (0.0205, 0.0128),
    (0.0270, 0.0005),
    (0.0222, -0.0150),
    (0.0095, -0.0232),
    (-0.0050, -0.0232),
    (-0.0187, -0.0175),
]
INNER, OUTER = 0, 5
MOUTH = np.array([0.0, -0.0865])
MOUTH_HALF_WIDTH, MOUTH_HALF_HEIGHT = 0.0185, 0.0060


def eye_contour(eyes: EyeShape, samples: int, half: Literal["upper", "lower"] | None = None) -> Floats:
    """Left eye opening, counted from the inner corner over the top (half: 'upper', 'lower')."""
    points = np.array(EYE_CONTOUR) * np.array((eyes.width, eyes.height))
    c, s = np.cos(eyes.tilt), np.sin(eyes.tilt)
    points = points @ np.array([[c, s], [-s, c]]) + EYE
    fine = catmull_rom(points, 2000, closed=True)
    corner = np.argmin(np.linalg.norm(fine - points[OUTER], axis=1))
    curve = {None: fine, "upper": fine[: corner + 1], "lower": np.vstack([fine[corner:], fine[:1]])[::-1]}[half]
    pick = np.linspace(0, len(curve) - 1, samples, endpoint=half is not None)
    return np.asarray(curve[pick.astype(int)])


def mouth_contour(samples: int) -> Floats:
    """Open design mouth, counted from the left corner over the top."""
    a = np.linspace(0, 2 * np.pi, samples, endpoint=False)
    return np.asarray(MOUTH + np.column_stack([MOUTH_HALF_WIDTH * np.cos(a), MOUTH_HALF_HEIGHT * np.sin(a)]))


def resting_mouth_height(s: Floats) -> Floats:
    """Return the height of the closed lips' line at s, -1 right corner .. +1 left corner."""
    return np.asarray(MOUTH[1] - 0.0016 + 0.0048 * np.abs(s) ** 2.2)


@dataclass
class EyePoints:
    """Say for n vertices where the nearest point of an eye's opening is, on which lid, and how strongly they follow."""

    x: Floats
    y: Floats
    top: Flags
    gain: Floats


@dataclass
class FacePoints:
    """Face coordinates of n vertices (front view, metres)."""

    xy: Floats
    eye: dict[int, EyePoints]  # by the side's sign
    mouth_s: Floats  # -1 right corner .. +1 left corner
    mouth_top: Flags
    mouth_gain: Floats
    mouth_rest: Floats  # height change that closes the design mouth
    skin: Floats  # 1 where broad skin motions (cheeks, jaw) apply
    brow: Floats  # strength of brow motions


class Gains(TypedDict, total=False):
    """Say how strongly all points of a piece follow eyes, mouth, cheeks and jaw, and brows."""

    eye_gain: float
    mouth_gain: float
    skin: float
    brow: float


def locate(
    xy: Floats,
    eyes: EyeShape,
    eye_gain: float | None = None,
    mouth_gain: float | None = None,
    skin: float = 1.0,
    brow: float | None = None,
) -> FacePoints:
    """Return where points (N, 2) lie on the face; a gain that is given counts for all of them."""
    n = len(xy)
    eye: dict[int, EyePoints] = {}
    for sign in (1, -1):
        curve = eye_contour(eyes, 800) * np.array((sign, 1))
        upper = eye_contour(eyes, 400, "upper") * np.array((sign, 1))
        gap = np.linalg.norm(xy[:, None] - curve[None], axis=2)
        near = gap.argmin(1)
        distance = gap[np.arange(n), near]
        on_top = np.linalg.norm(curve[near][:, None] - upper[None], axis=2).min(1) < 4e-4
        reach = np.where(on_top, 0.034, 0.021)
        gain = 1 - smoothstep(0, 1, distance / reach) if eye_gain is None else np.full(n, eye_gain, float)
        gain = np.where(xy[:, 0] * sign > 0, gain, 0)
        eye[sign] = EyePoints(curve[near][:, 0], curve[near][:, 1], on_top, gain)
    curve = mouth_contour(720)
    gap = np.linalg.norm(xy[:, None] - curve[None], axis=2)
    near = gap.argmin(1)
    s = np.clip((curve[near][:, 0] - MOUTH[0]) / MOUTH_HALF_WIDTH, -1, 1)
    gain = (
        (1 - smoothstep(0, 0.026, gap.min(1)))
        if mouth_gain is None
        else np.broadcast_to(np.asarray(mouth_gain, float), n).copy()
    )
    rest = resting_mouth_height(s) - curve[near][:, 1]
    brows_follow = smoothstep(-0.002, 0.03, xy[:, 1]) * 0.5 if brow is None else np.full(n, float(brow))
    return FacePoints(
        xy,
        eye,
        s,
        curve[near][:, 1] >= MOUTH[1],
        gain,
        rest,
        np.full(n, float(skin)),
        brows_follow,
    )


def field(
    points: FacePoints,
    dx: ArrayLike = 0.0,
    dy: ArrayLike = 0.0,
    dn: ArrayLike = 0.0,
    free: Sequence[ArrayLike] = (0.0, 0.0, 0.0),
) -> Floats:
    """Return a motion (N, 6)."""
    n = len(points.xy)
    return np.column_stack([np.broadcast_to(np.asarray(v, float), n) for v in (dx, dy, dn, *free)])


def at_rest(p: FacePoints) -> Floats:
    """Return the motion from the design pose to the neutral one, which closes the mouth."""
    return field(p, dy=p.mouth_rest * p.mouth_gain)


# ---- eyes


def lids(
    p: FacePoints, sign: int, curve: float, eyes: EyeShape, amount: float = 1.0, upper: float = 1.0, lower: float = 1.0
) -> Floats:
    """Moves both lids toward a closing curve: `curve` is its bulge (down negative) at mid-eye."""
    e = p.eye[sign]
    inner, outer = eye_contour(eyes, 2, "upper")
    s = np.clip((e.x * sign - inner[0]) / (outer[0] - inner[0]), 0, 1)
    target = inner[1] + (outer[1] - inner[1]) * s + curve * (1 - (2 * s - 1) ** 2)
    move = (target - e.y) * np.where(e.top, upper, lower) * e.gain * amount
    return field(p, dy=move)


def lid_shift(p: FacePoints, sign: int, upper: float, lower: float) -> Floats:
    """Move the lids up by `upper` and `lower` metres at mid-eye, less towards the corners."""
    e = p.eye[sign]
    inner, outer = eye_contour(EyeShape(), 2, "upper")
    s = np.clip((e.x * sign - inner[0]) / (outer[0] - inner[0]), 0, 1)
    arch = np.sqrt(np.clip(1 - (2 * s - 1) ** 2, 0, 1))
    return field(p, dy=np.where(e.top, upper, lower) * arch * e.gain)


# ---- brows


def brows(p: FacePoints, sign: int, inner: float = 0.0, outer: float = 0.0, squeeze: float = 0.0) -> Floats:
    """inner and outer: rise of the brow's ends; squeeze: toward the nose."""
    x = p.xy[:, 0] * sign
    t = smoothstep(0.018, 0.070, x)
    here = p.brow * smoothstep(-0.004, 0.012, x)
    return field(p, dx=-sign * squeeze * (1 - t) * here, dy=(inner * (1 - t) + outer * t) * here)


# ---- mouth


def half(s: Floats, sign: int) -> Floats:
    """Return how much of a motion of one half of the mouth applies at s."""
    return smoothstep(-0.55, 0.55, s * sign)


def mouth(
    p: FacePoints,
    dx: ArrayLike = 0.0,
    upper: ArrayLike = 0.0,
    lower: ArrayLike = 0.0,
    dn: ArrayLike = 0.0,
    sides: int | None = None,
) -> Floats:
    """Moves the lips; `sides` (a sign) keeps it to one half."""
    w = p.mouth_gain * (1.0 if sides is None else half(p.mouth_s, sides))
    return field(p, np.asarray(dx) * w, np.where(p.mouth_top, upper, lower) * w, np.asarray(dn) * w)


def chin(p: FacePoints, dx: float = 0.0, dy: float = 0.0, dn: float = 0.0) -> Floats:
    """Move what lies below the mouth, as the jaw does."""
    low = smoothstep(-0.070, -0.112, p.xy[:, 1]) * p.skin * (1 - p.mouth_gain)
    low = low * smoothstep(0.105, 0.05, np.abs(p.xy[:, 0]))
    return field(p, free=(dx * low, dy * low, dn * low))


def lower_lip(p: FacePoints, dy: float) -> Floats:
    """The lower lip going down with the jaw."""
    w = p.mouth_gain * np.where(p.mouth_top, 0, np.clip(1 - p.mouth_s**2, 0, 1) ** 0.4)
    return field(p, free=(0.0, dy * w, 0.0))


def blob(
    p: FacePoints, cx: float, cy: float, sx: float, sy: float, dx: float = 0.0, dy: float = 0.0, dn: float = 0.0
) -> Floats:
    """Move a round patch of skin around (cx, cy)."""
    w = np.exp(-(((p.xy[:, 0] - cx) / sx) ** 2) - ((p.xy[:, 1] - cy) / sy) ** 2) * p.skin
    return field(p, dx * w, dy * w, dn * w)


def motions(p: FacePoints, eyes: EyeShape) -> dict[str, Floats]:
    """Displacement fields of all facial shapes, by ARKit name, plus a few anime ones."""
    s, arch = p.mouth_s, np.sqrt(np.clip(1 - p.mouth_s**2, 0, 1))
    w = MOUTH_HALF_WIDTH
    rise = 0.0032 * s**2
    out = {}
    for side, g in (("Left", 1), ("Right", -1)):
        out["eyeBlink" + side] = lids(p, g, -0.0150, eyes)
        out["eyeSquint" + side] = lid_shift(p, g, -0.0065, 0.0085) + blob(p, g * 0.055, -0.062, 0.03, 0.02, dy=0.003)
        out["eyeWide" + side] = lid_shift(p, g, 0.0045, -0.0015)
        out["eyeJoy" + side] = lids(p, g, 0.0085, eyes) + blob(p, g * 0.055, -0.066, 0.03, 0.02, dy=0.004, dn=0.002)
        out["eyeLookUp" + side] = lid_shift(p, g, 0.0022, 0.0012)
        out["eyeLookDown" + side] = lid_shift(p, g, -0.0075, -0.0010)
        out["eyeLookIn" + side] = field(p)
        out["eyeLookOut" + side] = field(p)
        out["browDown" + side] = brows(p, g, -0.0105, -0.0015, 0.004)
        out["browOuterUp" + side] = brows(p, g, 0.0020, 0.0115)
        out["cheekSquint" + side] = lid_shift(p, g, 0.0, 0.0060) + blob(
            p, g * 0.056, -0.064, 0.028, 0.02, dy=0.005, dn=0.003
        )
        out["noseSneer" + side] = (
            blob(p, g * 0.012, -0.050, 0.013, 0.014, dy=0.0045)
            + brows(p, g, -0.0065, 0.0, 0.002)
            + mouth(p, upper=0.0035 * arch, lower=0.0, sides=g)
        )
        out["mouthSmile" + side] = mouth(
            p, g * 0.0075, 0.0095 * np.abs(s) ** 1.4, 0.0095 * np.abs(s) ** 1.4, sides=g
        ) + blob(p, g * 0.046, -0.073, 0.018, 0.016, dy=0.003, dn=0.002)
        out["mouthFrown" + side] = mouth(p, g * 0.0015, 0.0016 - 0.0110 * s**2, 0.0016 - 0.0110 * s**2, sides=g)
        out["mouthDimple" + side] = mouth(p, g * 0.0055, 0.0022 * s**2, 0.0022 * s**2, -0.003 * s**2, sides=g)
        out["mouthStretch" + side] = mouth(p, g * 0.0085, -0.0045 * s**2, -0.0045 * s**2, sides=g)
        out["mouthPress" + side] = mouth(p, g * 0.0025, -rise, -rise + 0.0006, -0.0015, sides=g)
        out["mouthLowerDown" + side] = mouth(p, 0, 0, -0.0100 * arch, sides=g)
        out["mouthUpperUp" + side] = mouth(p, 0, 0.0075 * arch, 0, sides=g)
        out["mouth" + side] = mouth(p, g * 0.0125, 0.0020 * g * s, 0.0020 * g * s) + chin(p, dx=g * 0.002)
        out["jaw" + side] = mouth(p, g * 0.0085, 0.0, 0.0) + chin(p, dx=g * 0.0115)
    out["browInnerUp"] = brows(p, 1, 0.0125, -0.0010, -0.001) + brows(p, -1, 0.0125, -0.0010, -0.001)
    open_lips = (
        mouth(p, -0.02 * w * s, 0.0026 * arch, -0.0185 * arch**0.75 - 0.001, 0.0)
        + mouth(p, upper=-0.0015)
        + lower_lip(p, -0.0110)
    )
    out["jawOpen"] = open_lips + chin(p, dy=-0.0125)
    out["mouthClose"] = -open_lips + mouth(p, 0, -0.0035, -0.0035)
    out["jawForward"] = chin(p, dn=0.0095) + mouth(p, 0, 0, 0, np.where(p.mouth_top, 0.001, 0.005))
    out["mouthFunnel"] = mouth(p, -0.52 * w * s, 0.0065 * arch - rise, -0.0085 * arch - rise, 0.006)
    out["mouthPucker"] = mouth(p, -0.60 * w * s, 0.0008 * arch - rise, -0.0010 * arch - rise, 0.0085)
    out["mouthRollLower"] = mouth(p, 0.0, 0.0, 0.0014 * arch, np.where(p.mouth_top, 0, -0.004)) + chin(
        p, dy=0.003, dn=0.003
    )
    out["mouthRollUpper"] = mouth(p, 0.0, -0.0018 * arch, -0.0010 * arch, np.where(p.mouth_top, -0.004, 0))
    out["mouthShrugLower"] = mouth(p, 0, 0.0042 * arch, 0.0042 * arch, 0.002) + chin(p, dy=0.006, dn=0.003)
    out["mouthShrugUpper"] = mouth(p, 0, 0.0050 * arch, 0.0034 * arch, 0.003)
    out["cheekPuff"] = (
        blob(p, 0.060, -0.076, 0.026, 0.024, dn=0.0165)
        + blob(p, -0.060, -0.076, 0.026, 0.024, dn=0.0165)
        + mouth(p, -0.22 * w * s, 0, 0, 0.002)
    )
    out["tongueOut"] = mouth(p, -0.05 * w * s, 0.0, -0.0105 * arch)
    return out
