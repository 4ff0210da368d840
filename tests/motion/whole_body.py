"""A whole person in the picture who stands, crouches, steps or turns in a known way, as a tracker would read them."""

import numpy as np

from avatar_live.motion import quaternions as quat
from avatar_live.signals import BodyReading

WIDTH_PX, HEIGHT_PX = 640, 480
PX_PER_M = 220.0
UPPER_M, LOWER_M, ANKLE_M = 0.42, 0.40, 0.08
HIPS_M = UPPER_M + LOWER_M + ANKLE_M
_TO_CAMERA = np.array([1.0, -1.0, -1.0])


def whole_body(
    *,
    at_s: float = 0.0,
    sunk_m: float = 0.0,
    aside_m: float = 0.0,
    yaw_rad: float = 0.0,
    left_foot_m: tuple[float, float, float] = (0.11, 0.0, 0.0),
    right_foot_m: tuple[float, float, float] = (-0.11, 0.0, 0.0),
    visibility: float = 0.97,
    down_px: float = 0.0,
) -> BodyReading:
    """Build a person whose hips are `sunk_m` below standing; feet are places on the floor, y is how high one is lifted.

    `down_px` moves the whole person down in the picture.
    """
    turn = quat.about(1, yaw_rad)
    hips_m = np.array([aside_m, HIPS_M - sunk_m, 0.0])
    places = np.zeros((33, 3))
    for sign, foot_m, shoulder in ((1.0, left_foot_m, 11), (-1.0, right_foot_m, 12)):
        places[shoulder] = hips_m + quat.rotate(turn, np.array([sign * 0.18, 0.5, 0.0]))
        places[shoulder + 2] = places[shoulder] + quat.rotate(turn, np.array([sign * 0.05, -0.27, 0.0]))
        places[shoulder + 4] = places[shoulder] + quat.rotate(turn, np.array([sign * 0.06, -0.5, 0.05]))
        hip = places[shoulder + 12] = hips_m + quat.rotate(turn, np.array([sign * 0.1, 0.0, 0.0]))
        ankle = places[shoulder + 16] = np.array([foot_m[0], foot_m[1] + ANKLE_M, foot_m[2]])
        places[shoulder + 14] = _knee(hip, ankle, quat.rotate(turn, np.array([0.0, 0.0, 1.0])))
        places[shoulder + 18] = ankle + quat.rotate(turn, np.array([0.0, -0.06, -0.05]))
        places[shoulder + 20] = ankle + quat.rotate(turn, np.array([0.0, -0.06, 0.17]))
    places[:11] = hips_m + quat.rotate(turn, np.array([0.0, 0.72, 0.05]))
    landmarks = places * _TO_CAMERA * PX_PER_M + (0.5 * WIDTH_PX, 0.97 * HEIGHT_PX + down_px, 0.0)
    world = (places - hips_m) * _TO_CAMERA
    return BodyReading(
        landmarks.astype(np.float32), world.astype(np.float32), np.full(33, visibility, np.float32), at_s
    )


def _knee(hip: np.ndarray, ankle: np.ndarray, forward: np.ndarray) -> np.ndarray:
    way = ankle - hip
    span_m = min(float(np.linalg.norm(way)), 0.999 * (UPPER_M + LOWER_M))
    axis = way / np.linalg.norm(way)
    pole = forward - (forward @ axis) * axis
    pole = pole / np.linalg.norm(pole)
    cosine = (UPPER_M**2 + span_m**2 - LOWER_M**2) / (2.0 * UPPER_M * span_m)
    knee: np.ndarray = hip + UPPER_M * (cosine * axis + np.sqrt(1.0 - cosine**2) * pole)
    return knee
