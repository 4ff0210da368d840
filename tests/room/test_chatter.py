"""The chat's peaks, in virtual time."""

import itertools
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from avatar_live.room.chatter import PEAK_AGAIN_S, PEAK_RATE_HZ_MIN, QUICK_S, Chatter, heard


def peaks(lines_s: Iterable[float]) -> list[float]:
    chatter, found = Chatter(), []
    for at_s in lines_s:
        chatter, is_peak = heard(chatter, at_s)
        if is_peak:
            found.append(at_s)
    return found


def test_a_conversation_has_no_peak() -> None:
    assert peaks(2.0 * n for n in range(200)) == []


def test_a_burst_after_quiet_is_one_peak() -> None:
    burst = [100.0 + 0.2 * n for n in range(40)]
    found = peaks([10.0, 30.0, 60.0, *burst])
    assert len(found) == 1 and 100.0 < found[0] < 102.0


def test_a_chat_that_is_always_loud_peaks_as_it_begins_and_not_again() -> None:
    assert len(peaks(0.1 * n for n in range(3_000))) <= 2


def test_a_burst_in_a_loud_chat_is_a_peak_too() -> None:
    loud = [0.5 * n for n in range(400)]
    storm = [200.0 + 0.05 * n for n in range(200)]
    assert any(at_s >= 200.0 for at_s in peaks(loud + storm))


@given(st.lists(st.floats(0.0, 300.0), max_size=200).map(sorted))
def test_peaks_keep_their_distance_and_need_lines(lines_s: list[float]) -> None:
    found = peaks(lines_s)
    assert all(later - earlier >= PEAK_AGAIN_S for earlier, later in itertools.pairwise(found))
    assert len(found) * PEAK_RATE_HZ_MIN * QUICK_S <= len(lines_s)
