"""What a body's reading says about how somebody stands, as one array of points and directions in the person's space."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.bridge import smoothstep
from avatar_live.signals import BodyReading, Readings

Doubles = NDArray[np.float64]

SEEN_FROM, SEEN_TO = 0.4, 0.7  # visibility of the joint of both legs that is seen worst
OUTSIDE_MAX = 0.01  # share of the picture by which a joint may lie outside it
DEPTH_TRUST = 0.85  # seen depth is exaggerated and noisy
TORSO_PITCH_SHARE, HIPS_PITCH_SHARE = 0.6, 0.25  # of the leaning that is seen, whose depth is a guess
PITCH_RAD_MAX, ROLL_RAD_MAX = math.radians(40.0), math.radians(20.0)
TWIST_RAD_MAX = math.radians(45.0)  # of the shoulders on the hips
FOOT_YAW_RAD_MAX = math.radians(50.0)  # of a foot on the hips
FOOT_PITCH_RAD_MAX = math.radians(45.0)

# Rows of a figure (10, 3): knees and ankles from their hip joints, feet from heel to tip, left before right; the hips'
# and the shoulders' line to the left, the torso's line up, and where the hips are from the picture's middle, in metres.
KNEES, ANKLES, FEET = slice(0, 2), slice(2, 4), slice(4, 6)
HIPS_LINE, SHOULDERS_LINE, TORSO_LINE, PLACE = 6, 7, 8, 9
ROWS: Final = 10

_TO_PERSON: Final = np.array([1.0, -1.0, -1.0])
_SHOULDERS, _HIP_JOINTS, _KNEES, _ANKLES, _HEELS, _TIPS = (
    [11, 12],
    [23, 24],
    [25, 26],
    [27, 28],
    [29, 30],
    [31, 32],
)
_NEEDED: Final = [*_HIP_JOINTS, *_KNEES, *_ANKLES]
_RIGID: Final = [*_SHOULDERS, *_HIP_JOINTS, *_KNEES]


def figure_of(body: BodyReading, width_px: int) -> Doubles:
    """Return the figure (10, 3) of a body."""
    points = body.world.astype(np.float64) * _TO_PERSON
    flat = body.landmarks[_RIGID, :2] - body.landmarks[_RIGID, :2].mean(axis=0)
    flat_m = points[_RIGID, :2] - points[_RIGID, :2].mean(axis=0)
    px_per_m = max(float(np.linalg.norm(flat)) / max(float(np.linalg.norm(flat_m)), 0.05), 1.0)
    hips, shoulders = points[_HIP_JOINTS], points[_SHOULDERS]
    figure = np.zeros((ROWS, 3))
    figure[KNEES], figure[ANKLES] = points[_KNEES] - hips, points[_ANKLES] - hips
    figure[FEET] = points[_TIPS] - points[_HEELS]
    figure[:6, 2] *= DEPTH_TRUST
    figure[HIPS_LINE], figure[SHOULDERS_LINE] = hips[0] - hips[1], shoulders[0] - shoulders[1]
    figure[TORSO_LINE] = shoulders.mean(axis=0) - hips.mean(axis=0)
    figure[PLACE, 0] = (float(body.landmarks[_HIP_JOINTS, 0].mean()) - 0.5 * width_px) / px_per_m
    return figure


def leg_length_m(body: BodyReading) -> float:
    """Return the mean length of both legs."""
    bones = np.concatenate((body.world[_KNEES] - body.world[_HIP_JOINTS], body.world[_ANKLES] - body.world[_KNEES]))
    return 0.5 * float(np.linalg.norm(bones, axis=1).sum())


def legs_seen(readings: Readings, body: BodyReading) -> float:
    """Return how sure it is, 0..1, that hips, knees and ankles of both legs are seen and inside the picture."""
    size = np.array([max(readings.width_px, 1), max(readings.height_px, 1)])
    inside = np.abs(body.landmarks[_NEEDED, :2] / size - 0.5)
    if not bool((inside <= 0.5 + OUTSIDE_MAX).all()):
        return 0.0
    return smoothstep(SEEN_FROM, SEEN_TO, float(body.visibility[_NEEDED].min()))


def trunk_of(figure: Doubles) -> tuple[Doubles, Doubles]:
    """Return the rotations in space of the hips and of the torso."""
    hips_yaw, torso_yaw = _yaw(figure[HIPS_LINE]), _yaw(figure[SHOULDERS_LINE])
    twist = math.remainder(torso_yaw - hips_yaw, 2.0 * math.pi)
    torso_yaw = hips_yaw + quat.folded(twist, TWIST_RAD_MAX)
    hips_line = figure[HIPS_LINE]
    hips_roll = math.atan2(float(hips_line[1]), math.hypot(float(hips_line[0]), float(hips_line[2])))
    aside, up, forward = quat.rotate(quat.about(1, -torso_yaw), figure[TORSO_LINE]).tolist()
    pitch, roll = math.atan2(forward, max(up, 0.05)), -math.atan2(aside, max(up, 0.05))
    hips = quat.from_yaw_pitch_roll(
        hips_yaw, _limited(HIPS_PITCH_SHARE * pitch, PITCH_RAD_MAX), _limited(hips_roll, ROLL_RAD_MAX)
    )
    torso = quat.from_yaw_pitch_roll(
        torso_yaw, _limited(TORSO_PITCH_SHARE * pitch, PITCH_RAD_MAX), _limited(roll, ROLL_RAD_MAX)
    )
    return hips, torso


def feet_of(figure: Doubles) -> Doubles:
    """Return (yaw, pitch) of both feet (2, 2) in radians, in space; a foot that points up at the tip pitches down."""
    hips_yaw = _yaw(figure[HIPS_LINE])
    angles = np.empty((2, 2))
    for place, (x, y, z) in enumerate(figure[FEET].tolist()):
        turned = math.remainder(math.atan2(x, z) - hips_yaw, 2.0 * math.pi)
        angles[place, 0] = hips_yaw + quat.folded(turned, FOOT_YAW_RAD_MAX)
        angles[place, 1] = _limited(-math.atan2(y, math.hypot(x, z)), FOOT_PITCH_RAD_MAX)
    return angles


def _yaw(line: Doubles) -> float:
    """Return how far a line that points to the person's left is turned about +Y."""
    return math.atan2(-float(line[2]), float(line[0]))


def _limited(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)
