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
from avatar_live.signals.senses import (
    GIVEN_BYTES,
    VOICE_BYTES,
    VOWELS,
    GivenPose,
    VoiceReading,
    given_from_bytes,
    given_to_bytes,
    voice_from_bytes,
    voice_to_bytes,
)

__all__ = [
    "ARKIT_SHAPES",
    "GIVEN_BYTES",
    "HUMANOID_BONES",
    "READINGS_BYTES",
    "VOICE_BYTES",
    "VOWELS",
    "BodyReading",
    "EncodedFrame",
    "FaceReading",
    "GivenPose",
    "HandReading",
    "Pose",
    "Readings",
    "StreamKind",
    "VoiceReading",
    "given_from_bytes",
    "given_to_bytes",
    "readings_from_bytes",
    "readings_to_bytes",
    "voice_from_bytes",
    "voice_to_bytes",
]
