"""How everybody's camera gets from one framing to the next, as arithmetic: softly, and then it rests."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.stage.shots import BUST, Framing, framing_of

Doubles = NDArray[np.float64]

MOVE_S_MIN, MOVE_S_MAX = 0.7, 1.5
_SPEED_M_S: Final = 1.6
_SHAKE_M: Final = np.array([0.009, 0.007, 0.004])  # of the eye; the target sways by half of it, the other way
_SHAKE_HZ: Final = np.array([[0.31, 0.83, 1.9], [0.37, 1.03, 2.3], [0.23, 0.71, 1.7]])
_SHAKE_SHARES: Final = np.array([0.6, 0.3, 0.1])
_SHAKE_COMES_S: Final = 0.8


class Camerawork:
    """Move between framings without a jerk: a new aim during a move takes over place and speed.

    Between its start (place, speed) and its end (place, rest) a move follows the polynomial of least jerk (Flash and
    Hogan 1985), which for a move from rest is the well known 10 t^3 - 15 t^4 + 6 t^5.
    """

    def __init__(self) -> None:
        self._from = self._to = BUST.numbers
        self._speed = np.zeros_like(self._to)
        self._start_s = 0.0
        self._length_s = 0.0
        self._shake = 0.0
        self._seen_s: float | None = None

    def cut(self, framing: Framing) -> None:
        """Be there at once."""
        self._from = self._to = framing.numbers
        self._length_s = 0.0

    def aim(self, framing: Framing, now_s: float) -> None:
        """Begin to move there; nothing happens where the camera is aimed there already."""
        wanted = framing.numbers
        if np.array_equal(wanted, self._to):
            return
        self._from, self._speed = self._at(now_s)
        self._to, self._start_s = wanted, now_s
        way_m = max(np.linalg.norm(wanted[:3] - self._from[:3]), np.linalg.norm(wanted[3:6] - self._from[3:6]))
        self._length_s = float(np.clip(way_m / _SPEED_M_S + 0.3, MOVE_S_MIN, MOVE_S_MAX))

    def framing(self, now_s: float, is_shaking: bool = False) -> Framing:
        """Return what the camera sees now; `is_shaking` when somebody carries it."""
        step = 0.0 if self._seen_s is None else max(now_s - self._seen_s, 0.0) / _SHAKE_COMES_S
        self._shake = float(np.clip(self._shake + (step if is_shaking else -step), 0.0, 1.0))
        self._seen_s = now_s
        numbers, _ = self._at(now_s)
        if self._shake > 0.0:
            sway = self._shake * _sway(now_s)
            numbers = numbers + np.concatenate([sway, -0.5 * sway, [0.0]])
        return framing_of(numbers)

    def _at(self, now_s: float) -> tuple[Doubles, Doubles]:
        """Return where a move is and how fast."""
        if now_s >= self._start_s + self._length_s:
            return self._to, np.zeros_like(self._to)
        t, way = max(now_s - self._start_s, 0.0) / self._length_s, self._to - self._from
        run = self._speed * self._length_s
        place = self._from + run * (t - 6 * t**3 + 8 * t**4 - 3 * t**5) + way * (10 * t**3 - 15 * t**4 + 6 * t**5)
        speed = run * (1 - 18 * t**2 + 32 * t**3 - 15 * t**4) + way * (30 * t**2 - 60 * t**3 + 30 * t**4)
        return place, speed / self._length_s


def _sway(now_s: float) -> Doubles:
    """Return how far (3,) a hand holds the camera from where it should be: slow waves, few quick ones."""
    sway: Doubles = _SHAKE_M * (np.sin(2.0 * np.pi * _SHAKE_HZ * now_s + _SHAKE_HZ * 7.0) @ _SHAKE_SHARES)
    return sway
