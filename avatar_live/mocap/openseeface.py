"""OpenSeeFace's tracker: one record of 1785 bytes a face, little-endian, several one after another.

https://github.com/emilianavt/OpenSeeFace (facetracker.py writes it, tracker.py says what the numbers are). The tracker
hands image points to OpenCV as (row, column), starts from a face at the lens and so finds it behind the camera. Its
camera's axes are therefore (up, left in the picture, away) and its face's (to the person's right, up, out of the face);
its quaternion is of the inverse rotation. It also takes half the width for the middle of rows and of columns, which
turns every head of a picture that is not square by the same few degrees: taken back here.
"""

import math
from typing import Final

import numpy as np

from avatar_live.mocap.part import PacketError, Part, checked, turned_head, unit
from avatar_live.motion import quaternions as quat

FACE: Final = np.dtype(
    [
        ("time", "<f8"), ("id", "<i4"), ("size_px", "<f4", (2,)), ("open", "<f4", (2,)), ("success", "u1"),
        ("error", "<f4"), ("quaternion", "<f4", (4,)), ("euler", "<f4", (3,)), ("translation", "<f4", (3,)),
        ("confidence", "<f4", (68,)), ("points", "<f4", (68, 2)), ("points_3d", "<f4", (70, 3)),
        ("features", "<f4", (14,)),
    ]
)  # fmt: skip
FACE_BYTES: Final = FACE.itemsize
FACES_MAX: Final = 8
_RIGHT, _LEFT = 0, 1  # the order of the eyes' openness, of the pupils and of the eyeballs
_EYES = slice(66, 70)  # two pupils, then two eyeballs
_TO_WORLD: Final = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
_TO_FACE: Final = np.diag([-1.0, 1.0, 1.0])
# The packet's points are in the face's axes with y and z turned round.
_POINTS_TO_PERSON: Final = np.array([-1.0, -1.0, -1.0])
_BROW_LEFT, _BROW_RIGHT, _CORNER_LEFT, _CORNER_RIGHT, _OPEN, _WIDE = 3, 6, 8, 10, 12, 13


def parse(data: bytes) -> Part | None:
    """Return the first face, None when its pose was not found. Raises PacketError."""
    if not data or len(data) % FACE_BYTES or len(data) > FACES_MAX * FACE_BYTES:
        raise PacketError(f"{len(data)} bytes are not 1 to {FACES_MAX} faces of {FACE_BYTES}")
    face = np.frombuffer(data, FACE, count=1)[0]
    if not face["success"]:
        return None
    eye_points = face["points_3d"][_EYES].ravel()
    for numbers in (face["size_px"], face["open"], face["features"], face["quaternion"], eye_points):
        checked(numbers.tolist())
    pupils, eyeballs = eye_points.astype(np.float64).reshape(2, 2, 3)
    raw = np.array(unit(*face["quaternion"].tolist()))
    width_px, height_px = face["size_px"].tolist()
    return Part(
        rotations=turned_head(_head(raw, width_px, height_px)),
        shapes=_shapes(face["open"].tolist(), face["features"].tolist()),
        gaze_rad=_gaze((pupils - eyeballs).sum(axis=0) * _POINTS_TO_PERSON),
    )


def _head(raw: quat.Doubles, width_px: float, height_px: float) -> quat.Doubles:
    """Return the head's rotation in the person's space."""
    rotation = quat.from_matrix(_TO_WORLD @ quat.to_matrix(quat.inverse(raw)) @ _TO_FACE)
    aside = math.atan2(0.5 * (width_px - height_px), width_px) if width_px > 0.0 else 0.0
    return quat.multiply(quat.multiply(quat.about(1, -aside), quat.about(0, aside)), rotation)


def _gaze(forward: quat.Doubles) -> tuple[float, float] | None:
    x, y, z = forward.tolist()
    if z <= 0.0:  # eyes that were not found
        return None
    return math.atan2(x, z), math.atan2(y, math.hypot(x, z))


def _shapes(is_open: list[float], features: list[float]) -> dict[str, float]:
    """Return the weights that openness and features, -1..1 about what is usual, come to; the shares are our own."""
    brow_left, brow_right = features[_BROW_LEFT], features[_BROW_RIGHT]
    corner_left, corner_right = features[_CORNER_LEFT], features[_CORNER_RIGHT]  # down is positive
    wide = features[_WIDE]
    weights = {
        "eyeBlinkLeft": 1.0 - is_open[_LEFT], "eyeBlinkRight": 1.0 - is_open[_RIGHT],
        "browOuterUpLeft": brow_left, "browOuterUpRight": brow_right, "browInnerUp": 0.4 * (brow_left + brow_right),
        "browDownLeft": -brow_left, "browDownRight": -brow_right,
        "mouthSmileLeft": -corner_left, "mouthSmileRight": -corner_right,
        "mouthFrownLeft": corner_left, "mouthFrownRight": corner_right,
        "jawOpen": features[_OPEN], "mouthPucker": -wide,
        "mouthStretchLeft": 0.5 * wide, "mouthStretchRight": 0.5 * wide,
    }  # fmt: skip
    return {name: min(max(weight, 0.0), 1.0) for name, weight in weights.items()}
