"""A new take gets a name of its own, in a folder that can be written in."""

import os
from pathlib import Path

import pytest

from avatar_live.app.faults import ShowError
from avatar_live.app.new_take import new_take
from avatar_live.app.part import remember
from avatar_live.app.settings import checked_camera
from avatar_live.channels.processes import Record, TrackerPlan

NOON_S = 1_800_000_000.0


def test_a_folder_is_made_and_the_take_is_called_by_the_time_of_day(tmp_path: Path) -> None:
    first, second = (new_take(str(tmp_path / "new" / "takes"), NOON_S + later_s) for later_s in (0.0, 1.0))
    assert first.parent == tmp_path / "new" / "takes" and first.parent.is_dir()
    assert first.name.startswith("2027-01-") and first.suffix == ".take"
    assert first < second
    assert not first.exists(), "the tracker makes it"


def test_where_no_take_can_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ShowError, match=r"file cannot be made .File exists.: record into another folder"):
        new_take(str(tmp_path / "file"), NOON_S)
    if os.name != "nt" and os.geteuid() != 0:
        (tmp_path / "locked").mkdir(mode=0o500)
        with pytest.raises(ShowError, match="Nothing can be written in"):
            new_take(str(tmp_path / "locked"), NOON_S)


def test_a_tracker_that_starts_again_goes_on_recording() -> None:
    plan = TrackerPlan("run", "models")
    recording = remember(plan, Record("/takes/a.take"))
    assert isinstance(recording, TrackerPlan) and recording.record == "/takes/a.take"
    assert remember(recording, Record("")) == plan


def test_a_take_is_a_camera_and_may_play_once(tmp_path: Path) -> None:
    (tmp_path / "a.take").touch()
    (tmp_path / "a.mp4").touch()
    assert checked_camera(str(tmp_path / "a.take")) == str(tmp_path / "a.take")
    assert checked_camera(f"once:{tmp_path}/a.take") == f"once:{tmp_path}/a.take"
    with pytest.raises(ShowError, match=r"a\.mp4 is no take: only a take can be played once"):
        checked_camera(f"once:{tmp_path}/a.mp4")
    with pytest.raises(ShowError, match="There is no camera or video"):
        checked_camera("once:auto")
