"""What gifts do to the stage, as arithmetic: which effects run, and how each looks at an age, from its seed alone."""

import math
from dataclasses import dataclass, field
from typing import Final, assert_never

import numpy as np
from numpy.typing import NDArray

from avatar_live.protocol.cues import Banner, Confetti, Cue, GiantHead, Goal, Throw

Doubles = NDArray[np.float64]

THROWS_MAX: Final = 12  # the oldest makes room for the newest, for all three
RAINS_MAX: Final = 3
GOALS_MAX: Final = 2
GIANT_HEAD_SECONDS_MAX: Final = 60.0

HEAD_SCALE_MAX: Final = 2.2
_GROW_S: Final = 0.55
_SHRINK_S: Final = 0.45

FLIGHT_S: Final = 0.55
_BOUNCE_S: Final = 0.9
_SPLAT_S: Final = 1.9
THROW_S: Final = FLIGHT_S + _SPLAT_S
_GRAVITY_M_S2: Final = 5.5  # lighter than the world's: a cartoon falls slower
_ARC_M: Final = 0.22

_RECOIL_RAD: Final = 0.30
_RECOIL_RATE_RAD_S: Final = 15.0
_RECOIL_DAMPING_S: Final = 0.17
_RECOIL_MAX_RAD: Final = 0.5  # many hits at once turn no head around

RAIN_S: Final = 4.3
GOAL_S: Final = 2.0


@dataclass(slots=True)
class Flight:
    """Follow one thrown tomato; `hit_m` is where it met the head, once it did."""

    seed: int
    start_s: float
    hit_m: Doubles | None = None


@dataclass(frozen=True, slots=True)
class Rain:
    seed: int
    start_s: float


@dataclass(frozen=True, slots=True)
class Cheer:
    """Celebrate a goal that `camp` scored."""

    camp: str
    seed: int
    start_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Tomato:
    """Place a tomato: where it is, its stretch along the line of sight and across it, and how far it has turned."""

    position_m: Doubles
    depth: float
    width: float
    spin_rad: float


@dataclass(frozen=True, slots=True)
class Splat:
    """Place the stain on the face: right and up of the face's middle in metres, its size, drip and opacity."""

    x_m: float
    y_m: float
    size_m: float
    drip: float
    opacity: float
    turn_rad: float


@dataclass(slots=True)
class Effects:
    """Keep the effects that run; everything about them follows from their seeds and ages."""

    flights: list[Flight] = field(default_factory=list)
    rains: list[Rain] = field(default_factory=list)
    cheers: list[Cheer] = field(default_factory=list)
    _giant_from_s: float = -math.inf
    _giant_until_s: float = -math.inf
    _cheered: int = 0

    def start(self, cue: Cue, now_s: float) -> None:
        """Begin what a cue asks for; banners belong to the overlay."""
        match cue:
            case Throw(seed=seed):
                self.flights = [*self.flights, Flight(seed, now_s)][-THROWS_MAX:]
            case Confetti(seed=seed):
                self.rains = [*self.rains, Rain(seed, now_s)][-RAINS_MAX:]
            case Goal(camp=camp):
                self._cheered += 1
                self.cheers = [*self.cheers, Cheer(camp, self._cheered, now_s)][-GOALS_MAX:]
            case GiantHead(seconds=seconds):
                if now_s >= self._giant_until_s:
                    self._giant_from_s = now_s
                length_s = min(max(seconds, _GROW_S + _SHRINK_S), GIANT_HEAD_SECONDS_MAX)
                self._giant_until_s = max(self._giant_until_s, now_s + length_s)
            case Banner():
                pass
            case _:
                assert_never(cue)

    def expire(self, now_s: float) -> None:
        """Forget the effects that are over."""
        self.flights = [flight for flight in self.flights if now_s - flight.start_s < THROW_S]
        self.rains = [rain for rain in self.rains if now_s - rain.start_s < RAIN_S]
        self.cheers = [cheer for cheer in self.cheers if now_s - cheer.start_s < GOAL_S]
        if now_s >= self._giant_until_s:
            self._giant_from_s = self._giant_until_s = -math.inf

    def head_scale(self, now_s: float) -> float:
        """Return the head's size: 1, or up to `HEAD_SCALE_MAX` while it is giant, with a little overshoot."""
        grown = _overshoot((now_s - self._giant_from_s) / _GROW_S)
        left = _smooth((self._giant_until_s - now_s) / _SHRINK_S)
        return 1.0 + (HEAD_SCALE_MAX - 1.0) * grown * left

    def recoil(self, now_s: float) -> tuple[float, float, float]:
        """Return how the head flinches: yaw to the avatar's left, pitch up, roll to its left, radians."""
        total = np.zeros(3)
        for flight in self.flights:
            age_s = now_s - flight.start_s - FLIGHT_S
            if age_s > 0.0:
                side = math.copysign(1.0, _start(flight.seed)[0])
                swing = math.exp(-age_s / _RECOIL_DAMPING_S) * math.sin(_RECOIL_RATE_RAD_S * age_s)
                total += _RECOIL_RAD * swing * np.array([-0.5 * side, 1.0, 0.4 * side])
        yaw, pitch, roll = np.clip(total, -_RECOIL_MAX_RAD, _RECOIL_MAX_RAD).tolist()
        return yaw, pitch, roll

    def flash(self, now_s: float) -> dict[str, float]:
        """Return how bright each camp's celebration lights the stage, 0..1."""
        lights = {"red": 0.0, "blue": 0.0}
        for cheer in self.cheers:
            age_s = now_s - cheer.start_s
            pulse = math.exp(-1.8 * age_s) * (0.6 + 0.4 * math.cos(2.0 * math.pi * 3.0 * age_s))
            lights[cheer.camp] = max(lights.get(cheer.camp, 0.0), pulse if 0.0 <= age_s < GOAL_S else 0.0)
        return lights


