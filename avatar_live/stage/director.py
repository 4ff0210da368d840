"""The automatic director, as decisions: which shot everybody's camera takes when something happens, or nothing does.

Between two reactions the camera is at home, in the shot that the streamer chose. Everything follows from the seed and
from what was noticed when.
"""

from dataclasses import dataclass
from typing import Final, assert_never

import numpy as np

from avatar_live.protocol.cues import (
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
from avatar_live.signals.scene import ShotName

STANDS_S_MIN: Final = 2.5  # no shot is shorter, unless something more important comes ...
INTERRUPTED_S_MIN: Final = 1.2  # ... and then it has stood at least so long
STANDS_S_MAX: Final = 8.0  # however many more tomatoes fly
COOL_DOWN_S: Final = 7.0  # at home after a reaction, before the next to something no more important
WAITS_S_MAX: Final = 1.5  # a reaction that comes later than this is none
SILENCE_S: Final = (24.0, 42.0)  # of nothing at all before the camera looks around
LOOK_S: Final = (6.0, 9.0)
LOOKS: Final[tuple[ShotName, ...]] = ("wide", "close-up", "full", "close-up")


@dataclass(frozen=True, slots=True)
class Take:
    """Ask for a shot for `seconds`; of two, the one of more `importance` is taken.

    With a `gifter` on the pitch, it is a look over that player's head instead.
    """

    shot: ShotName
    importance: int
    seconds: float
    gifter: str = ""


def take_for(cue: Cue) -> Take | None:
    """Return how the camera reacts to a cue, if at all: it follows a giant head anyway, and banners are read."""
    match cue:
        case Goal():
            return Take("wide", 4, 3.5)
        case Spotlight(player):
            return Take("bust", 3, 3.2, player)
        case Fireworks():
            return Take("wide", 2, 5.0)
        case Confetti() | Barrage():
            return Take("wide", 2, 3.5)
        case React("dance"):
            return Take("full", 2, 6.0)
        case Throw() | Sticker():
            return Take("close-up", 1, 3.0)
        case ChatPeak():
            return Take("close-up", 1, 4.0)
        case GiantHead() | Banner() | Hearts() | React():
            return None
        case _:
            assert_never(cue)


class Director:
    """Decide from moment to moment."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._look = int(self._random.integers(len(LOOKS)))
        self._waiting: tuple[Take, float] | None = None
        self._taken: Take | None = None
        self._since_s = -np.inf  # of the take, or of being at home
        self._until_s = -np.inf
        self._cooled = -1  # importance of the last reaction
        self._cool_until_s = -np.inf
        self._look_s: float | None = None

    def notice(self, take: Take, now_s: float) -> None:
        """Hear of something that is worth a shot; the more important one waits, of equals the newer one."""
        self._look_s = now_s + self._silence_s()
        if self._waiting is None or take.importance >= self._waiting[0].importance:
            self._waiting = (take, now_s)

    def go_home(self, now_s: float) -> None:
        """Leave everything: the streamer chose another home."""
        self._waiting = self._taken = None
        self._since_s = now_s
        self._look_s = None

    def decide(self, now_s: float) -> Take | None:
        """Return the take of this moment, or None at home."""
        if self._look_s is None:
            self._look_s = now_s + self._silence_s()
            self._since_s = max(self._since_s, now_s)  # the show begins at home
        if self._taken is not None and now_s >= self._until_s:
            self._end(now_s)
        if self._waiting is not None:
            take, noticed_s = self._waiting
            if now_s - noticed_s > WAITS_S_MAX:
                self._waiting = None
            elif self._taken is not None and take == self._taken:
                self._until_s = min(now_s + take.seconds, self._since_s + STANDS_S_MAX)
                self._waiting = None
            elif self._may(take, now_s):
                self._begin(take, now_s)
                self._waiting = None
        elif self._taken is None and now_s >= max(self._look_s, self._since_s + STANDS_S_MIN):
            self._look = (self._look + 1) % len(LOOKS)
            self._begin(Take(LOOKS[self._look], 0, float(self._random.uniform(*LOOK_S))), now_s)
        return self._taken

    def _may(self, take: Take, now_s: float) -> bool:
        stood_s = now_s - self._since_s
        if self._taken is not None:
            return take.importance > self._taken.importance and stood_s >= INTERRUPTED_S_MIN
        return stood_s >= STANDS_S_MIN and (now_s >= self._cool_until_s or take.importance > self._cooled)

    def _begin(self, take: Take, now_s: float) -> None:
        self._taken, self._since_s = take, now_s
        self._until_s = now_s + max(take.seconds, STANDS_S_MIN)
        self._look_s = self._until_s + self._silence_s()

    def _end(self, now_s: float) -> None:
        assert self._taken is not None
        if self._taken.importance > 0:  # a look around tires nobody
            self._cooled, self._cool_until_s = self._taken.importance, now_s + COOL_DOWN_S
        self._taken, self._since_s = None, now_s

    def _silence_s(self) -> float:
        return float(self._random.uniform(*SILENCE_S))
