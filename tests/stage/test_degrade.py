"""What is given up under load, in which order, and how it comes back; time is an argument."""

from collections.abc import Callable, Mapping
from itertools import pairwise

import pytest

from avatar_live.stage.degrade import CALM_S, CALM_S_MAX, FULL, LADDER, TRIAL_S, WINDOW_S, Degrade, Quality

FPS = 30.0
COSTS = {FULL: 1.0, Quality(0.75): 0.7, Quality(0.5): 0.5}  # against full quality; all below cost as the last

GIVEN_UP: dict[str, Callable[[Quality], bool]] = {
    "resolution": lambda quality: quality.scale < 1.0,
    "effects": lambda quality: not quality.has_effects,
    "frame rate": lambda quality: quality.rate < 1.0,
}


class Machine:
    """Draw frames in virtual time; `full_ms` is what a frame at full quality takes at a time."""

    def __init__(self, full_ms: Callable[[float], float], costs: Mapping[Quality, float] = COSTS) -> None:
        self.degrade = Degrade(FPS)
        self.costs = costs
        self.full_ms = full_ms
        self.now_s = 100.0
        self.seen: list[Quality] = [FULL]
        self.changed_s: list[float] = []

    def run(self, seconds: float) -> "Machine":
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            quality = self.degrade.quality
            busy_s = self.full_ms(self.now_s) * self.costs.get(quality, 0.45) / 1000.0
            self.now_s += max(busy_s, 1.0 / FPS / quality.rate)
            if self.degrade.note(busy_s, self.now_s) != self.seen[-1]:
                self.seen.append(self.degrade.quality)
                self.changed_s.append(self.now_s)
        return self


def test_a_machine_that_keeps_pace_gives_nothing_up() -> None:
    assert Machine(lambda _: 28.0).run(120.0).seen == [FULL]


def test_resolution_goes_first_then_effects_then_the_frame_rate() -> None:
    assert Machine(lambda _: 500.0).run(30.0).seen == list(LADDER)
    assert [quality.scale for quality in LADDER] == sorted((quality.scale for quality in LADDER), reverse=True)
    first = {name: next(at for at, quality in enumerate(LADDER) if lost(quality)) for name, lost in GIVEN_UP.items()}
    assert first["resolution"] < first["effects"] < first["frame rate"]


def test_no_more_is_given_up_than_the_load_asks_for() -> None:
    assert Machine(lambda _: 40.0).run(60.0).seen == [FULL, Quality(0.75)]


def test_a_few_slow_frames_change_nothing() -> None:
    """A new avatar's shaders are compiled while its first pictures are drawn."""
    assert Machine(lambda now_s: 700.0 if 103.0 <= now_s < 104.0 else 20.0).run(30.0).seen == [FULL]


def test_the_first_step_down_comes_within_two_windows() -> None:
    assert Machine(lambda _: 60.0).run(10.0).changed_s[0] - 100.0 <= 2.0 * WINDOW_S + 0.1


def test_full_quality_is_back_when_the_load_is_gone() -> None:
    machine = Machine(lambda now_s: 200.0 if now_s < 110.0 else 10.0).run(10.0)
    assert machine.degrade.quality == LADDER[-1]
    machine.run((len(LADDER) - 1) * (CALM_S + 2.0 * WINDOW_S))
    assert machine.degrade.quality == FULL
    assert machine.seen[-len(LADDER) :] == list(reversed(LADDER))


def test_a_busy_start_is_forgotten_where_pixels_are_the_smaller_part_of_a_frame() -> None:
    """Browser and models load beside the first pictures; then a full frame takes 25 of 33 ms, half its size 19."""
    costs = {quality: 0.8 + 0.2 * quality.scale**2 for quality in LADDER}
    machine = Machine(lambda now_s: 60.0 if now_s < 104.0 else 25.0, costs).run(30.0)
    assert Quality(0.5) in machine.seen
    assert machine.degrade.quality == FULL


def test_it_does_not_swing_at_the_limit() -> None:
    """The time between two changes doubles as long as a better picture proves too much."""
    machine = Machine(lambda _: 33.0)
    machine.full_ms = lambda _: 33.0 if machine.degrade.quality == FULL else 20.0  # less looks cheap: up, down again
    machine.run(600.0)
    ups = [at for at, quality in zip(machine.changed_s, machine.seen[1:], strict=True) if quality == FULL]
    gaps = [after - before for before, after in pairwise(ups)]
    assert len(ups) >= 3
    assert all(later > earlier * 1.2 or later > 0.9 * CALM_S_MAX for earlier, later in pairwise(gaps))
    assert len(ups) < 600.0 / TRIAL_S


@pytest.mark.parametrize(
    ("quality", "words"),
    [
        (FULL, ""),
        (Quality(0.75), "resolution at 75% to keep pace"),
        (Quality(0.5, False, 0.5), "resolution at 50%, effects off, frame rate at 50% to keep pace"),
    ],
)
def test_it_says_what_is_given_up(quality: Quality, words: str) -> None:
    assert quality.note == words
