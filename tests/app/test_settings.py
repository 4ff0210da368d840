"""What a show is run with, and the sentences for what it cannot be run with."""

import socket
import stat
import sys
from pathlib import Path

import pytest
from PIL import Image

from avatar_live.app import settings as st
from avatar_live.app.faults import ShowError, sentence
from avatar_live.app.network import checked_host
from avatar_live.app.scene import checked_backdrop
from avatar_live.app.show_options import ShowOptions
from avatar_live.channels.processes import EnginePlan


def a_show(**changes: object) -> st.Settings:
    return st.Settings(avatar=Path("a.vrm"), **changes)  # type: ignore[arg-type]


def test_the_link_names_an_address_that_a_phone_can_reach() -> None:
    assert a_show(host="192.168.7.7", port=81).link == "http://192.168.7.7:81/"
    assert "0.0.0.0" not in a_show(host="0.0.0.0").link
    assert a_show(host="0.0.0.0").local_link == "http://127.0.0.1:8080/"
    assert a_show(host="::1").link == "http://[::1]:8080/"


def test_loopback_media_is_allowed_only_where_viewers_use_loopback() -> None:
    assert a_show(host="127.0.0.1").server_plan(Path("/r"), "t").allow_loopback_ice
    assert not a_show(host="192.168.7.7").server_plan(Path("/r"), "t").allow_loopback_ice


@pytest.mark.parametrize("size", ["1280x720", "640X360", "1920x1080", "720x1280", "64x64"])
def test_a_size_is_read(size: str) -> None:
    wanted = tuple(int(side) for side in size.lower().split("x"))
    show = st.with_size(a_show(), size)
    assert (show.width_px, show.height_px) == wanted


@pytest.mark.parametrize("size", ["", "720p", "x", "640x", "1280*720", "62x64", "641x360", "1922x1080", "-640x360"])
def test_a_bad_size_gets_a_sentence(size: str) -> None:
    with pytest.raises(ShowError, match=r"--size 1280x720|choose even numbers"):
        st.with_size(a_show(), size)


def test_a_smaller_picture_gets_fewer_bits_but_never_too_few() -> None:
    def bits(size: str) -> int:
        return st.with_size(a_show(), size).engine_plan(Path("/r")).bitrate_bps

    assert 2_400_000 < bits("1280x720") < 2_600_000
    assert bits("64x64") == st.BITRATE_BPS_MIN


def test_sixty_pictures_a_second_get_half_as_many_bits_again() -> None:
    def plan(fps: int) -> EnginePlan:
        return st.with_picture(st.with_size(a_show(), "1920x1080"), fps, "auto").engine_plan(Path("/r"))

    assert (plan(60).fps, plan(60).encoder) == (60, "auto")
    assert plan(60).bitrate_bps == pytest.approx(1.5 * plan(30).bitrate_bps, rel=1e-6)


@pytest.mark.parametrize(
    ("fps", "encoder", "words"),
    [
        (31, "auto", r"choose one of 24, 25, 30, 50, 60\."),
        (30, "h264", r'There is no encoder "h264": choose one of auto'),
    ],
)
def test_a_rate_or_an_encoder_that_cannot_be_gets_a_sentence(fps: int, encoder: str, words: str) -> None:
    with pytest.raises(ShowError, match=words):
        st.with_picture(a_show(), fps, encoder)


@pytest.mark.parametrize("is_drawn", [True, False])
def test_whether_the_camera_shows_a_drawn_head_reaches_the_tracker(is_drawn: bool) -> None:
    assert ShowOptions(drawn=is_drawn).settings().tracker_plan(Path("/r")).drawn is is_drawn


def test_each_profile_keeps_its_calibrations_in_a_folder_of_its_own() -> None:
    def folder(**changes: object) -> Path:
        return Path(a_show(data_folder=Path("/data"), **changes).engine_plan(Path("/r")).calibrations)

    assert folder() == Path("/data/calibration/me")
    assert folder(profile="Ann B") == Path("/data/calibration/Ann B")


