"""Who is on which rung of the show: `adaptation` decides it for each viewer, here it is looked after."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from avatar_live.broadcast.adaptation import FULL, SMALL, Course, Rates, Weather, decide, heard, padding_bps
from avatar_live.broadcast.feedback import Feedback
from avatar_live.signals.encoded import EncodedFrame

IDLE_LOOK_S: Final = 0.5  # while everybody is on the full rung: who falls waits longer for a way up than that
LOOK_S: Final = 0.1
PROBE_LOOK_S: Final = 0.02  # padding in larger lumps would be a queue of its own making
RATE_S: Final = 1.0
LINGER_S: Final = 5.0  # the small rung is made for so long after the last who took it: its encoder need not come and go
BOTH: Final = (FULL, SMALL)


class Climber(Protocol):
    """What the ladder needs of a viewer."""

    @property
    def rung(self) -> int:
        """Return the rung that is sent."""

    @property
    def can_repeat(self) -> bool:
        """Say whether packets may be sent again, without being asked for, as a probe."""

    def know(self, rtt_s: float, delay_s: float) -> None:
        """Take note of the round trip, and of how much of it is a queue that has grown."""

    def use_rung(self, rung: int) -> None:
        """Change to another rung with its next keyframe."""

    def repeat(self, size: int) -> None:
        """Send about so many bytes of the newest packets again."""


@dataclass(slots=True)
class _Place:
    climber: Climber
    is_steered: bool
    weather: Weather
    course: Course
    padded_s: float | None = None


class _Rate:
    """Know how much was sent in the last second, without adding it up for each report of each viewer."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, int]] = deque()  # when, bytes
        self._sum_bytes = 0

    def add(self, size: int, now_s: float) -> None:
        self._recent.append((now_s, size))
        self._sum_bytes += size
        self._forget(now_s)

    def bps(self, now_s: float) -> float:
        self._forget(now_s)
        return self._sum_bytes * 8 / RATE_S

    def _forget(self, now_s: float) -> None:
        while self._recent and now_s - self._recent[0][0] > RATE_S:
            self._sum_bytes -= self._recent.popleft()[1]


class Ladder:
    """Choose the rung of each viewer of the show; `on_rungs` is told which lower rungs have to be made."""

    def __init__(self, on_rungs: Callable[[tuple[int, ...]], None]) -> None:
        self._on_rungs = on_rungs
        self._places: dict[str, _Place] = {}
        self._low: dict[str, _Place] = {}  # those who are on the small rung, on their way to it or from it
        self._rates_of: defaultdict[int, _Rate] = defaultdict(_Rate)  # by rung
        self._told: tuple[int, ...] = ()
        self._small_s = float("-inf")  # when somebody last wanted the small rung

    def join(self, watch_id: str, climber: Climber, *, is_steered: bool = True) -> None:
        """Let a viewer in, on the full rung; whose stream has but one rung is only listened to."""
        self._places[watch_id] = _Place(climber, is_steered, Weather(), Course())

    def leave(self, watch_id: str) -> None:
        """Forget a viewer; one who never joined is no error."""
        self._places.pop(watch_id, None)
        self._low.pop(watch_id, None)

    def weather(self, watch_id: str) -> Weather:
        """Return what a viewer has reported of its network."""
        place = self._places.get(watch_id)
        return Weather() if place is None else place.weather

    def note(self, frame: EncodedFrame, now_s: float) -> None:
        """Count what a rung takes."""
        self._rates_of[frame.rung].add(len(frame.data), now_s)

    def rate_bps(self, rung: int, now_s: float) -> float:
        """Return what a rung took in the last second."""
        return self._rates_of[rung].bps(now_s)

    def hear(self, watch_id: str, feedback: Feedback, now_s: float) -> None:
        """Take a viewer's report and act on it."""
        place = self._places.get(watch_id)
        if place is None:
            return
        place.weather = heard(place.weather, feedback, now_s)
        if place.weather.rtt_s is not None:
            place.climber.know(place.weather.rtt_s, place.weather.delay_s)
        if place.is_steered:
            self._steer(watch_id, place, self._rates(now_s), now_s)
            self._tell(now_s)

    def look(self, now_s: float) -> float:
        """Look after those who are on their way up, and return in how many seconds to look again."""
        if self._low:
            rates = self._rates(now_s)
            for watch_id, place in list(self._low.items()):
                if place.course.rung != FULL:
                    self._steer(watch_id, place, rates, now_s)
                    self._pad(place, rates, now_s)
                elif place.climber.rung == FULL:
                    del self._low[watch_id]
        self._tell(now_s)
        if any(place.course.probe_s is not None for place in self._low.values()):
            return PROBE_LOOK_S
        return LOOK_S if self._low else IDLE_LOOK_S

    def _rates(self, now_s: float) -> Rates:
        return Rates(*(self.rate_bps(rung, now_s) for rung in BOTH))

    def _steer(self, watch_id: str, place: _Place, rates: Rates, now_s: float) -> None:
        course = decide(place.course, place.weather, rates, now_s, can_probe=place.climber.can_repeat)
        if course.rung != place.course.rung:
            place.climber.use_rung(course.rung)
            self._low[watch_id] = place
        place.course = course

    def _pad(self, place: _Place, rates: Rates, now_s: float) -> None:
        bitrate_bps = padding_bps(place.course, rates, now_s)
        if bitrate_bps <= 0.0:
            place.padded_s = None
            return
        if place.padded_s is not None:
            place.climber.repeat(int(bitrate_bps / 8 * (now_s - place.padded_s)))
        place.padded_s = now_s

    def _tell(self, now_s: float) -> None:
        if self._low:
            self._small_s = now_s
        rungs = (SMALL,) if now_s - self._small_s < LINGER_S else ()
        if rungs != self._told:
            self._told = rungs
            self._on_rungs(rungs)
