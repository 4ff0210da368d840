"""What is heard of a viewer's network."""

import pytest

from avatar_live.broadcast.feedback import REPORTS_KEPT, RoundTrip

NTP = 0x_E000_0000_8000_0000  # so many seconds since 1900, and a half


def test_the_round_trip_is_what_the_receivers_delay_leaves() -> None:
    trip = RoundTrip()
    trip.sent(NTP, 10.0)
    assert trip.rtt_s(NTP >> 16 & 0xFFFFFFFF, 65_536 // 2, 10.58) == pytest.approx(0.08)


def test_a_report_that_answers_none_of_ours_tells_no_round_trip() -> None:
    trip = RoundTrip()
    assert trip.rtt_s(0, 0, 1.0) is None
    trip.sent(0, 0.5)
    assert trip.rtt_s(0, 0, 1.0) is None, "zero says that the receiver had no report yet"
    assert trip.rtt_s(77, 0, 1.0) is None


def test_the_last_reports_are_known_and_older_ones_are_not() -> None:
    trip = RoundTrip()
    for second in range(REPORTS_KEPT + 1):
        trip.sent(NTP + (second << 32), float(second))
    oldest = (NTP + (1 << 32)) >> 16 & 0xFFFFFFFF
    assert trip.rtt_s(oldest, 0, 20.0) == 19.0
    assert trip.rtt_s(NTP >> 16 & 0xFFFFFFFF, 0, 20.0) is None
