"""Find the head's rotation and place from face landmarks, and carry it forward to the moment that is drawn.

Rotation: a face of average shape, `template.TEMPLATE_M`, is laid over the rigid landmarks as a lens shows it, by
Gauss-Newton from where Kabsch 1976 with Umeyama's scale (1991) puts it. It is relative to the line from the camera to
the face: who looks into the camera from the edge of the picture looks at the viewers. That is also what the tracker
itself can see, since it works on a crop around the face.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.calibration import CALM, Ahead
from avatar_live.motion.filters import OneEuro, Pursuit, Smoothing
from avatar_live.motion.template import LANDMARKS, TEMPLATE_M
from avatar_live.signals import FaceReading

Doubles = NDArray[np.float64]

FIELD_OF_VIEW_RAD = math.radians(65.0)  # across the picture's longer side: between laptop (60) and wide webcams (78)
# Noise of a webcam moves a still head by less than .1 degrees, so the filter may open early. Faster than `speed_max`
# is a mistracked picture.
ROTATION_SMOOTHING = Smoothing(cutoff_hz_min=1.5, opening=30.0, speed_max=6.0)
PLACE_SMOOTHING = Smoothing(cutoff_hz_min=0.8, opening=8.0)
AHEAD_S_MAX = 0.06  # a prediction further ahead overshoots more than it gains
AHEAD_SHARE = 0.85  # of the time since the picture: the rest would only add overshoot when the head turns back
# Faster than any neck turns, and by more of its distance than anybody leans: another camera, another face, a cut in a
# film or its beginning after its end.
LEAP_RAD_S, LEAP_SHARE_S = 10.0, 8.0
LEAP_OVER_S_MIN = 1.0 / 30.0  # readings closer together than this are of two cameras
LEVEL_S = 20.0
LEVEL_RAD_MAX = math.radians(10.0)  # a laptop's camera seen by somebody who reads its screen
AHEAD_YAW_RAD_MAX = math.radians(20.0)  # who turns further is not looking ahead
FACE_PX_MIN = 2.0  # a smaller face has no readable direction

# How much each kind of landmark counts. The corners of the eyes, the cheekbones and the middle line are the skull's;
# the outline slides over it as the head turns. Its depth is guessed by the models, and best along the middle line:
# there it says how far a face nods, elsewhere it hardly counts. Chosen on rendered heads at known rotations, of people
# other than the one that the measurement shows: with the registry's models the yaw's mean error falls from 1.76 to
# 1.52 degrees on them.
_EYE_CORNERS = (33, 263, 133, 362)
_MIDDLE_LINE = (10, 151, 8, 168, 6, 197, 195, 5, 4, 1)
_CHEEKBONES = (116, 345, 117, 346, 118, 347, 50, 280, 101, 330)
_OUTLINE = (127, 356, 234, 454, 93, 323, 162, 389, 21, 251, 54, 284, 103, 332, 67, 297, 109, 338)
_WEIGHTS: Doubles = np.ones(len(LANDMARKS))
for _kind, _weight in ((_EYE_CORNERS, 10.0), (_MIDDLE_LINE, 2.0), (_CHEEKBONES, 5.0), (_OUTLINE, 0.2)):
    _WEIGHTS[np.isin(LANDMARKS, _kind)] = _weight
_WEIGHTS /= _WEIGHTS.sum()
_DEPTH_WEIGHTS: Doubles = np.where(np.isin(LANDMARKS, _MIDDLE_LINE), 1.5, 0.16) * _WEIGHTS
_DEPTH_SHARES: Doubles = _DEPTH_WEIGHTS / _DEPTH_WEIGHTS.sum()
_ROOTS: Doubles = np.sqrt(np.concatenate((_WEIGHTS, _WEIGHTS, _DEPTH_WEIGHTS)))
_MIDDLE: Doubles = _WEIGHTS @ TEMPLATE_M
_CENTRED: Doubles = (TEMPLATE_M - _MIDDLE) * _WEIGHTS[:, None]
_SQUARES = float((_CENTRED * (TEMPLATE_M - _MIDDLE)).sum())
ROUNDS = 3
STEP_MAX = 0.3  # radians, and shares of the distance: landmarks that are no face must not throw the fit behind the lens

# Both models see a face that looks ahead as bent down, and less so one that is turned or tilted: degrees of pitch to
# add, plus what it grows with yaw^2, roll^2 and yaw * roll (rad^2). Fitted on rendered heads of five people other than
# the one that the measurement shows.
_BENT_DEG, _BY_YAW, _BY_ROLL, _BY_BOTH = -0.9, 2.4, 1.5, 4.5


_Fit = tuple[Doubles, float, Doubles]  # rotation (3, 3), pixels per metre, picture of the template's origin (3,)


@dataclass(frozen=True, slots=True, eq=False)
class HeadFit:
    """Hold a head in the person's space (+X their left, +Y up, +Z towards the camera).

    `place_m` (3,) is the face's place from the camera, so its z is minus the distance; `px_per_m` is the picture's
    scale there.
    """

    rotation: Doubles
    place_m: Doubles
    px_per_m: float


def fit_head(face: FaceReading, width_px: int, height_px: int) -> HeadFit | None:
    """Lay the template over the landmarks; None when they are too small."""
    points = face.landmarks[LANDMARKS].astype(np.float64)
    points *= (1.0, -1.0, -1.0)
    first = _kabsch(points)
    if first is None:
        return None
    focal_px = 0.5 * max(width_px, height_px, 1) / math.tan(0.5 * FIELD_OF_VIEW_RAD)
    rotation, scale, centre = _as_the_lens_shows(points, first, focal_px)
    turned = _without_bend(quat.from_matrix(rotation))
    from_axis_m = (centre[0] - 0.5 * width_px) / scale, (centre[1] + 0.5 * height_px) / scale
    return HeadFit(turned, np.array([*from_axis_m, -focal_px / scale]), scale)


class Level:
    """Learn how far up or down somebody looks who looks ahead, and take it out of the head's rotation.

    A screen is rarely at the camera's height, and who reads it would make the avatar stare at the table for hours.
    From what a calibration measured as `ahead`, it is learnt more slowly.
    """

    def __init__(self, ahead: Ahead | None = None) -> None:
        self._from_ahead = quat.IDENTITY
        self._memory_s = LEVEL_S
        if ahead is not None:
            self._from_ahead = quat.inverse(quat.from_rotation_vector(np.array(ahead.rotation_rad)))
            self._memory_s = LEVEL_S * CALM
        self._pitch_rad = 0.0
        self._seen_s: float | None = None

    def see(self, rotation: Doubles, captured_s: float) -> Doubles:
        """Take a new head rotation (4,) and return it levelled."""
        passed_s = min(max(captured_s - self._seen_s, 0.0), 0.2) if self._seen_s is not None else 0.0
        self._seen_s = captured_s
        rotation = quat.multiply(self._from_ahead, rotation)
        yaw, pitch, _ = quat.yaw_pitch_roll(rotation)
        if abs(yaw) < AHEAD_YAW_RAD_MAX:
            self._pitch_rad += (pitch - self._pitch_rad) * passed_s / self._memory_s
            self._pitch_rad = min(max(self._pitch_rad, -LEVEL_RAD_MAX), LEVEL_RAD_MAX)
        return quat.multiply(quat.about(0, -self._pitch_rad), rotation)


class HeadTracker:
    """Turn fits at the camera's rate into a smooth rotation and place at the drawing rate."""

    def __init__(self) -> None:
        self._rotation = Pursuit(ROTATION_SMOOTHING)
        self._place = OneEuro(PLACE_SMOOTHING)
        self._seen: tuple[Doubles, Doubles] | None = None
        self._seen_s = 0.0

    def is_leap(self, rotation: Doubles, place_m: Doubles, captured_s: float) -> bool:
        """Tell whether no head gets from the last fit to this one in the time between them."""
        if self._seen is None:
            return False
        passed_s = max(captured_s - self._seen_s, LEAP_OVER_S_MIN)
        turn = quat.to_rotation_vector(quat.multiply(rotation, quat.inverse(self._seen[0])))
        way_m = place_m - self._seen[1]
        return bool(
            turn @ turn > (LEAP_RAD_S * passed_s) ** 2 or way_m @ way_m > (LEAP_SHARE_S * passed_s * place_m[2]) ** 2
        )

    def see(self, rotation: Doubles, place_m: Doubles, captured_s: float) -> None:
        """Take a new rotation (4,) and place (3,)."""
        self._rotation.see(rotation, captured_s)
        self._seen, self._seen_s = (rotation, place_m), captured_s

    def at(self, now_s: float, dt_s: float) -> tuple[Doubles, Doubles]:
        """Return the head's rotation (4,) and place (3,) at `now_s`, a little ahead of the last fit."""
        assert self._seen is not None, "see() comes before at()"
        rotation = self._rotation.at(now_s, AHEAD_S_MAX, AHEAD_SHARE)
        return rotation, self._place.step(self._seen[1], dt_s)


