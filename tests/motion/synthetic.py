"""Readings of a person that was never filmed: a known head, body and hands seen through a known camera."""

import math

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.face import APERTURE_WIDE
from avatar_live.motion.head import FIELD_OF_VIEW_RAD
from avatar_live.motion.template import LANDMARKS, TEMPLATE_M
from avatar_live.signals import ARKIT_SHAPES, BodyReading, FaceReading, HandReading, Readings

Doubles = NDArray[np.float64]

WIDTH_PX, HEIGHT_PX = 640, 480
TO_CAMERA = np.array([1.0, -1.0, -1.0])

# Irises and the corners of the eyes, in the template's space.
_EYES_M = {468: (-0.0317, 0.0, 0.006), 473: (0.0317, 0.0, 0.006)}

# Lids between the corners of the template's eyes: as far apart as the blink weight says.
_EYE_WIDTH_M = 0.0261
_LIDS = (
    ("Left", 1.0, _EYE_WIDTH_M, ((387, 373), (386, 374), (385, 380))),
    ("Right", -1.0, _EYE_WIDTH_M, ((160, 144), (159, 145), (158, 153))),
)


def face(
    yaw_deg: float = 0.0,
    pitch_deg: float = 0.0,
    roll_deg: float = 0.0,
    *,
    at_s: float = 0.0,
    place_m: tuple[float, float, float] = (0.0, 0.0, -0.6),
    shapes: dict[str, float] | None = None,
    points_m: Doubles | None = None,
) -> FaceReading:
    """Project the template (or `points_m` in its order) with perspective; z as trackers give it, on the scale of x."""
    rotation = quat.from_yaw_pitch_roll(*(math.radians(angle) for angle in (yaw_deg, pitch_deg, roll_deg)))
    in_head = np.zeros((478, 3))
    in_head[LANDMARKS] = TEMPLATE_M if points_m is None else points_m
    for landmark, point in _EYES_M.items():
        in_head[landmark] = point
    for side, sign, width_m, pairs in _LIDS:
        closed = (shapes or {}).get(f"eyeBlink{side}", 0.0)
        half_m = 0.5 * APERTURE_WIDE * (1.0 - closed) * width_m
        for upper, lower in pairs:
            in_head[upper], in_head[lower] = (sign * 0.0317, half_m, 0.006), (sign * 0.0317, -half_m, 0.006)
    turned = quat.rotate(rotation, in_head)
    focal_px = 0.5 * WIDTH_PX / math.tan(0.5 * FIELD_OF_VIEW_RAD)
    distance_m = -place_m[2]
    landmarks = np.empty((478, 3), np.float32)
    near = focal_px / (distance_m - turned[:, 2])
    landmarks[:, 0] = 0.5 * WIDTH_PX + turned[:, 0] * near + place_m[0] * focal_px / distance_m
    landmarks[:, 1] = 0.5 * HEIGHT_PX - turned[:, 1] * near - place_m[1] * focal_px / distance_m
    landmarks[:, 2] = -turned[:, 2] * focal_px / distance_m
    weights = np.zeros(len(ARKIT_SHAPES), np.float32)
    for name, weight in (shapes or {}).items():
        weights[ARKIT_SHAPES.index(name)] = weight
    return FaceReading(landmarks, weights, at_s)


def body(left: tuple[Doubles, Doubles], right: tuple[Doubles, Doubles], *, at_s: float = 0.0) -> BodyReading:
    """Build a body from (elbow, wrist) of each arm, metres from the shoulder in the person's space."""
    world = np.zeros((33, 3))
    world[11], world[12] = (0.17, 0.5, 0.0), (-0.17, 0.5, 0.0)
    for arm, (shoulder, elbow, wrist) in ((left, (11, 13, 15)), (right, (12, 14, 16))):
        world[elbow], world[wrist] = world[shoulder] + arm[0], world[shoulder] + arm[1]
    pixels = world * (250.0, -250.0, -250.0) + (0.5 * WIDTH_PX, 0.75 * HEIGHT_PX, 0.0)
    visibility = np.full(33, 0.95, np.float32)
    return BodyReading(pixels.astype(np.float32), (world * TO_CAMERA).astype(np.float32), visibility, at_s)


def hand(points_m: Doubles, wrist_px: Doubles, *, at_s: float = 0.0) -> HandReading:
    """Build a hand from its 21 points in the person's space."""
    points = points_m - points_m.mean(axis=0)
    pixels = (points_m - points_m[0]) * (250.0, -250.0, -250.0) + wrist_px
    return HandReading(pixels.astype(np.float32), (points * TO_CAMERA).astype(np.float32), 0.95, at_s)


def flat_left_hand() -> Doubles:
    """Return the 21 points of a flat left hand in the T-pose: fingers along +X, palm down, thumb forward."""
    points = np.zeros((21, 3))
    points[1:5] = [(0.02, 0.0, 0.02), (0.045, 0.0, 0.045), (0.07, 0.0, 0.06), (0.095, 0.0, 0.07)]
    for finger in range(4):
        for joint in range(4):
            points[5 + 4 * finger + joint] = (0.09 + 0.028 * joint, 0.0, 0.03 - 0.02 * finger)
    return points


def seen(
    face: FaceReading | None = None,
    body: BodyReading | None = None,
    left_hand: HandReading | None = None,
    right_hand: HandReading | None = None,
) -> Readings:
    """Wrap the parts of one moment."""
    at_s = max((part.captured_s for part in (face, body, left_hand, right_hand) if part is not None), default=0.0)
    return Readings(WIDTH_PX, HEIGHT_PX, at_s, face, body, left_hand, right_hand)


def angle_between(a: Doubles, b: Doubles) -> Doubles:
    """Return the angle in radians that turns `a` into `b`, 0..pi."""
    dot = np.abs((a * b).sum(-1))
    result: Doubles = 2.0 * np.arccos(np.minimum(dot, 1.0))
    return result
