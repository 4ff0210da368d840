"""How an avatar's lids follow filmed ones: people whose lids are pulled down in the picture, at known times.

Filmed clips hold a blink at best, so lids are closed in them by stretching the skin above each eye down over it, once
in 1.2 s. What the lids show is compared with the eye-aspect ratio of Soukupova and Cech, "Real-Time Eye Blink Detection
using Facial Landmarks" (2016), which knows nothing of any calibration.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.app.bench.person import HEIGHT_PX, WIDTH_PX, draw_person
from avatar_live.motion.calibrator import Calibrator
from avatar_live.motion.face import BLINKS, FaceShapes
from avatar_live.signals import FaceReading, Readings
from avatar_live.tracking.detectors import Detectors
from avatar_live.tracking.film import pictures_of
from avatar_live.tracking.models import Models
from avatar_live.tracking.source import Pixels

Doubles = NDArray[np.float64]

FPS: Final = 30.0
PERIOD_S, BEGINS_S = 1.2, 0.5
CLOSES_S, SHUT_S, OPENS_S = 0.10, 0.10, 0.16
FRAMES: Final = 120
OPEN_PERCENT: Final = 95.0
MOST_PERCENT: Final = 95.0  # of wide open moments; the others are the edges of blinks
OPEN_SHARE_MIN: Final = 0.8  # of the eye-aspect ratio of wide open eyes
SHOWINGS_MAX: Final = 3  # of a clip, until the calibration has seen two blinks

# Three signers who stand 2-3 m away: cut out (left, width), they sit where a streamer sits.
CLIPS: Final[Mapping[str, tuple[int, int]]] = {
    "asl_yes": (160, 320),
    "asl_please": (160, 320),
    "asl_sister": (150, 320),
}

# Corners (outer, inner), upper lid and lower lid from the outer corner inwards, brow: the right eye, the left eye.
_EYES: Final = (
    ((33, 133), (246, 161, 160, 159, 158, 157, 173), (7, 163, 144, 145, 153, 154, 155), 105),
    ((263, 362), (466, 388, 387, 386, 385, 384, 398), (249, 390, 373, 374, 380, 381, 382), 334),
)
_RATIO: Final = ((33, 160, 158, 133, 153, 144), (263, 387, 385, 362, 380, 373))  # p1..p6 of the paper


@dataclass(frozen=True, slots=True, eq=False)
class Blinking:
    """Hold what a tracker saw of a clip, and how far the lids were pulled down in each of its pictures (n,)."""

    faces: list[FaceReading]
    pulled: Doubles


def measure_lids(models: Models, footage: Path | None) -> dict[str, float]:
    """Return `blink_correlation_min`, `lids_closed_min`, `lids_open_max` and `lid_difference_max` over the clips: the
    moving portrait, and the signers where the footage is; and `lids_seen_mean`, how the eye-aspect ratio itself
    correlates with how far the lids were pulled down, which knows nothing of what people do with theirs meanwhile.
    """
    clips = {"portrait": list(portrait_clip())}
    if footage is not None:
        clips |= {name: cut_clip(footage / f"{name}.mkv", *cut) for name, cut in CLIPS.items()}
    rows = {name: lids_of(blinking(pictures, models)) for name, pictures in clips.items()}
    figures = {
        "blink_correlation_min": min(row["correlation"] for row in rows.values()),
        "lids_closed_min": min(row["closed_min"] for row in rows.values()),
        "lids_open_max": max(row["open_max"] for row in rows.values()),
        "lid_difference_max": max(row["difference_max"] for row in rows.values()),
    }
    figures["lids_seen_mean"] = float(np.mean([row["seen"] for row in rows.values()]))
    figures |= {f"blink_correlation_{name}": row["correlation"] for name, row in rows.items()}
    return {name: round(value, 3) for name, value in figures.items()}


def lids_of(seen: Blinking) -> dict[str, float]:
    """Return how the lids of a clip correlate with the eye-aspect ratio, how far they close and open, and how far apart
    the two are, after the clip itself has shown the calibration its blinks; and how that ratio correlates with how far
    the lids were pulled down.
    """
    calibrator = Calibrator()
    calibrator.start("blink", 0.0)
    for number, face in enumerate([*seen.faces] * SHOWINGS_MAX):
        at_s = number / FPS
        calibrator.see(Readings(WIDTH_PX, HEIGHT_PX, at_s, replace(face, captured_s=at_s)), at_s)
    shapes = FaceShapes()
    shapes.use_calibration(calibrator.calibration)
    lids = np.empty((len(seen.faces), 2))
    for number, face in enumerate(seen.faces):
        shapes.see(replace(face, captured_s=number / FPS), 0.0)
        lids[number] = shapes.at(0.0, 1.0 / FPS)[BLINKS]
    ratios = eye_aspect_ratios(seen.faces).mean(axis=1)
    is_wide = ratios >= OPEN_SHARE_MIN * np.percentile(ratios, OPEN_PERCENT)
    return {
        "correlation": float(np.corrcoef(lids.mean(axis=1), -ratios)[0, 1]),
        "closed_min": float(lids[_stands(seen.pulled)].min(initial=1.0)),
        "open_max": float(np.percentile(lids[is_wide], MOST_PERCENT)),
        "difference_max": float(np.abs(lids[:, 0] - lids[:, 1]).max(initial=0.0)),
        "seen": float(np.corrcoef(seen.pulled, -ratios)[0, 1]),
    }


def blinking(pictures: Sequence[Pixels], models: Models) -> Blinking:
    """Return what the models see of a clip in which the lids are pulled down."""
    with Detectors(models) as detectors:
        open_faces = [detectors.face(pixels, number / FPS) for number, pixels in enumerate(pictures)]
    faces, pulled = [], []
    with Detectors(models) as detectors:
        for number, (pixels, known) in enumerate(zip(pictures, open_faces, strict=True)):
            if known is None:
                continue
            share = closed_share(number / FPS)
            shown = lowered_lids(pixels, known.landmarks.astype(np.float64), share) if share > 0.0 else pixels
            face = detectors.face(shown, number / FPS)
            if face is not None:
                faces.append(face)
                pulled.append(share)
    return Blinking(faces, np.array(pulled))


def closed_share(at_s: float) -> float:
    """Return how far the lids are pulled down at a time of the clip, 0..1."""
    since_s = at_s % PERIOD_S - BEGINS_S
    rises, falls = since_s / CLOSES_S, 1.0 - (since_s - CLOSES_S - SHUT_S) / OPENS_S
    return min(1.0, max(0.0, min(rises, falls)))


def lowered_lids(pixels: Pixels, landmarks: Doubles, closed: float) -> Pixels:
    """Return the picture with both lids of the face with these landmarks (478, 3) pulled down by a share of the way."""
    rows, columns = (axis.astype(np.float64) for axis in np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]])
    from_y = rows.copy()
    for eye in range(len(_EYES)):
        from_y = lowered_lid(from_y, columns, rows, landmarks, eye, closed)
    maps = columns.astype(np.float32), from_y.astype(np.float32)
    return np.asarray(cv2.remap(pixels, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def lowered_lid(
    from_y: Doubles, columns: Doubles, rows: Doubles, landmarks: Doubles, eye: int, closed: float
) -> Doubles:
    """Return where each row of the picture comes from (height, width) when the skin above the right (0) or left (1) eye
    is stretched down over it, added to where it came from before."""
    (outer, inner), upper, lower, brow = _EYES[eye]
    width = float(np.linalg.norm(landmarks[outer, :2] - landmarks[inner, :2]))
    x = 0.5 * (landmarks[outer, 0] + landmarks[inner, 0])
    lens = np.clip(1.0 - ((columns - x) / (0.62 * width)) ** 2, 0.0, 1.0)
    lid, top = landmarks[upper[3], 1], landmarks[brow, 1]
    new_lid = lid + closed * (landmarks[lower[3], 1] - lid) * lens
    skin = top + (rows - top) / np.maximum(new_lid - top, 1.0) * (lid - top - 1.0)
    lowered: Doubles = from_y + np.where((rows > top) & (rows < new_lid) & (lens > 0.0), skin - rows, 0.0)
    return lowered


def eye_aspect_ratios(faces: Sequence[FaceReading]) -> Doubles:
    """Return (n, 2): height over width of the right and the left eye's opening in the picture."""
    points = np.array([face.landmarks[:, :2] for face in faces], np.float64)

    def apart(one: int, other: int) -> Doubles:
        return np.asarray(np.linalg.norm(points[:, one] - points[:, other], axis=1), np.float64)

    ratios = [(apart(p2, p6) + apart(p3, p5)) / (2.0 * apart(p1, p4)) for p1, p2, p3, p4, p5, p6 in _RATIO]
    return np.stack(ratios, axis=1)


def portrait_clip(frames: int = FRAMES) -> Iterator[Pixels]:
    """Yield pictures of the portrait that tilts and moves."""
    from skimage import data

    photo = data.astronaut()
    for number in range(frames):
        yield draw_person(photo, number / FPS)


def cut_clip(path: Path, left: int, width: int) -> list[Pixels]:
    """Return the pictures of a clip, cut out and scaled to what a webcam shows."""
    height = width * HEIGHT_PX // WIDTH_PX
    cuts = [np.ascontiguousarray(picture.pixels[:height, left : left + width]) for picture in pictures_of(path)]
    return [np.asarray(cv2.resize(cut, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC), np.uint8) for cut in cuts]


def _stands(pulled: Doubles) -> NDArray[np.bool_]:
    """Return in which pictures (n,) the lids have been shut for a picture already: a detector follows by one."""
    shut = pulled >= 1.0
    return np.asarray(shut & np.roll(shut, 1), np.bool_)
