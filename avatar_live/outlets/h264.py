"""What the outlets must know of H.264 (ITU-T H.264, annex B; ISO/IEC 14496-15)."""

import re
from typing import Final

_START: Final = re.compile(rb"\x00\x00\x00?\x01")
SPS, PPS, AUD = 7, 8, 9


def nal_units(data: bytes) -> list[bytes]:
    """Return the NAL units of an access unit in annex B, without start codes."""
    return [unit for unit in _START.split(data) if unit]


def nal_type(unit: bytes) -> int:
    """Return the type of a NAL unit."""
    return unit[0] & 0x1F


def parameter_sets(keyframe: bytes) -> bytes:
    """Return the sequence and picture parameter sets before a keyframe, as annex B: equal bytes are equal sets."""
    return b"".join(b"\x00\x00\x00\x01" + unit for unit in nal_units(keyframe) if nal_type(unit) in (SPS, PPS))
