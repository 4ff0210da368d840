"""Values on the frame's path, each replaced by the next: the newest wins.

What stands here is loaded when it is first used: a process that carries viewers' lines and nothing else would need
twice its memory for arrays that it never sees.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

_HOMES = {
    "encoded": (
        "EncodedFrame",
        "StreamKind",
    ),
    "pose": (
        "ARKIT_SHAPES",
        "HUMANOID_BONES",
        "Pose",
    ),
    "readings": (
        "READINGS_BYTES",
        "BodyReading",
        "FaceReading",
        "HandReading",
        "Readings",
        "readings_from_bytes",
        "readings_to_bytes",
    ),
    "senses": (
        "GIVEN_BYTES",
        "VOICE_BYTES",
        "VOWELS",
        "GivenPose",
        "VoiceReading",
        "given_from_bytes",
        "given_to_bytes",
        "voice_from_bytes",
        "voice_to_bytes",
    ),
}


def __getattr__(name: str) -> object:
    """Load what is asked for (PEP 562)."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
