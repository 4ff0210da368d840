"""A playlist in a folder: players and web servers find in it what HLS asks for."""

import itertools
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from footage import FPS, START_S, footage, play

from avatar_live.encoder.video import VideoEncoder
from avatar_live.outlets.hls import LATE_SEGMENTS, PLAYLIST, SEGMENTS, Playlist
from avatar_live.outlets.sink import SinkError
from avatar_live.outlets.timeline import Timeline

BEGUN_S = 1_790_000_000.0
OFFSET_MS_MAX = 40.0


def write(folder: Path, seconds: float) -> None:
    timeline, playlist, pictures = Timeline(), Playlist(folder, BEGUN_S), 0

    def wants_keyframe() -> bool:
        return pictures % (2 * FPS) == 0

    for packet in footage(seconds, wants_keyframe=wants_keyframe):
        pictures += packet.kind == "video"
        if pictures:
            playlist.write(timeline.stamp(packet))
    playlist.close()


def test_a_player_finds_the_show_in_segments_of_two_seconds(tmp_path: Path) -> None:
    write(tmp_path, 6.0)
    words = (tmp_path / PLAYLIST).read_text()
    lengths = [float(length) for length in re.findall(r"#EXTINF:([\d.]+)", words)]
    assert lengths == pytest.approx([2.0, 2.0, 2.0], abs=0.05)
    assert {"#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-ENDLIST"} <= set(words.splitlines())
    assert "#EXT-X-PROGRAM-DATE-TIME" in words and "#EXT-X-MAP" in words
    played = play(str(tmp_path / PLAYLIST))
    assert set(played.codecs) == {"h264", "aac"} and len(played.pictures_s) == 6 * FPS
    assert max(map(abs, played.offsets_ms())) <= OFFSET_MS_MAX
    asked = ["ffmpeg", "-v", "error", "-i", str(tmp_path / PLAYLIST), "-f", "null", "-"]
    assert subprocess.run(asked, capture_output=True, check=True).stderr == b"", "another player reads it too"


def test_an_endless_show_fills_no_disk(tmp_path: Path) -> None:
    write(tmp_path, 2.0 * (SEGMENTS + LATE_SEGMENTS + 3))
    assert len(list(tmp_path.glob("*.m4s"))) <= SEGMENTS + LATE_SEGMENTS + 1
    assert len(re.findall("#EXTINF", (tmp_path / PLAYLIST).read_text())) == SEGMENTS


def test_a_new_show_numbers_on_and_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    write(tmp_path, 2.0)
    before = {path.name for path in tmp_path.glob("show-*")}
    playlist = Playlist(tmp_path, BEGUN_S + 60.0)
    encoder = VideoEncoder("main", 160, 90, FPS, 300_000)
    timeline = Timeline()
    playlist.write(timeline.stamp(encoder.encode(np.zeros((90, 160, 4), np.uint8), 1.0, 90_000)))
    playlist.close()
    after = {path.name for path in tmp_path.glob("show-*")}
    assert after and not after & before


def test_pictures_of_another_size_begin_segments_that_nobody_has_seen(tmp_path: Path) -> None:
    timeline, playlist = Timeline(), Playlist(tmp_path, BEGUN_S)
    turns = itertools.count()
    packets = list(footage(8.0, wants_keyframe=lambda: next(turns) % (2 * FPS) == 0))
    first = next(place for place, packet in enumerate(packets) if packet.kind == "video")
    for packet in packets[first:]:
        playlist.write(timeline.stamp(packet))
    before = {path.name for path in tmp_path.glob("show-*")}
    encoder = VideoEncoder("main", 320, 180, FPS, 300_000)
    larger = encoder.encode(
        np.zeros((180, 320, 4), np.uint8), packets[-1].captured_s + 0.1, round((START_S + 8.0) * 90_000)
    )
    playlist.write(timeline.stamp(larger))
    playlist.close()
    after = {path.name for path in tmp_path.glob("show-*")}
    assert after and not after & before


def test_a_recording_beside_the_playlist_is_left_alone(tmp_path: Path) -> None:
    recording = tmp_path / "show-2.mp4"
    recording.write_bytes(b"a show")
    write(tmp_path, 0.2)
    assert recording.read_bytes() == b"a show"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match=r"gone/ cannot be written \(No such file or directory\)"):
        write(tmp_path / "gone", 1.0)
