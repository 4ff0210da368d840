"""Turn the 21 points of a hand into a wrist rotation and finger joints with the limits of real hands.

Finger bones bend about Z (from +X to -Y on the left: negative), thumbs about Y (from +Z to +X on the left: positive),
since VRM's T-pose has palms down and thumbs forward.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.arms import Side

Doubles = NDArray[np.float64]

FINGERS = ("Index", "Middle", "Ring", "Little")
THUMB_BONES = ("ThumbMetacarpal", "ThumbProximal", "ThumbDistal")
FINGER_BONES = tuple(f"{finger}{bone}" for finger in FINGERS for bone in ("Proximal", "Intermediate", "Distal"))
HAND_BONES: Final = (*THUMB_BONES, *FINGER_BONES)

ANGLES = 19  # 4 fingers x (spread, three bends), then the thumb's opposition, lift and bend
_LEAST: Final = np.radians([*([-18.0, -15.0, 0.0, 0.0] * 4), -25.0, -20.0, -10.0])
_MOST: Final = np.radians([*([18.0, 90.0, 105.0, 70.0] * 4), 35.0, 50.0, 70.0])
_RELAXED: Final = np.radians(
    [4.0, 14.0, 20.0, 12.0, 1.0, 18.0, 24.0, 14.0, -2.0, 22.0, 27.0, 16.0, -5.0, 25.0, 28.0, 17.0, 8.0, 10.0, 12.0]
)
FLEX_RAD_MAX = math.radians(70.0)
DEVIATION_RAD_MAX = math.radians(30.0)
TWIST_RAD_MAX = math.radians(110.0)
FOREARM_SHARE = 0.55  # the part of a hand's turn about the arm that the lower arm takes
SPREAD_SHARE = 0.7
# Where the fingers of a flat hand point, away from the middle of the palm (towards the thumb is positive).
_FLAT_SPREAD: Final = np.radians([8.0, 1.0, -6.0, -14.0])
_FLAT_THUMB_RAD = math.radians(25.0)  # a flat hand's bend between the thumb's bones that is no bend

_WRIST, _INDEX, _LITTLE = 0, 5, 17
_CHAINS: Final = np.array([[5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16], [17, 18, 19, 20]])


def palm_rotation(points: Doubles, side: Side) -> Doubles | None:
    """Return the hand's rotation in space from its points (21, 3); None when they have no extent."""
    forward = points[[5, 9, 13, 17]].mean(axis=0) - points[_WRIST]
    to_thumb = points[_INDEX] - points[_LITTLE]
    length = math.sqrt(float(forward @ forward))
    if length < 1e-4:
        return None
    forward = forward / length
    to_thumb = to_thumb - (to_thumb @ forward) * forward
    width = math.sqrt(float(to_thumb @ to_thumb))
    if width < 1e-4:
        return None
    to_thumb = to_thumb / width
    # The T-pose's hand points along sign * X with the thumb's side at +Z; the third axis follows.
    x = side.sign * forward
    return quat.from_matrix(np.column_stack((x, quat.cross(to_thumb, x), to_thumb)))


def finger_angles(points: Doubles, palm: Doubles, side: Side) -> Doubles:
    """Return the joint angles (19,) in radians of a hand whose palm is turned by `palm`, within human limits."""
    flat = quat.rotate(quat.inverse(palm), points - points[_WRIST])
    flat[:, 0] *= side.sign  # both hands as left hands: fingers along +X, palm towards -Y, thumb towards +Z
    joints = flat[_CHAINS]
    bones = np.diff(joints, axis=1)
    bones /= np.maximum(np.sqrt((bones * bones).sum(-1, keepdims=True)), 1e-6)
    angles = np.empty((4, 4))
    angles[:, 0] = SPREAD_SHARE * (np.arctan2(bones[:, 0, 2], np.maximum(np.abs(bones[:, 0, 0]), 0.5)) - _FLAT_SPREAD)
    angles[:, 1] = np.arctan2(-bones[:, 0, 1], bones[:, 0, 0])
    cosines = (bones[:, :-1] * bones[:, 1:]).sum(-1)
    angles[:, 2:] = np.arccos(np.clip(cosines, -1.0, 1.0))
    return np.clip(np.concatenate((angles.ravel(), _thumb_angles(flat))), _LEAST, _MOST)


def relaxed_fingers() -> Doubles:
    """Return the joint angles of a hand that does nothing."""
    return _RELAXED.copy()


def turn_fingers(angles: Doubles, side: Side) -> Doubles:
    """Return local rotations (15, 4) in the order of `HAND_BONES`."""
    turns = np.empty((15, 4))
    fingers = angles[:16].reshape(4, 4)
    bends = quat.about(2, -side.sign * fingers[:, 1:])
    bends[:, 0] = quat.multiply(quat.about(1, -side.sign * fingers[:, 0]), bends[:, 0])
    turns[3:] = bends.reshape(12, 4)
    opposition, lift, bend = (float(angle) for angle in angles[16:])
    turns[0] = quat.multiply(quat.about(1, side.sign * opposition), quat.about(0, lift))
    turns[1:3] = quat.about(1, side.sign * np.array([0.7 * bend, bend]))
    return turns


def wrist_angles(hand_in_forearm: Doubles) -> Doubles:
    """Return (twist, deviation, flex) in radians of a hand's rotation in its forearm, within human limits."""
    twist_rad = 2.0 * math.atan2(float(hand_in_forearm[0]), float(hand_in_forearm[3]))
    twist_rad = math.remainder(twist_rad, 2.0 * math.pi)
    swing = quat.to_rotation_vector(quat.multiply(hand_in_forearm, quat.about(0, -twist_rad)))
    deviation = min(max(float(swing[1]), -DEVIATION_RAD_MAX), DEVIATION_RAD_MAX)
    flex = min(max(float(swing[2]), -FLEX_RAD_MAX), FLEX_RAD_MAX)
    return np.array([quat.folded(twist_rad, TWIST_RAD_MAX), deviation, flex])


def turn_wrist(angles: Doubles) -> tuple[Doubles, Doubles]:
    """Return the lower arm's extra turn about itself, which is a part of the twist, and the hand's own rotation."""
    twist_rad, deviation, flex = (float(angle) for angle in angles)
    swing = quat.from_rotation_vector(np.array([0.0, deviation, flex]))
    turn = quat.about(0, FOREARM_SHARE * twist_rad)
    return turn, quat.multiply(quat.inverse(turn), quat.multiply(swing, quat.about(0, twist_rad)))


def _thumb_angles(flat: Doubles) -> Doubles:
    """Return (opposition, lift, bend) of a left hand's thumb."""
    metacarpal, proximal, distal = (_unit(flat[i + 1] - flat[i]) for i in (1, 2, 3))
    opposition = math.radians(45.0) - math.atan2(float(metacarpal[2]), float(metacarpal[0]))
    lift = math.asin(min(1.0, max(-1.0, -float(metacarpal[1])))) - math.radians(20.0)
    whole_bend = math.acos(min(1.0, max(-1.0, float(metacarpal @ proximal))))
    last_bend = math.acos(min(1.0, max(-1.0, float(proximal @ distal))))
    bend = 0.5 * (whole_bend + last_bend) * 1.3 - _FLAT_THUMB_RAD
    return np.array([math.remainder(opposition, 2.0 * math.pi), lift, bend])


def _unit(v: Doubles) -> Doubles:
    length = math.sqrt(float(v @ v))
    return v / length if length > 1e-6 else np.array([1.0, 0.0, 0.0])
