"""Which rung a network is given: what is a sign that it is full, and what is none."""

import pytest
from msgspec.structs import replace

from avatar_live.broadcast.adaptation import (
    BLIND_WAIT_S_MAX,
    CONFIRM_S,
    FAILED_S,
    FULL,
    LISTEN_S,
    PACKET_BITS,
    PROBE_MISSING_MAX,
    PROBE_S,
    PROBE_SHARE,
    SMALL,
    WAIT_S_MAX,
    WAIT_S_MIN,
    Course,
    Rates,
    Weather,
    decide,
    heard,
    is_full,
    padding_bps,
)
from avatar_live.broadcast.feedback import MISSING, Estimate, Feedback, Reception

RATES = Rates(2_500_000.0, 650_000.0)
STEP_S = 0.1


def reception(loss: float = 0.0, rtt_s: float | None = 0.04) -> Reception:
    return Reception("video", loss, 0, 0.0, rtt_s)


def after(*reports: tuple[float, Feedback]) -> Weather:
    weather = Weather()
    for at_s, report in reports:
        weather = heard(weather, report, at_s)
    return weather


GOOD = after((0.0, Estimate(3e6)), (0.0, reception()))


def low(now_s: float, wait_s: float = WAIT_S_MIN) -> Course:
    return Course(SMALL, since_s=now_s, wait_s=wait_s, try_s=now_s + wait_s)


# --- signs -----------------------------------------------------------------------------------------------------------


def test_an_estimate_that_falls_below_what_is_sent_is_a_sign() -> None:
    assert is_full(after((0.0, Estimate(3e6)), (0.2, Estimate(1.6e6))), RATES.full_bps)


def test_an_estimate_that_was_never_higher_is_none() -> None:
    """A receiver begins far below and grows by 8 % a second, whatever it is sent."""
    growing = after(*((at_s, Estimate(7e5 * 1.08**at_s)) for at_s in range(10)))
    assert not is_full(growing, RATES.full_bps)


def test_an_estimate_that_falls_and_still_suffices_is_none() -> None:
    assert not is_full(after((0.0, Estimate(4e6)), (0.2, Estimate(2.6e6))), RATES.full_bps)


@pytest.mark.parametrize(("loss", "rtt_s", "expected"), [(0.1, 0.04, False), (0.1, 0.2, True), (0.3, 0.04, True)])
def test_loss_is_a_sign_when_it_is_large_or_comes_with_delay(loss: float, rtt_s: float, expected: bool) -> None:
    reports = [(float(at_s), reception(loss, rtt_s)) for at_s in range(1, 8)]
    assert is_full(after((0.0, reception()), *reports), RATES.full_bps) is expected


def test_a_round_trip_that_grows_by_a_full_queue_is_a_sign() -> None:
    assert is_full(after((0.0, reception()), (1.0, reception(rtt_s=0.5))), RATES.full_bps)


def test_a_long_round_trip_alone_is_none() -> None:
    assert not is_full(after(*((float(at_s), reception(rtt_s=0.6)) for at_s in range(5))), RATES.full_bps)


def test_many_reports_of_a_moment_weigh_no_more_than_the_moment() -> None:
    """A browser reports with every ask for a lost packet, a hundred times a second where many are lost."""
    many = after((0.0, reception()), *((0.01 * k, reception(loss=1.0)) for k in range(1, 11)))
    assert many.loss < 0.15


def test_reports_of_the_sound_change_nothing() -> None:
    assert heard(GOOD, Reception("audio", 1.0, 9, 0.0, 3.0), 1.0) == GOOD


# --- down ------------------------------------------------------------------------------------------------------------


def test_one_bad_look_is_not_enough_and_two_are() -> None:
    full = after((0.0, Estimate(3e6)), (10.0, Estimate(2.9e6)), (10.2, Estimate(1.6e6)))
    first = decide(Course(since_s=0.0), full, RATES, 10.2)
    assert first.rung == FULL
    assert decide(first, full, RATES, 10.21 + CONFIRM_S).rung == SMALL
    assert decide(decide(first, GOOD, RATES, 10.3), full, RATES, 10.21 + CONFIRM_S).rung == FULL, (
        "it was over meanwhile"
    )


def test_down_again_soon_after_the_way_up_makes_the_next_wait_longer() -> None:
    full = after((0.0, reception()), (1.0, reception(loss=0.9)), (2.0, reception(loss=0.9)))
    for up_s, expected_s in ((100.0 - FAILED_S + 1.0, 4.5), (100.0 - FAILED_S, WAIT_S_MIN)):
        course = Course(since_s=up_s, wait_s=3.0, full_since_s=99.99 - CONFIRM_S)
        assert decide(course, full, RATES, 100.0).wait_s == expected_s


# --- up --------------------------------------------------------------------------------------------------------------


def test_a_probe_without_a_sign_leads_up() -> None:
    course = decide(low(0.0), GOOD, RATES, WAIT_S_MIN)
    assert course.rung == SMALL and course.probe_s == WAIT_S_MIN
    heard_until_s = WAIT_S_MIN + PROBE_S + LISTEN_S
    assert decide(course, GOOD, RATES, heard_until_s - 0.01).rung == SMALL
    assert decide(course, GOOD, RATES, heard_until_s + 0.01).rung == FULL


