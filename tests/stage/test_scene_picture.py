"""The scene in the picture: backdrop, light and shot change what they should and nothing else."""

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from clips import BLUE_TO_RED, write_clip, write_picture
from host import EMPTY_GAME, HEIGHT_PX, WIDTH_PX, Picture, changed, color_at, mirai, pixel_of, posture
from panda3d.core import RenderState
from patience import DEADLINE_S

from avatar_live import clock
from avatar_live.protocol.cues import Goal
from avatar_live.protocol.view import PlayerView
from avatar_live.signals.scene import LIGHTS, SHOTS, BackdropError, Room, parse_backdrop
from avatar_live.stage import Stage
from avatar_live.stage.key_shadow import SOFTWARE_EVERY
from avatar_live.stage.lights import CHANGE_S

WALL = (0.0, 1.35, -1.4)
CHEEK = (0.0, 1.0, 0.115)
ANN = PlayerView("a", "Ann", "red", 0.0, 0.0, 0.0, False)


class Set:
    """A stage with a clock of its own."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.now_s = 0.0

    def draw(self, after_s: float = 1 / 30) -> Picture:
        self.now_s += after_s
        return self.stage.draw(posture(), EMPTY_GAME, self.now_s).main

    def settled(self) -> Picture:
        """Return the picture once nothing moves any more."""
        for _ in range(2 + SOFTWARE_EVERY):
            picture = self.draw(2.0)
        return picture

    def drawn_until(self, color: tuple[int, ...]) -> Picture:
        """Draw until the wall has a colour, blue green red."""
        pause, end_s = threading.Event(), clock.now_s() + DEADLINE_S
        while clock.now_s() < end_s:
            picture = self.draw()
            if np.abs(wall(picture) - color).max() < 25:
                return picture
            pause.wait(0.005)
        raise AssertionError(f"the wall never was {color}")


def wall(picture: Picture) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    row, column = pixel_of(WALL)
    return picture[row, column, :3].astype(np.int64)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(WIDTH_PX, HEIGHT_PX) as opened:
        opened.set_avatar(mirai())
        yield opened


@pytest.fixture
def scene(stage: Stage) -> Iterator[Set]:
    yield Set(stage)
    stage.use_backdrop(Room())
    stage.use_light("studio")
    stage.use_shot("bust")
    stage.use_director(False)
    Set(stage).settled()


@pytest.fixture(scope="module")
def at_rest(stage: Stage) -> Picture:
    return Set(stage).settled()


def test_a_colour_is_exactly_that_colour_wherever_the_room_was(scene: Set, at_rest: Picture) -> None:
    scene.stage.use_backdrop(parse_backdrop("chroma:green"))
    keyed = scene.draw()
    assert (keyed[:8] == (0, 255, 0, 255)).all(), "one key for all"
    assert color_at(keyed, CHEEK) == color_at(at_rest, CHEEK)
    scene.stage.cue(Goal("red"), scene.now_s)
    celebrated = scene.draw(0.3)
    assert ((celebrated[:8] == (0, 255, 0, 255)).all(axis=-1)).mean() > 0.8, (
        "lights do not spoil it, paper may cover it"
    )
    scene.draw(60.0)


def test_a_gradient_runs_from_top_to_bottom(scene: Set) -> None:
    scene.stage.use_backdrop(parse_backdrop("gradient:#ff0000,#0000ff"))
    picture = scene.draw()
    assert np.abs(picture[1, 3, :3].astype(int) - (0, 0, 255)).max() <= 3
    column = picture[: HEIGHT_PX // 2, 3].astype(int)
    assert column[0, 2] > column[-1, 2] + 100 and column[-1, 0] > column[0, 0] + 100
    assert np.abs(np.diff(column[:, 0])).max() <= 3, "no bands"


def test_a_transparent_backdrop_leaves_a_true_alpha(scene: Set, at_rest: Picture) -> None:
    scene.stage.use_backdrop(parse_backdrop("transparent"))
    cut = scene.draw()
    assert not cut[:8].any(), "nothing is nothing, colours too"
    row, column = pixel_of(CHEEK)
    assert (cut[row - 2 : row + 2, column - 2 : column + 2, 3] == 255).all()
    share = (cut[..., 3] == 255).mean()
    assert 0.2 < share < 0.8
    scene.stage.use_backdrop(Room())
    whole = scene.settled()
    assert (whole[..., 3] == 255).all()
    assert np.abs(whole.astype(int) - at_rest).max() <= 1


def test_a_picture_is_hung_up_once_it_is_read(scene: Set, tmp_path: Path) -> None:
    scene.stage.use_backdrop(parse_backdrop(str(write_picture(tmp_path / "sea.png", (20, 160, 240)))))
    scene.drawn_until((20, 160, 240))
    assert scene.stage.fault == ""


def test_a_video_plays_behind_the_host_and_stops_with_the_next_backdrop(scene: Set, tmp_path: Path) -> None:
    scene.stage.use_backdrop(parse_backdrop(str(write_clip(tmp_path / "clip.mp4"))))
    for color in (*BLUE_TO_RED, *BLUE_TO_RED):
        scene.drawn_until(color)
    scene.stage.use_backdrop(parse_backdrop("#123456"))
    assert wall(scene.draw()).tolist() == [0x56, 0x34, 0x12]
    for thread in threading.enumerate():
        if thread.name == "footage":
            thread.join(DEADLINE_S)
            assert not thread.is_alive()


def test_a_file_that_cannot_be_read_leaves_the_old_backdrop_and_says_why(scene: Set, tmp_path: Path) -> None:
    scene.stage.use_backdrop(parse_backdrop("#123456"))
    scene.draw()
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    scene.stage.use_backdrop(parse_backdrop(str(tmp_path / "broken.mp4")))
    pause, end_s = threading.Event(), clock.now_s() + DEADLINE_S
    while not scene.stage.fault and clock.now_s() < end_s:
        picture = scene.draw()
        pause.wait(0.005)
    assert scene.stage.fault == str(
        BackdropError("broken.mp4 is not a video that can be read: save it as MP4 (H.264).")
    )
    assert wall(picture).tolist() == [0x56, 0x34, 0x12]
    scene.stage.use_backdrop(Room())
    assert scene.stage.fault == ""


def test_a_backdrop_chosen_while_another_is_read_wins(scene: Set, tmp_path: Path) -> None:
    scene.stage.use_backdrop(parse_backdrop(str(write_picture(tmp_path / "sea.png"))))
    scene.stage.use_backdrop(parse_backdrop("#123456"))
    for thread in threading.enumerate():
        if thread.name == "footage":
            thread.join(DEADLINE_S)
    for _ in range(5):
        assert wall(scene.draw()).tolist() == [0x56, 0x34, 0x12]


def test_players_always_stand_in_the_room(scene: Set) -> None:
    game = msgspec.structs.replace(EMPTY_GAME, players=(ANN,))
    in_room = scene.stage.draw(posture(), game, 1.0, ("a",)).players["a"]
    scene.stage.use_backdrop(parse_backdrop("chroma:green"))
    keyed = scene.stage.draw(posture(), game, 1.1, ("a",)).players["a"]
    np.testing.assert_array_equal(in_room, keyed)


@pytest.mark.parametrize("light", LIGHTS[1:])
def test_a_light_changes_host_and_room_and_the_studio_comes_back(scene: Set, at_rest: Picture, light: str) -> None:
    scene.stage.use_light(next(name for name in LIGHTS if name == light))
    lit = scene.settled()
    skin, before = np.array(color_at(lit, CHEEK)), np.array(color_at(at_rest, CHEEK))
    assert np.abs(skin - before).max() > 12
    assert np.abs(wall(lit) - wall(at_rest)).max() > 6
    assert skin.max() > 90, "nobody sits in the dark"
    scene.stage.use_light("studio")
    assert np.abs(scene.settled().astype(int) - at_rest).max() <= 1


def test_a_light_comes_on_smoothly(scene: Set) -> None:
    scene.draw()
    scene.stage.use_light("night")
    skin = [color_at(scene.draw(), CHEEK)[0] for _ in range(round(CHANGE_S * 30) + 6)]
    assert skin[0] - skin[-1] > 60
    assert 0 <= -np.diff(skin).min() < 12 and np.diff(skin).max() <= 1, "never a jump, never back"


def test_neon_tubes_shine_on_at_night(scene: Set, at_rest: Picture) -> None:
    scene.stage.use_light("night")
    night = scene.settled()
    lamps = at_rest[: HEIGHT_PX // 5, WIDTH_PX * 3 // 4 :, :3].max(axis=2) > 230
    assert lamps.sum() > 100
    dark = night[: HEIGHT_PX // 5, WIDTH_PX * 3 // 4 :, :3].max(axis=2)
    assert np.median(dark[lamps]) > 200
    assert wall(night).sum() < 0.6 * wall(at_rest).sum()


@pytest.mark.parametrize("shot", SHOTS[1:])
def test_a_shot_shows_another_picture_and_bust_is_bust_again(scene: Set, at_rest: Picture, shot: str) -> None:
    scene.stage.use_shot(next(name for name in SHOTS if name == shot))
    assert changed(at_rest, scene.settled()).mean() > 0.1
    scene.stage.use_shot("bust")
    assert np.abs(scene.settled().astype(int) - at_rest).max() <= 1


def test_the_room_looks_the_same_while_the_camera_moves_and_where_it_rests(scene: Set) -> None:
    scene.stage.use_shot("wide")
    scene.draw()
    moving, resting = scene.draw(5.0), scene.draw()
    assert np.abs(moving.astype(int) - resting)[..., :3].mean() < 1.0
    np.testing.assert_array_equal(resting, scene.draw())


def test_scenes_changed_for_long_do_not_grow(scene: Set, tmp_path: Path) -> None:
    sea = str(write_picture(tmp_path / "sea.png"))
    prepared = scene.stage._display.gsg.get_prepared_objects()

    def change(times: int) -> tuple[int, int]:
        for number in range(times):
            for spec in ("room", "#123456", "gradient:#fff,#000", sea, "transparent"):
                scene.stage.use_backdrop(parse_backdrop(spec))
                scene.stage.use_light(LIGHTS[number % len(LIGHTS)])
                scene.draw()
        scene.stage.use_backdrop(Room())
        scene.settled()
        while RenderState.garbage_collect():  # what nobody uses any more is counted until then
            pass
        return int(prepared.get_num_prepared_textures()), int(RenderState.get_num_states())

    textures, states = change(3)
    later_textures, later_states = change(12)
    assert later_textures <= textures + 1 and later_states <= states + 15
