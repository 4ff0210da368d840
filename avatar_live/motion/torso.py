"""Lean the torso with the shoulders, with the face's place, and a little with the head."""

import math

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.bridge import smoothstep
from avatar_live.motion.filters import OneEuroRotation, Smoothing
from avatar_live.signals import BodyReading

Doubles = NDArray[np.float64]

SMOOTHING = Smoothing(cutoff_hz_min=0.7, opening=5.0)
NEUTRAL_S, WARM_UP_S = 15.0, 1.0  # the usual place of the face is neutral, whatever chair or screen
SAME_SEAT_M = 0.12  # who comes back so close to the calibrated place sits there, and leans from it
SPINE_M = 0.55  # from the hips to the eyes of someone who sits
LEAN_SHARE = 0.7  # the rest of a moving face is the chair
SHOULDER_ROLL_SHARE, SHOULDER_YAW_SHARE = 0.8, 0.5  # the shoulders' depth is a guess of the tracker
HEAD_SHARE = 0.14  # people who turn the head bring the chest along
LEAN_RAD_MAX = math.radians(12.0)
TURN_RAD_MAX = math.radians(30.0)
VISIBLE_FROM, VISIBLE_TO = 0.4, 0.8
SHOULDERS_M_MIN = 0.02

_LEFT_SHOULDER, _RIGHT_SHOULDER = 11, 12


class Torso:
    """Follow a torso; `at` returns its rotation in the person's space, relative to the hips.

    A calibration's place of the face (3,) is neutral from the start for who sits there.
    """

    def __init__(self, usual_m: Doubles | None = None) -> None:
        self._usual_m = usual_m
        self._filter = OneEuroRotation(SMOOTHING)
        self._neutral_m: Doubles | None = None
        self._age_s = 0.0

    def restart(self) -> None:
        """Forget the moment and the usual place: who comes back sits down anew."""
        self._filter, self._neutral_m, self._age_s = OneEuroRotation(SMOOTHING), None, 0.0

    def at(self, head: Doubles, place_m: Doubles, body: BodyReading | None, dt_s: float) -> Doubles:
        """Return the torso's rotation (4,) under a head turned by `head` (4,) at `place_m` (3,)."""
        lean_pitch, lean_roll = self._lean(place_m, dt_s)
        seen, roll, yaw = shoulder_turn(body) if body is not None else (0.0, 0.0, 0.0)
        follow_pitch, follow_yaw, follow_roll = (float(c) * HEAD_SHARE for c in quat.to_rotation_vector(head))
        hidden = 1.0 - seen
        target = quat.from_yaw_pitch_roll(
            seen * yaw + hidden * follow_yaw,
            lean_pitch + hidden * follow_pitch,
            # Shoulders that tilt and a face that moves aside are partly the same movement.
            _limited(seen * roll + (1.0 - 0.5 * seen) * lean_roll + hidden * follow_roll, LEAN_RAD_MAX),
        )
        return self._filter.step(target, dt_s)

    def _lean(self, place_m: Doubles, dt_s: float) -> tuple[float, float]:
        """Return the (pitch, roll) in radians that bring the head from its usual place to `place_m`."""
        if self._neutral_m is None:
            self._neutral_m = place_m
            if self._usual_m is not None and np.linalg.norm(place_m - self._usual_m) < SAME_SEAT_M:
                self._neutral_m, self._age_s = self._usual_m, WARM_UP_S
        self._age_s += dt_s
        memory_s = NEUTRAL_S if self._age_s > WARM_UP_S else WARM_UP_S
        self._neutral_m = self._neutral_m + (place_m - self._neutral_m) * min(1.0, dt_s / memory_s)
        aside_m, _, closer_m = (float(c) for c in place_m - self._neutral_m)
        pitch = LEAN_SHARE * math.atan(closer_m / SPINE_M)
        roll = -LEAN_SHARE * math.atan(aside_m / SPINE_M)
        return _limited(pitch, LEAN_RAD_MAX), _limited(roll, LEAN_RAD_MAX)


def shoulder_turn(body: BodyReading) -> tuple[float, float, float]:
    """Return how surely the shoulders are seen, 0..1, and their (roll, yaw) in radians."""
    visibility = min(float(body.visibility[_LEFT_SHOULDER]), float(body.visibility[_RIGHT_SHOULDER]))
    across = (body.world[_LEFT_SHOULDER] - body.world[_RIGHT_SHOULDER]).astype(np.float64)
    width_m = math.hypot(float(across[0]), float(across[2]))
    if width_m < SHOULDERS_M_MIN:
        return 0.0, 0.0, 0.0
    roll = SHOULDER_ROLL_SHARE * math.atan2(-float(across[1]), width_m)
    yaw = SHOULDER_YAW_SHARE * math.atan2(float(across[2]), abs(float(across[0])))
    seen = smoothstep(VISIBLE_FROM, VISIBLE_TO, visibility)
    return seen, _limited(roll, LEAN_RAD_MAX), _limited(yaw, TURN_RAD_MAX)


def _limited(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)
