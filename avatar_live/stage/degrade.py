"""What a show gives up when its machine cannot keep pace: resolution first, then effects, then frame rate.

A decision and nothing else: the engine tells how long frames took, and obeys. Steps down come soon, because viewers
see a stutter at once; steps up only where the measured time leaves room for them, and one that had to be taken back is
tried again only after a longer wait, so a machine at its limit does not swing between two pictures.
"""

from dataclasses import dataclass
from statistics import median
from typing import Final

WINDOW_S: Final = 1.0  # over which the usual time of a frame is found, or longer until there are
WINDOW_FRAMES: Final = 5  # so many: a new avatar's first pictures are slow, and no sign of load
FULL_SHARE: Final = 0.92  # of the time between two frames: above it frames come late
ROOM_SHARE: Final = 0.85  # what the next better quality may be expected to take
CALM_S: Final = 4.0  # with room before a step up
CALM_S_MAX: Final = 64.0
TRIAL_S: Final = 15.0  # a step up that is taken back within this time has failed
# Of a frame's time, what does not shrink with its pixels: motion, vertices, the encoder. Measured with Mirai on two
# cores without a graphics card, the stage alone: a full frame takes 1.3 times one of half the width and height at
# 640x360 and 1.6 times at 1280x720, and beside tracker and viewer all that a show adds is fixed, too. Who expects more
# never tries, and a show that was short of time at its start stays blurred; who expects too little tries in vain, ever
# less often.
_FIXED_SHARE: Final = 0.9


@dataclass(frozen=True, slots=True)
class Quality:
    """Say how a frame is drawn: the share of the picture's width and height, effects, the share of the frame rate."""

    scale: float = 1.0
    has_effects: bool = True
    rate: float = 1.0

    @property
    def note(self) -> str:
        """What is given up, for people; empty at full quality."""
        if self == FULL:
            return ""
        given = [f"resolution at {self.scale:.0%}"] if self.scale < 1.0 else []
        given += [] if self.has_effects else ["effects off"]
        given += [f"frame rate at {self.rate:.0%}"] if self.rate < 1.0 else []
        return f"{', '.join(given)} to keep pace"


FULL: Final = Quality()
LADDER: Final = (
    FULL,
    Quality(0.75),
    Quality(0.5),
    Quality(0.5, False),
    Quality(0.5, False, 2 / 3),
    Quality(0.5, False, 0.5),
)


class Degrade:
    """Choose the quality of a show at `fps`, from how long its frames take."""

    def __init__(self, fps: float, ladder: tuple[Quality, ...] = LADDER) -> None:
        self._period_s = 1.0 / fps
        self._ladder = ladder
        self._place = 0
        self._busy_s: list[float] = []
        self._since_s: float | None = None
        self._calm_s = 0.0  # how long there has been room
        self._wait_s = CALM_S
        self._raised_s = float("-inf")

    @property
    def quality(self) -> Quality:
        """What frames are drawn with now."""
        return self._ladder[self._place]

    def note(self, busy_s: float, now_s: float) -> Quality:
        """Take the time that the frame which ended now kept the loop busy, and return the quality of the next."""
        if self._since_s is None:
            self._since_s = now_s
            return self.quality
        self._busy_s.append(busy_s)
        span_s = now_s - self._since_s
        if span_s >= WINDOW_S and len(self._busy_s) >= WINDOW_FRAMES:
            self._weigh(median(self._busy_s), span_s, now_s)
            self._since_s, self._busy_s = now_s, []
        return self.quality

    def _weigh(self, frame_s: float, span_s: float, now_s: float) -> None:
        if frame_s > FULL_SHARE * self._period_s / self.quality.rate:
            self._lower(now_s)
            return
        if self._place == 0 or not self._has_room(frame_s):
            self._calm_s = 0.0
            return
        self._calm_s += span_s
        if self._calm_s >= self._wait_s:
            self._calm_s = 0.0
            self._place -= 1
            self._raised_s = now_s

    def _lower(self, now_s: float) -> None:
        self._calm_s = 0.0
        if self._place == len(self._ladder) - 1:
            return
        self._place += 1
        has_failed = now_s - self._raised_s < TRIAL_S
        self._wait_s = min(2.0 * self._wait_s, CALM_S_MAX) if has_failed else CALM_S

    def _has_room(self, frame_s: float) -> bool:
        """Return whether the next better quality can be expected to keep pace."""
        better = self._ladder[self._place - 1]
        growth = _FIXED_SHARE + (1.0 - _FIXED_SHARE) * (better.scale / self.quality.scale) ** 2
        return frame_s * growth < ROOM_SHARE * self._period_s / better.rate
