"""Read where the eyes look, relative to the head, from the irises' places between the corners of the eyes.

An iris moves on a ball of about 12 mm radius (human eyes vary by 1 mm). Its depth is not measured by trackers, so the
two picture axes alone are solved, turned back by the head's rotation. The tracker's own eyeLook weights are a second
witness: coarser sideways, but better up and down, where lids cover the iris.
"""

import math

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion.bridge import smoothstep
from avatar_live.motion.calibration import CALM, Ahead
from avatar_live.motion.face import BLINKS, HIDDEN_EYE_ENDS_RAD, HIDDEN_EYE_STARTS_RAD
from avatar_live.motion.filters import OneEuro, Smoothing
from avatar_live.motion.head import HeadFit
from avatar_live.motion.quaternions import to_matrix
from avatar_live.signals import ARKIT_SHAPES, FaceReading

Doubles = NDArray[np.float64]

EYE_RADIUS_M = 0.012
IRIS_FORWARD_M = 0.004  # how far the iris stands out before the line between the eye's corners
YAW_RAD_MAX, PITCH_RAD_MAX = math.radians(35.0), math.radians(25.0)
REST_S = 20.0  # the neutral direction follows what is usual: a screen is rarely where the camera is
REST_RAD_MAX = math.radians(14.0)
WARM_UP_S = 1.5
CLOSED_MIN = 0.5  # raw blink at which the iris is a guess
SMOOTHING = Smoothing(cutoff_hz_min=1.5, opening=10.0)
FACING_MIN = 0.5  # cosine of the head's turn below which its axes cannot be turned back

WITNESS_RAD = np.radians([30.0, 22.0])  # gaze at full eyeLook weights: yaw, pitch
WITNESS_SHARES = np.array([0.3, 0.5])

_LEFT_EYE = (473, 362, 263)  # iris, inner and outer corner
_RIGHT_EYE = (468, 133, 33)
# (left eye, right eye) x (weights to the person's left, right, up, down)
_LOOKS = np.array(
    [
        [ARKIT_SHAPES.index(f"eyeLook{way}{eye}") for way in ways]
        for eye, ways in (("Left", ("Out", "In", "Up", "Down")), ("Right", ("In", "Out", "Up", "Down")))
    ]
)


class Gaze:
    """Turn readings into a steady parallel gaze (yaw, pitch), positive to the person's left and up."""

    def __init__(self) -> None:
        self._filter = OneEuro(SMOOTHING)
        self._measured: Doubles = np.zeros(2)
        self._home: Doubles = np.zeros(2)
        self._rest: Doubles = self._home
        self._memory_s = REST_S
        self._age_s = 0.0
        self._seen_s: float | None = None

    def use_ahead(self, ahead: Ahead | None) -> None:
        """Learn anew what is usual, from what was measured as ahead."""
        self._home = np.array(ahead.gaze_rad) if ahead is not None else np.zeros(2)
        self._rest = self._home
        self._memory_s, self._age_s = (REST_S * CALM, WARM_UP_S) if ahead is not None else (REST_S, 0.0)

    def restart(self) -> None:
        """Forget the moment, keep what is usual."""
        self._filter, self._seen_s = OneEuro(SMOOTHING), None

    def see(self, face: FaceReading, fit: HeadFit, yaw_rad: float) -> None:
        """Take a new reading; closed eyes and a face turned away keep the last direction."""
        blink_left, blink_right = (float(blink) for blink in face.shapes[BLINKS])
        directions = measure(face, fit)
        if directions is None or min(blink_left, blink_right) > CLOSED_MIN:
            return
        hidden = 0.5 * smoothstep(HIDDEN_EYE_STARTS_RAD, HIDDEN_EYE_ENDS_RAD, abs(yaw_rad))
        left_weight = 0.5 - math.copysign(hidden, yaw_rad)
        measured = left_weight * directions[0] + (1.0 - left_weight) * directions[1]
        if self._seen_s is not None:
            passed_s = min(max(face.captured_s - self._seen_s, 0.0), 0.2)
            self._age_s += passed_s
            memory_s = self._memory_s if self._age_s > WARM_UP_S else 0.5 * WARM_UP_S
            self._rest = self._rest + (measured - self._rest) * (passed_s / memory_s)
            self._rest = self._home + np.clip(self._rest - self._home, -REST_RAD_MAX, REST_RAD_MAX)
        self._seen_s = face.captured_s
        self._measured = measured

    def at(self, dt_s: float) -> Doubles:
        """Return (yaw, pitch) in radians."""
        limits = np.array([YAW_RAD_MAX, PITCH_RAD_MAX])
        return np.clip(self._filter.step(self._measured - self._rest, dt_s), -limits, limits)


def measure(face: FaceReading, fit: HeadFit) -> Doubles | None:
    """Return ((yaw, pitch) left, (yaw, pitch) right) in radians, or None when the face is turned away."""
    axes = to_matrix(fit.rotation)
    if axes[2, 2] < FACING_MIN:
        return None
    directions = np.zeros((2, 2))
    for row, (iris, inner, outer) in enumerate((_LEFT_EYE, _RIGHT_EYE)):
        points = face.landmarks[[iris, inner, outer], :2].astype(np.float64)
        seen_m = (points[0] - 0.5 * (points[1] + points[2])) / fit.px_per_m * (1.0, -1.0)
        in_head_m = np.linalg.solve(axes[:2, :2], seen_m - axes[:2, 2] * IRIS_FORWARD_M)
        directions[row] = np.arcsin(np.clip(in_head_m / EYE_RADIUS_M, -0.9, 0.9))
    looks = face.shapes[_LOOKS].astype(np.float64)
    witness = WITNESS_RAD * (looks[:, 0::2] - looks[:, 1::2])
    directions += WITNESS_SHARES * (witness - directions)
    return directions
