"""One Euro filter for vectors and rotations: little lag when fast, little jitter when slow.

Casiez, Roussel, Vogel: "1 EUR filter: a simple speed-based low-pass filter for noisy input in interactive systems",
CHI 2012, https://gery.casiez.net/1euro/
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat

Doubles = NDArray[np.float64]

DT_S_MIN = 1e-5  # a shorter step is the same moment once more, and would make any change infinitely fast
SPEED_CUTOFF_HZ = 1.0  # the paper's choice for the speed's own low pass
GLIDE_S_MAX = 0.15  # longer than a tracker ever lets a part wait that it sees


@dataclass(frozen=True, slots=True)
class Smoothing:
    """Say how strongly to filter: the cut-off at rest, how many Hz it opens per unit of speed, and the fastest change.

    A tracker's blunder looks like a very fast movement, for which the filter would open; `speed_max` (units per second)
    is what a body can do.
    """

    cutoff_hz_min: float
    opening: float
    speed_max: float = math.inf


def gain(cutoff_hz: Doubles | float, dt_s: float) -> Doubles | float:
    """Return the weight of the newest sample in a first-order low pass."""
    turn = 2.0 * math.pi * dt_s * cutoff_hz
    return turn / (turn + 1.0)


class OneEuro:
    """Filter an array of any one shape; each component has its own speed and cut-off."""

    def __init__(self, smoothing: Smoothing) -> None:
        self._smoothing = smoothing
        self._value: Doubles | None = None
        self._speed: Doubles | float = 0.0

    def step(self, sample: Doubles, dt_s: float) -> Doubles:
        """Take the newest sample, `dt_s` after the one before, and return the filtered value."""
        if self._value is None:
            self._value = sample
        elif dt_s > DT_S_MIN:
            change = sample - self._value
            self._speed = self._speed + gain(SPEED_CUTOFF_HZ, dt_s) * (change / dt_s - self._speed)
            cutoff_hz = self._smoothing.cutoff_hz_min + self._smoothing.opening * np.abs(self._speed)
            most = self._smoothing.speed_max * dt_s
            self._value = self._value + np.clip(gain(cutoff_hz, dt_s) * change, -most, most)
        return self._value


class Glide:
    """Walk an array of any one shape from reading to reading at an even pace, where readings come seldomer than frames.

    Each walk takes as long as the reading let wait for it. A filter alone would take every reading for a leap within
    one frame, open for it, and then stand still until the next: a film with three frames of four missing.
    """

    def __init__(self) -> None:
        self._start: Doubles | None = None
        self._goal: Doubles = np.zeros(0)
        self._seen_s = 0.0
        self._duration_s = self._elapsed_s = 0.0

    def see(self, goal: Doubles, captured_s: float) -> None:
        """Take a new reading; the first is reached at once."""
        if self._start is None:
            self._start, self._duration_s = goal, 0.0
        else:
            self._start = self.step(0.0)
            self._duration_s = min(max(captured_s - self._seen_s, 0.0), GLIDE_S_MAX)
        self._goal, self._seen_s, self._elapsed_s = goal, captured_s, 0.0

    def step(self, dt_s: float) -> Doubles:
        """Return the value `dt_s` after the one before."""
        assert self._start is not None, "see() comes before step()"
        self._elapsed_s += dt_s
        if self._elapsed_s >= self._duration_s:
            return self._goal
        return self._start + (self._goal - self._start) * (self._elapsed_s / self._duration_s)


class OneEuroRotation:
    """Filter one quaternion (4,); the speed is the angular one in radians per second, and has no limit."""

    def __init__(self, smoothing: Smoothing) -> None:
        self._smoothing = smoothing
        self._value: Doubles | None = None
        self._speed_rad_s: Doubles = np.zeros(3)

    def step(self, sample: Doubles, dt_s: float) -> Doubles:
        """Take the newest rotation, `dt_s` after the one before, and return the filtered one."""
        if self._value is None:
            self._value = sample
        elif dt_s > DT_S_MIN:
            change = quat.to_rotation_vector(quat.multiply(sample, quat.inverse(self._value)))
            self._speed_rad_s = self._speed_rad_s + gain(SPEED_CUTOFF_HZ, dt_s) * (change / dt_s - self._speed_rad_s)
            speed_rad_s = math.sqrt(float(self._speed_rad_s @ self._speed_rad_s))
            weight = gain(self._smoothing.cutoff_hz_min + self._smoothing.opening * speed_rad_s, dt_s)
            turned = quat.multiply(quat.from_rotation_vector(change * weight), self._value)
            self._value = quat.normalized(turned)
        return self._value
