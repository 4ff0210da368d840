"""What a picture loses with each step of the quality ladder, and what it keeps: its size, its scene, its colours."""

from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from host import EMPTY_GAME, HEIGHT_PX, WIDTH_PX, Picture, mirai, posture

from avatar_live.protocol.view import PlayerView
from avatar_live.stage import Stage
from avatar_live.stage.degrade import FULL, LADDER, Quality

ANN = PlayerView("a", "Ann", "red", 0.0, 0.5, 0.0, False)
GAME = msgspec.structs.replace(EMPTY_GAME, players=(ANN,))


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(WIDTH_PX, HEIGHT_PX) as opened:
        opened.set_avatar(mirai())
        for _ in range(3):  # the room's picture is taken once the camera rests
            opened.draw(posture(), EMPTY_GAME, 0.0)
        yield opened


def drawn(stage: Stage, quality: Quality) -> Picture:
    stage.use_quality(quality)
    for _ in range(3):
        picture = stage.draw(posture(), EMPTY_GAME, 0.0).main
    return picture


def difference(first: Picture, second: Picture) -> float:
    return float(np.abs(first.astype(int) - second)[..., :3].mean())


@pytest.mark.parametrize("quality", LADDER[1:], ids=lambda quality: quality.note)
def test_a_poorer_picture_has_the_same_size_and_scene(stage: Stage, quality: Quality) -> None:
    whole, poorer = drawn(stage, FULL), drawn(stage, quality)
    assert poorer.shape == whole.shape and poorer.dtype == whole.dtype
    assert (poorer[..., 3] == 255).all()
    assert 0.2 < difference(whole, poorer) < 4.0


def test_a_lower_resolution_shows_fewer_details(stage: Stage) -> None:
    sharpness = [np.abs(np.diff(drawn(stage, Quality(scale)).astype(int), axis=1)).mean() for scale in (1.0, 0.75, 0.5)]
    assert sharpness[0] > sharpness[1] > sharpness[2]


def test_full_quality_comes_back_to_the_dot(stage: Stage) -> None:
    before = drawn(stage, FULL)
    drawn(stage, LADDER[-1])
    np.testing.assert_array_equal(drawn(stage, FULL), before)


def test_an_avatar_that_comes_on_meanwhile_has_its_lines_when_effects_are_back(stage: Stage) -> None:
    before = drawn(stage, FULL)
    stage.use_quality(Quality(1.0, False))
    stage.set_avatar(mirai())
    assert difference(before, drawn(stage, Quality(1.0, False))) > 0.1, "no lines and hard edges"
    np.testing.assert_array_equal(drawn(stage, FULL), before)


def test_a_players_own_picture_keeps_its_size_too(stage: Stage) -> None:
    def view(quality: Quality) -> Picture:
        stage.use_quality(quality)
        return stage.draw(posture(), GAME, 0.0, ("a",)).players["a"]

    whole, poorer = view(FULL), view(Quality(0.5))
    assert whole.shape == poorer.shape
    assert 0.2 < difference(whole, poorer) < 8.0
