"""Calibration at the engine's edge: a file for each camera, orders answered, and damaged files that harm nothing."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from synthetic import face, seen

from avatar_live.channels.processes import Calibrate, CalibrationWish
from avatar_live.engine.calibrating import (
    CAMERA_CHANGED,
    FILE_BYTES_MAX,
    NOBODY_IS_FILMED,
    Calibrating,
    CalibrationError,
    camera_key,
    read_calibration,
    write_calibration,
)
from avatar_live.motion.calibration import UNCALIBRATED, VERSION, Calibration, Lids, Mouth
from avatar_live.signals import Readings

KNOWN = Calibration(version=VERSION, lids=Lids((0.1, 0.2), (0.6, 0.7)))
FRAME_S = 1.0 / 30.0


def order(calibrating: Calibrating, wish: CalibrationWish, number: int = 7, now_s: float = 0.0) -> None:
    calibrating.obey(Calibrate(number, wish), now_s)


def outcome(calibrating: Calibrating) -> str:
    return calibrating.state.outcome


def looking_ahead(now_s: float) -> Readings:
    return seen(face(at_s=now_s))


def look_ahead(calibrating: Calibrating) -> None:
    """Order the first step and do what it asks."""
    order(calibrating, "ahead")
    for frame in range(1, 75):
        calibrating.see(looking_ahead(frame * FRAME_S), frame * FRAME_S)


def test_a_step_is_measured_told_kept_and_there_again_after_a_restart(tmp_path: Path) -> None:
    calibrating = Calibrating(str(tmp_path / "me"))
    calibrating.use_camera("camera 0")
    order(calibrating, "ahead", 41)
    assert calibrating.state.id == 41 and outcome(calibrating) == "running"
    for frame in range(1, 31):
        calibrating.see(looking_ahead(frame * FRAME_S), frame * FRAME_S)
    assert 0.3 < calibrating.state.share < 0.7
    for frame in range(31, 75):
        calibrating.see(looking_ahead(frame * FRAME_S), frame * FRAME_S)
    assert outcome(calibrating) == "done" and calibrating.state.known == ("ahead",)
    assert [path.name for path in (tmp_path / "me").iterdir()] == [f"{camera_key('camera 0')}.json"]
    again = Calibrating(str(tmp_path / "me"))
    again.use_camera("camera 0")
    assert again.known == calibrating.known != UNCALIBRATED


def test_each_camera_and_each_profile_has_its_own(tmp_path: Path) -> None:
    calibrating = Calibrating(str(tmp_path / "me"))
    calibrating.use_camera("camera 0")
    look_ahead(calibrating)
    mine = calibrating.known
    calibrating.use_camera("camera 1")
    assert calibrating.known == UNCALIBRATED and calibrating.state.known == ()
    calibrating.use_camera("camera 0")
    assert calibrating.known == mine
    guest = Calibrating(str(tmp_path / "guest"))
    guest.use_camera("camera 0")
    assert guest.known == UNCALIBRATED


def test_a_recording_is_not_measured_nor_understood_by_a_hosts_calibration(tmp_path: Path) -> None:
    calibrating = Calibrating(str(tmp_path))
    order(calibrating, "ahead")
    assert outcome(calibrating) == "failed" and calibrating.state.words == NOBODY_IS_FILMED
    calibrating.use_camera("camera 0")
    look_ahead(calibrating)
    calibrating.use_camera("")
    assert calibrating.known == UNCALIBRATED


def test_a_camera_that_changes_ends_the_step_with_a_reason(tmp_path: Path) -> None:
    calibrating = Calibrating(str(tmp_path))
    calibrating.use_camera("camera 0")
    order(calibrating, "blink", 3)
    calibrating.use_camera("camera 1")
    assert calibrating.state.id == 3 and calibrating.state.words == CAMERA_CHANGED
    order(calibrating, "blink", 4)
    assert outcome(calibrating) == "running" and calibrating.state.words == ""
    order(calibrating, "stop", 5)
    assert outcome(calibrating) == "idle"


def test_what_is_forgotten_is_gone_from_the_disk_and_may_be_forgotten_twice(tmp_path: Path) -> None:
    calibrating = Calibrating(str(tmp_path))
    calibrating.use_camera("camera 0")
    look_ahead(calibrating)
    for _ in range(2):
        order(calibrating, "forget")
        assert calibrating.known == UNCALIBRATED and list(tmp_path.iterdir()) == [] and calibrating.fault == ""


@pytest.mark.parametrize("damage", [b"", b"{", b'{"version": 9}', b"\xff\xfe", b" " * (FILE_BYTES_MAX + 1)])
def test_a_damaged_file_is_one_sentence_and_the_next_calibration_replaces_it(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / f"{camera_key('camera 0')}.json"
    path.write_bytes(damage)
    calibrating = Calibrating(str(tmp_path))
    calibrating.use_camera("camera 0")
    assert calibrating.known == UNCALIBRATED
    assert calibrating.fault.startswith(f"The calibration in {path} cannot be read: calibrate again")
    look_ahead(calibrating)
    assert calibrating.fault == "" and read_calibration(path).known == ("ahead",)


def test_a_file_at_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "camera.json"
    write_calibration(path, KNOWN)
    path.write_bytes(path.read_bytes().ljust(FILE_BYTES_MAX))
    assert read_calibration(path) == KNOWN
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(CalibrationError, match="cannot be read"):
        read_calibration(path)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "camera.json"
    write_calibration(path, KNOWN)
    path.with_suffix(".unfinished").mkdir()
    with pytest.raises(CalibrationError, match="cannot be kept"):
        write_calibration(path, msgspec.structs.replace(KNOWN, mouth=Mouth({"jawOpen": 0.5})))
    assert read_calibration(path) == KNOWN


def test_a_folder_that_cannot_be_written_is_told_and_the_calibration_holds_for_the_show(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    calibrating = Calibrating(str(tmp_path / "file" / "me"))
    calibrating.use_camera("camera 0")
    look_ahead(calibrating)
    assert calibrating.known.known == ("ahead",) and "holds until the show ends" in calibrating.fault


def test_without_a_folder_nothing_is_stored(tmp_path: Path) -> None:
    calibrating = Calibrating("")
    calibrating.use_camera("camera 0")
    look_ahead(calibrating)
    assert outcome(calibrating) == "done" and calibrating.fault == ""


def test_names_of_cameras_make_names_of_files_that_differ() -> None:
    names = ["camera 0", "camera 1", "../../etc/passwd", "Clip.mp4", "clip.mp4", "カメラ", "カメラ2", "x" * 500]
    keys = [camera_key(name) for name in names]
    assert len(set(keys)) == len(names)
    assert all(set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and len(key) < 60 for key in keys)


def test_old_readings_are_measured_once(tmp_path: Path) -> None:
    calibrating = Calibrating(str(tmp_path))
    calibrating.use_camera("camera 0")
    order(calibrating, "ahead")
    still = looking_ahead(0.5)
    for frame in range(75):
        calibrating.see(replace(still), frame * FRAME_S)
    assert outcome(calibrating) == "running" and calibrating.state.share == 0.0
