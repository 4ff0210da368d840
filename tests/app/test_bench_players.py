"""The measurement of players' streams says what it measured."""

import os

from ports import free_port

from avatar_live.app.bench.players import measure_players, on_one_core
from avatar_live.app.bench.reaction import measure_reaction
from avatar_live.app.settings import Settings, find_avatar


def test_both_encoders_are_measured_on_the_same_pictures() -> None:
    figures = measure_players(24, 0.3, lambda _: None, streams=3)
    assert figures["size"] == "640x360"
    assert figures["streams"] == 3
    assert figures["ratio_to_vp8"] > 1.0
    for side in ("ours", "vp8"):
        assert figures[f"{side}_ms_per_frame"] > 0.0
        assert figures[f"{side}_streams_per_core"] > 0.0
        assert 0.8 < figures[f"{side}_ssim"] < 1.0
        assert figures[f"{side}_kbps"] > 0.0
    assert 0.0 < figures["streams_frames_made_percent"] <= 100.0
    assert figures["streams_core_percent"] > 0.0


def test_a_key_is_seen_to_move_the_picture() -> None:
    show = Settings(find_avatar("mirai"), port=free_port(), width_px=320, height_px=180, encoder="x264")
    figures = measure_reaction(show, 2, lambda _: None, calm_s_max=1.0)
    assert (figures["inputs_seen"], figures["inputs"]) == (2, 2)
    assert 10.0 < figures["input_to_picture_ms_p50"] <= figures["input_to_picture_ms_p90"]
    assert figures["ticket_to_picture_ms"] > 10.0
    assert figures["leave_to_encoder_ended_ms"] > 0.0


def test_the_process_gets_its_cores_back() -> None:
    before = os.sched_getaffinity(0)
    with on_one_core():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before
