"""What a tracker saw in one camera picture, as numbers and never as pixels.

`Readings` crosses from the tracker's process to the engine's as one fixed record (`READINGS_BYTES` long) through
shared memory, so a reader never parses and a picture cannot hide in it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FACE_POINTS: Final = 478  # MediaPipe face mesh, irises included
BODY_POINTS: Final = 33  # MediaPipe (BlazePose) body
HAND_POINTS: Final = 21
SHAPES: Final = 52

Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FaceReading:
    """Hold a face: `landmarks` (478, 3) in pixels of the unmirrored picture, z on the same scale, smaller is nearer.

    `shapes` (52,) are the raw weights in the order of `ARKIT_SHAPES`.
    """

    landmarks: Points
    shapes: Points
    captured_s: float


@dataclass(frozen=True, slots=True, eq=False)
class BodyReading:
    """Hold a body: `landmarks` (33, 3) in pixels, `world` (33, 3) in metres from the hips, `visibility` (33,) 0..1.

    World axes are the camera's as MediaPipe gives them: x right, y down, z away from the camera.
    """

    landmarks: Points
    world: Points
    visibility: Points
    captured_s: float


@dataclass(frozen=True, slots=True, eq=False)
class HandReading:
    """Hold one hand: `landmarks` (21, 3) in pixels, `world` (21, 3) in metres from its centre, `score` 0..1."""

    landmarks: Points
    world: Points
    score: float
    captured_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Hold the newest of each part; hands are the person's own left and right. `captured_s` is the picture's time."""

    width_px: int
    height_px: int
    captured_s: float
    face: FaceReading | None = None
    body: BodyReading | None = None
    left_hand: HandReading | None = None
    right_hand: HandReading | None = None


_HAND = np.dtype(
    [("landmarks", "f4", (HAND_POINTS, 3)), ("world", "f4", (HAND_POINTS, 3)), ("score", "f8"), ("captured_s", "f8")]
)
_RECORD = np.dtype(
    [
        ("width_px", "i4"),
        ("height_px", "i4"),
        ("captured_s", "f8"),
        ("present", "u1", (4,)),
        ("face_landmarks", "f4", (FACE_POINTS, 3)),
        ("face_shapes", "f4", (SHAPES,)),
        ("face_captured_s", "f8"),
        ("body_landmarks", "f4", (BODY_POINTS, 3)),
        ("body_world", "f4", (BODY_POINTS, 3)),
        ("body_visibility", "f4", (BODY_POINTS,)),
        ("body_captured_s", "f8"),
        ("hands", _HAND, (2,)),
    ]
)
READINGS_BYTES: Final = _RECORD.itemsize


def readings_to_bytes(readings: Readings) -> bytes:
    """Write the fixed record; parts that are absent are zero."""
    record = np.zeros((), _RECORD)
    face, body, hands = readings.face, readings.body, (readings.left_hand, readings.right_hand)
    record["width_px"], record["height_px"] = readings.width_px, readings.height_px
    record["captured_s"] = readings.captured_s
    record["present"] = [part is not None for part in (face, body, *hands)]
    if face is not None:
        record["face_landmarks"], record["face_shapes"] = face.landmarks, face.shapes
        record["face_captured_s"] = face.captured_s
    if body is not None:
        record["body_landmarks"], record["body_world"] = body.landmarks, body.world
        record["body_visibility"], record["body_captured_s"] = body.visibility, body.captured_s
    for slot, hand in zip(record["hands"], hands, strict=True):
        if hand is not None:
            slot["landmarks"], slot["world"] = hand.landmarks, hand.world
            slot["score"], slot["captured_s"] = hand.score, hand.captured_s
    return record.tobytes()


def readings_from_bytes(data: bytes) -> Readings:
    """Read the fixed record. Raises ValueError when its length is not `READINGS_BYTES`."""
    if len(data) != READINGS_BYTES:
        raise ValueError(f"a readings record is {READINGS_BYTES} bytes, not {len(data)}")
    record = np.frombuffer(data, _RECORD)[0]
    has_face, has_body, *has_hand = (bool(flag) for flag in record["present"])
    hands = [
        HandReading(hand["landmarks"], hand["world"], float(hand["score"]), float(hand["captured_s"]))
        if present
        else None
        for present, hand in zip(has_hand, record["hands"], strict=True)
    ]
    return Readings(
        width_px=int(record["width_px"]),
        height_px=int(record["height_px"]),
        captured_s=float(record["captured_s"]),
        face=FaceReading(record["face_landmarks"], record["face_shapes"], float(record["face_captured_s"]))
        if has_face
        else None,
        body=BodyReading(
            record["body_landmarks"], record["body_world"], record["body_visibility"], float(record["body_captured_s"])
        )
        if has_body
        else None,
        left_hand=hands[0],
        right_hand=hands[1],
    )
