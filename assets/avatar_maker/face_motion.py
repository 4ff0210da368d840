"""How faces move: each expression is a field of displacements over front-view face coordinates.

A `FacePoints` says, for each vertex, where it lies relative to the eyes and the mouth. A motion
turns that into (dx, dy, dn), right-left, up-down and outward, sliding along the skin, followed by a
free (x, y, z) displacement for what moves with the jaw. The design pose has
eyes and mouth open, so that the mesh has real openings; the neutral pose closes the mouth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Flags, Floats
from .face_shape import HeadShape
from .mesh import catmull_rom, smoothstep

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
ROBOT_EYE_CONTOUR = [
    (-0.0215, 0.0000),
    (-0.0195, 0.0165),
    (-0.0100, 0.0255),
    (0.0040, 0.0262),
    (0.0165, 0.0205),
    (0.0225, 0.0000),
    (0.0180, -0.0200),
    (0.0050, -0.0262),
    (-0.0100, -0.0255),
    (-0.0195, -0.0165),
]
LID_REACH_M: Final = {  # how far over and under an eye the skin follows its lids: fur and screens bear pictures there
    "human": (0.034, 0.021),
    "fox": (0.015, 0.018),
    "robot": (0.012, 0.009),
}
LIP_REACH_M: Final = {"human": 0.026, "fox": 0.026, "robot": 0.012}
OUTER = 5  # which of the points is the outer corner; the first is the inner one


def eye_contour(head: HeadShape, samples: int, half: Literal["upper", "lower"] | None = None) -> Floats:
    """Left eye opening, counted from the inner corner over the top (half: 'upper', 'lower')."""
    plain = ROBOT_EYE_CONTOUR if head.kind == "robot" else EYE_CONTOUR
    points = np.array(plain) * np.array((head.eyes.width, head.eyes.height))
    c, s = np.cos(head.eyes.tilt), np.sin(head.eyes.tilt)
    points = points @ np.array([[c, s], [-s, c]]) + head.eye
    fine = catmull_rom(points, 2000, closed=True)
    corner = np.argmin(np.linalg.norm(fine - points[OUTER], axis=1))
    curve = {None: fine, "upper": fine[: corner + 1], "lower": np.vstack([fine[corner:], fine[:1]])[::-1]}[half]
    pick = np.linspace(0, len(curve) - 1, samples, endpoint=half is not None)
    return np.asarray(curve[pick.astype(int)])


def mouth_contour(head: HeadShape, samples: int) -> Floats:
    """Open design mouth, counted from the left corner over the top."""
    a = np.linspace(0, 2 * np.pi, samples, endpoint=False)
    return np.asarray(head.mouth + head.mouth_half * np.column_stack([np.cos(a), np.sin(a)]))


def resting_mouth_height(head: HeadShape, s: Floats) -> Floats:
    """Return the height of the closed lips' line at s, -1 right corner .. +1 left corner."""
    smile = head.mouth[1] - 0.0016 + 0.0048 * np.abs(s) ** 2.2
    return np.asarray(smile + muzzle_bows(head, s))


