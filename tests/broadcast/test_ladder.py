"""Viewers on the ladder: who changes rungs, what is sent for a probe, and which rungs are made."""

from avatar_live.broadcast.adaptation import LISTEN_S, PROBE_S, WAIT_S_MIN
from avatar_live.broadcast.feedback import Estimate, Reception
from avatar_live.broadcast.ladder import IDLE_LOOK_S, LINGER_S, LOOK_S, PROBE_LOOK_S, Ladder
from avatar_live.signals.encoded import EncodedFrame

BYTES = {0: 10_000, 1: 2_700}  # a frame of 2.4 Mbit/s, one of 650 kbit/s


class Climber:
    """Change rungs at once, as if every frame were a keyframe, but while it waits for one."""

    def __init__(self, can_repeat: bool = True) -> None:
        self.wanted = self._shown = 0
        self.is_waiting = False
        self.can_repeat = can_repeat
        self.repeated = 0
        self.known: list[tuple[float, float]] = []

    def know(self, rtt_s: float, delay_s: float) -> None:
        self.known.append((round(rtt_s, 3), round(delay_s, 3)))

    @property
    def rung(self) -> int:
        if not self.is_waiting:
            self._shown = self.wanted
        return self._shown

    def use_rung(self, rung: int) -> None:
        self.wanted = rung

    def repeat(self, size: int) -> None:
        self.repeated += size


class Show:
    """A show at 30 frames a second in virtual time, and what the ladder says of its rungs."""

    def __init__(self) -> None:
        self.told: list[tuple[int, ...]] = []
        self.ladder = Ladder(self.told.append)
        self.now_s = 100.0
        self._next_look_s = 0.0

    def play(self, seconds: float) -> None:
        for _ in range(round(seconds * 30)):
            self.now_s += 1 / 30
            for rung, size in BYTES.items():
                self.ladder.note(EncodedFrame("main", "video", bytes(size), 0, False, 0.0, rung), self.now_s)
            if self.now_s >= self._next_look_s:
                self._next_look_s = self.now_s + self.ladder.look(self.now_s)

    def hear(self, watch_id: str, *estimates_bps: float) -> None:
        for bitrate_bps in estimates_bps:
            self.ladder.hear(watch_id, Estimate(bitrate_bps), self.now_s)
            self.play(0.2)


def test_a_squeezed_viewer_goes_down_and_the_others_stay() -> None:
    show, squeezed, lucky = Show(), Climber(), Climber()
    show.ladder.join("squeezed", squeezed)
    show.ladder.join("lucky", lucky)
    show.play(1.0)
    show.hear("squeezed", 3e6, 1.6e6, 1.0e6, 0.7e6)
    show.hear("lucky", 3e6, 3.1e6, 3.2e6)
    assert (squeezed.rung, lucky.rung) == (1, 0)
    assert show.told == [(1,)]


def test_a_probe_sends_as_much_as_the_full_rung_takes_and_leads_up() -> None:
    show, climber = Show(), Climber()
    show.ladder.join("a", climber)
    show.play(1.0)
    show.hear("a", 3e6, 1.6e6, 0.7e6)
    assert climber.rung == 1 and climber.repeated == 0
    assert show.ladder.look(show.now_s) == LOOK_S
    show.play(WAIT_S_MIN)
    assert show.ladder.look(show.now_s) == PROBE_LOOK_S
    show.play(PROBE_S + LISTEN_S)
    assert climber.rung == 0
    assert 100_000 < climber.repeated < 400_000
    assert show.ladder.look(show.now_s) == IDLE_LOOK_S


def test_the_small_rung_is_made_a_little_longer_than_it_is_wanted() -> None:
    show, climber = Show(), Climber()
    show.ladder.join("a", climber)
    show.play(1.0)
    show.hear("a", 3e6, 1.6e6, 0.7e6)
    show.ladder.leave("a")
    show.play(LINGER_S - 1.0)
    assert show.told == [(1,)]
    show.play(1.5)
    assert show.told == [(1,), ()]


def test_the_small_rung_is_made_until_the_last_who_shows_it_has_a_keyframe_of_the_full_one() -> None:
    show, climber = Show(), Climber()
    show.ladder.join("a", climber)
    show.play(1.0)
    show.hear("a", 3e6, 1.6e6, 0.7e6)
    assert climber.rung == 1
    climber.is_waiting = True
    show.play(WAIT_S_MIN + PROBE_S + LISTEN_S + 1.0)
    assert (climber.wanted, climber.rung) == (0, 1)
    show.play(LINGER_S + 1.0)
    assert show.told == [(1,)]
    climber.is_waiting = False
    show.play(LINGER_S + 1.0)
    assert show.told == [(1,), ()]


def test_what_a_rung_takes_is_that_of_the_last_second() -> None:
    show = Show()
    show.play(3.0)
    assert show.ladder.rate_bps(0, show.now_s + 0.001) == 30 * BYTES[0] * 8
    assert show.ladder.rate_bps(0, show.now_s + 2.0) == 0.0


def test_who_has_left_is_not_missed() -> None:
    ladder = Ladder(lambda rungs: None)
    ladder.leave("nobody")
    ladder.hear("nobody", Estimate(1e6), 1.0)
    assert ladder.weather("nobody").estimate_bps is None


def test_a_viewer_is_told_of_its_round_trip_and_how_much_of_it_is_a_queue() -> None:
    show, climber = Show(), Climber()
    show.ladder.join("ann", climber)
    show.ladder.hear("ann", Estimate(3e6), show.now_s)
    assert climber.known == []
    for rtt_s in (0.04, 0.3):
        show.ladder.hear("ann", Reception("video", 0.0, 0, 0.0, rtt_s), show.now_s)
    assert climber.known == [(0.04, 0.0), (0.3, 0.26)]
