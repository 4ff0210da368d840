"""The vigil over a part, in virtual time."""

from avatar_live.app.vigil import BACK_OFF_S, HEALTHY_S, START_S_MAX, Vigil, current, exited, is_stuck, started
from avatar_live.channels.processes import HEALTH_STALE_S, Health


def running(at_s: float = 0.0, crashes: int = 0) -> Vigil:
    return started(Vigil(due_s=at_s, crashes=crashes), at_s)


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
