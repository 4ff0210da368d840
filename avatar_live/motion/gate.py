"""Keep out readings that no body can have, so that the arithmetic behind meets numbers alone."""

from dataclasses import replace

from avatar_live.signals import BodyReading, FaceReading, HandReading, Readings
from avatar_live.signals.readings import Points

PIXEL_MAX = 1e5  # no picture is larger, and points outside it lie near it
WORLD_M_MAX = 10.0
WEIGHT_MAX = 1.5  # weights and visibilities are 0..1 up to rounding


def admit(readings: Readings | None) -> Readings | None:
    """Return the readings without the parts that are not numbers or out of all proportion."""
    if readings is None:
        return None
    face = readings.face if readings.face is not None and _is_face(readings.face) else None
    body = readings.body if readings.body is not None and _is_body(readings.body) else None
    left = readings.left_hand if readings.left_hand is not None and _is_hand(readings.left_hand) else None
    right = readings.right_hand if readings.right_hand is not None and _is_hand(readings.right_hand) else None
    return replace(readings, face=face, body=body, left_hand=left, right_hand=right)


def _is_face(face: FaceReading) -> bool:
    return _within(face.landmarks, PIXEL_MAX) and _within(face.shapes, WEIGHT_MAX)


def _is_body(body: BodyReading) -> bool:
    return (
        _within(body.landmarks, PIXEL_MAX) and _within(body.world, WORLD_M_MAX) and _within(body.visibility, WEIGHT_MAX)
    )


def _is_hand(hand: HandReading) -> bool:
    return _within(hand.landmarks, PIXEL_MAX) and _within(hand.world, WORLD_M_MAX) and 0.0 <= hand.score <= WEIGHT_MAX


def _within(values: Points, limit: float) -> bool:
    # Comparisons with what is not a number are false.
    return bool(values.max() < limit and values.min() > -limit)
