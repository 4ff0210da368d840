"""The pace of a show: even, and early when something is worth a frame at once."""

from avatar_live.clock import Pacer, now_s

PERIOD_S = 0.2


def test_ticks_keep_their_distance() -> None:
    pacer = Pacer(1.0 / PERIOD_S)
    first_s = pacer.wait()
    assert abs(pacer.wait() - first_s - PERIOD_S) < 1e-6
    assert now_s() >= first_s + PERIOD_S


def test_a_tick_that_is_urged_comes_early_but_not_by_more_than_half() -> None:
    pacer, asked_s = Pacer(1.0 / PERIOD_S), list[float]()

    def is_urged(timeout_s: float) -> bool:
        asked_s.append(timeout_s)
        return True

    first_s = pacer.wait()
    second_s = pacer.wait(is_urged)
    assert PERIOD_S / 2 <= second_s - first_s <= PERIOD_S
    assert len(asked_s) == 1 and asked_s[0] <= PERIOD_S / 2
    assert abs(pacer.wait(lambda _: False) - first_s - 2 * PERIOD_S) < 1e-6, "the next one comes when it would have"


def test_ticks_that_are_all_urged_are_no_more_than_others() -> None:
    pacer, period_s = Pacer(30), 1 / 30
    first_s = pacer.wait()
    ticks_s = [pacer.wait(lambda _: True) for _ in range(30)]
    assert ticks_s[-1] - first_s >= 29.5 * period_s - 1e-6
