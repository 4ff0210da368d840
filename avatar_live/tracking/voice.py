"""What a microphone's sound goes through before anybody hears it: a gate, a limit, a steady clock. Pure arithmetic."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.channels.ring import CHANNELS, PACKET_S, PACKET_SAMPLES

OPEN_DBFS: Final = -48.0  # speech at arm's length is 10-20 dB louder, fans and keyboards afar are quieter
CLOSE_DBFS: Final = -54.0  # lower, so that the gate does not flutter at the end of a word
HOLD_PACKETS: Final = 20  # 0.4 s: the pause between two words stays open
CEILING: Final = 0.89  # -1 dBFS, what a lossy codec overshoots without clipping
RAMP_SAMPLES: Final = 240  # 5 ms, too slow to click and too fast to cut a consonant
RELEASE: Final = 0.04  # of the way back to full loudness a packet: about half a second

GAP_S: Final = 0.05  # a packet that is off by more follows lost ones
FOLLOW: Final = 0.05  # of the error a packet: jitter of 10 ms moves the clock by half a millisecond

_FULL: Final = 32_768.0


class Loudness:
    """Silence the room while nobody speaks, and keep loud sound under the ceiling; both ears together."""

    def __init__(self) -> None:
        self._gain = 0.0
        self._limit = 1.0
        self._hold = 0

    @property
    def is_open(self) -> bool:
        """Whether the last packet was let through."""
        return self._hold > 0

    def level(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Return the packet, (960, 2) int16, as it may be heard; exact zeros while the gate is closed."""
        heard = samples / _FULL
        level_dbfs = 10.0 * np.log10(np.mean(heard**2) + 1e-12)
        if level_dbfs > (OPEN_DBFS if self._hold == 0 else CLOSE_DBFS):
            self._hold = HOLD_PACKETS
        elif self._hold:
            self._hold -= 1
        peak = max(float(np.abs(heard).max()), 1e-9)
        self._limit = min(CEILING / peak, self._limit + RELEASE * (1.0 - self._limit), 1.0)
        before, self._gain = self._gain, self._limit if self._hold else 0.0
        gain = np.full((PACKET_SAMPLES, 1), self._gain)
        gain[:RAMP_SAMPLES, 0] = np.linspace(before, self._gain, RAMP_SAMPLES)
        # Where the ramp comes later than the peak, the ceiling cuts.
        levelled: NDArray[np.float64] = np.clip(heard * gain, -CEILING, CEILING) * _FULL
        return np.rint(levelled).astype(np.int16)


class SampleClock:
    """Say when each packet was captured, from arrivals that jitter: packets are 20 ms apart, and drift is followed."""

    def __init__(self) -> None:
        self._due_s: float | None = None

    def captured_s(self, measured_s: float) -> float:
        """Return the time of a packet's first sample, given as it was measured."""
        captured_s = measured_s
        if self._due_s is not None and abs(measured_s - self._due_s) < GAP_S:
            captured_s = self._due_s + FOLLOW * (measured_s - self._due_s)
        self._due_s = captured_s + PACKET_S
        return captured_s


def in_stereo(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return (n, 2) samples of (n, 1) or (n, 2) ones: one microphone is heard in both ears."""
    return np.repeat(samples, CHANNELS, axis=1) if samples.shape[1] == 1 else samples
