"""Pull faces: a handful of muscles that move landmarks, and warp pictures, by millimetres on an average face."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.app.bench.tracking.lids import lowered_lid

Pixels = NDArray[np.uint8]
Doubles = NDArray[np.float64]

EYES_APART_MM: Final = 89.0  # between the outer corners, as on the template


@dataclass(frozen=True, slots=True)
class Muscle:
    """Pull what lies within about `reach_mm` of the landmarks: (x, y, z) mm each; +X the person's left, +Y up, +Z out.

    `least` and `most` bound the pull: -1 where a muscle works both ways.
    """

    pulls: tuple[tuple[int, tuple[float, float, float]], ...]
    reach_mm: float
    least: float = -1.0
    most: float = 1.0


def _both(
    right: int, left: int, x: float, y: float, z: float = 0.0
) -> tuple[tuple[int, tuple[float, float, float]], ...]:
    return (right, (-x, y, z)), (left, (x, y, z))


MUSCLES: Final = (
    Muscle(_both(107, 336, 1.0, 8.0), 15.0),  # inner brows
    Muscle(((105, (0.0, 7.0, 0.0)), (70, (0.0, 7.0, 0.0))), 12.0),  # outer brow, right
    Muscle(((334, (0.0, 7.0, 0.0)), (300, (0.0, 7.0, 0.0))), 12.0),  # and left
    Muscle(_both(61, 291, 7.0, 6.0, -2.0), 13.0, -0.2),  # smile
    Muscle(((61, (-6.0, 6.0, -2.0)),), 12.0, -0.3),  # to one side
    Muscle(((291, (6.0, 6.0, -2.0)),), 12.0, -0.3),
    Muscle(_both(61, 291, 1.0, -7.0), 11.0, -0.2),  # frown
    Muscle((*_both(61, 291, -10.0, 0.0, 4.0), (0, (0.0, 0.0, 3.0)), (17, (0.0, 0.0, 3.0))), 13.0, -0.3),  # narrow lips
    Muscle(((13, (7.0, 0.0, 0.0)), (14, (7.0, 0.0, 0.0))), 20.0),  # mouth aside
    Muscle(((152, (9.0, 0.0, 0.0)), (17, (4.0, 0.0, 0.0))), 24.0),  # jaw aside
    Muscle(((0, (0.0, 5.0, 1.0)),), 11.0),  # upper lip
    Muscle(((17, (0.0, -5.0, 1.0)),), 11.0),  # lower lip
    Muscle(((17, (0.0, 5.0, 1.0)), (152, (0.0, 4.0, 0.0))), 14.0, -0.2),  # chin shrug
    Muscle((*_both(145, 374, 0.0, 3.0), *_both(118, 347, 0.0, 4.0)), 9.0, -0.3),  # squint
    Muscle(_both(129, 358, 0.0, 5.0), 10.0, 0.0),  # sneer
)
# The person's right eye, then the left: corners, upper lid (inside, seam, crease), lower lid, iris.
_EYES: Final = (
    ((33, 133), (246, 161, 160, 159, 158, 157, 173), (7, 163, 144, 145, 153, 154, 155), (468, 469, 470, 471, 472)),
    ((263, 362), (466, 388, 387, 386, 385, 384, 398), (249, 390, 373, 374, 380, 381, 382), (473, 474, 475, 476, 477)),
)
_MOUTH_CORNERS: Final = (61, 291)
_LIPS_MEET: Final = (13, 14)
_CHIN: Final = 152
# What the jaw takes along: the lower lip from its inner edge outward, and the contour from ear to ear.
_LOWER_LIP: Final = (
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292,
    76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306, 61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291,
)  # fmt: skip
MARGIN_MM: Final = 60.0  # around a face: beyond it nothing moves
JAW_MM_MAX: Final = 26.0
GAZE_MM_MAX: Final = 4.5
LID_LEAST: Final = -0.35  # wide eyes: the lid goes up by this share of the opening


@dataclass(frozen=True, slots=True)
class Grimace:
    """Hold how far each muscle pulls, how far each lid (right, left) and the jaw moves, and where the eyes look."""

    pulls: Doubles  # (muscles,)
    lids: tuple[float, float] = (0.0, 0.0)
    jaw: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)


def grimace(random: np.random.Generator) -> Grimace:
    """Return one that moves about a third of the face, as expressions do."""
    least, most = np.array([(muscle.least, muscle.most) for muscle in MUSCLES]).T
    pulls = random.uniform(least, most) * (random.random(len(MUSCLES)) < 0.3)
    lids = random.uniform(LID_LEAST, 1.0, 2) * (random.random() < 0.5)
    if random.random() < 0.7:
        lids[:] = lids[0]  # people blink with both
    jaw = float(random.uniform(0.0, 1.0) ** 1.5 * (random.random() < 0.4))
    gaze = random.uniform(-1.0, 1.0, 2) * (random.random() < 0.4)
    return Grimace(pulls, (float(lids[0]), float(lids[1])), jaw, (float(gaze[0]), float(gaze[1])))


def between(one: Grimace, other: Grimace, share: float) -> Grimace:
    """Return what lies at `share` 0..1 of the way from one to the other."""

    def mixed(a: float, b: float) -> float:
        return a + share * (b - a)

    return Grimace(
        one.pulls + share * (other.pulls - one.pulls),
        (mixed(one.lids[0], other.lids[0]), mixed(one.lids[1], other.lids[1])),
        mixed(one.jaw, other.jaw),
    )


def on_landmarks(face: Doubles, pulled: Grimace) -> Doubles:
    """Return (478, 3) landmarks, laid over the average face in mm, with the grimace."""
    moved = face.copy()
    for muscle, pull in zip(MUSCLES, pulled.pulls, strict=True):
        for point, by in muscle.pulls if pull else ():
            away = ((face[:, :2] - face[point, :2]) ** 2).sum(axis=1)
            moved += pull * np.exp(-away / (2.0 * muscle.reach_mm**2))[:, None] * by
    for (_, upper, lower, iris), closed in zip(_EYES, pulled.lids, strict=True):
        for above, below in zip(upper, lower, strict=True):
            moved[above] += closed * (face[below] - face[above])
        moved[list(iris), :2] += GAZE_MM_MAX * np.asarray(pulled.gaze)
    moved[:, 1] -= JAW_MM_MAX * pulled.jaw * _jaw_share(face)
    return moved


def on_picture(pixels: Pixels, landmarks: Doubles, pulled: Grimace) -> Pixels:
    """Return the picture warped so that the face with these landmarks (478, 3), in pixels, makes the grimace."""
    px = float(np.linalg.norm(landmarks[263, :2] - landmarks[33, :2])) / EYES_APART_MM
    high, wide = pixels.shape[:2]
    left, top = np.clip(landmarks[:, :2].min(axis=0) - MARGIN_MM * px, 0, (wide, high)).astype(np.int64)
    right, bottom = np.clip(landmarks[:, :2].max(axis=0) + MARGIN_MM * px, 0, (wide, high)).astype(np.int64)
    warped = pixels.copy()
    around_face = np.ascontiguousarray(pixels[top:bottom, left:right])
    warped[top:bottom, left:right] = _warped(around_face, landmarks - (left, top, 0.0), pulled, px)
    return warped


def _warped(pixels: Pixels, landmarks: Doubles, pulled: Grimace, px: float) -> Pixels:
    rows, columns = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]].astype(np.float32)
    from_x, from_y = columns.copy(), rows.copy()
    for muscle, pull in zip(MUSCLES, pulled.pulls, strict=True):
        for point, (x, y, _) in muscle.pulls if pull else ():
            away = (columns - landmarks[point, 0] - pull * x * px) ** 2 + (
                rows - landmarks[point, 1] + pull * y * px
            ) ** 2
            share = pull * px * np.exp(-away / (2.0 * (muscle.reach_mm * px) ** 2))
            from_x -= share * x
            from_y += share * y
    gap_px = JAW_MM_MAX * pulled.jaw * px
    is_gap = np.zeros(rows.shape, np.bool_)
    if gap_px > 1.0:
        from_y, is_gap = _with_jaw_down(from_y, columns, rows, landmarks, gap_px)
    for eye, closed in enumerate(pulled.lids):
        if closed > 0.0:
            from_y = lowered_lid(from_y, columns, rows, landmarks, eye, closed)
    warped = cv2.remap(pixels, from_x, from_y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.where(is_gap[..., None], np.array([45, 15, 18], np.uint8), warped).astype(np.uint8)


def _jaw_share(face: Doubles) -> Doubles:
    """Return how much of the jaw's way each landmark goes (478,): the lower lip and what is under it."""
    corner = 0.5 * (face[_MOUTH_CORNERS[0]] + face[_MOUTH_CORNERS[1]])
    half = max(0.5 * abs(float(face[_MOUTH_CORNERS[1], 0] - face[_MOUTH_CORNERS[0], 0])), 1.0)
    aside = np.abs(face[:, 0] - corner[0]) / half
    below = np.clip((corner[1] - face[:, 1]) / 14.0, 0.0, 1.0)
    share: Doubles = below * np.exp(-0.5 * (aside / 2.4) ** 2)
    lip = list(_LOWER_LIP)
    share[lip] = 1.0 - np.clip(aside[lip], 0.0, 1.0) ** 2
    return share


def _with_jaw_down(
    from_y: Doubles, columns: Doubles, rows: Doubles, landmarks: Doubles, gap_px: float
) -> tuple[Doubles, NDArray[np.bool_]]:
    """Take what is below the lips from `gap_px` higher; return it and where the mouth stands open."""
    width = float(np.linalg.norm(landmarks[_MOUTH_CORNERS[0], :2] - landmarks[_MOUTH_CORNERS[1], :2]))
    x, y = landmarks[list(_LIPS_MEET), :2].mean(axis=0)
    lens = np.clip(1.0 - ((columns - x) / (0.46 * width)) ** 2, 0.0, 1.0)
    gap = gap_px * np.sqrt(lens)
    sideways = np.exp(-(((columns - x) / (1.1 * width)) ** 2))
    under_chin = np.clip((rows - landmarks[_CHIN, 1] - gap_px) / (0.5 * width), 0.0, None)
    pulled = from_y - gap_px * sideways * np.exp(-under_chin)
    lowered = np.where(rows > y + gap, np.maximum(pulled, y + 0.2 * (rows - y - gap)), from_y)
    return lowered, (rows > y) & (rows < y + gap)
