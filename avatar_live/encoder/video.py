"""H.264 for people who watch now: no frame waits for a later one, and a keyframe comes when somebody asks."""

from fractions import Fraction
from typing import Final

import av
import av.video.frame
import numpy as np
from numpy.typing import NDArray

from avatar_live.encoder.kinds import KINDS, OPEN_ERRORS, PLAYER_QUANTISER_MIN, X264, Format, Kind, open_codec
from avatar_live.encoder.planes import Packer
from avatar_live.signals.encoded import MAIN_STREAM, VIDEO_CLOCK_HZ, EncodedFrame

SAFETY_KEYFRAME_S: Final = 10.0  # a viewer whose requests are all lost still gets a picture
BUFFER_S: Final = 0.3  # the most that one frame may cost, in seconds of bitrate: a burst is a delay for everybody

# ITU-T H.264 table A-1: level, macroblocks a second, macroblocks a frame.
_LEVELS: Final = (
    ("3.0", 40_500, 1_620),
    ("3.1", 108_000, 3_600),
    ("3.2", 216_000, 5_120),
    ("4.0", 245_760, 8_192),
    ("4.2", 522_240, 8_704),
    ("5.0", 589_824, 22_080),
    ("5.1", 983_040, 36_864),
)

_X264: Final = KINDS[X264]


class EncoderError(Exception):
    """Say in one sentence why a picture cannot be encoded and what to change."""


class VideoEncoder:
    """Encode BGRA pictures of one size into constrained baseline H.264, one access unit a picture.

    The bitrate is spent at `fps` pictures a second; fewer pictures take proportionally less, because x264 would hold
    one back to learn how long it lasts. One thread: frame threads would hold a picture back too, and slice threads
    would cost quality at these sizes. Lower rungs have the slower `superfast`, since each bit has more to show there.
    Measured on one x86-64 core, ms a frame with making I420 of it: 640x360 0.85, 1280x720 2.9.

    A card's encoder of another `kind` is opened with the first picture; when it will not, x264 takes its place.

    Raises EncoderError for a size that 4:2:0 cannot hold or no H.264 level fits.
    """

    def __init__(
        self,
        stream: str,
        width_px: int,
        height_px: int,
        fps: int,
        bitrate_bps: int,
        rung: int = 0,
        kind: Kind = _X264,
        *,
        may_fall_back: bool = True,
    ) -> None:
        if width_px <= 0 or height_px <= 0 or width_px % 2 or height_px % 2:
            raise EncoderError(
                f"A picture of {width_px}x{height_px} cannot be encoded: choose an even width and an even height."
            )
        level = _level(width_px, height_px, fps)
        self._stream = stream
        floor = 0 if stream == MAIN_STREAM else PLAYER_QUANTISER_MIN
        self._format = Format(width_px, height_px, fps, bitrate_bps, level, BUFFER_S, rung > 0, floor)
        self._rung = rung
        self._kind = kind
        self._may_fall_back = may_fall_back
        self._bitrate_bps = bitrate_bps
        self._safety_ticks = int(SAFETY_KEYFRAME_S * VIDEO_CLOCK_HZ)
        self._last_pts: int | None = None
        self._keyframe_pts = 0
        self._packer = Packer(width_px, height_px)  # encoders copy their input before they return, so its memory serves
        self._codec: av.VideoCodecContext | None = None

    @property
    def kind(self) -> str:
        """The name of the encoder that is used; another than was asked for when that one would not open."""
        return self._kind.name

    def pack(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return BGRA `pixels` (height, width, 4) as I420 (height * 3 / 2, width), good until the next call."""
        width_px, height_px = self._format.width_px, self._format.height_px
        if pixels.shape not in ((height_px, width_px, 4), (height_px * 3 // 2, width_px)):
            raise EncoderError(
                f"The encoder was opened for pictures of shape {(height_px, width_px, 4)}, not {pixels.shape}."
            )
        return self._packer.pack(pixels)

    def encode(
        self, pixels: NDArray[np.uint8], captured_s: float, pts_90khz: int, wants_keyframe: bool = False
    ) -> EncodedFrame:
        """Encode BGRA `pixels` (height, width, 4) uint8, or I420 (height * 3 / 2, width), into one Annex B access unit.

        The first picture is a keyframe, and so is one every `SAFETY_KEYFRAME_S`. A `pts_90khz` that does not rise is
        moved one tick behind the last, since equal timestamps would be one picture to a receiver.
        """
        planes = self.pack(pixels)
        pts = pts_90khz if self._last_pts is None else max(pts_90khz, self._last_pts + 1)
        is_key = wants_keyframe or self._last_pts is None or pts - self._keyframe_pts >= self._safety_ticks
        if is_key:
            self._keyframe_pts = pts
        self._last_pts = pts
        data, is_keyframe = self._encoded(planes, pts, is_key)
        return EncodedFrame(self._stream, "video", data, pts, is_keyframe, captured_s, self._rung)

    def use_bitrate(self, bitrate_bps: int) -> None:
        """Spend this much from the next picture on, and never more than the encoder was made for.

        x264 needs no keyframe for it, holds the new rate within a second, and its keyframes shrink along. An encoder
        that cannot change begins anew, with a keyframe.
        """
        self._bitrate_bps = max(1, min(bitrate_bps, self._format.bitrate_bps))
        if self._codec is None:
            return
        if self._kind.keeps_its_stream:
            self._codec.bit_rate = self._bitrate_bps
        else:
            self._codec = None

    def _encoded(self, planes: NDArray[np.uint8], pts: int, is_key: bool) -> tuple[bytes, bool]:
        try:
            return self._encoded_by(self._kind, planes, pts, is_key)
        except (*OPEN_ERRORS, EncoderError):
            if self._kind is _X264 or not self._may_fall_back:
                raise
        # A card has room for so many streams; the picture that it could not take is x264's first.
        self._codec, self._kind = None, _X264
        return self._encoded_by(_X264, planes, pts, is_key=True)

    def _encoded_by(self, kind: Kind, planes: NDArray[np.uint8], pts: int, is_key: bool) -> tuple[bytes, bool]:
        if self._codec is None:
            self._codec = open_codec(kind, self._format)
            self._codec.bit_rate = self._bitrate_bps
        frame = av.VideoFrame.from_numpy_buffer(planes, format="yuv420p")
        if kind.pix_fmt != "yuv420p" and not kind.device:  # PyAV itself brings pictures to a device
            frame = frame.reformat(format=kind.pix_fmt)
        frame.pts, frame.time_base = pts, Fraction(1, VIDEO_CLOCK_HZ)
        wanted = av.video.frame.PictureType
        frame.pict_type = wanted.I if is_key else wanted.NONE
        packets = self._codec.encode(frame)
        if len(packets) != 1:
            raise EncoderError("It does not give a frame for every picture at once.")
        return bytes(packets[0]), packets[0].is_keyframe

    def close(self) -> None:
        """Let go of the encoder; nothing is held back that a flush could give."""
        self._codec = None


def _level(width_px: int, height_px: int, fps: int) -> str:
    macroblocks = -(-width_px // 16) * -(-height_px // 16)
    for level, per_second, per_frame in _LEVELS:
        if macroblocks <= per_frame and macroblocks * fps <= per_second:
            return level
    raise EncoderError(f"{width_px}x{height_px} at {fps} fps is above H.264 level 5.1: choose a smaller picture.")
