"""Opus in packets of 20 ms."""

from fractions import Fraction
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from avatar_live.encoder.video import EncoderError
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, EncodedFrame

PACKET_SAMPLES: Final = 960  # 20 ms
CHANNELS: Final = 2
BITRATE_BPS: Final = 96_000


class OpusEncoder:
    """Encode stereo sound at 48 kHz, one packet for every `PACKET_SAMPLES` samples.

    `pts` counts samples from the same origin as the video's 90 kHz clock, so 20 ms are 960 here and 1800 there.
    Opus delays sound by its look-ahead (6.5 ms), which is far below what lips show.
    """

    def __init__(self, stream: str, bitrate_bps: int = BITRATE_BPS) -> None:
        self._stream = stream
        self._silence = np.zeros((PACKET_SAMPLES, CHANNELS), np.int16)
        codec = av.CodecContext.create("libopus", "w")
        codec.sample_rate, codec.layout, codec.format = AUDIO_CLOCK_HZ, "stereo", "s16"
        codec.bit_rate = bitrate_bps
        codec.time_base = Fraction(1, AUDIO_CLOCK_HZ)
        # No FEC in the stream: for it Opus leaves its music mode and works half as hard again; what is lost is sent
        # again instead. DTX is off by itself: each packet is sent, silence in three bytes.
        codec.options = {"application": "audio", "frame_duration": "20"}
        self._codec = codec

    def encode(self, samples: NDArray[np.int16], captured_s: float, pts_48khz: int) -> EncodedFrame:
        """Encode `samples` (960, 2) int16, left and right; `captured_s` is the time of the first one."""
        if samples.shape != (PACKET_SAMPLES, CHANNELS) or samples.dtype != np.int16:
            raise EncoderError(
                f"Opus takes ({PACKET_SAMPLES}, {CHANNELS}) int16 samples, not {samples.shape} {samples.dtype}."
            )
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.time_base, frame.pts = AUDIO_CLOCK_HZ, Fraction(1, AUDIO_CLOCK_HZ), pts_48khz
        packets = self._codec.encode(frame)
        assert len(packets) == 1, "20 ms of sound give one packet"
        return EncodedFrame(self._stream, "audio", bytes(packets[0]), pts_48khz, True, captured_s)

    def silence(self, captured_s: float, pts_48khz: int) -> EncodedFrame:
        """Encode 20 ms of silence."""
        return self.encode(self._silence, captured_s, pts_48khz)

    def close(self) -> None:
        """Let go of the encoder."""
        del self._codec
