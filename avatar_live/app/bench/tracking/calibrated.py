"""How lids close and open after a calibration, on filmed people; landmarks alone judge whether they are open.

Truth: the eye-aspect ratio of Soukupova and Cech, "Real-Time Eye Blink Detection using Facial Landmarks", 2016.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion.calibrator import Calibrator
from avatar_live.motion.face import BLINKS, FaceShapes
from avatar_live.signals import FaceReading, Readings

# The outer corner, two points of the upper lid, the inner corner, two points of the lower one: right eye, left eye.
_EYES: Final = ((33, 160, 158, 133, 153, 144), (263, 387, 385, 362, 380, 373))
OPEN_PERCENT: Final = 95.0
CLOSED_SHARE_MAX, OPEN_SHARE_MIN = 0.45, 0.8  # of the eye-aspect ratio of wide open eyes
FRAME_S: Final = 1.0 / 30.0
SHOWINGS_MAX: Final = 8  # of a clip with one blink, until the step has seen what it wants


def measure_calibrated(faces: Sequence[FaceReading], width_px: int, height_px: int) -> dict[str, float]:
    """Return `closed_min`, `open_max` and `lid_difference_max` of a clip with a blink, after calibrating on it."""
    calibrator, now_s = Calibrator(), 0.0
    calibrator.start("blink", now_s)
    for face in [*faces] * SHOWINGS_MAX:
        now_s += FRAME_S
        calibrator.see(Readings(width_px, height_px, now_s, replace(face, captured_s=now_s)), now_s)
    shapes = FaceShapes()
    shapes.use_calibration(calibrator.calibration)
    lids = np.empty((len(faces), 2))
    for number, face in enumerate(faces):
        shapes.see(replace(face, captured_s=number * FRAME_S), 0.0)
        lids[number] = shapes.at(0.0, FRAME_S)[BLINKS]
    ratios = eye_aspect_ratios(faces).mean(axis=1)
    wide = np.percentile(ratios, OPEN_PERCENT)
    return {
        "closed_min": float(lids[ratios <= CLOSED_SHARE_MAX * wide].min(initial=1.0)),
        "open_max": float(lids[ratios >= OPEN_SHARE_MIN * wide].max(initial=0.0)),
        "lid_difference_max": float(np.abs(lids[:, 0] - lids[:, 1]).max(initial=0.0)),
        "closed_frames": float((ratios <= CLOSED_SHARE_MAX * wide).sum()),
    }


def eye_aspect_ratios(faces: Sequence[FaceReading]) -> NDArray[np.float64]:
    """Return (n, 2): height over width of the right and the left eye's opening."""
    points = np.array([face.landmarks[:, :2] for face in faces], np.float64)
    ratios = np.empty((len(faces), 2))
    for eye, (outer, upper, upper2, inner, lower, lower2) in enumerate(_EYES):
        height = _distance(points, upper, lower2) + _distance(points, upper2, lower)
        ratios[:, eye] = height / (2.0 * _distance(points, outer, inner))
    return ratios


def _distance(points: NDArray[np.float64], one: int, other: int) -> NDArray[np.float64]:
    away: NDArray[np.float64] = np.linalg.norm(points[:, one] - points[:, other], axis=1)
    return away
