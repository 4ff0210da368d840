"""The vigil over a part, in virtual time."""

import math

from avatar_live.app.vigil import (
    BACK_OFF_S,
    HEALTHY_S,
    PATIENCE_S_MIN,
    START_S_MAX,
    Vigil,
    current,
    exited,
    is_stuck,
    looked,
    started,
    stuck_at_s,
)
from avatar_live.channels.processes import HEALTH_STALE_S, Health


def running(at_s: float = 0.0, crashes: int = 0, hangs: int = 0) -> Vigil:
    return started(Vigil(due_s=at_s, crashes=crashes, hangs=hangs), at_s)


def beat(at_s: float, patience_s: float = 0.5) -> Health:
    return Health(at_s, "", True, patience_s=patience_s)


def test_the_first_fall_is_followed_by_a_start_at_once() -> None:
    vigil = exited(running(), code=-9, now_s=5.0)
    assert vigil.is_due(5.0)


def test_falls_in_a_row_wait_longer_and_longer_up_to_a_limit() -> None:
    now_s, vigil, waits = 0.0, Vigil(due_s=0.0), []
    for _ in range(len(BACK_OFF_S) + 2):
        vigil = exited(started(vigil, now_s), code=1, now_s=now_s)
        waits.append(vigil.due_s - now_s)
        assert vigil.is_due(vigil.due_s) and (waits[-1] == 0.0 or not vigil.is_due(vigil.due_s - 0.001))
        now_s = vigil.due_s
    assert [round(wait, 6) for wait in waits] == [*BACK_OFF_S, BACK_OFF_S[-1], BACK_OFF_S[-1]]


def test_a_long_healthy_life_forgives_the_falls_before_it() -> None:
    vigil = exited(running(at_s=10.0, crashes=4), code=1, now_s=10.0 + HEALTHY_S)
    assert (vigil.crashes, vigil.due_s) == (1, 10.0 + HEALTHY_S)
    assert exited(running(at_s=10.0, crashes=4), code=1, now_s=9.9 + HEALTHY_S).crashes == 5


def test_a_part_that_gave_a_reason_is_left_alone() -> None:
    vigil = exited(running(), code=2, now_s=1.0)
    assert vigil.is_refused
    assert not vigil.is_due(1e9)


def test_a_ready_part_is_stuck_when_its_health_is_stale() -> None:
    health = Health(at_s=20.0, status="", is_ready=True)
    assert not is_stuck(running(), health, 20.0 + HEALTH_STALE_S)
    assert is_stuck(running(), health, 20.1 + HEALTH_STALE_S)


def test_a_part_that_loads_has_more_patience_than_a_ready_one() -> None:
    loading = Health(at_s=20.0, status="loading", is_ready=False)
    assert not is_stuck(running(), loading, 20.0 + START_S_MAX)
    assert is_stuck(running(), loading, 20.1 + START_S_MAX)
    assert not is_stuck(running(), None, START_S_MAX)
    assert is_stuck(running(), None, START_S_MAX + 0.1)


def test_the_last_words_of_an_earlier_life_say_nothing_of_this_one() -> None:
    old = Health(at_s=9.0, status="ready", is_ready=True)
    assert current(running(at_s=10.0), old) is None
    assert not is_stuck(running(at_s=10.0), old, 10.0 + HEALTH_STALE_S + 1.0)
    assert not is_stuck(Vigil(due_s=0.0), old, 1e9)


def test_a_part_that_promises_to_beat_is_stuck_when_it_does_not() -> None:
    assert not is_stuck(running(), beat(20.0), 20.5)
    assert is_stuck(running(), beat(20.0), 20.501)
    assert stuck_at_s(running(), beat(20.0)) == 20.5
    assert stuck_at_s(Vigil(due_s=0.0), beat(20.0)) == math.inf


def test_no_part_is_held_to_less_than_the_watch_can_see() -> None:
    assert stuck_at_s(running(), beat(20.0, patience_s=0.0)) == 20.0 + PATIENCE_S_MIN


def test_who_hangs_again_and_again_is_given_twice_the_time_up_to_the_common_limit() -> None:
    now_s, vigil, patience_s = 0.0, Vigil(due_s=0.0), []
    for _ in range(6):
        vigil = started(vigil, now_s)
        stuck_s = stuck_at_s(vigil, beat(now_s + 1.0))
        patience_s.append(stuck_s - now_s - 1.0)
        vigil = exited(vigil, code=-9, now_s=stuck_s, is_hung=True)
        now_s = vigil.due_s
    assert [round(each, 6) for each in patience_s] == [0.5, 1.0, 2.0, 4.0, HEALTH_STALE_S, HEALTH_STALE_S]
    assert stuck_at_s(running(hangs=9), beat(0.0, patience_s=20.0)) == 20.0, "who asks for more has it"


def test_a_fall_is_no_hang_and_a_long_healthy_life_forgives_both() -> None:
    assert exited(running(), code=-9, now_s=1.0).hangs == 0
    assert exited(running(hangs=2), code=1, now_s=1.0).hangs == 2
    assert exited(running(hangs=2), code=-9, now_s=HEALTHY_S - 0.1, is_hung=True).hangs == 3
    assert exited(running(hangs=2), code=-9, now_s=HEALTHY_S, is_hung=True).hangs == 1


def test_a_watch_that_comes_late_itself_excuses_the_silence() -> None:
    """A machine that slept, or that has no time for anybody, kept the part from speaking too."""
    vigil = looked(running(), beat(20.0), late_s=0.0)
    vigil = looked(vigil, beat(20.0), late_s=3600.0)
    assert not is_stuck(vigil, beat(20.0), 20.5 + 3600.0)
    assert is_stuck(vigil, beat(20.0), 20.6 + 3600.0)


def test_an_excuse_ends_with_the_next_word_and_with_the_life() -> None:
    vigil = looked(looked(running(), beat(20.0), late_s=0.0), beat(20.0), late_s=9.0)
    assert looked(vigil, beat(20.1), late_s=9.0).excused_s == 0.0
    assert started(exited(vigil, code=-9, now_s=40.0), 40.0).excused_s == 0.0
