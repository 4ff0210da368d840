"""Values on the frame's path, each replaced by the next: the newest wins."""

from avatar_live.signals.encoded import EncodedFrame, StreamKind
from avatar_live.signals.pose import ARKIT_SHAPES, HUMANOID_BONES, Pose
from avatar_live.signals.readings import (
    READINGS_BYTES,
    BodyReading,
    FaceReading,
    HandReading,
    Readings,
    readings_from_bytes,
    readings_to_bytes,
)

__all__ = [
    "ARKIT_SHAPES",
    "HUMANOID_BONES",
    "READINGS_BYTES",
    "BodyReading",
    "EncodedFrame",
    "FaceReading",
    "HandReading",
    "Pose",
    "Readings",
    "StreamKind",
    "readings_from_bytes",
    "readings_to_bytes",
]
