"""A tape between two clocks: the microphone writes at its own pace, the show reads at its.

Sound cards run some ten millionths fast or slow, and packets get lost. The tape knows when each sample was captured;
its reader asks for a time, and gets a packet whose pace is changed by less than anybody hears until the sample that is
read is the one that was captured then. Samples between samples come from a windowed sinc.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.channels.ring import CHANNELS, PACKET_SAMPLES
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ
from avatar_live.sound.level import Samples

KEPT_SAMPLES: Final = AUDIO_CLOCK_HZ // 2  # nobody is so late
GAP_SAMPLES: Final = 480  # 10 ms: packets that are further apart have lost ones between them
FOLLOW: Final = 0.01  # of the error a packet
SLEW_SAMPLES_MAX: Final = 0.5  # a packet, a twentieth of a per cent: a hundredth of a semitone
LEAP_SAMPLES: Final = 720  # 15 ms: a larger error is not drift, and is leapt over

_TAPS: Final = 32
_HALF: Final = _TAPS // 2
_EDGE: Final = 96  # 2 ms: what a hole's edges and a leap are smoothed over
_KAISER_BETA: Final = 8.0
_STEPS: Final = 256  # of one sample, between which the taps are interpolated

Line = NDArray[np.float32]

_ACROSS: Final[Line] = np.linspace(0.0, 1.0, PACKET_SAMPLES, endpoint=False, dtype=np.float32)


class Tape:
    """Hold what was captured lately, and read it by time."""

    def __init__(self) -> None:
        self._sound: Samples = np.zeros((0, CHANNELS), np.float32)
        self._first = 0  # number of the oldest sample that is kept
        self._anchor = 0  # the number of a sample ...
        self._anchor_s = 0.0  # ... and when it was captured
        self._at: float | None = None  # number of the sample that is read next

    def is_ready(self, start_s: float) -> bool:
        """Say whether the packet that begins at `start_s` can be read whole."""
        wanted = self._number_at(start_s)
        return max(wanted, wanted if self._at is None else self._at) + PACKET_SAMPLES + _HALF + 1 <= self._end

    def write(self, captured_s: float, samples: Samples) -> None:
        """Append a packet (n, 2); what was lost before it leaves silence."""
        ahead = (captured_s - self._anchor_s) * AUDIO_CLOCK_HZ - (self._end - self._anchor)
        if len(self._sound) == 0 or not -GAP_SAMPLES <= ahead <= KEPT_SAMPLES:  # a first packet, or another clock
            self._first, self._sound, self._at = self._end, self._sound[:0], None
        elif ahead > GAP_SAMPLES:
            fall = np.linspace(1.0, 0.0, _EDGE, dtype=np.float32)[:, None]
            self._sound[-_EDGE:] *= fall[-len(self._sound) :]
            hole = np.zeros((round(ahead), CHANNELS), np.float32)
            samples = samples.copy()
            samples[:_EDGE] *= fall[::-1][: len(samples)]
            self._sound = np.concatenate([self._sound, hole])
        self._anchor, self._anchor_s = self._end, captured_s
        self._sound = np.concatenate([self._sound, samples])
        spare = len(self._sound) - KEPT_SAMPLES
        if spare > 0:
            self._sound, self._first = self._sound[spare:], self._first + spare

    def read(self, start_s: float) -> Samples:
        """Return the packet (960, 2) that was captured from `start_s` on; silence where the tape is empty."""
        wanted = self._number_at(start_s)
        if self._at is None:
            self._at = wanted
        error = wanted - self._at
        if abs(error) > LEAP_SAMPLES:
            packet = self._packet(wanted, 0.0)
            join = np.linspace(0.0, 1.0, _EDGE, dtype=np.float32)[:, None]
            left = self._packet(self._at, 0.0)[:_EDGE]
            packet[:_EDGE] -= (packet[:_EDGE] - left) * (np.float32(1.0) - join)
            self._at = wanted + PACKET_SAMPLES
            return packet
        change = min(max(FOLLOW * error, -SLEW_SAMPLES_MAX), SLEW_SAMPLES_MAX)
        packet = self._packet(self._at, change)
        self._at += PACKET_SAMPLES + change
        return packet

    def _number_at(self, captured_s: float) -> float:
        return self._anchor + (captured_s - self._anchor_s) * AUDIO_CLOCK_HZ

    @property
    def _end(self) -> int:
        return self._first + len(self._sound)

    def _packet(self, at: float, change: float) -> Samples:
        """Return 960 samples (960, 2) from number `at` on, the last of them `change` of a sample further than that."""
        whole = int(np.floor(at))
        part = self._part(whole - _HALF + 1, PACKET_SAMPLES + _TAPS - 1)
        if not part.any():
            return np.zeros((PACKET_SAMPLES, CHANNELS), np.float32)
        taps = np.stack([_taps(at - whole), _taps(at - whole + change)], axis=1)
        is_mono = bool(np.array_equal(part[:, 0], part[:, 1]))
        ears = [_between(ear, taps) for ear in (part.T[:1] if is_mono else part.T)]
        return np.stack(ears * 2 if is_mono else ears, axis=1)

    def _part(self, first: int, count: int) -> Samples:
        """Return samples by their numbers, silence where there are none."""
        part: Samples = np.zeros((count, CHANNELS), np.float32)
        low, high = max(first, self._first), min(first + count, self._end)
        if low < high:
            part[low - first : high - first] = self._sound[low - self._first : high - self._first]
        return part


def _between(ear: Line, taps: Line) -> Line:
    """Return 960 samples of one ear, going from the first column of taps (32, 2) to the second."""
    windows = np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(ear, _TAPS))  # as BLAS wants it
    both: Line = windows @ taps
    line: Line = both[:, 0] + (both[:, 1] - both[:, 0]) * _ACROSS
    return line


def _taps(shift: float) -> Line:
    """Return the taps (32,) that read `shift` of a sample, -0.5 to 1.5, after the middle one, number `_HALF - 1`."""
    place = (shift + 0.5) * _STEPS
    row = min(int(place), 2 * _STEPS - 1)
    line: Line = (_TABLE[row] + (_TABLE[row + 1] - _TABLE[row]) * (place - row)).astype(np.float32)
    return line


def _table() -> Line:
    """Return windowed sincs (2 * _STEPS + 1, 32), by shifts from -0.5 to 1.5."""
    shifts = np.arange(2 * _STEPS + 1)[:, None] / _STEPS - 0.5
    at = np.arange(_TAPS) - (_HALF - 1) - shifts
    taps = np.sinc(at) * np.i0(_KAISER_BETA * np.sqrt(np.maximum(1.0 - (at / _HALF) ** 2, 0.0)))
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), np.float32)


_TABLE: Final = _table()
