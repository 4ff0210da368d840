"""The show in the picture: effects come and go, the game is where its numbers say."""

from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from host import EMPTY_GAME, HEIGHT_PX, WIDTH_PX, Picture, changed, mirai, pixel_of, posture

from avatar_live.protocol.cues import Banner, Confetti, Cue, GiantHead, Goal
from avatar_live.protocol.view import BALL_RADIUS, GameView, PlayerView
from avatar_live.stage import Stage
from avatar_live.stage.table import on_table

LONG_AFTER_S = 100.0


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(WIDTH_PX, HEIGHT_PX) as opened:
        opened.set_avatar(mirai())
        yield opened


@pytest.fixture(scope="module")
def at_rest(stage: Stage) -> Picture:
    return stage.draw(posture(), EMPTY_GAME, 0.0).main


def pitch_pixel(x: float, z: float, height: float = 0.0) -> tuple[int, int]:
    a, b, c = on_table(x, z, height).tolist()
    return pixel_of((a, b, c))


@pytest.mark.parametrize(
    ("cue", "age_s", "least_pixels"),
    [
        (Confetti(5), 1.0, 500),
        (Confetti(5), 3.0, 500),
        (Goal("red"), 0.4, 2_000),
        (GiantHead(10.0), 2.0, 20_000),
    ],
)
def test_an_effect_is_seen_and_leaves_no_trace(
    stage: Stage, at_rest: Picture, cue: Cue, age_s: float, least_pixels: int
) -> None:
    stage.cue(cue, 0.0)
    during = stage.draw(posture(head_scale=stage.head_scale(age_s)), EMPTY_GAME, age_s).main
    assert changed(at_rest, during).sum() > least_pixels
    after = stage.draw(posture(head_scale=stage.head_scale(LONG_AFTER_S)), EMPTY_GAME, LONG_AFTER_S).main
    assert np.abs(after.astype(int) - at_rest).max() <= 1


def test_a_banner_changes_nothing_on_the_stage(stage: Stage, at_rest: Picture) -> None:
    stage.cue(Banner("Ann gave a tomato", "tomato"), 0.0)
    np.testing.assert_array_equal(stage.draw(posture(), EMPTY_GAME, 0.5).main, at_rest)


def test_the_ball_is_where_the_game_has_it(stage: Stage, at_rest: Picture) -> None:
    for x, z in ((-0.6, 0.2), (0.7, -0.2)):
        game = GameView(x, z, 0.0, 0, 0)
        moved = stage.draw(posture(), game, 0.0).main
        row, column = pitch_pixel(x, z, BALL_RADIUS)
        assert changed(at_rest, moved)[row - 6 : row + 6, column - 6 : column + 6].mean() > 0.8


def test_a_rolling_ball_is_seen_to_roll(stage: Stage, at_rest: Picture) -> None:
    rolled = stage.draw(posture(), GameView(0.0, 0.0, -0.6, 0, 0), 0.0).main
    rows, columns = np.nonzero(changed(at_rest, rolled))
    row, column = pitch_pixel(0.0, 0.0, BALL_RADIUS)
    assert len(rows) > 100
    assert np.abs(rows - row).max() < 34 and np.abs(columns - column).max() < 34


def test_players_come_onto_the_pitch_and_leave_it_as_it_was(stage: Stage, at_rest: Picture) -> None:
    players = (
        PlayerView("a", "Ann", "red", -0.5, 0.0, 0.0, False),
        PlayerView("b", "Bob", "blue", 0.5, 0.0, 0.0, False),
    )
    seen = changed(at_rest, stage.draw(posture(), msgspec.structs.replace(EMPTY_GAME, players=players), 0.0).main)
    for player in players:
        row, column = pitch_pixel(player.x, player.z)
        assert seen[row - 50 : row - 10, column - 8 : column + 8].mean() > 0.6, player.name
    np.testing.assert_array_equal(stage.draw(posture(), EMPTY_GAME, 0.0).main, at_rest)
