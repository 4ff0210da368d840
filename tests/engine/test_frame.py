"""One frame of the show: what the camera saw moves the avatar, and a host who hides is hidden from everybody."""

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray
from shows import SHADE, PlainStage, plain_show

from avatar_live.app.settings import find_avatar
from avatar_live.avatar import read_avatar
from avatar_live.avatar.model import Meta
from avatar_live.engine.frame import Show, make_frame
from avatar_live.engine.process import FIGURES_OVER_S, Rate
from avatar_live.protocol.cues import Banner, Confetti
from avatar_live.tracking.performance import PERFORMANCE, Performance

FRAME_S = 1.0 / 30.0


@pytest.fixture
def stage() -> PlainStage:
    return PlainStage()


@pytest.fixture
def show(stage: PlainStage) -> Show:
    return plain_show(stage)


def test_a_frame_says_when_the_camera_saw_it_and_whether_it_saw_anybody(show: Show) -> None:
    idling = make_frame(show, 9.0, FRAME_S)
    assert (idling.is_tracked, idling.captured_s) == (False, 9.0)
    show.readings = Performance.load(PERFORMANCE).at(0, 9.5)
    performing = make_frame(show, 9.52, FRAME_S)
    assert (performing.is_tracked, performing.captured_s) == (True, 9.5)


def test_the_panic_card_hides_the_host_from_the_audience_and_from_every_player(show: Show) -> None:
    show.watched = ("ana", "ben")
    seen = make_frame(show, 1.0, FRAME_S)
    assert seen.players.keys() == {"ana", "ben"} and all((p == SHADE).all() for p in seen.players.values())
    show.overlay.is_panic = True
    hidden = make_frame(show, 1.0 + FRAME_S, FRAME_S)
    for before, after in (
        (seen.picture, hidden.picture),
        *((seen.players[p], hidden.players[p]) for p in seen.players),
    ):
        assert after.shape == before.shape
        assert not np.array_equal(after, before)
        assert not (after == SHADE).all(axis=-1).any(), "no pixel of the stage is left"


def test_players_have_their_pictures_before_everybodys_is_drawn(
    show: Show, stage: PlainStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    show.watched = ("ana",)
    told: list[str] = []
    draw_main = stage.draw_main

    def noted() -> NDArray[np.uint8]:
        told.append("main")
        return draw_main()

    monkeypatch.setattr(stage, "draw_main", noted)
    make_frame(show, 1.0, FRAME_S, told.extend)
    assert told == ["ana", "main"]


def test_a_banner_is_the_overlays_and_every_other_cue_the_stages(show: Show, stage: PlainStage) -> None:
    show.take_cue(Banner("Ana gave a tomato", "tomato"), 1.0)
    show.take_cue(Confetti(7), 1.0)
    assert stage.cues == [Confetti(7)]
    assert show.overlay.banner_at(1.0) is not None


def test_an_avatar_brings_the_credit_that_its_licence_asks_for_and_takes_it_along(show: Show) -> None:
    avatar = read_avatar(find_avatar("mirai"))
    show.use_avatar(dataclasses.replace(avatar, meta=Meta("Mimi", authors=("Ann",), vrm_version="1")))
    assert show.overlay.credit == "Mimi by Ann"
    show.use_avatar(avatar)
    assert show.overlay.credit == ""


def test_the_rate_speaks_of_a_whole_second_and_of_the_time_that_frames_took() -> None:
    rate = Rate()
    for frame in range(26):
        rate.count(frame * 0.04, busy_s=0.01)
        assert frame * 0.04 >= FIGURES_OVER_S or rate.fps == 0.0
    assert (rate.fps, rate.busy_ms) == pytest.approx((25.0, 10.0))
    for frame in range(10):
        rate.count(1.1 + frame * 0.1, busy_s=0.05)
    assert (rate.fps, rate.busy_ms) == pytest.approx((10.0, 50.0))
