"""How faces move: each expression is a field of displacements over front-view face coordinates.

A motion turns where points lie into (dx, dy, dn), right-left, up-down and outward, sliding along the skin, followed by
a free (x, y, z) displacement for what moves with the jaw. The neutral pose closes the mouth of the design pose.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Floats
from .face_points import FacePoints, eye_contour, muzzle_bows
from .mesh import smoothstep


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
