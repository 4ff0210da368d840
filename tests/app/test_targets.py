"""Where a host says that the show should go: read, counted, and told without the keys."""

from pathlib import Path

import pytest

from avatar_live.app.faults import ShowError
from avatar_live.app.new_take import new_video
from avatar_live.app.targets import LIST_BYTES_MAX, checked_targets
from avatar_live.app.terminal import OutletLines
from avatar_live.channels.processes import OutletState
from avatar_live.outlets.target import OUTLETS_MAX

KEY = "live_123_secret"
PLACE = f"rtmps://live.example.com/app/{KEY}"


def test_places_are_kept_in_order_and_each_once(tmp_path: Path) -> None:
    wanted = checked_targets([PLACE, "  https://sfu.example.com/whip   TOKEN ", PLACE], str(tmp_path / "www"))
    assert wanted == (PLACE, "https://sfu.example.com/whip TOKEN", f"hls:{tmp_path / 'www'}")
    assert (tmp_path / "www").is_dir()


def test_places_may_stand_in_a_file_where_no_list_of_processes_shows_their_keys(tmp_path: Path) -> None:
    path = tmp_path / "places.txt"
    path.write_text(f"# my channels\n\n{PLACE}\nhttps://sfu.example.com/whip TOKEN\n")
    assert checked_targets([f"@{path}"]) == (PLACE, "https://sfu.example.com/whip TOKEN")
    path.write_bytes(b"#" * (LIST_BYTES_MAX + 1))
    with pytest.raises(ShowError, match="too long"):
        checked_targets([f"@{path}"])
    with pytest.raises(ShowError, match="cannot be read"):
        checked_targets([f"@{tmp_path / 'none.txt'}"])
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ShowError, match="is no text"):
        checked_targets([f"@{path}"])


@pytest.mark.parametrize("written", [f"rtmp://live.example.com/{KEY}", f"ftp://example.com/{KEY}", f"{KEY}", ""])
def test_what_is_no_place_is_refused_without_its_key(written: str) -> None:
    with pytest.raises(ShowError) as told:
        checked_targets([written])
    assert KEY not in str(told.value) and "example.com" in str(told.value)


def test_a_recording_is_no_place_to_publish_to(tmp_path: Path) -> None:
    with pytest.raises(ShowError, match="--record-video"):
        checked_targets([str(tmp_path / "show.mp4")])


def test_there_are_places_up_to_a_limit() -> None:
    places = [f"https://sfu.example.com/{number}" for number in range(OUTLETS_MAX)]
    assert len(checked_targets(places[:-1])) == OUTLETS_MAX - 1
    with pytest.raises(ShowError, match="leave out 1"):
        checked_targets(places)


def test_a_recording_is_called_by_the_time_of_day_or_as_it_is_named(tmp_path: Path) -> None:
    assert new_video(str(tmp_path / "new"), 1_790_000_000.0).suffix == ".mp4"
    assert new_video(str(tmp_path / "evening.mkv"), 0.0) == tmp_path / "evening.mkv"
    (tmp_path / "evening.mkv").touch()
    with pytest.raises(ShowError, match="There is a recording at"):
        new_video(str(tmp_path / "evening.mkv"), 0.0)


def test_the_terminal_tells_each_change_once() -> None:
    lines = OutletLines()
    waits = OutletState("rtmp", "live.example.com", "retrying", "It is gone.", retry_s=4.0)
    assert lines.news([waits]) == ["  live.example.com retrying: It is gone."]
    assert lines.news([OutletState("rtmp", "live.example.com", "retrying", "It is gone.", retry_s=3.0)]) == []
    assert lines.news([OutletState("rtmp", "live.example.com", "live")]) == ["  live.example.com live"]
    assert lines.news([waits]) == ["  live.example.com retrying: It is gone."]
