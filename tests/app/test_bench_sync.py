"""The short forms of `bench sync` and `bench latency`: the same for a moment, without bars; and their sums."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ports import free_port

from avatar_live.app.bench.latency import latency_figures, measure_latency
from avatar_live.app.bench.sync import measure_sync, sync_figures
from avatar_live.app.bench.test_card import CLICK_S, card, click_packet, stamped
from avatar_live.app.faults import ShowError
from avatar_live.app.settings import Settings, find_avatar
from avatar_live.channels.ring import PACKET_S
from avatar_live.clock import now_s, wall_s
from avatar_live.compositor.stamp import read_stamp


@pytest.fixture
def settings() -> Iterator[Settings]:
    yield Settings(avatar=find_avatar("mirai"), port=free_port(), width_px=320, height_px=180)


def silent(sentence: str) -> None:
    pass


def test_flash_and_click_reach_a_real_browser(settings: Settings) -> None:
    figures = measure_sync(settings, 4.0, silent)  # once the browser has brought both together
    assert figures["pairs"] >= 2
    assert figures["offset_ms_p5"] <= figures["offset_ms_p50"] <= figures["offset_ms_p95"]
    assert figures["playout_ms"] > 0.0 and figures["presented_fps"] > 3.0


def test_our_pictures_and_those_of_aiortc_reach_one_page(settings: Settings) -> None:
    figures = measure_latency(settings, 3.0, silent, warm_up_s=1.0)
    assert figures["peer_codec"] == "video/VP8"
    assert min(figures["fps"], figures["peer_fps"]) > 3.0
    assert figures["latency_ms_p50"] > 3.0 and figures["peer_latency_ms_p50"] > 3.0
    assert figures["ratio_to_aiortc"] == pytest.approx(
        figures["latency_ms_p50"] / figures["peer_latency_ms_p50"], abs=0.02
    )


def test_offsets_are_paired_and_drift_is_found() -> None:
    flashes = [1_000.0 * second for second in range(60)]
    clicks = [at_ms + 10.0 + at_ms / 60_000.0 for at_ms in flashes]
    figures = sync_figures(flashes[:30] + flashes[31:], clicks)
    assert figures["offset_ms_p50"] == pytest.approx(10.5, abs=0.1)
    assert figures["drift_ms_per_minute"] == pytest.approx(1.0, abs=0.01)
    assert figures["pairs"] == 59 and figures["clicks"] == 60 and figures["is_within_40_ms"]
    assert sync_figures(flashes, [at_ms - 50.0 for at_ms in flashes])["offset_ms_p50"] == -50.0
    with pytest.raises(ShowError, match="hardly any"):
        sync_figures([], clicks)


def test_misread_stamps_do_not_count() -> None:
    ages = [[20.0, 30.0]] * 5 + [[4e9, 4e9]] * 6
    figures = latency_figures(ages, [[40.0, 50.0]])
    assert (figures["ratio_to_aiortc"], figures["ratio_on_screen"]) == (0.5, 0.6)
    with pytest.raises(ShowError, match="0 came"):
        latency_figures([], ages)


def test_a_click_begins_at_the_whole_second_wherever_a_packet_begins() -> None:
    sound = np.concatenate([click_packet(99.993 + number * PACKET_S) for number in range(3)])[:, 0]
    loud = np.flatnonzero(np.abs(sound) > 15_000)
    assert loud[0] == pytest.approx(0.007 * 48_000, abs=1)
    assert loud[-1] <= (0.007 + CLICK_S) * 48_000


def test_the_cards_time_can_be_read_and_its_flash_seen(tmp_path: Path) -> None:
    captured_s = now_s() - 0.04
    picture = stamped(card(7, 640, 360), captured_s)
    read = read_stamp(picture)
    assert read is not None
    captured_wall_s = captured_s + wall_s() - now_s()
    assert abs((read - captured_wall_s * 1_000.0 + 2**31) % 2**32 - 2**31) < 100
    assert card(30, 640, 360, is_flash=True).min() == 255 > card(7, 640, 360)[100:, :, :3].max()
    assert (card(7, 640, 360) != card(8, 640, 360)).mean() > 0.1, "it moves"
