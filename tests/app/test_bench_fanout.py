"""The short form of `bench fanout`: the same measurement with few viewers, and no bars, since machines differ."""

import pytest

from avatar_live.app.bench.fanout import AIORTC_VIEWERS_MAX, BITRATE_BPS, Cost, figures_of, measure_fanout, typical
from avatar_live.app.bench.janus import find_janus

KEYS = {
    "viewers",
    "cpu_percent_per_viewer",
    "ratio_to_aiortc",
    "ratio_to_janus",
    "frame_send_ms_p99",
    "viewers_per_core",
}


def test_everything_reaches_everybody_and_is_measured_against_aiortc() -> None:
    figures = measure_fanout([2], 1.0, report=lambda sentence: None, shows_most=False, stream_s=2.0)
    assert figures.keys() >= KEYS
    assert figures["viewers"] == 2
    assert (figures["ratio_to_janus"] is None) is (find_janus() is None)
    assert all(row["cpu_percent_per_viewer"] > 0.0 for row in figures["rows"])
    assert all(row["ratio_to_aiortc"] > 0.0 for row in figures["rows"])
    assert figures["bitrate_bps"] == pytest.approx(BITRATE_BPS, rel=0.1), "the stream is not what it should be"
    assert AIORTC_VIEWERS_MAX >= 2


def test_as_many_fit_as_the_core_has_time_for_and_as_are_sent_to_in_time() -> None:
    busy = figures_of(Cost(100, cpu_percent=50.0, frame_send_ms_p99=5.0, octets=[]))
    assert (busy["cpu_percent_per_viewer"], busy["viewers_per_core"]) == (0.5, 200)
    late = figures_of(Cost(100, cpu_percent=25.0, frame_send_ms_p99=33.0, octets=[]))
    assert late["viewers_per_core"] == 100


def test_of_several_turns_the_middle_one_counts_and_the_slowest_sends() -> None:
    turns = [Cost(10, cpu_percent, send_ms, [1]) for cpu_percent, send_ms in ((9.0, 1.0), (2.0, 3.0), (4.0, 2.0))]
    assert typical(turns) == Cost(10, 4.0, 3.0, [1])
