"""Pictures and videos for the backdrop: read beside the show, cut to its shape, refused in a sentence."""

import itertools
import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from clips import BLUE_TO_RED, write_clip, write_picture
from patience import DEADLINE_S
from PIL import Image

from avatar_live import clock
from avatar_live.signals.scene import BackdropError, Footage
from avatar_live.stage.footage import PICTURE_PIXELS_MAX, Pixels, Projector, check_footage, covering, loop, read_picture


def until(projector: Projector, is_it: Callable[[Pixels], bool]) -> None:
    """Take pictures until one is it."""
    pause, end_s = threading.Event(), clock.now_s() + DEADLINE_S
    while clock.now_s() < end_s:
        picture = projector.take()
        assert not isinstance(picture, BackdropError), picture
        if picture is not None and is_it(picture):
            return
        pause.wait(0.005)
    raise AssertionError("the picture did not come")


def is_near(color: tuple[int, ...]) -> Callable[[Pixels], bool]:
    return lambda picture: bool(np.abs(picture[9, 16, :3].astype(int) - color).max() < 25)


def test_a_picture_comes_once_in_the_shows_size(tmp_path: Path) -> None:
    projector = Projector(Footage(write_picture(tmp_path / "sea.png", (20, 160, 240))), 32, 18)
    until(projector, lambda picture: picture.shape == (18, 32, 4) and bool((picture == (20, 160, 240, 255)).all()))
    projector._thread.join(DEADLINE_S)
    assert projector.take() is None
    projector.close()


@pytest.mark.parametrize("name", ["clip.mp4", "clip.avi", "clip.MKV"])
def test_a_video_plays_over_and_over_until_it_is_closed(tmp_path: Path, name: str) -> None:
    projector = Projector(Footage(write_clip(tmp_path / name)), 32, 18)
    for color in (*BLUE_TO_RED, *BLUE_TO_RED):
        until(projector, is_near(color))
    projector.close()
    projector._thread.join(DEADLINE_S)
    assert not projector._thread.is_alive()


def test_a_gif_is_a_video(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 36), color) for color in ("#ff0000", "#0000ff")]
    frames[0].save(tmp_path / "loop.gif", save_all=True, append_images=frames[1:], duration=60, loop=0)
    projector = Projector(Footage(tmp_path / "loop.gif"), 32, 18)
    for color in ((0, 0, 255), (255, 0, 0), (0, 0, 255)):
        until(projector, is_near(color))
    projector.close()


def test_a_fast_video_is_thinned_to_the_shows_rate(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "fast.mp4", frames_each=12, fps=120.0)
    pictures = list(itertools.islice(loop(clip, threading.Event()), 6))
    assert [lasts_s for _, lasts_s in pictures] == pytest.approx([1 / 30] * 6)


def test_a_picture_fills_the_show_without_being_distorted() -> None:
    tall = np.zeros((300, 100, 3), np.uint8)
    tall[125:175] = (0, 0, 255)  # a band of 100 x 50 in the middle
    filled = covering(tall, 160, 80)
    assert filled.shape == (80, 160, 4) and (filled[..., 3] == 255).all()
    assert (filled[2:-2, :, 2] == 255).all(), "the middle is seen as wide as it can be"
    same = covering(np.full((80, 160, 3), 7, np.uint8), 160, 80)
    assert (same[..., :3] == 7).all()


def test_a_photograph_is_shown_the_right_way_up_and_its_holes_dark(tmp_path: Path) -> None:
    lying = Image.new("RGB", (40, 20), "#ff0000")
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    lying.save(tmp_path / "phone.jpg", exif=exif)
    assert read_picture(tmp_path / "phone.jpg").shape == (40, 20, 3)
    Image.new("RGBA", (8, 8), (255, 255, 255, 0)).save(tmp_path / "hole.png")
    assert not read_picture(tmp_path / "hole.png").any()


@pytest.mark.parametrize("name", ["broken.png", "broken.jpg", "broken.mp4", "broken.gif", "gone.png", "gone.mp4"])
def test_what_cannot_be_read_is_told_in_one_sentence(tmp_path: Path, name: str) -> None:
    if name.startswith("broken"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n nothing of the kind")
    with pytest.raises(
        BackdropError, match=f"^(There is no .*{name}: check the path|{name} is not a .*: save it as .*)\\.$"
    ):
        check_footage(Footage(tmp_path / name))
    projector = Projector(Footage(tmp_path / name), 32, 18)
    projector._thread.join(DEADLINE_S)
    assert isinstance(projector.take(), BackdropError)


def test_a_huge_picture_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    Image.new("1", (PICTURE_PIXELS_MAX // 8_000, 8_001)).save(tmp_path / "large.png")
    with pytest.raises(BackdropError, match=r"too many pixels .*8000x8001.*1920x1080"):
        check_footage(Footage(tmp_path / "large.png"))


def test_a_picture_of_a_size_that_pillow_itself_refuses_is_called_too_large(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    with pytest.raises(BackdropError, match=r"too many pixels .*1920x1080"):
        check_footage(Footage(tmp_path / "bomb.png"))


@pytest.mark.parametrize("name", ["poster.png", "poster.jpg"])
def test_a_large_picture_is_shrunk_before_it_is_copied_about(tmp_path: Path, name: str) -> None:
    Image.linear_gradient("L").resize((4_000, 5_760)).save(tmp_path / name)
    shrunk = read_picture(tmp_path / name)
    assert shrunk.shape == (2_880, 2_000, 3)
    assert shrunk[0].max() < 3 and shrunk[-1].min() > 252


def test_a_still_gif_is_shown_however_fast_it_claims_to_be(tmp_path: Path) -> None:
    Image.new("RGB", (64, 36), "#ff0000").save(tmp_path / "still.gif")
    projector = Projector(Footage(tmp_path / "still.gif"), 32, 18)
    until(projector, is_near((0, 0, 255)))
    projector.close()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with named pipes")
@pytest.mark.parametrize("name", ["pipe.png", "pipe.mp4"])
def test_a_pipe_is_no_backdrop_and_nobody_waits_for_it(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(BackdropError, match="check the path"):
        check_footage(Footage(tmp_path / name))


def test_a_file_of_another_kind_behind_a_pictures_name_runs_no_other_program(tmp_path: Path) -> None:
    (tmp_path / "script.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n")
    with pytest.raises(BackdropError, match=r"script\.png is not a picture"):
        check_footage(Footage(tmp_path / "script.png"))
