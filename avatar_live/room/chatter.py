"""How busy the chat is: a quick and a slow running rate, and a peak where the quick one runs away from the other."""

import math
from typing import Final

import msgspec

QUICK_S: Final = 4.0
SLOW_S: Final = 60.0
PEAK_RATE_HZ_MIN: Final = 1.0  # lines a second: fewer are a conversation
PEAK_RATIO: Final = 3.0
PEAK_AGAIN_S: Final = 20.0


class Chatter(msgspec.Struct, frozen=True):
    """Hold the rates in lines a second as of `at_s`, and when the last peak was."""

    quick_hz: float = 0.0
    slow_hz: float = 0.0
    at_s: float = 0.0
    peak_s: float = -math.inf


def heard(chatter: Chatter, now_s: float) -> tuple[Chatter, bool]:
    """Count a line; True when it makes a peak."""
    elapsed_s = max(now_s - chatter.at_s, 0.0)
    quick_hz = chatter.quick_hz * math.exp(-elapsed_s / QUICK_S) + 1.0 / QUICK_S
    slow_hz = chatter.slow_hz * math.exp(-elapsed_s / SLOW_S) + 1.0 / SLOW_S
    is_peak = quick_hz >= max(PEAK_RATE_HZ_MIN, PEAK_RATIO * slow_hz) and now_s - chatter.peak_s >= PEAK_AGAIN_S
    return Chatter(quick_hz, slow_hz, now_s, now_s if is_peak else chatter.peak_s), is_peak