def muzzle_bows(head: HeadShape, s: Floats) -> Floats:
    """Return how far a muzzle's two bows, which meet under the nose, lie over the line of other mouths."""
    if head.kind != "fox":
        return np.zeros_like(s)
    return np.asarray(0.0058 * np.cos(np.pi * (np.abs(s) - 0.02)) ** 2 - 0.0026 - 0.0048 * np.abs(s) ** 2.2)


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

    head: HeadShape
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
    head: HeadShape,
    eye_gain: float | None = None,
    mouth_gain: float | None = None,
    skin: float = 1.0,
    brow: float | None = None,
) -> FacePoints:
    """Return where points (N, 2) lie on the face; a gain that is given counts for all of them."""
    n = len(xy)
    eye: dict[int, EyePoints] = {}
    for sign in (1, -1):
        curve = eye_contour(head, 800) * np.array((sign, 1))
        upper = eye_contour(head, 400, "upper") * np.array((sign, 1))
        gap = np.linalg.norm(xy[:, None] - curve[None], axis=2)
        near = gap.argmin(1)
        distance = gap[np.arange(n), near]
        on_top = np.linalg.norm(curve[near][:, None] - upper[None], axis=2).min(1) < 4e-4
        reach = np.where(on_top, *LID_REACH_M[head.kind])
        gain = 1 - smoothstep(0, 1, distance / reach) if eye_gain is None else np.full(n, eye_gain, float)
        gain = np.where(xy[:, 0] * sign > 0, gain, 0)
        eye[sign] = EyePoints(curve[near][:, 0], curve[near][:, 1], on_top, gain)
    curve = mouth_contour(head, 720)
    gap = np.linalg.norm(xy[:, None] - curve[None], axis=2)
    near = gap.argmin(1)
    s = np.clip(curve[near][:, 0] / head.mouth_half[0], -1, 1)
    gain = (
        (1 - smoothstep(0, LIP_REACH_M[head.kind], gap.min(1)))
        if mouth_gain is None
        else np.broadcast_to(np.asarray(mouth_gain, float), n).copy()
    )
    rest = resting_mouth_height(head, s) - curve[near][:, 1]
    brows_follow = smoothstep(-0.002, 0.03, xy[:, 1]) * 0.5 if brow is None else np.full(n, float(brow))
    return FacePoints(
        head,
        xy,
        eye,
        s,
        curve[near][:, 1] >= head.mouth[1],
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


def lids(p: FacePoints, sign: int, curve: float) -> Floats:
    """Close both lids on a curve: `curve` is its bulge (down negative) at the middle of an eye of plain height."""
    e = p.eye[sign]
    inner, outer = eye_contour(p.head, 2, "upper")
    s = np.clip((e.x * sign - inner[0]) / (outer[0] - inner[0]), 0, 1)
    target = inner[1] + (outer[1] - inner[1]) * s + curve * p.head.eyes.height * (1 - (2 * s - 1) ** 2)
    return field(p, dy=(target - e.y) * e.gain)


def lid_shift(p: FacePoints, sign: int, upper: float, lower: float) -> Floats:
    """Move the lids of an eye of plain height up by `upper` and `lower` metres, less towards the corners."""
    e = p.eye[sign]
    inner, outer = eye_contour(p.head, 2, "upper")
    s = np.clip((e.x * sign - inner[0]) / (outer[0] - inner[0]), 0, 1)
    arch = np.sqrt(np.clip(1 - (2 * s - 1) ** 2, 0, 1))
    return field(p, dy=np.where(e.top, upper, lower) * p.head.eyes.height * arch * e.gain)


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
    from_y = p.head.mouth[1]
    low = smoothstep(from_y + 0.0165, from_y - 0.0255, p.xy[:, 1]) * p.skin * (1 - p.mouth_gain)
    low = low * smoothstep(0.105, 0.05, np.abs(p.xy[:, 0]))
    return field(p, free=(dx * low, dy * low, dn * low))


def lower_lip(p: FacePoints, dy: float) -> Floats:
    """The lower lip going down with the jaw."""
    w = p.mouth_gain * np.where(p.mouth_top, 0, np.clip(1 - p.mouth_s**2, 0, 1) ** 0.4)
    return field(p, free=(0.0, dy * w, 0.0))


def cheek(p: FacePoints, sign: int, dx: float = 0.0, dy: float = 0.0, dn: float = 0.0) -> Floats:
    """Move the skin of a cheek below the eye."""
    return blob(p, (sign * (p.head.eye[0] + 0.008), p.head.eye[1] - 0.037), (0.029, 0.020), dx, dy, dn)


def blob(
    p: FacePoints, at: tuple[float, float], size: tuple[float, float], dx: float = 0.0, dy: float = 0.0, dn: float = 0.0
) -> Floats:
    """Move a round patch of skin."""
    away = ((p.xy - at) / size) ** 2
    w = np.exp(-away.sum(1)) * p.skin
    return field(p, dx * w, dy * w, dn * w)


def motions(p: FacePoints) -> dict[str, Floats]:
    """Displacement fields of all facial shapes, by ARKit name, plus a few anime ones."""
    out: dict[str, Floats] = {}
    for side, g in (("Left", 1), ("Right", -1)):
        out.update({name + side: move for name, move in _of_one_side(p, g).items()})
    s, arch = p.mouth_s, np.sqrt(np.clip(1 - p.mouth_s**2, 0, 1))
    w = p.head.mouth_half[0]
    rise = 0.0032 * s**2
    out["browInnerUp"] = brows(p, 1, 0.0105, -0.0010, -0.001) + brows(p, -1, 0.0105, -0.0010, -0.001)
    bows, far = muzzle_bows(p.head, s), p.head.opening
    open_lips = (
        mouth(p, -0.02 * w * s, 0.0026 * far * arch, -0.0185 * far * arch**0.75 - 0.001 - bows, 0.0)
        + mouth(p, upper=-0.0015)
        + lower_lip(p, -0.0110 * far)
    )
    out["jawOpen"] = open_lips + chin(p, dy=-0.0125)
    out["mouthClose"] = -open_lips + mouth(p, 0, -0.0035, -0.0035)
    out["jawForward"] = chin(p, dn=0.0095) + mouth(p, 0, 0, 0, np.where(p.mouth_top, 0.001, 0.005))
    out["mouthFunnel"] = mouth(p, -0.52 * w * s, 0.0065 * arch - rise - bows, -0.0085 * arch - rise - bows, 0.006)
    out["mouthPucker"] = mouth(p, -0.60 * w * s, 0.0008 * arch - rise - bows, -0.0010 * arch - rise - bows, 0.0085)
    out["mouthRollLower"] = mouth(p, 0.0, 0.0, 0.0014 * arch, np.where(p.mouth_top, 0, -0.004)) + chin(
        p, dy=0.003, dn=0.003
    )
    out["mouthRollUpper"] = mouth(p, 0.0, -0.0018 * arch, -0.0010 * arch, np.where(p.mouth_top, -0.004, 0))
    out["mouthShrugLower"] = mouth(p, 0, 0.0042 * arch, 0.0042 * arch, 0.002) + chin(p, dy=0.006, dn=0.003)
    out["mouthShrugUpper"] = mouth(p, 0, 0.0050 * arch, 0.0034 * arch, 0.003)
    puffed = (0.060, p.head.mouth[1] + 0.0105)
    out["cheekPuff"] = (
        blob(p, puffed, (0.026, 0.024), dn=0.0165)
        + blob(p, (-puffed[0], puffed[1]), (0.026, 0.024), dn=0.0165)
        + mouth(p, -0.22 * w * s, 0, 0, 0.002)
    )
    out["tongueOut"] = mouth(p, -0.05 * w * s, 0.0, -0.0105 * arch - bows)
    return out


def _of_one_side(p: FacePoints, g: int) -> dict[str, Floats]:
    """Return the motions of the left (1) or right (-1) half of the face, without the side's name."""
    s, arch = p.mouth_s, np.sqrt(np.clip(1 - p.mouth_s**2, 0, 1))
    rise = 0.0032 * s**2
    beside_nose = (g * 0.012, -0.050)
    corner = (g * (p.head.mouth_half[0] + 0.0275), p.head.mouth[1] + 0.0135)
    return {
        "eyeBlink": lids(p, g, -0.0150),
        "eyeSquint": lid_shift(p, g, -0.0065, 0.0085) + cheek(p, g, dy=0.003),
        "eyeWide": lid_shift(p, g, 0.0045, -0.0015),
        "eyeJoy": lids(p, g, 0.0085) + cheek(p, g, dy=0.004, dn=0.002),
        "eyeLookUp": lid_shift(p, g, 0.0022, 0.0012),
        "eyeLookDown": lid_shift(p, g, -0.0075, -0.0010),
        "eyeLookIn": field(p),
        "eyeLookOut": field(p),
        "browDown": brows(p, g, -0.0095, -0.0015, 0.004),
        "browOuterUp": brows(p, g, 0.0020, 0.0095),
        "cheekSquint": lid_shift(p, g, 0.0, 0.0060) + cheek(p, g, dy=0.005, dn=0.003),
        "noseSneer": blob(p, beside_nose, (0.013, 0.014), dy=0.0045)
        + brows(p, g, -0.0065, 0.0, 0.002)
        + mouth(p, upper=0.0035 * arch, lower=0.0, sides=g),
        "mouthSmile": mouth(p, g * 0.0075, 0.0095 * np.abs(s) ** 1.4, 0.0095 * np.abs(s) ** 1.4, sides=g)
        + blob(p, corner, (0.018, 0.016), dy=0.003, dn=0.002),
        "mouthFrown": mouth(p, g * 0.0015, 0.0016 - 0.0110 * s**2, 0.0016 - 0.0110 * s**2, sides=g),
        "mouthDimple": mouth(p, g * 0.0055, 0.0022 * s**2, 0.0022 * s**2, -0.003 * s**2, sides=g),
        "mouthStretch": mouth(p, g * 0.0085, -0.0045 * s**2, -0.0045 * s**2, sides=g),
        "mouthPress": mouth(p, g * 0.0025, -rise, -rise + 0.0006, -0.0015, sides=g),
        "mouthLowerDown": mouth(p, 0, 0, -0.0100 * arch, sides=g),
        "mouthUpperUp": mouth(p, 0, 0.0075 * arch, 0, sides=g),
        "mouth": mouth(p, g * 0.0125, 0.0020 * g * s, 0.0020 * g * s) + chin(p, dx=g * 0.002),
        "jaw": mouth(p, g * 0.0085, 0.0, 0.0) + chin(p, dx=g * 0.0115),
    }
