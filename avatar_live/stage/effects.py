"""What gifts do to the stage, as arithmetic: which effects run, and how each looks at an age, from its seed alone."""

import math
from dataclasses import dataclass, field
from typing import Final, assert_never

import numpy as np
from numpy.typing import NDArray

from avatar_live.protocol.cues import (
    THROWN_MAX,
    Banner,
    Barrage,
    ChatPeak,
    Confetti,
    Cue,
    Fireworks,
    GiantHead,
    Goal,
    Hearts,
    React,
    Spotlight,
    Sticker,
    Throw,
)
from avatar_live.stage.curves import overshoot, smooth
from avatar_live.stage.things import PLAIN, THINGS, barrage

Doubles = NDArray[np.float64]

RELEASES_MAX: Final = 120  # props that wait to be let go; the oldest makes room for the newest, here and below
LATE_S_MAX: Final = 2.0  # after a pause nothing older is thrown
THROWN_EVERY_S: Final = 0.12
RAINS_MAX: Final = 3
GOALS_MAX: Final = 2
CLOUDS_MAX: Final = 6
SHOWS_MAX: Final = 2
GIANT_HEAD_SECONDS_MAX: Final = 60.0

HEAD_SCALE_MAX: Final = 2.2
_GROW_S: Final = 0.55
_SHRINK_S: Final = 0.45

RAIN_S: Final = 4.3
GOAL_S: Final = 2.0
HEARTS_S: Final = 3.4
FIREWORKS_S: Final = 7.0
HEARTS_EACH_MAX: Final = 24


@dataclass(frozen=True, slots=True)
class Release:
    """Let a prop go at a moment: thrown out of the audience, or dropped from above."""

    thing: str
    seed: int
    at_s: float
    is_dropped: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Follow an effect that needs no more than a seed; `count` is how much of it."""

    seed: int
    start_s: float
    count: int = 1


@dataclass(frozen=True, slots=True)
class Cheer:
    """Celebrate a goal that `camp` scored."""

    camp: str
    seed: int
    start_s: float


@dataclass(slots=True)
class Effects:
    """Keep the effects that run; everything about them follows from their seeds and ages."""

    releases: list[Release] = field(default_factory=list)
    rains: list[Run] = field(default_factory=list)
    cheers: list[Cheer] = field(default_factory=list)
    hearts: list[Run] = field(default_factory=list)
    fireworks: list[Run] = field(default_factory=list)
    _giant_from_s: float = -math.inf
    _giant_until_s: float = -math.inf
    _cheered: int = 0

    def start(self, cue: Cue, now_s: float) -> None:
        """Begin what a cue asks for; banners are the overlay's, stickers the head's, moves the body's, and the director
        knows what to make of the rest."""
        match cue:
            case Throw(gift=gift, seed=seed, count=count):
                thing, times = gift if gift in THINGS else PLAIN, min(max(count, 1), THROWN_MAX)
                self._release([Release(thing, seed + at, now_s + at * THROWN_EVERY_S) for at in range(times)])
            case Barrage(seed=seed):
                self._release([Release(thing, own, now_s + delay_s, True) for thing, own, delay_s in barrage(seed)])
            case Confetti(seed=seed):
                self.rains = [*self.rains, Run(seed, now_s)][-RAINS_MAX:]
            case Goal(camp=camp):
                self._cheered += 1
                self.cheers = [*self.cheers, Cheer(camp, self._cheered, now_s)][-GOALS_MAX:]
            case Hearts(count=count, seed=seed):
                self.hearts = [*self.hearts, Run(seed, now_s, hearts_of(count))][-CLOUDS_MAX:]
            case Fireworks(seed=seed):
                self.fireworks = [*self.fireworks, Run(seed, now_s)][-SHOWS_MAX:]
            case GiantHead(seconds=seconds):
                if now_s >= self._giant_until_s:
                    self._giant_from_s = now_s
                length_s = min(max(seconds, _GROW_S + _SHRINK_S), GIANT_HEAD_SECONDS_MAX)
                self._giant_until_s = max(self._giant_until_s, now_s + length_s)
            case Banner() | Sticker() | React() | Spotlight() | ChatPeak():
                pass
            case _:
                assert_never(cue)

    def due(self, now_s: float) -> list[Release]:
        """Return the props that are to be let go by now, each once."""
        ready = [release for release in self.releases if release.at_s <= now_s]
        self.releases = [release for release in self.releases if release.at_s > now_s]
        return ready

    def expire(self, now_s: float) -> None:
        """Forget the effects that are over."""
        self.releases = [release for release in self.releases if now_s - release.at_s < LATE_S_MAX]
        self.rains = [rain for rain in self.rains if now_s - rain.start_s < RAIN_S]
        self.cheers = [cheer for cheer in self.cheers if now_s - cheer.start_s < GOAL_S]
        self.hearts = [cloud for cloud in self.hearts if now_s - cloud.start_s < HEARTS_S]
        self.fireworks = [show for show in self.fireworks if now_s - show.start_s < FIREWORKS_S]
        if now_s >= self._giant_until_s:
            self._giant_from_s = self._giant_until_s = -math.inf

    def head_scale(self, now_s: float) -> float:
        """Return the head's size: 1, or up to `HEAD_SCALE_MAX` while it is giant, with a little overshoot."""
        grown = overshoot((now_s - self._giant_from_s) / _GROW_S)
        left = smooth((self._giant_until_s - now_s) / _SHRINK_S)
        return 1.0 + (HEAD_SCALE_MAX - 1.0) * grown * left

    def flash(self, now_s: float) -> dict[str, float]:
        """Return how bright each camp's celebration lights the stage, 0..1."""
        lights = {"red": 0.0, "blue": 0.0}
        for cheer in self.cheers:
            age_s = now_s - cheer.start_s
            pulse = math.exp(-1.8 * age_s) * (0.6 + 0.4 * math.cos(2.0 * math.pi * 3.0 * age_s))
            lights[cheer.camp] = max(lights.get(cheer.camp, 0.0), pulse if 0.0 <= age_s < GOAL_S else 0.0)
        return lights

    def _release(self, releases: list[Release]) -> None:
        self.releases = [*self.releases, *releases][-RELEASES_MAX:]


def hearts_of(likes: int) -> int:
    """Return how many hearts stand for so many likes: each of a few, a share of many."""
    return max(1, min(HEARTS_EACH_MAX, round(2.0 * math.sqrt(likes)))) if likes > 0 else 0
