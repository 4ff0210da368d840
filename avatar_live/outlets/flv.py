"""The bodies of RTMP's messages: H.264 and AAC as FLV carries them (Adobe's "Video File Format", 10.1, annex E)."""

import struct
from typing import Final

from avatar_live.outlets import amf
from avatar_live.outlets.h264 import AUD, PPS, SPS, nal_type, nal_units
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ

_KEY_AVC, _DELTA_AVC, _AAC_STEREO = 0x17, 0x27, 0xAF
_HEADER, _BODY = 0, 1
_AVC, _AAC = 7.0, 10.0
_LONG, _SHORT = struct.Struct(">I"), struct.Struct(">H")
AAC_LC_48K_STEREO: Final = bytes((0x11, 0x90))  # ISO/IEC 14496-3's AudioSpecificConfig


def metadata(audio_bps: int) -> bytes:
    """Return `onMetaData`; the size of the picture stands in its parameter sets."""
    told: dict[str, amf.Value] = {
        "videocodecid": _AVC,
        "audiocodecid": _AAC,
        "audiosamplerate": float(AUDIO_CLOCK_HZ),
        "audiosamplesize": 16.0,
        "audiodatarate": audio_bps / 1000.0,
        "stereo": True,
        "encoder": "avatar_live",
    }
    return amf.encode("@setDataFrame", "onMetaData", told)


def video_header(keyframe: bytes) -> bytes:
    """Return the AVCDecoderConfigurationRecord of a keyframe in annex B (ISO/IEC 14496-15, 5.3.3.1)."""
    units = nal_units(keyframe)
    sps = next(unit for unit in units if nal_type(unit) == SPS)
    pps = next(unit for unit in units if nal_type(unit) == PPS)
    record = bytes((1, sps[1], sps[2], sps[3], 0xFF, 0xE1)) + _SHORT.pack(len(sps)) + sps
    return bytes((_KEY_AVC, _HEADER, 0, 0, 0)) + record + b"\x01" + _SHORT.pack(len(pps)) + pps


def video_body(access_unit: bytes, *, is_keyframe: bool) -> bytes:
    """Return an access unit whose NAL units are preceded by their length; the parameter sets stand in the header."""
    parts = [bytes((_KEY_AVC if is_keyframe else _DELTA_AVC, _BODY, 0, 0, 0))]
    for unit in nal_units(access_unit):
        if nal_type(unit) not in (SPS, PPS, AUD):
            parts += [_LONG.pack(len(unit)), unit]
    return b"".join(parts)


def audio_header() -> bytes:
    """Return what a decoder of our AAC needs."""
    return bytes((_AAC_STEREO, _HEADER)) + AAC_LC_48K_STEREO


def audio_body(packet: bytes) -> bytes:
    """Return a packet of AAC."""
    return bytes((_AAC_STEREO, _BODY)) + packet
