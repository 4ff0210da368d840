"""Where points lie on a face, relative to the openings of its eyes and its mouth.

The design pose has eyes and mouth open, so that the mesh has real openings.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypedDict

import numpy as np

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
