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
SPEED_SHARE = 0.5  # of a new sample in the speed by which a pursuit opens
BLUNDER_RAD = math.radians(12.0)  # off the expected way within one picture: more than necks do, less than a cut
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


class Pursuit:
    """Follow a rotation from sample to sample, and say where it has got to at a later moment.

    An alpha-beta filter on rotations: between samples it goes on turning at the speed that it has learnt, so that an
    even turn is followed without lag, which a low pass cannot do. Like the One Euro filter it opens with the speed.
    Gains: T. R. Benedict and G. W. Bordner, "Synthesis of an optimal set of radar track-while-scan smoothing
    equations", IRE Transactions on Automatic Control 7, 1962.
    """

    def __init__(self, smoothing: Smoothing) -> None:
        self._smoothing = smoothing
        self._value: Doubles | None = None
        self._seen_s = 0.0
        self._turning_rad_s: Doubles = np.zeros(3)
        self._speed_rad_s = 0.0
        self._is_doubted = False

    def see(self, sample: Doubles, captured_s: float) -> None:
        """Take a quaternion (4,); one that is a leap away counts only when the next one is there, too."""
        passed_s = captured_s - self._seen_s
        if self._value is None:
            self._value, self._seen_s = sample, captured_s
            return
        if passed_s <= DT_S_MIN:
            return
        expected = quat.multiply(quat.from_rotation_vector(self._turning_rad_s * passed_s), self._value)
        miss = quat.to_rotation_vector(quat.multiply(sample, quat.inverse(expected)))
        size = math.sqrt(float(miss @ miss))
        if size > BLUNDER_RAD and not self._is_doubted:
            self._is_doubted = True
            return
        self._is_doubted, self._seen_s = False, captured_s
        turning = self._turning_rad_s + miss / passed_s
        self._speed_rad_s += SPEED_SHARE * (math.sqrt(float(turning @ turning)) - self._speed_rad_s)
        share = float(gain(self._smoothing.cutoff_hz_min + self._smoothing.opening * self._speed_rad_s, passed_s))
        self._value = quat.normalized(quat.multiply(quat.from_rotation_vector(miss * share), expected))
        self._turning_rad_s = self._turning_rad_s + miss * (share * share / (2.0 - share) / passed_s)
        speed_rad_s = math.sqrt(float(self._turning_rad_s @ self._turning_rad_s))
        self._turning_rad_s = self._turning_rad_s * min(1.0, self._smoothing.speed_max / max(speed_rad_s, DT_S_MIN))

    def at(self, now_s: float, ahead_s_max: float, ahead_share: float) -> Doubles:
        """Return the rotation (4,) at `now_s`: `ahead_share` of the time since the last sample is turned on."""
        assert self._value is not None, "see() comes before at()"
        ahead_s = ahead_share * min(max(now_s - self._seen_s, 0.0), ahead_s_max)
        return quat.normalized(quat.multiply(quat.from_rotation_vector(self._turning_rad_s * ahead_s), self._value))


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