@pytest.mark.parametrize(
    "sign",
    [
        replace(GOOD, estimate_bps=2.8e6),
        replace(GOOD, loss=0.09),
        replace(GOOD, rtt_s=0.26),
        replace(GOOD, missing=PROBE_MISSING_MAX + 1),
    ],
    ids=["estimate", "loss", "delay", "missing"],
)
def test_any_sign_ends_a_probe_and_the_next_comes_later(sign: Weather) -> None:
    probing = decide(low(0.0), GOOD, RATES, WAIT_S_MIN)
    ended = decide(probing, sign, RATES, 3.0)
    assert (ended.rung, ended.probe_s, ended.wait_s, ended.try_s) == (SMALL, None, 3.0, 6.0)


def test_waits_between_probes_have_an_end() -> None:
    course, bad = low(0.0), replace(GOOD, loss=0.2)
    for k in range(10):
        course = decide(replace(course, probe_s=float(k), before=GOOD), bad, RATES, float(k))
    assert course.wait_s == WAIT_S_MAX


def test_a_loss_that_was_there_before_the_probe_does_not_end_it() -> None:
    lossy = replace(GOOD, loss=0.1)
    assert decide(decide(low(0.0), lossy, RATES, 2.0), lossy, RATES, 2.5).probe_s == 2.0


def test_a_probe_bears_as_many_missing_packets_as_the_loss_before_explains() -> None:
    lossy = replace(GOOD, loss=0.1)
    probing = decide(low(0.0), lossy, RATES, WAIT_S_MIN)
    lost_in_a_second = int(0.1 * RATES.small_bps / PACKET_BITS)
    usual = replace(lossy, missing=PROBE_MISSING_MAX + 2 * lost_in_a_second)
    assert decide(probing, usual, RATES, WAIT_S_MIN + 1.0).probe_s == WAIT_S_MIN
    assert decide(probing, replace(usual, missing=usual.missing + 2), RATES, WAIT_S_MIN + 1.0).probe_s is None


def test_every_packet_that_is_asked_for_counts() -> None:
    assert heard(heard(GOOD, MISSING, 1.0), MISSING, 1.1) == replace(GOOD, missing=2)


def test_no_probe_begins_while_the_small_rung_is_too_much_already() -> None:
    course = decide(low(0.0), replace(GOOD, loss=0.5), RATES, WAIT_S_MIN)
    assert course.probe_s is None and course.try_s == 2 * WAIT_S_MIN


def test_padding_grows_from_nothing_to_the_full_rung_and_ends() -> None:
    course = decide(low(0.0), GOOD, RATES, WAIT_S_MIN)
    amounts = [padding_bps(course, RATES, WAIT_S_MIN + share * PROBE_S) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert amounts[0] == pytest.approx(0.0, abs=1.0)
    assert amounts == sorted(amounts)
    assert amounts[-1] + RATES.small_bps == pytest.approx(RATES.full_bps * PROBE_SHARE)
    assert padding_bps(course, RATES, WAIT_S_MIN + PROBE_S + 0.01) == 0.0
    assert padding_bps(low(0.0), RATES, 1.0) == 0.0
    assert padding_bps(course, Rates(1e6, 0.0), WAIT_S_MIN + 0.1) == 0.0, "nothing is sent, so there is nothing to add"


def test_a_viewer_who_cannot_be_probed_is_tried_seldom() -> None:
    bad = replace(GOOD, loss=0.9)
    course, now_s, waits = low(0.0), 0.0, []
    for _ in range(6):
        now_s = course.try_s
        course = decide(course, GOOD, RATES, now_s, can_probe=False)
        assert course.rung == FULL and course.probe_s is None
        course = decide(course, bad, RATES, now_s + 1.0, can_probe=False)
        course = decide(course, bad, RATES, now_s + 1.01 + CONFIRM_S, can_probe=False)
        waits.append(course.wait_s)
    assert waits == [6.0, 18.0, 54.0, BLIND_WAIT_S_MAX, BLIND_WAIT_S_MAX, BLIND_WAIT_S_MAX]


# --- a whole evening -------------------------------------------------------------------------------------------------


def test_a_squeeze_is_left_within_ten_seconds_however_long_it_was() -> None:
    """A network that carries 800 kbit/s fails each probe as soon as it takes more; then it carries everything."""
    for squeeze_s in (3.0, 5.5, 10.0, 17.3, 60.0, 61.1, 63.7):
        course, now_s, weather = low(0.0), 0.0, GOOD
        while course.rung == SMALL:
            now_s += STEP_S
            is_narrow = now_s < squeeze_s
            is_crowded = is_narrow and RATES.small_bps + padding_bps(course, RATES, now_s) > 800_000.0
            weather = replace(GOOD, estimate_bps=6.5e5 if is_crowded else 7e5, peak_bps=7e5)
            course = decide(course, weather, RATES, now_s)
        assert squeeze_s <= now_s <= squeeze_s + WAIT_S_MAX + PROBE_S + LISTEN_S + 2 * STEP_S
