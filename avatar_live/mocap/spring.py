"""Bring numbers to their goals as limbs go: they set off gently, never overshoot and never jump."""

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


class Spring:
    """Follow a moving goal with a critically damped spring, solved exactly: no step is too long for it.

    `stiffness` is the angular frequency in rad/s, of all numbers or of each. After a step of the goal by 1 the speed
    never passes stiffness / e, and nine tenths of the way are done after 3.9 / stiffness seconds.
    """

    def __init__(self, start: Doubles, stiffness: Doubles | float) -> None:
        self._value, self._speed = start.astype(np.float64), np.zeros(len(start))
        self._stiffness = stiffness

    def step(self, goal: Doubles, dt_s: float) -> Doubles:
        """Return the numbers `dt_s` after the ones before, on their way to `goal`."""
        away = self._value - goal
        drift = (self._speed + self._stiffness * away) * dt_s
        fading = np.exp(-self._stiffness * dt_s)
        self._value = goal + (away + drift) * fading
        self._speed = (self._speed - self._stiffness * drift) * fading
        return self._value