@pytest.mark.parametrize("name", ["me", "Ann B", "ann-2", "Zoë", "x" * st.PROFILE_CHARS_MAX])
def test_a_profile_has_a_name_that_a_folder_may_have(name: str) -> None:
    assert st.checked_profile(name) == name


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", ".hidden", "-", "x" * (st.PROFILE_CHARS_MAX + 1)])
def test_a_profile_that_no_folder_can_be_named_after_is_told(name: str) -> None:
    with pytest.raises(ShowError, match="cannot be the name of a profile: use up to 40 letters"):
        st.checked_profile(name)


def test_a_taken_port_is_told_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ShowError, match=f"Port {port} .*--port {port + 1}"):
            st.check_port("127.0.0.1", port)
    st.check_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(ShowError, match="not this machine's"):
        st.check_port("192.0.2.55", 8080)


@pytest.mark.parametrize("host", ["example.invalid", "300.1.1.1", ""])
def test_a_host_that_is_no_address_is_told(host: str) -> None:
    with pytest.raises(ShowError, match="is not an address"):
        checked_host(host)
    assert checked_host("localhost") == "127.0.0.1"


def test_characters_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    for name in ("kohaku", "mirai"):
        (tmp_path / f"{name}.vrm").touch()
    assert list(st.builtin_avatars(tmp_path)) == ["mirai", "kohaku"]
    assert st.find_avatar("kohaku", tmp_path) == tmp_path / "kohaku.vrm"
    assert st.find_avatar(str(tmp_path / "mirai.vrm"), tmp_path) == tmp_path / "mirai.vrm"
    with pytest.raises(ShowError, match=r"There is no avatar \"nobody\".*\(mirai, kohaku\)"):
        st.find_avatar("nobody", tmp_path)


def test_a_camera_that_is_neither_number_nor_file_is_told(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.touch()
    assert [st.checked_camera(choice) for choice in ("auto", "2", "performance")] == ["auto", "2", "performance"]
    assert st.checked_camera(str(clip)) == str(clip)
    with pytest.raises(ShowError, match="no camera or video"):
        st.checked_camera(str(tmp_path / "none.mp4"))


def test_the_event_token_is_made_once_and_kept_private(tmp_path: Path) -> None:
    token = st.event_token(tmp_path / "data")
    assert len(token) >= 32
    assert st.event_token(tmp_path / "data") == token
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "data" / "event-token").stat().st_mode) == 0o600


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ShowError, match=r"cannot be written .*--data-folder"):
        st.event_token(tmp_path / "file" / "data")


def test_the_run_folder_is_private_short_and_gone_afterwards() -> None:
    with st.run_folder() as folder:
        if sys.platform != "win32":
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert len(str(folder / "link.sock").encode()) <= st.SOCKET_PATH_BYTES_MAX
        (folder / "log").write_text("x")
    assert not folder.exists()


def test_errors_of_any_room_become_sentences() -> None:
    assert sentence(ValueError("cannot use x.vrm: it is empty")) == "Cannot use x.vrm: it is empty."
    assert sentence("Done!") == "Done!"
    assert sentence(ValueError()) == "ValueError."


@pytest.mark.parametrize("name", ["~nobody-of-this-name/me", "x" * 300, "nul\0", ""])
def test_a_path_that_no_system_knows_is_a_missing_file_and_no_crash(name: str) -> None:
    with pytest.raises(ShowError, match="There is no avatar"):
        st.find_avatar(name + ".vrm")
    with pytest.raises(ShowError, match="There is no camera or video"):
        st.checked_camera(name + ".mp4")
    with pytest.raises(ShowError, match=r"There is no (picture|video) at|is no backdrop"):
        checked_backdrop(name + ".png")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_to_a_backdrop_is_what_its_name_says(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "blob", format="PNG")
    (tmp_path / "sea.png").symlink_to(tmp_path / "blob")
    assert checked_backdrop(f" {tmp_path / 'sea.png'} ") == str(tmp_path / "sea.png")


def test_devices_and_programs_may_move_the_host_together() -> None:
    inputs = ("pointer", "keyboard", "gamepad/left_arm", "vmc", "openseeface")
    assert st.checked_inputs(inputs) == inputs
    with pytest.raises(ShowError, match="same port"):
        st.checked_inputs((*inputs, "vmc"))
