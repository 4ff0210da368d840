"""The short forms of the bench's costs, recovery, busy machine and soak, without bars, since machines differ."""

import os

import pytest

from avatar_live.app.bench.tracking.busy import measure_busy
from avatar_live.app.bench.tracking.costs import BLOCK, measure_costs
from avatar_live.app.bench.tracking.recovery import measure_recovery
from avatar_live.app.bench.tracking.soak import measure_soak
from avatar_live.channels.processes import HEALTH_STALE_S
from avatar_live.tracking.models import Models


def test_the_face_alone_costs_less_than_everything(installed_models: Models) -> None:
    figures = measure_costs(installed_models, count=2 * BLOCK, watched_s=1.0)
    assert min(figures["face_fps"], figures["all_fps"]) > 0.0, "how many depends on who else works"
    assert 0.0 < figures["face_cpu_ms"] < figures["all_cpu_ms"]
    assert figures["tracker_cpu_percent"] > 0.0
    assert figures["tracker_rss_mb"] > 100.0, "MediaPipe and its models alone take more"


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot stop a process")
def test_a_killed_and_a_hung_tracker_are_followed_by_their_spares(installed_models: Models) -> None:
    """That the spare took over, and no fresh start, is the measurement's own condition."""
    figures = measure_recovery(installed_models.face.parent, rounds=1)
    assert figures["killed_back_s"] > 0.0
    assert figures["hung_patience_s"] < HEALTH_STALE_S, "it was not the common patience that ended the hang"
    assert figures["hung_back_s"] >= 0.5 * figures["hung_patience_s"]
    assert figures["spare_cpu_percent"] <= 2.0
    assert figures["spare_rss_mb"] > 100.0, "it has its models open"


def test_a_tracker_on_a_busy_machine_is_let_live(installed_models: Models) -> None:
    figures = measure_busy(installed_models.face.parent, seconds=3.0, processes=2)  # beside what else is tested
    assert figures["busy_restarts"] == 0
    assert 0.0 < figures["busy_silence_s"] < HEALTH_STALE_S
    assert figures["busy_patience_s"] < HEALTH_STALE_S, "it was watched closely"


def test_a_soak_reports_what_a_tracker_has_at_both_ends(installed_models: Models) -> None:
    figures = measure_soak(4.0, installed_models.face.parent, warm_up_s=1.0)
    assert figures["soak_fps"] > 0.0
    assert figures["soak_rss_start_mb"] > 100.0 and figures["soak_rss_end_mb"] > 100.0
    assert figures["soak_files_start"] == figures["soak_files_end"]
    assert figures["soak_threads_start"] > 1 and figures["soak_threads_end"] > 1
