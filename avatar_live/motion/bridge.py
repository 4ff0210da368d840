"""Cross from one motion to another without a jump.

At a switch the difference between what was shown and what comes is kept, and then fades: the shown pose is continuous
whatever the two sources do, even when a switch interrupts another. (The idea of inertial blending, D. Bollo, GDC 2018,
with a smoothstep instead of a quintic.)
"""

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat

Doubles = NDArray[np.float64]


def smoothstep(low: float, high: float, value: float) -> float:
    """Rise from 0 at `low` to 1 at `high` with flat ends."""
    t = min(1.0, max(0.0, (value - low) / (high - low)))
    return t * t * (3.0 - 2.0 * t)


class Bridge:
    """Fade out the step that a switch would make in rotations (n, 4) and in numbers (m,)."""

    def __init__(self) -> None:
        self._shown: tuple[Doubles, Doubles] | None = None
        self._turns: Doubles | None = None
        self._offsets: Doubles = np.zeros(0)
        self._elapsed_s = 0.0
        self._duration_s = 1.0
        self._is_starting = False

    def start(self, duration_s: float) -> None:
        """Announce that the next values come from another source."""
        self._duration_s, self._elapsed_s, self._is_starting = duration_s, 0.0, True

    def cross(self, rotations: Doubles, numbers: Doubles, dt_s: float) -> tuple[Doubles, Doubles]:
        """Return what to show for the newest values of the source that now leads."""
        if self._is_starting and self._shown is not None:
            self._turns = quat.to_rotation_vector(quat.multiply(self._shown[0], quat.inverse(rotations)))
            self._offsets = self._shown[1] - numbers
        self._is_starting = False
        if self._turns is not None:
            self._elapsed_s += dt_s
            left = 1.0 - smoothstep(0.0, self._duration_s, self._elapsed_s)
            if left > 0.0:
                rotations = quat.multiply(quat.from_rotation_vector(self._turns * left), rotations)
                numbers = numbers + self._offsets * left
            else:
                self._turns = None
        self._shown = rotations, numbers
        return rotations, numbers
