"""Opus made into AAC, which is what platforms and playlists play; the picture is never encoded again."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

import av

from avatar_live.outlets.timeline import Stamped
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ

BITRATE_BPS: Final = 128_000
OPUS_DELAY_SAMPLES: Final = 312  # libopus' look-ahead at 48 kHz, which a decoder gives out first (RFC 7845, 4.2)
OFF_S_MAX: Final = 0.03  # a packet further off than this follows lost ones


class AacEncoder:
    """Turn packets of Opus into packets of AAC, 1024 samples each. Costs 28 ms of CPU a second of sound."""

    def __init__(self) -> None:
        self._opus: Any = av.CodecContext.create("libopus", "r")
        self._opus.sample_rate, self._opus.layout = AUDIO_CLOCK_HZ, "stereo"
        self._aac: Any = av.CodecContext.create("aac", "w")
        self._aac.sample_rate, self._aac.layout, self._aac.format = AUDIO_CLOCK_HZ, "stereo", "fltp"
        self._aac.bit_rate, self._aac.time_base = BITRATE_BPS, Fraction(1, AUDIO_CLOCK_HZ)
        self._resampler = av.AudioResampler("fltp", "stereo", AUDIO_CLOCK_HZ)
        self._fifo = av.AudioFifo()
        self._origin_s: float | None = None  # of sample 0
        self._samples = 0

    def encode(self, stamped: Stamped) -> Iterator[tuple[bytes, float]]:
        """Yield AAC packets and the monotonic time of their first sample."""
        at_s = stamped.at_s - OPUS_DELAY_SAMPLES / AUDIO_CLOCK_HZ
        if self._origin_s is None or abs(at_s - self._origin_s - self._samples / AUDIO_CLOCK_HZ) > OFF_S_MAX:
            self._origin_s = at_s - self._samples / AUDIO_CLOCK_HZ
        for decoded in self._opus.decode(av.Packet(stamped.frame.data)):
            for frame in self._resampler.resample(decoded):
                frame.pts, frame.time_base = self._samples, Fraction(1, AUDIO_CLOCK_HZ)
                self._samples += frame.samples
                self._fifo.write(frame)
        while (whole := self._fifo.read(1_024)) is not None:
            for packet in self._aac.encode(whole):
                yield bytes(packet), self._origin_s + packet.pts / AUDIO_CLOCK_HZ
