"""Live Link Face (Epic's app for the iPhone) and whatever else speaks its "Live Link (ARKit)" packets.

Big-endian: version (6), device and subject as counted texts, frame, subframe, frame rate as a fraction, a count, and 61
floats: ARKit's 52 shapes in Epic's order, then yaw, pitch and roll of the head and of both eyes in radians, positive to
the person's right, down, and towards the right shoulder. (Checked on a recording of the app's: its eyes' angles against
its eyeLook shapes.) Without a face in sight the floats are missing.
"""

import struct
from typing import Final

from avatar_live.mocap.part import PacketError, Part, checked, turned_head, without_looks
from avatar_live.motion import quaternions as quat

VERSION: Final = 6
TEXT_BYTES_MAX: Final = 256
EPIC_SHAPES: Final = (
    "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft", "eyeSquintLeft",
    "eyeWideLeft", "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight",
    "eyeSquintRight", "eyeWideRight", "jawForward", "jawLeft", "jawRight", "jawOpen", "mouthClose", "mouthFunnel",
    "mouthPucker", "mouthLeft", "mouthRight", "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight", "mouthRollLower", "mouthRollUpper",
    "mouthShrugLower", "mouthShrugUpper", "mouthPressLeft", "mouthPressRight", "mouthLowerDownLeft",
    "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight", "browDownLeft", "browDownRight", "browInnerUp",
    "browOuterUpLeft", "browOuterUpRight", "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft",
    "noseSneerRight", "tongueOut",
)  # fmt: skip
FLOATS: Final = len(EPIC_SHAPES) + 9

_COUNT: Final = struct.Struct(">i")
_FRAME_BYTES: Final = 16
_FACE: Final = struct.Struct(f">B{FLOATS}f")


def parse(data: bytes) -> Part | None:
    """Return the face of a packet, None when it has none. Raises PacketError."""
    if not data or data[0] != VERSION:
        raise PacketError(f"not version {VERSION} of Live Link Face")
    at = _past_text(data, _past_text(data, 1)) + _FRAME_BYTES
    if at == len(data):
        return None
    if at + _FACE.size != len(data):
        raise PacketError(f"{len(data) - at} bytes of face instead of {_FACE.size}")
    count, *floats = _FACE.unpack_from(data, at)
    if count != FLOATS:
        raise PacketError(f"{count} shapes instead of {FLOATS}")
    checked(floats)
    yaw, pitch, roll, left_yaw, left_pitch, _, right_yaw, right_pitch, _ = floats[len(EPIC_SHAPES) :]
    return Part(
        rotations=turned_head(quat.from_yaw_pitch_roll(-yaw, pitch, -roll)),
        shapes=without_looks(dict(zip(EPIC_SHAPES, floats, strict=False))),
        gaze_rad=(-0.5 * (left_yaw + right_yaw), -0.5 * (left_pitch + right_pitch)),
    )


def _past_text(data: bytes, at: int) -> int:
    if at + _COUNT.size > len(data):
        raise PacketError("the packet ends within a text")
    (size,) = _COUNT.unpack_from(data, at)
    at += _COUNT.size
    if not 0 <= size <= min(TEXT_BYTES_MAX, len(data) - at):
        raise PacketError(f"a text of {size} bytes")
    return at + int(size)