def tomato(flight: Flight, now_s: float, target_m: Doubles) -> Tomato | None:
    """Return the tomato on its way to `target_m` (3,), squashed by the hit, bouncing off; None when it is gone."""
    age_s = now_s - flight.start_s
    if age_s < 0.0 or age_s >= FLIGHT_S + _BOUNCE_S:
        return None
    start_m = _start(flight.seed)
    spin_rad = 9.0 * age_s * math.copysign(1.0, start_m[0])
    if age_s < FLIGHT_S:
        share = age_s / FLIGHT_S
        position_m = start_m + (target_m - start_m) * share
        position_m[1] += _ARC_M * 4.0 * share * (1.0 - share)
        return Tomato(position_m, 1.08, 0.96, spin_rad)
    after_s = age_s - FLIGHT_S
    squash = math.exp(-after_s / 0.07)
    hit_m = target_m if flight.hit_m is None else flight.hit_m
    velocity = np.array([0.35 * math.copysign(1.0, start_m[0]), 0.75, 0.8])
    flown_s = max(0.0, after_s - 0.05)  # it sticks for a moment before it drops
    position_m = hit_m + velocity * flown_s
    position_m[1] -= 0.5 * _GRAVITY_M_S2 * flown_s**2
    return Tomato(position_m, 1.0 - 0.6 * squash, 1.0 + 0.45 * squash, spin_rad)


def splat(flight: Flight, now_s: float) -> Splat | None:
    """Return the stain that a hit leaves; it grows, slides down and fades."""
    after_s = now_s - flight.start_s - FLIGHT_S
    if after_s < 0.0 or after_s >= _SPLAT_S:
        return None
    random = np.random.default_rng(flight.seed)
    x_m, y_m, size_m, turn_rad = random.uniform([-0.05, 0.0, 0.050, 0.0], [0.05, 0.06, 0.066, 6.28]).tolist()
    slid_s = max(0.0, after_s - 0.25)
    opacity = _smooth((_SPLAT_S - after_s) / 0.5)
    return Splat(x_m, y_m - 0.016 * slid_s, size_m * _overshoot(after_s / 0.16), slid_s, opacity, turn_rad)


def _start(seed: int) -> Doubles:
    """Return where in the audience a tomato comes from."""
    random = np.random.default_rng(seed)
    side = 1.0 if random.random() < 0.5 else -1.0
    start: Doubles = np.array([side * random.uniform(0.25, 0.6), random.uniform(0.78, 1.0), 1.55])
    return start


def _smooth(share: float) -> float:
    """Ease 0..1 at both ends."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)


def _overshoot(share: float) -> float:
    """Ease 0..1 with a spring at the end (Penner's "back" ease)."""
    if share <= 0.0:
        return 0.0
    rest = min(share, 1.0) - 1.0
    return 1.0 + 2.2 * rest**3 + 1.2 * rest**2
