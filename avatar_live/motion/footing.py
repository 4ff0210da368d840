"""Keep feet on the floor: none sinks into it, and one that stands stays where it stands until it steps."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.bridge import smoothstep

Doubles = NDArray[np.float64]

PLANT_M, LIFT_M = 0.025, 0.045  # an ankle this much above where it stands is planted, is lifted
PLANT_M_S = 0.35  # a foot that is slower may stand
SLIP_M = 0.09  # a foot that is seen this far from where it stands has stepped
SPEED_S = 0.1  # speeds are averaged over about this long
SETTLE_S = 0.12  # a foot that steps or stands anew comes over from where it was shown
FLAT_M, TIPPED_M = 0.03, 0.10  # the foot's own pitch shows between these heights
TURN_S = 1.0  # a foot that stands turns on its spot this slowly


@dataclass(slots=True, eq=False)
class _Foot:
    """Remember one foot: where it stands, while it does, and what is left of the last change."""

    stand_m: Doubles | None = None
    yaw_rad: float = 0.0
    seen_m: Doubles | None = None
    speed_m_s: float = 0.0
    left_m: Doubles = field(default_factory=lambda: np.zeros(3))


class Footing:
    """Follow both feet."""

    def __init__(self) -> None:
        self._feet = _Foot(), _Foot()

    def step(self, ankles_m: Doubles, angles: Doubles, ankle_m: float, dt_s: float) -> tuple[Doubles, Doubles]:
        """Return where the ankles (2, 3) are to be and the feet's rotations in space (2, 4).

        `angles` (2, 2) are the feet's yaw and pitch, `ankle_m` is an ankle's height while its foot stands.
        """
        places, turns = np.empty((2, 3)), np.empty((2, 4))
        for place, foot in enumerate(self._feet):
            places[place], turns[place] = _step(foot, ankles_m[place], angles[place], ankle_m, dt_s)
        return places, turns


def _step(foot: _Foot, seen_m: Doubles, angles: Doubles, ankle_m: float, dt_s: float) -> tuple[Doubles, Doubles]:
    height_m = float(seen_m[1]) - ankle_m
    if foot.seen_m is not None and dt_s > 0.0:
        speed_m_s = float(np.linalg.norm(seen_m - foot.seen_m)) / dt_s
        foot.speed_m_s += (speed_m_s - foot.speed_m_s) * min(1.0, dt_s / SPEED_S)
    is_first = foot.seen_m is None
    foot.seen_m = seen_m
    above_m = np.array([seen_m[0], max(float(seen_m[1]), ankle_m), seen_m[2]])
    foot.left_m = foot.left_m * math.exp(-dt_s / SETTLE_S)
    yaw_rad, pitch_rad = (float(angle) for angle in angles)
    if foot.stand_m is not None:
        away_m = math.hypot(float(seen_m[0] - foot.stand_m[0]), float(seen_m[2] - foot.stand_m[2]))
        if height_m > LIFT_M or away_m > SLIP_M:
            foot.left_m = foot.stand_m + foot.left_m - above_m
            foot.stand_m = None
    elif height_m < PLANT_M and (is_first or foot.speed_m_s < PLANT_M_S):
        shown_m = above_m + foot.left_m
        foot.stand_m = np.array([shown_m[0], ankle_m, shown_m[2]])
        foot.left_m = shown_m - foot.stand_m
        foot.yaw_rad = yaw_rad
    if foot.stand_m is None:
        shown_m = above_m + foot.left_m
        foot.yaw_rad = yaw_rad
    else:
        shown_m = foot.stand_m + foot.left_m
        foot.yaw_rad += math.remainder(yaw_rad - foot.yaw_rad, 2.0 * math.pi) * min(1.0, dt_s / TURN_S)
    tipped = smoothstep(FLAT_M, TIPPED_M, float(shown_m[1]) - ankle_m)
    return np.maximum(shown_m, (-np.inf, ankle_m, -np.inf)), quat.from_yaw_pitch_roll(
        foot.yaw_rad, tipped * pitch_rad, 0.0
    )
