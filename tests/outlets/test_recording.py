"""A recording holds what viewers got, in step, and survives a crash and a full disk."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from footage import FPS, footage, play

from avatar_live.encoder.video import VideoEncoder
from avatar_live.outlets.recording import Recording
from avatar_live.outlets.sink import SinkError
from avatar_live.outlets.timeline import Timeline
from avatar_live.signals.encoded import EncodedFrame

OFFSET_MS_MAX = 40.0
FOOTAGE = Path(__file__).parent


def record(path: Path, packets: list[EncodedFrame], spare_bytes: int = 0) -> None:
    timeline, recording = Timeline(), Recording(path, spare_bytes)
    stamped = [timeline.stamp(packet) for packet in packets]
    first = next(at for at, packet in enumerate(packets) if packet.kind == "video")
    try:
        for one in stamped[first:]:
            recording.write(one)
    finally:
        recording.close()


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_recording_has_every_picture_and_lips_and_voice_in_step(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"show{suffix}"
    record(path, list(footage(4.0)))
    played = play(str(path))
    assert played.codecs == ("h264", "opus")
    assert len(played.pictures_s) == 4.0 * FPS
    assert played.length_s == pytest.approx(4.0 - 1 / FPS, abs=0.05)
    offsets = played.offsets_ms()
    assert len(offsets) == 4 and max(map(abs, offsets)) <= OFFSET_MS_MAX, offsets


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_sound_that_begins_later_begins_later_in_the_file(tmp_path: Path, suffix: str) -> None:
    packets = list(footage(2.0))
    begin = next(packet.captured_s for packet in packets if packet.kind == "video")
    path = tmp_path / f"show{suffix}"
    record(path, [packet for packet in packets if packet.kind == "video" or packet.captured_s > begin + 0.4])
    with av.open(str(path)) as film:
        first = next(packet.pts * packet.time_base for packet in film.demux(audio=0) if packet.pts is not None)
    assert float(first) == pytest.approx(0.4, abs=0.03)


def test_other_players_read_it_too(tmp_path: Path) -> None:
    path = tmp_path / "show.mp4"
    record(path, list(footage(2.0)))
    asked = ["ffprobe", "-v", "error", "-of", "json", "-count_packets", "-show_entries"]
    told = subprocess.run([*asked, "stream=codec_name,nb_read_packets", path], capture_output=True, check=True)
    video, sound = json.loads(told.stdout)["streams"]
    assert (video["codec_name"], int(video["nb_read_packets"])) == ("h264", 2 * FPS)
    assert sound["codec_name"] == "opus" and told.stderr == b""


def test_a_second_recording_of_the_same_name_leaves_the_first_alone(tmp_path: Path) -> None:
    path = tmp_path / "show.mp4"
    record(path, list(footage(0.2)))
    before = path.read_bytes()
    record(path, list(footage(0.2)))
    assert path.read_bytes() == before and len(play(str(tmp_path / "show-2.mp4")).pictures_s) == 6


def test_new_parameter_sets_begin_a_new_file(tmp_path: Path) -> None:
    other = VideoEncoder("main", 96, 64, FPS, 300_000)
    small = other.encode(np.zeros((64, 96, 4), np.uint8), 5_001.0, round(5_001.1 * 90_000))
    record(tmp_path / "show.mkv", [*footage(0.5), small])
    assert len(play(str(tmp_path / "show.mkv")).pictures_s) == 15
    assert len(play(str(tmp_path / "show-2.mkv")).pictures_s) == 1


def test_a_disk_without_room_is_told_before_a_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match=r"The disk is full.*show\.mp4") as told:
        Recording(tmp_path / "show.mp4", spare_bytes=10**18)
    assert told.value.fault.kind == "full" and list(tmp_path.iterdir()) == []


def test_a_folder_that_went_away_is_told(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="No such file or directory"):
        Recording(tmp_path / "gone" / "show.mp4")


FILL = """
import resource, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from footage import footage
from test_recording import record
from avatar_live.outlets.sink import SinkError
if limit := int(sys.argv[3]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    record(Path(sys.argv[1]), list(footage(8.0)))
except SinkError as error:
    print(error.fault.kind, error)
"""


def fill(path: Path, limit_bytes: int) -> str:
    arguments = [sys.executable, "-c", FILL, str(path), str(FOOTAGE), str(limit_bytes)]
    return subprocess.run(arguments, capture_output=True, check=True, text=True).stdout


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_what_was_written_before_a_disk_was_full_still_plays(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"show{suffix}"
    said = fill(path, limit_bytes=120_000)
    assert said.startswith(f"full The disk is full: show{suffix} ends here.")
    assert 60_000 < path.stat().st_size <= 120_000
    played = play(str(path))
    assert played.length_s > 1.5 and max(map(abs, played.offsets_ms())) <= OFFSET_MS_MAX


def test_a_real_full_disk_is_told_and_leaves_what_plays(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        not shutil.which("mount")
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", disk], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("only the system's administrator may make a small disk")
    try:
        assert fill(disk / "show.mp4", 0).startswith("full The disk is full: show.mp4 ends here.")
        assert play(str(disk / "show.mp4")).length_s > 1.5
    finally:
        subprocess.run(["umount", disk], check=True)
