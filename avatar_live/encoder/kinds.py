"""The H.264 encoders that we know how to open: x264, which is always there, and those of graphics cards."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.codec.hwaccel import HWAccel

from avatar_live.channels.processes import EncoderName
from avatar_live.signals.encoded import VIDEO_CLOCK_HZ

AUTO: Final[EncoderName] = "auto"
X264: Final[EncoderName] = "x264"

# OpenCV converts with the matrix of ITU-R BT.601 in limited range; unsaid, browsers guess BT.709 for tall pictures.
_COLOURS: Final = "colorprim=smpte170m:transfer=smpte170m:colormatrix=smpte170m:range=tv"
_SMPTE170M: Final = 6
_LIMITED_RANGE: Final = 1
# What `ultrafast` leaves out and is worth its time, and what it does and is not. SSIM, ms a frame and kbit/s of
# first-person pictures of 640x360 at 900 kbit/s, where aiortc's VP8 has .972 for 2.7 and 896: bare .967, 0.85, 855;
# with deblocking .9764, 0.95, 854; without decimation too .9753, 0.91, 857; with a player's floor too .9741, 0.85, 717.
# The show of 1280x720 at 2.5 Mbit/s has .9895 without that floor and .9893 with it; while it rests, .9959 and .9915.
_TOOLS: Final = "no-deblock=0:no-dct-decimate=1"
PLAYER_QUANTISER_MIN: Final = 22  # a picture that rests would be spent the whole bitrate on, and nobody would see it
_NO_DELAY: Final = "repeat-headers=1:sliced-threads=0:bframes=0:scenecut=0:keyint=infinite"
_KEYFRAME_NEVER: Final = 1_000_000  # pictures; keyframes are asked for


def _has(*paths: str) -> Callable[[], bool]:
    return lambda: any(Path(path).exists() for path in paths)


@dataclass(frozen=True, slots=True)
class Kind:
    """One encoder of FFmpeg, with what makes it give every picture at once and a keyframe when asked.

    `may_be_here` is a cheap look that spares a machine without the device the trial; `keeps_its_stream` says that it
    takes a new bitrate without a new stream.
    """

    name: EncoderName
    codec: str
    words: str
    options: Mapping[str, str] = field(default_factory=dict)
    pix_fmt: str = "yuv420p"
    device: str = ""
    keeps_its_stream: bool = False
    may_be_here: Callable[[], bool] = lambda: True


KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind(X264, "libx264", "x264 on the processor", keeps_its_stream=True),
        Kind(
            "nvenc",
            "h264_nvenc",
            "NVIDIA's encoder (NVENC)",
            {"preset": "p3", "tune": "ull", "rc": "cbr", "zerolatency": "1", "delay": "0", "forced-idr": "1"},
            keeps_its_stream=True,
            may_be_here=_has("/dev/nvidiactl", "/dev/dxg", r"C:\Windows\System32\nvEncodeAPI64.dll"),
        ),
        Kind(
            "videotoolbox",
            "h264_videotoolbox",
            "Apple's encoder (VideoToolbox)",
            {"realtime": "1", "prio_speed": "1", "allow_sw": "0"},
            may_be_here=lambda: sys.platform == "darwin",
        ),
        Kind(
            "qsv",
            "h264_qsv",
            "Intel's encoder (Quick Sync)",
            {"async_depth": "1", "forced_idr": "1", "look_ahead": "0", "preset": "veryfast"},
            pix_fmt="nv12",
            may_be_here=_has("/dev/dri/renderD128", r"C:\Windows\System32\libmfxhw64.dll"),
        ),
        Kind(
            "vaapi",
            "h264_vaapi",
            "the graphics driver's encoder (VAAPI)",
            {"async_depth": "1", "rc_mode": "CBR"},
            pix_fmt="nv12",
            device="vaapi",
            may_be_here=_has("/dev/dri/renderD128"),
        ),
    )
}
# What PyAV raises where there is no such encoder, no such device, or one that will not.
OPEN_ERRORS: Final = (av.FFmpegError, ValueError, NotImplementedError, RuntimeError, OSError)


@dataclass(frozen=True, slots=True)
class Format:
    """What a stream is: its pictures, what they may cost, and the most that one may, in seconds of bitrate.

    `is_frugal` spends more time for more likeness, where few bits have much to show; no picture of x264's is finer than
    `quantiser_min`.
    """

    width_px: int
    height_px: int
    fps: int
    bitrate_bps: int
    level: str
    buffer_s: float
    is_frugal: bool = False
    quantiser_min: int = 0


def open_codec(kind: Kind, format: Format) -> av.VideoCodecContext:
    """Return an opened encoder. Raises one of `OPEN_ERRORS` when there is none."""
    codec = av.CodecContext.create(kind.codec, "w", HWAccel(kind.device) if kind.device else None)
    assert isinstance(codec, av.VideoCodecContext)
    codec.width, codec.height = format.width_px, format.height_px
    if kind.device:
        codec.sw_format = kind.pix_fmt
    else:
        codec.pix_fmt = kind.pix_fmt
    codec.time_base, codec.framerate = Fraction(1, VIDEO_CLOCK_HZ), Fraction(format.fps, 1)
    codec.bit_rate = format.bitrate_bps
    codec.max_b_frames = 0
    own = dict(kind.options)
    if kind.name == X264:
        codec.thread_count = 1
        own |= _x264_options(format)
    else:
        codec.gop_size = _KEYFRAME_NEVER
        codec.color_primaries = codec.color_trc = codec.colorspace = _SMPTE170M
        codec.color_range = _LIMITED_RANGE
        own["profile"] = "constrained_baseline" if kind.name == "vaapi" else "baseline"
    codec.options = own | {
        "maxrate": str(format.bitrate_bps),
        "bufsize": str(int(format.bitrate_bps * format.buffer_s)),
    }
    codec.open()
    return codec


def _x264_options(format: Format) -> dict[str, str]:
    return {
        "preset": "superfast" if format.is_frugal else "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "level": format.level,
        "forced-idr": "1",
        "x264-params": f"{_NO_DELAY}:{_TOOLS}:qpmin={format.quantiser_min}:{_COLOURS}",
    }
