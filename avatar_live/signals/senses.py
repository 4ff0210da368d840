"""What else than a camera may tell how the host moves: a voice, and other programs.

Both cross from the tracker's process to the engine's as fixed records of their own (`VOICE_BYTES`, `GIVEN_BYTES` long),
beside `Readings`: a camera that hangs holds up neither.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.signals.pose import ARKIT_SHAPES, HUMANOID_BONES

VOWELS: Final = ("aa", "ih", "ou", "ee", "oh")  # VRM's mouth presets, in VRM's order

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class VoiceReading:
    """Hold what a microphone tells of the mouth: `vowels` (5,) 0..1 in the order of `VOWELS`, all zero while nobody
    speaks, and how loud it is, in dB below full scale. `captured_s` is when the sound reached the microphone.
    """

    vowels: Floats
    level_dbfs: float
    captured_s: float


@dataclass(frozen=True, slots=True, eq=False)
class GivenPose:
    """Hold the parts of a pose that other programs give, each already the best of its sources.

    Spaces are the person's: +X their left, +Y up, +Z towards the camera, as a `Pose` before it is mirrored.
    `rotations` (55, 4) in the order of `HUMANOID_BONES` are VRM's normalised local rotations x y z w, `shapes` (52,) in
    that of `ARKIT_SHAPES`, `gaze_rad` (2,) is yaw and pitch in the head, positive to the person's left and up. What the
    flags do not mark as given means nothing. `captured_s` is when the newest of it arrived.
    """

    rotations: Floats
    has_rotation: Flags
    shapes: Floats
    has_shape: Flags
    gaze_rad: Floats
    has_gaze: bool
    hips_offset_m: Floats
    has_hips_offset: bool
    captured_s: float


_VOICE = np.dtype([("vowels", "f4", (len(VOWELS),)), ("level_dbfs", "f8"), ("captured_s", "f8")])
_GIVEN = np.dtype(
    [
        ("rotations", "f4", (len(HUMANOID_BONES), 4)),
        ("has_rotation", "?", (len(HUMANOID_BONES),)),
        ("shapes", "f4", (len(ARKIT_SHAPES),)),
        ("has_shape", "?", (len(ARKIT_SHAPES),)),
        ("gaze_rad", "f4", (2,)),
        ("has_gaze", "?"),
        ("hips_offset_m", "f4", (3,)),
        ("has_hips_offset", "?"),
        ("captured_s", "f8"),
    ]
)
VOICE_BYTES: Final = _VOICE.itemsize
GIVEN_BYTES: Final = _GIVEN.itemsize


def voice_to_bytes(voice: VoiceReading) -> bytes:
    """Write the fixed record."""
    record = np.zeros((), _VOICE)
    record["vowels"], record["level_dbfs"], record["captured_s"] = voice.vowels, voice.level_dbfs, voice.captured_s
    return record.tobytes()


def voice_from_bytes(data: bytes) -> VoiceReading:
    """Read the fixed record. Raises ValueError when its length is not `VOICE_BYTES`."""
    if len(data) != VOICE_BYTES:
        raise ValueError(f"a voice record is {VOICE_BYTES} bytes, not {len(data)}")
    record = np.frombuffer(data, _VOICE)[0]
    return VoiceReading(record["vowels"], float(record["level_dbfs"]), float(record["captured_s"]))


def given_to_bytes(given: GivenPose) -> bytes:
    """Write the fixed record."""
    record = np.zeros((), _GIVEN)
    names = _GIVEN.names
    assert names is not None
    for name in names:
        record[name] = getattr(given, name)
    return record.tobytes()


def given_from_bytes(data: bytes) -> GivenPose:
    """Read the fixed record. Raises ValueError when its length is not `GIVEN_BYTES`."""
    if len(data) != GIVEN_BYTES:
        raise ValueError(f"a given pose's record is {GIVEN_BYTES} bytes, not {len(data)}")
    record = np.frombuffer(data, _GIVEN)[0]
    return GivenPose(
        rotations=record["rotations"],
        has_rotation=record["has_rotation"],
        shapes=record["shapes"],
        has_shape=record["has_shape"],
        gaze_rad=record["gaze_rad"],
        has_gaze=bool(record["has_gaze"]),
        hips_offset_m=record["hips_offset_m"],
        has_hips_offset=bool(record["has_hips_offset"]),
        captured_s=float(record["captured_s"]),
    )
