"""An SFU that takes WHIP gets the show, asks for keyframes and lost packets, and may come and go."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from footage import FPS
from janus import JanusBridge, janus
from sfu import TOKEN, Sfu
from stage import Stage, until
from test_process import frames, states

from avatar_live.app.settings import run_folder
from avatar_live.app.supervisor import Supervisor
from avatar_live.channels.processes import OutletsPlan

SECONDS = 3


@pytest.fixture
def folder() -> Iterator[Path]:
    with run_folder() as made:
        yield made


def state(parts: Supervisor) -> str:
    return " ".join(one.state for one in states(parts))


@pytest.mark.parametrize("loses_every", [0, 20])
def test_an_sfu_gets_the_show_also_over_a_network_that_loses_packets(folder: Path, loses_every: int) -> None:
    with Sfu(loses_every) as sfu:
        with Supervisor(OutletsPlan(str(folder), (f"{sfu.url} {TOKEN}",))) as parts, Stage(folder) as stage:
            until(lambda: state(parts) == "live" and sfu.pictures > 0, "it is live")
            sent, got = stage.pictures, sfu.pictures
            until(lambda: stage.pictures >= sent + SECONDS * FPS, "some seconds are sent")
            until(lambda: sfu.pictures - got >= 0.95 * SECONDS * FPS, "and arrive")
            wishes = stage.wishes
            sfu.want_keyframe()
            until(lambda: stage.wishes > wishes, "a keyframe is asked for")
        assert sfu.goodbyes == 1 and (sfu.lost > 0) == (loses_every > 0)


def test_an_sfu_that_was_gone_is_published_to_again(folder: Path) -> None:
    with Sfu() as sfu, Supervisor(OutletsPlan(str(folder), (f"{sfu.url} {TOKEN}",))) as parts, Stage(folder):
        until(lambda: state(parts) == "live" and sfu.pictures > 0, "it is live")
        sfu.status = 503
        sfu.hang_up()
        until(lambda: state(parts) == "retrying", "its end is noticed")
        until(lambda: "refuses the show (status 503)" in states(parts)[0].words, "it is not there yet")
        got, sfu.status = sfu.pictures, 201
        until(lambda: state(parts) == "live" and sfu.pictures > got, "it is live again")
        assert frames(parts) > 0


def test_a_wrong_token_is_told_and_not_tried_again(folder: Path) -> None:
    with Sfu() as sfu:
        with Supervisor(OutletsPlan(str(folder), (f"{sfu.url} wrong-token",))) as parts, Stage(folder):
            until(lambda: state(parts) == "failed", "the token is refused")
            assert states(parts)[0].words == f"127.0.0.1:{sfu.port} asks for another token: copy it anew."
            assert "wrong-token" not in repr(parts.health())
        assert sfu.offers == 1


@pytest.mark.skipif(shutil.which("janus") is None, reason="Janus is not installed")
def test_somebody_watches_the_show_at_janus(folder: Path, tmp_path: Path) -> None:
    with (
        janus(tmp_path) as api,
        JanusBridge(api) as bridge,
        Supervisor(OutletsPlan(str(folder), (f"{bridge.url} {TOKEN}",))) as parts,
        Stage(folder) as stage,
    ):
        until(lambda: state(parts) == "live" and bridge.pictures > 0, "it is live, and watched")
        sent, got, heard = stage.pictures, bridge.pictures, bridge.sounds
        until(lambda: stage.pictures >= sent + SECONDS * FPS, "some seconds are sent")
        until(lambda: bridge.pictures - got >= 0.95 * SECONDS * FPS, "and arrive")
        assert bridge.sounds - heard >= 0.95 * SECONDS * 50 - 10
