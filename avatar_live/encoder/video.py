"""H.264 for people who watch now: no frame waits for a later one, and a keyframe comes when somebody asks."""

from fractions import Fraction
from typing import Final

import av
import av.video.frame
import numpy as np
from numpy.typing import NDArray

from avatar_live.encoder.planes import Packer
from avatar_live.signals.encoded import VIDEO_CLOCK_HZ, EncodedFrame

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
# OpenCV converts with the matrix of ITU-R BT.601 in limited range; unsaid, browsers guess BT.709 for tall pictures.
_COLOURS: Final = "colorprim=smpte170m:transfer=smpte170m:colormatrix=smpte170m:range=tv"
# What `ultrafast` leaves out and what is worth its time. First-person pictures of 640x360 at 900 kbit/s, SSIM for ms a
# frame: .949 for 0.96 bare, .972 for 1.14 with both, .980 for 1.50 as `superfast`; aiortc's VP8 has .967 for 2.8.
_TOOLS: Final = "no-deblock=0:aq-mode=1"
_NO_DELAY: Final = "repeat-headers=1:sliced-threads=0:bframes=0:scenecut=0:keyint=infinite"


class EncoderError(Exception):
    """Say in one sentence why a picture cannot be encoded and what to change."""


class VideoEncoder:
    """Encode BGRA pictures of one size into constrained baseline H.264, one access unit a picture.

    The bitrate is spent at `fps` pictures a second; fewer pictures take proportionally less, because x264 would hold
    one back to learn how long it lasts. One thread: frame threads would hold a picture back too, and slice threads
    would cost quality at these sizes. Lower rungs have the slower `superfast`, since each bit has more to show there.
    Measured on a shared 2-core x86-64 machine, ms a frame: 640x360 0.16 for I420 + 1.1, 1280x720 0.6 + 4.3.

    Raises EncoderError for a size that 4:2:0 cannot hold or no H.264 level fits.
    """

    def __init__(self, stream: str, width_px: int, height_px: int, fps: int, bitrate_bps: int, rung: int = 0) -> None:
        if width_px <= 0 or height_px <= 0 or width_px % 2 or height_px % 2:
            raise EncoderError(
                f"A picture of {width_px}x{height_px} cannot be encoded: choose an even width and an even height."
            )
        self._stream = stream
        self._rung = rung
        self._shape = (height_px, width_px, 4)
        self._packed_shape = (height_px * 3 // 2, width_px)
        self._bitrate_bps_max = bitrate_bps
        self._safety_ticks = int(SAFETY_KEYFRAME_S * VIDEO_CLOCK_HZ)
        self._last_pts: int | None = None
        self._keyframe_pts = 0
        self._packer = Packer(width_px, height_px)  # x264 copies its input before it returns, so its memory serves all
        codec = av.CodecContext.create("libx264", "w")
        codec.width, codec.height, codec.pix_fmt = width_px, height_px, "yuv420p"
        codec.time_base, codec.framerate = Fraction(1, VIDEO_CLOCK_HZ), Fraction(fps, 1)
        codec.bit_rate = bitrate_bps
        codec.thread_count = 1
        codec.max_b_frames = 0
        codec.options = {
            "preset": "superfast" if rung else "ultrafast",
            "tune": "zerolatency",
            "profile": "baseline",
            "level": _level(width_px, height_px, fps),
            "forced-idr": "1",
            "maxrate": str(bitrate_bps),
            "bufsize": str(int(bitrate_bps * BUFFER_S)),
            "x264-params": f"{_NO_DELAY}:{_TOOLS}:{_COLOURS}",
        }
        self._codec = codec

    def pack(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return BGRA `pixels` (height, width, 4) as I420 (height * 3 / 2, width), good until the next call."""
        if pixels.shape not in (self._shape, self._packed_shape):
            raise EncoderError(f"The encoder was opened for pictures of shape {self._shape}, not {pixels.shape}.")
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
        frame = av.VideoFrame.from_numpy_buffer(planes, format="yuv420p")
        frame.pts, frame.time_base = pts, Fraction(1, VIDEO_CLOCK_HZ)
        kind = av.video.frame.PictureType
        frame.pict_type = kind.I if is_key else kind.NONE
        packets = self._codec.encode(frame)
        assert len(packets) == 1, "without look-ahead and frame threads every picture gives one packet"
        packet = packets[0]
        return EncodedFrame(self._stream, "video", bytes(packet), pts, packet.is_keyframe, captured_s, self._rung)

    def use_bitrate(self, bitrate_bps: int) -> None:
        """Spend this much from the next picture on, without a keyframe, and never more than the encoder was opened for.

        x264 holds the new rate within a second, and its keyframes shrink with it.
        """
        self._codec.bit_rate = max(1, min(bitrate_bps, self._bitrate_bps_max))

    def close(self) -> None:
        """Let go of the encoder; nothing is held back that a flush could give."""
        del self._codec


def _level(width_px: int, height_px: int, fps: int) -> str:
    macroblocks = -(-width_px // 16) * -(-height_px // 16)
    for level, per_second, per_frame in _LEVELS:
        if macroblocks <= per_frame and macroblocks * fps <= per_second:
            return level
    raise EncoderError(f"{width_px}x{height_px} at {fps} fps is above H.264 level 5.1: choose a smaller picture.")
