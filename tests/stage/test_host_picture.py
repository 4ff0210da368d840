"""The host in the picture: colours where they belong, and only what moves changes."""

from collections.abc import Iterator

import numpy as np
import pytest
from host import EMPTY_GAME, HEIGHT_PX, WIDTH_PX, Picture, changed, color_at, mirai, pixel_of, posture, turn

from avatar_live.stage import Stage

TOP_OF_HAIR = (0.0, 1.15, 0.13)
CHEEK = (0.0, 1.0, 0.115)
CHEST = (0.06, 0.8, 0.095)
MOUTH = (0.0, 0.972, 0.117)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(WIDTH_PX, HEIGHT_PX) as opened:
        opened.set_avatar(mirai())
        yield opened


@pytest.fixture(scope="module")
def at_rest(stage: Stage) -> Picture:
    return stage.draw(posture(), EMPTY_GAME, 0.0).main


def test_the_picture_is_whole_opaque_and_of_its_own_memory(stage: Stage, at_rest: Picture) -> None:
    again = stage.draw(posture({"jawOpen": 1.0}), EMPTY_GAME, 0.0).main
    assert at_rest.shape == (HEIGHT_PX, WIDTH_PX, 4)
    assert at_rest.dtype == np.uint8
    assert at_rest.flags.c_contiguous and at_rest.flags.owndata
    assert (at_rest[..., 3] == 255).all()
    assert not np.shares_memory(at_rest, again)


def test_hair_skin_and_cloth_have_their_colours(at_rest: Picture) -> None:
    red, green, blue = color_at(at_rest, TOP_OF_HAIR)
    assert blue > green > red and blue - red > 40
    red, green, blue = color_at(at_rest, CHEEK)
    assert red > 225 and red > green > blue and 10 < red - blue < 90
    red, green, blue = color_at(at_rest, CHEST)
    assert min(red, green, blue) > 225 and max(red, green, blue) - min(red, green, blue) < 25


def test_rows_run_from_the_top_and_channels_are_blue_green_red(at_rest: Picture) -> None:
    bottom_left, bottom_right = at_rest[-20, 150, :3].astype(int), at_rest[-20, -150, :3].astype(int)
    assert bottom_left[2] > bottom_left[0] + 20, "the red goal's half lies at the bottom left"
    assert bottom_right[0] > bottom_right[2] + 20, "the blue goal's half lies at the bottom right"
    moon_row, moon_column = pixel_of((-0.84, 1.18, -1.4))
    window = at_rest[moon_row - 12 : moon_row + 12, moon_column - 12 : moon_column + 12, :3]
    assert window.min(axis=2).max() > 200, "the moon stands at the upper left"


def test_the_same_moment_is_drawn_the_same_way_twice(stage: Stage, at_rest: Picture) -> None:
    np.testing.assert_array_equal(stage.draw(posture(), EMPTY_GAME, 0.0).main, at_rest)


def test_an_open_mouth_changes_the_mouth_alone(stage: Stage, at_rest: Picture) -> None:
    opened = stage.draw(posture({"jawOpen": 1.0}), EMPTY_GAME, 0.0).main
    rows, columns = np.nonzero(changed(at_rest, opened))
    assert len(rows) > 80
    mouth_row, mouth_column = pixel_of(MOUTH)
    assert rows.min() > mouth_row - 25 and rows.max() < mouth_row + 40
    assert columns.min() > mouth_column - 40 and columns.max() < mouth_column + 40


def test_a_blink_closes_the_eyes_alone(stage: Stage, at_rest: Picture) -> None:
    closed = stage.draw(posture({"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}), EMPTY_GAME, 0.0).main
    rows, columns = np.nonzero(changed(at_rest, closed))
    eye_row, middle = pixel_of((0.0, 1.032, 0.1))
    assert len(rows) > 150
    assert abs(rows.mean() - eye_row) < 10 and abs(columns.mean() - middle) < 6
    assert rows.min() > eye_row - 30 and rows.max() < eye_row + 30


def test_a_raised_arm_moves_the_silhouette(stage: Stage, at_rest: Picture) -> None:
    raised = stage.draw(posture(rotations={"leftUpperArm": turn(2, 0.6)}), EMPTY_GAME, 0.0).main
    difference = changed(at_rest, raised)
    row, column = pixel_of((0.30, 1.02, 0.0))
    assert difference[row - 4 : row + 4, column - 4 : column + 4].all(), "the sleeve is where the wall was"
    assert color_at(raised, (0.25, 0.98, 0.02))[0] > 180
    assert not difference[:, : WIDTH_PX // 2 - 100].any(), "the other side stays"


def test_a_head_turned_left_goes_right_in_the_picture(stage: Stage, at_rest: Picture) -> None:
    def skin_column(picture: Picture) -> float:
        blue, green, red = (picture[60:230, :, channel].astype(int) for channel in range(3))
        return float(np.nonzero((red > 235) & (green > 190) & (red - blue > 18))[1].mean())

    turned = stage.draw(posture(rotations={"head": turn(1, 0.5)}), EMPTY_GAME, 0.0).main
    assert skin_column(turned) > skin_column(at_rest) + 8


def test_a_frame_without_an_avatar_shows_the_set(at_rest: Picture) -> None:
    with Stage(WIDTH_PX, HEIGHT_PX) as bare:
        picture = bare.draw(posture(), EMPTY_GAME, 0.0).main
    assert changed(at_rest, picture).mean() > 0.05
    assert picture[..., :3].std() > 20


def test_a_stage_of_another_size_shows_the_same_scene(at_rest: Picture) -> None:
    with Stage(2 * WIDTH_PX, 2 * HEIGHT_PX) as large:
        large.set_avatar(mirai())
        picture = large.draw(posture(), EMPTY_GAME, 0.0).main
    halved = picture.reshape(HEIGHT_PX, 2, WIDTH_PX, 2, 4).mean(axis=(1, 3))
    assert np.abs(halved - at_rest)[..., :3].mean() < 4.0
