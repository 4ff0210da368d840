"""The outlets' own process: fed by an engine, watched by a supervisor, killed without warning."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from footage import play
from stage import Stage, until

from avatar_live.app.settings import run_folder
from avatar_live.app.supervisor import Supervisor
from avatar_live.channels.processes import OutletsPlan, OutletState, UseOutlets

LOST_S_MAX = 2.0


@pytest.fixture
def folder() -> Iterator[Path]:
    with run_folder() as made:
        yield made


def states(parts: Supervisor) -> tuple[OutletState, ...]:
    health = parts.health()
    return health["outlets"].outlets if "outlets" in health else ()


def frames(parts: Supervisor) -> int:
    return sum(state.frames for state in states(parts))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_recording_killed_midway_plays_up_to_two_seconds_before_and_goes_on(
    folder: Path, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"show{suffix}"
    with Supervisor(OutletsPlan(str(folder), (str(path),))) as parts, Stage(folder) as stage:
        until(lambda: frames(parts) > 75, "two and a half seconds are recorded")
        before = frames(parts)
        os.kill(parts.processes()["outlets"], signal.SIGKILL)
        until(lambda: (tmp_path / f"show-2{suffix}").exists(), "a new file is begun")
        assert len(play(str(path)).pictures_s) >= before - LOST_S_MAX * 30
        until(lambda: frames(parts) > 30, "the recording goes on")
        assert stage.wishes >= 1, "a recording begins with a keyframe, which has to be asked for"
        parts.order("outlets", UseOutlets(()))
        until(lambda: states(parts) == (), "it ends")
    assert len(play(str(tmp_path / f"show-2{suffix}")).pictures_s) > 30


def test_the_state_of_each_outlet_is_told_and_a_bad_one_hurts_no_other(folder: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.mp4", tmp_path / "gone" / "bad.mkv"
    with Supervisor(OutletsPlan(str(folder), (str(good), str(bad)))) as parts, Stage(folder):
        until(lambda: [state.state for state in states(parts)] == ["live", "retrying"], "one lives, one tries again")
        assert states(parts)[1].label == "bad.mkv" and "No such file or directory" in states(parts)[1].words
        bad.parent.mkdir()
        until(lambda: [state.state for state in states(parts)] == ["live", "live"], "both live")
    assert play(str(good)).pictures_s and play(str(bad)).pictures_s
