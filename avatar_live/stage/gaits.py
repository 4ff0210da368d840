"""How the bodies move: which frames of which motions, and what their faces do, for all of them at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.stage.bodies import Body

Doubles = NDArray[np.float64]
Rows = NDArray[np.intp]

WAVE_S: Final = 2.4  # a newcomer greets so long
_BLINK_S: Final = 0.17
_SETTLE_S: Final = 0.16  # from standing to walking
_MOOD_S: Final = 0.22
_STEP_S_MAX: Final = 0.1  # a stage that slept does not hurry through what it missed
_LEAP: Final = 0.3  # pitch units: whoever moves so far at once was put there
_IDLE_STEPS: Final = 0.6  # whoever walks against a wall steps at this share of the usual pace

NO_MOOD: Final = -1

# Blink, aa, happy: the faces there are. A face takes one of them, so that the shader reads one displacement.
_LIDS: Final = ((0.0, 0.0, 0.0), (0.45, 0.0, 0.0), (0.85, 0.0, 0.0), (1.0, 0.0, 0.0))
_LAUGHS: Final = ((0.0, 0.0, 1.0), (0.0, 0.5, 1.0), (0.0, 1.0, 1.0))
FACES: Final = np.array([*_LIDS, *_LAUGHS], np.float32)
_SAD: Final = 1


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """Say of N bodies which frames of all motions they are in, `second` (N,) mixed into `first` (N,) by `share` (N,),
    and which of `FACES` (N,) they make."""

    first: Rows
    second: Rows
    share: Doubles
    faces: Rows


class Gaits:
    """Keep for each of `rows` bodies how it walks and what moves it; `units_per_m` is the body's size on the pitch."""

    def __init__(self, body: Body, rows: int, units_per_m: float) -> None:
        motions = body.named_motions
        self._idle, self._walk = motions["idle"], motions["walk"]
        self.wave, self.cheer, self.slump = (motions[name].place for name in ("wave", "cheer", "slump"))
        self._seconds = np.array([motion.seconds for motion in motions.values()])
        self._frames = body.motions.shape[1]
        self._strides = self._walk.stride_m * units_per_m
        self._x, self._z = np.zeros(rows), np.zeros(rows)
        self._steps = np.zeros(rows)  # cycles walked
        self._pace = np.zeros(rows)  # 0 stands, 1 walks
        self._lot = np.zeros(rows)  # 0..1, so that no two breathe and blink together
        self._mood = np.full(rows, NO_MOOD)
        self._mood_share = np.zeros(rows)
        self._mood_since_s = np.zeros(rows)
        self._born_s = np.zeros(rows)
        self._now_s: float | None = None

    def enter(self, row: int, x: float, z: float, lot: float, now_s: float) -> None:
        """Begin the life of a body."""
        self._x[row], self._z[row], self._lot[row], self._born_s[row] = x, z, lot, now_s
        self._steps[row] = lot
        self._pace[row] = self._mood_share[row] = 0.0
        self._mood[row] = NO_MOOD

    def age_s(self, rows: Rows, now_s: float) -> Doubles:
        """Return how long ago each body came."""
        return np.asarray(now_s - self._born_s[rows])

    def step(
        self, rows: Rows, x: Doubles, z: Doubles, yaw_rad: Doubles, walks: NDArray[np.bool_], moods: Rows, now_s: float
    ) -> Moment:
        """Move the bodies (N,) on to this moment; `moods` are motions' places or `NO_MOOD`."""
        dt_s = 0.0 if self._now_s is None else min(max(now_s - self._now_s, 0.0), _STEP_S_MAX)
        self._now_s = now_s
        self._walk_on(rows, x, z, yaw_rad, walks, dt_s)
        moods = np.where((moods == NO_MOOD) & (self.age_s(rows, now_s) < WAVE_S), self.wave, moods)
        share = self._feel(rows, np.where(walks, NO_MOOD, moods), dt_s, now_s)
        return Moment(*self._frames_of(rows, share, now_s), self._faces_of(rows, moods, now_s))

    def _walk_on(
        self, rows: Rows, x: Doubles, z: Doubles, yaw_rad: Doubles, walks: NDArray[np.bool_], dt_s: float
    ) -> None:
        dx, dz = x - self._x[rows], z - self._z[rows]
        self._x[rows], self._z[rows] = x, z
        ahead = -(np.sin(yaw_rad) * dx + np.cos(yaw_rad) * dz)
        ahead[np.abs(ahead) > _LEAP] = 0.0
        least = _IDLE_STEPS * dt_s / self._walk.seconds
        cycles = ahead / self._strides
        cycles = np.where(walks & (np.abs(cycles) < least), least, cycles)
        self._steps[rows] += cycles
        pace = self._pace[rows]
        self._pace[rows] = pace + np.clip(walks - pace, -dt_s / _SETTLE_S, dt_s / _SETTLE_S)

    def _feel(self, rows: Rows, moods: Rows, dt_s: float, now_s: float) -> Doubles:
        """Ease each mood in and out, one after the other; return its share (N,)."""
        mood, share = self._mood[rows], self._mood_share[rows]
        is_new = (mood != moods) & (share <= 0.0)
        self._mood[rows] = mood = np.where(is_new, moods, mood)
        self._mood_since_s[rows] = np.where(is_new, now_s, self._mood_since_s[rows])
        wanted = (mood == moods) & (mood != NO_MOOD)
        share = np.clip(share + np.where(wanted, dt_s, -dt_s) / _MOOD_S, 0.0, 1.0)
        self._mood_share[rows] = share
        return share

    def _frames_of(self, rows: Rows, share: Doubles, now_s: float) -> tuple[Rows, Rows, Doubles]:
        lot, pace = self._lot[rows], self._pace[rows]
        idle = self._frame(self._idle.place, now_s / self._idle.seconds + lot)
        walk = self._frame(self._walk.place, self._steps[rows])
        mood = self._mood[rows]
        moved = self._frame(mood, (now_s - self._mood_since_s[rows]) / self._seconds[mood])
        has_mood = share > 0.0
        first = np.where(has_mood & (pace > 0.5), walk, idle)
        second = np.where(has_mood, moved, walk)
        eased = np.where(has_mood, share, pace)
        eased = eased * eased * (3.0 - 2.0 * eased)
        is_whole = eased >= 1.0
        return np.where(is_whole, second, first), second, np.where(is_whole, 0.0, eased)

    def _frame(self, place: int | Rows, cycles: Doubles) -> Rows:
        frame = (cycles % 1.0 * self._frames).astype(np.intp) % self._frames
        return np.asarray(place * self._frames + frame)

    def _faces_of(self, rows: Rows, moods: Rows, now_s: float) -> Rows:
        lot = self._lot[rows]
        period_s = 2.6 + 2.8 * (lot * 7.0 % 1.0)
        since_s = (now_s + lot * 60.0) % period_s
        shut = np.clip(1.0 - np.abs(2.0 * since_s / _BLINK_S - 1.0), 0.0, 1.0)
        faces = np.ceil(shut * (len(_LIDS) - 1)).astype(np.intp)
        faces = np.where(moods == self.slump, np.maximum(faces, _SAD), faces)
        faces = np.where(moods == self.wave, len(_LIDS), faces)
        shout = np.sin(9.0 * now_s + 6.0 * lot) > 0.0
        return np.asarray(np.where(moods == self.cheer, len(_LIDS) + 1 + shout, faces))
