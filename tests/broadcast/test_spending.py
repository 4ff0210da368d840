"""A player's stream spends what its viewer's network carries: quickly less, slowly more."""

from avatar_live.broadcast.adaptation import Weather, heard
from avatar_live.broadcast.feedback import Estimate, Reception
from avatar_live.broadcast.spending import (
    BITRATE_BPS_MIN,
    CALM_S,
    DOWN_SHARE,
    ESTIMATE_SHARE,
    FALL_S,
    UP_SHARE,
    Spending,
    spend,
)
from avatar_live.signals.encoded import PLAYER_BITRATE_BPS

CLEAR = heard(Weather(), Estimate(3e6), 9.0)


def squeezed(bitrate_bps: float) -> Weather:
    """Return what is known when the estimate has just fallen to this."""
    return heard(CLEAR, Estimate(bitrate_bps), 10.0)


def test_a_clear_network_is_spent_on_to_the_full() -> None:
    assert spend(Spending(), CLEAR, 10.0) == Spending()


def test_an_estimate_that_begins_low_and_grows_is_no_reason_to_spend_less() -> None:
    weather = heard(Weather(), Estimate(300_000.0), 9.0)
    assert spend(Spending(), heard(weather, Estimate(324_000.0), 10.0), 10.0) == Spending()


def test_a_narrow_network_is_given_less_than_it_carries_at_once() -> None:
    assert spend(Spending(), squeezed(500_000.0), 10.0) == Spending(int(500_000 * ESTIMATE_SHARE), 10.0)


def test_much_loss_costs_a_quarter_and_the_next_step_waits_until_this_one_shows() -> None:
    weather = heard(CLEAR, Reception("video", loss=0.5, lost=50, jitter_s=0.0, rtt_s=None), 10.0)
    once = spend(Spending(), weather, 10.0)
    assert once.bitrate_bps == int(PLAYER_BITRATE_BPS * DOWN_SHARE)
    assert spend(once, weather, 10.0 + FALL_S - 0.01) == once
    assert spend(once, weather, 10.0 + FALL_S).bitrate_bps < once.bitrate_bps


def test_it_never_spends_less_than_can_be_played() -> None:
    assert spend(Spending(), squeezed(1_000.0), 10.0).bitrate_bps == BITRATE_BPS_MIN


def test_it_grows_by_steps_while_the_network_is_clear_and_stops_at_the_full() -> None:
    spending, now_s = Spending(400_000, 10.0), 10.0
    assert spend(spending, CLEAR, 10.0 + CALM_S - 0.01) == spending
    steps = []
    while spending.bitrate_bps < PLAYER_BITRATE_BPS:
        now_s += CALM_S
        spending = spend(spending, CLEAR, now_s)
        steps.append(spending.bitrate_bps)
    assert steps[0] == int(400_000 * UP_SHARE)
    assert len(steps) == 6
    assert spend(spending, CLEAR, now_s + 60.0) == spending
