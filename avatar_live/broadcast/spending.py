"""What a player's own stream may spend: it has one viewer, so its encoder follows that viewer's network.

Down at once to below what the network carries, because a game that lags is lost; up again by steps while the network
shows no sign of being full, since nothing tells how much more it would carry.
"""

from dataclasses import dataclass
from typing import Final

from avatar_live.broadcast.adaptation import Weather, is_full
from avatar_live.signals.encoded import PLAYER_BITRATE_BPS

BITRATE_BPS_MIN: Final = 150_000  # below it 640x360 shows nothing that could be played
FALL_S: Final = 0.5  # between two steps down: the one before has to show in the reports first
CALM_S: Final = 2.0  # without a sign before a step up
DOWN_SHARE: Final = 0.75
ESTIMATE_SHARE: Final = 0.8  # of what the viewer thinks that its network carries: sound and repairs take the rest
UP_SHARE: Final = 1.15


@dataclass(frozen=True, slots=True)
class Spending:
    """Say what a stream may spend, and when that last changed or last seemed too much."""

    bitrate_bps: int = PLAYER_BITRATE_BPS
    since_s: float = float("-inf")


def spend(spending: Spending, weather: Weather, now_s: float) -> Spending:
    """Return what may be spent after one more report."""
    if is_full(weather, spending.bitrate_bps):
        if now_s - spending.since_s < FALL_S:
            return spending
        wanted_bps = spending.bitrate_bps * DOWN_SHARE
        if weather.estimate_bps is not None:
            wanted_bps = min(wanted_bps, weather.estimate_bps * ESTIMATE_SHARE)
        return Spending(max(BITRATE_BPS_MIN, int(wanted_bps)), now_s)
    if spending.bitrate_bps == PLAYER_BITRATE_BPS or now_s - spending.since_s < CALM_S:
        return spending
    return Spending(min(PLAYER_BITRATE_BPS, int(spending.bitrate_bps * UP_SHARE)), now_s)
