"""A guest's decoded sound in packets of 20 ms, each with the time at which it is to be heard."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from av import AudioFrame
from numpy.typing import NDArray

from avatar_live.channels.processes import GUEST_RING
from avatar_live.channels.ring import CHANNELS, PACKET_SAMPLES, SoundRing
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ

FOLLOW: Final = 0.005  # of the error a frame: frames come in bursts, and their clock is steady
LEAP_S: Final = 0.25  # a larger error is another clock

_NOTHING: Final[NDArray[np.int16]] = np.zeros((0, CHANNELS), np.int16)


class GuestSounds:
    """Share the sound as it comes: on the average, each packet at the time at which it was whole, less its length."""

    def __init__(self, run_folder: Path, now: Callable[[], float]) -> None:
        self._ring = SoundRing(run_folder / GUEST_RING)
        self._now = now
        self._rest = _NOTHING
        self._next = 0  # the number of the sample that follows
        self._epoch_s: float | None = None  # when the guest's sample 0 was, by our clock
        self.packets = 0

    def hear(self, frame: AudioFrame) -> None:
        """Share a frame (48 kHz stereo, as aiortc decodes Opus); whole packets of it, the rest with the next one."""
        samples = frame.to_ndarray().reshape(-1, CHANNELS).astype(np.int16, copy=False)
        first = frame.pts or 0
        came_s = self._now() - len(samples) / AUDIO_CLOCK_HZ
        error_s = None if self._epoch_s is None else came_s - first / AUDIO_CLOCK_HZ - self._epoch_s
        if self._epoch_s is None or error_s is None or abs(error_s) > LEAP_S:
            self._epoch_s, self._rest = came_s - first / AUDIO_CLOCK_HZ, _NOTHING
        else:
            self._epoch_s += FOLLOW * error_s
        if first != self._next:
            self._rest = _NOTHING  # what came between was lost
        self._next = first + len(samples)
        self._rest = np.concatenate([self._rest, samples])
        while len(self._rest) >= PACKET_SAMPLES:
            at = self._next - len(self._rest)
            self._ring.write(self._epoch_s + at / AUDIO_CLOCK_HZ, np.ascontiguousarray(self._rest[:PACKET_SAMPLES]))
            self._rest = self._rest[PACKET_SAMPLES:]
            self.packets += 1

    def clear(self) -> None:
        """Forget the guest who is gone."""
        self._rest, self._epoch_s = _NOTHING, None

    def close(self) -> None:
        """Let go of the memory."""
        self._ring.close()
