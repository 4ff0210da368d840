"""Follow a whole body that stands before the camera: hips that turn and sink, legs, and feet that stay on the floor.

Only legs that are in the picture are followed; who sits before a webcam has the legs of the idle.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.bridge import Bridge
from avatar_live.motion.figure import ANKLES, KNEES, PLACE, feet_of, figure_of, leg_length_m, legs_seen, trunk_of
from avatar_live.motion.filters import Glide, OneEuro, Smoothing
from avatar_live.motion.footing import Footing
from avatar_live.motion.legs import ADULT, LEG_BONES, Build, turn_leg
from avatar_live.motion.mirror import Motion
from avatar_live.motion.skeleton import rows
from avatar_live.motion.trunk import bend_trunk, chest_of, head_of
from avatar_live.motion.two_bones import REACH_MAX
from avatar_live.signals import BodyReading, Readings

Doubles = NDArray[np.float64]

STALE_S = 0.5
APPEARS, VANISHES = 0.7, 0.3  # confidence at which legs start and stop to be followed
CONFIDENCE_S = 0.4  # legs that a tracker dreams up below the picture come and go quicker
CROSS_S = 0.6
SMOOTHING = Smoothing(cutoff_hz_min=1.2, opening=6.0, speed_max=8.0)
LENGTH_MEMORY = 0.05  # share of a new reading in the legs' length
LEG_M_MIN = 0.2
ASIDE_M_MAX = 0.35  # the show's camera does not follow a host who walks away
USUAL_S = 30.0  # where somebody stands becomes the middle
SINK_MAX = 0.6  # of the hips' height
BOTH_STAND_M = 0.05  # feet whose heights differ by less carry both

_HIPS = int(rows("hips")[0])
LEGS: Final = rows(*(f"{side}{bone}" for side in ("left", "right") for bone in LEG_BONES))
_SIGNS: Final = (1.0, -1.0)


class Stance:
    """Follow hips, legs and feet for an avatar of one `build`.

    Once per drawn frame call `look`, then `carry` before other crossings and `legs` behind them.
    """

    def __init__(self, build: Build = ADULT) -> None:
        self.build = build
        self._body: BodyReading | None = None
        self._confidence = 0.0
        self._is_seen = False
        self._leg_m = 0.0
        self._glide, self._filter = Glide(), OneEuro(SMOOTHING)
        self._figure: Doubles = np.zeros(0)
        self._usual_m = 0.0
        self._footing, self._bridge = Footing(), Bridge()
        self._goals: tuple[Doubles, Doubles, Doubles] | None = None  # ankles (2, 3), knees (2, 3), feet's angles (2, 2)

    def look(self, readings: Readings | None, now_s: float, dt_s: float) -> bool:
        """Take in the newest body; tell whether its legs have come into sight or gone."""
        body = readings.body if readings is not None else None
        sure = 0.0
        if readings is not None and body is not None and now_s - body.captured_s <= STALE_S:
            sure = legs_seen(readings, body)
            is_new = self._body is None or body.captured_s != self._body.captured_s
            if sure > 0.0 and is_new:
                self._see(figure_of(body, readings.width_px), leg_length_m(body), body.captured_s)
            self._body = body
        self._confidence += (sure - self._confidence) * min(1.0, dt_s / CONFIDENCE_S)
        is_seen = self._leg_m > LEG_M_MIN and self._confidence > (VANISHES if self._is_seen else APPEARS)
        has_changed = is_seen != self._is_seen
        if has_changed:
            self._is_seen = is_seen
            self._filter, self._footing = OneEuro(SMOOTHING), Footing()
            self._bridge.start(CROSS_S)
        if self._is_seen:
            self._figure = self._filter.step(self._glide.step(dt_s), dt_s)
            place_m = float(self._figure[PLACE, 0])
            self._usual_m = place_m if has_changed else self._usual_m + (place_m - self._usual_m) * dt_s / USUAL_S
        return has_changed

    def carry(self, motion: Motion, is_head_seen: bool) -> Motion:
        """Return the motion with the hips turned and moved as they are seen; a head that is seen stays as it is."""
        self._goals = None
        if not self._is_seen:
            return motion
        hips, torso = trunk_of(self._figure)
        head, chest = head_of(motion.rotations), chest_of(motion.rotations)
        if not is_head_seen:
            head = quat.multiply(torso, quat.multiply(quat.inverse(chest), head))
        rotations = motion.rotations.copy()
        rotations[_HIPS] = hips
        bend_trunk(rotations, torso, head)
        scale = self.build.leg_m / self._leg_m
        joints = np.stack([quat.rotate(hips, self.build.hip_on_hips(sign)) for sign in _SIGNS])
        from_hips = joints + scale * self._figure[ANKLES]
        place_m = self._place(joints, from_hips, scale)
        self._goals = place_m + from_hips, self._figure[KNEES], feet_of(self._figure)
        return Motion(rotations, motion.shapes, motion.gaze, place_m - self.build.hips_m)

    def legs(self, motion: Motion, dt_s: float) -> Doubles:
        """Return local rotations (8, 4) in the order of `LEGS` that stand under the hips of this motion."""
        turns = motion.rotations[LEGS]
        if self._goals is not None:
            ankles, knees, angles = self._goals
            ankles, feet = self._footing.step(ankles, angles, float(self.build.ankle_m[1]), dt_s)
            hips, place_m = motion.rotations[_HIPS], self.build.hips_m + motion.hips_m
            turns = np.concatenate(
                [
                    turn_leg(
                        self.build,
                        sign,
                        hips,
                        place_m + quat.rotate(hips, self.build.hip_on_hips(sign)),
                        ankles[place],
                        knees[place],
                        feet[place],
                    )
                    for place, sign in enumerate(_SIGNS)
                ]
            )
        return quat.normalized(self._bridge.cross(turns, np.zeros(0), dt_s)[0])

    def _see(self, figure: Doubles, leg_m: float, captured_s: float) -> None:
        if not self._is_seen and self._confidence < VANISHES:
            self._glide = Glide()
        self._glide.see(figure, captured_s)
        self._leg_m = leg_m if self._leg_m <= LEG_M_MIN else self._leg_m + LENGTH_MEMORY * (leg_m - self._leg_m)

    def _place(self, joints: Doubles, from_hips: Doubles, scale: float) -> Doubles:
        """Return the hips' place (3,) in which the lower foot stands on the floor, in the legs' reach.

        `joints` (2, 3) and `from_hips` (2, 3) are the hip joints and the ankles from the hips.
        """
        ankle_m = float(self.build.ankle_m[1])
        lowest_m = float(from_hips[:, 1].min())
        height_m = ankle_m - lowest_m
        for joint, ankle in zip(joints, from_hips, strict=True):
            if ankle[1] < lowest_m + BOTH_STAND_M:
                aside_m = math.hypot(float(ankle[0] - joint[0]), float(ankle[2] - joint[2]))
                reach_m = math.sqrt(max((REACH_MAX * self.build.leg_m) ** 2 - aside_m**2, 0.0))
                height_m = min(height_m, ankle_m + reach_m - float(joint[1]))
        usual_m = float(self.build.hips_m[1])
        height_m = min(max(height_m, (1.0 - SINK_MAX) * usual_m), usual_m)
        aside_m = ASIDE_M_MAX * math.tanh(scale * (float(self._figure[PLACE, 0]) - self._usual_m) / ASIDE_M_MAX)
        return np.array([aside_m, height_m, 0.0])