def _without_bend(rotation: Doubles) -> Doubles:
    yaw, _, roll = quat.yaw_pitch_roll(rotation)
    bend_deg = _BENT_DEG + _BY_YAW * yaw * yaw + _BY_ROLL * roll * roll + _BY_BOTH * yaw * roll
    return quat.multiply(rotation, quat.about(0, math.radians(bend_deg)))


def _as_the_lens_shows(points: Doubles, fit: _Fit, focal_px: float) -> _Fit:
    """Return the fit (rotation, scale, picture of the template's origin) whose perspective picture lies best on the
    points (n, 3); the lens looks at the middle of the face."""
    rotation, scale, centre = fit
    place = np.array([0.0, 0.0, -focal_px / scale])
    seen = points - centre
    # How each point moves (3, n, 6) with a turn about each axis, and with a shift by the distance along each.
    moves = np.zeros((3, len(TEMPLATE_M), 6))
    for _ in range(ROUNDS):
        turned = TEMPLATE_M @ rotation.T
        distance = -place[2]
        scale = focal_px / distance
        moves[0, :, 1], moves[0, :, 2], moves[0, :, 3] = turned[:, 2], -turned[:, 1], distance
        moves[1, :, 0], moves[1, :, 2], moves[1, :, 4] = -turned[:, 2], turned[:, 0], distance
        moves[2, :, 0], moves[2, :, 1], moves[2, :, 5] = turned[:, 1], -turned[:, 0], distance
        x, y, z = (turned + place).T
        enlarged = focal_px / np.maximum(-z, 0.5 * distance)  # no part of a head is half as far as its middle
        missed = np.concatenate(
            (
                enlarged * x - seen[:, 0],
                enlarged * y - seen[:, 1],
                _around(scale * turned[:, 2]) - _around(seen[:, 2]),
            )
        )
        across, up, towards = moves
        slopes = np.concatenate(
            (
                enlarged[:, None] * (across + (enlarged * x / focal_px)[:, None] * towards),
                enlarged[:, None] * (up + (enlarged * y / focal_px)[:, None] * towards),
                scale * _around(towards),
            )
        )
        step, *_ = np.linalg.lstsq(_ROOTS[:, None] * slopes, -_ROOTS * missed, rcond=None)
        step = np.clip(step, -STEP_MAX, STEP_MAX)
        rotation = quat.to_matrix(quat.from_rotation_vector(step[:3])) @ rotation
        place = place + distance * step[3:]
    scale = focal_px / -place[2]
    return rotation, scale, centre + scale * np.array([place[0], place[1], 0.0])


def _around(depths: Doubles) -> Doubles:
    """Return depths (n, ...) without their mean, since nobody knows where they begin."""
    around: Doubles = depths - _DEPTH_SHARES @ depths
    return around


def _kabsch(points: Doubles) -> _Fit | None:
    """Return rotation (3, 3), scale and the picture of the template's origin of the best template -> points map."""
    middle = _WEIGHTS @ points
    covariance = (points - middle).T @ _CENTRED
    left, sizes, right = np.linalg.svd(covariance)
    handedness = math.copysign(1.0, float(np.linalg.det(left) * np.linalg.det(right)))
    scale = float(sizes[0] + sizes[1] + handedness * sizes[2]) / _SQUARES
    if scale * 0.1 < FACE_PX_MIN:  # a face is about 0.1 m across the eyes
        return None
    left[:, 2] *= handedness
    rotation = left @ right
    return rotation, scale, middle - scale * (rotation @ _MIDDLE)
