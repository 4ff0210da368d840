"""First person: each watched player's own picture, made on demand and gone when nobody watches."""

from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from host import EMPTY_GAME, HEIGHT_PX, WIDTH_PX, changed, mirai, posture

from avatar_live.protocol.view import GameView, PlayerView
from avatar_live.stage import Stage
from avatar_live.stage.cameras import PLAYERS_MAX
from avatar_live.stage.players import IDLE_S, PLAYER_HEIGHT_PX, PLAYER_WIDTH_PX

ANN = PlayerView("a", "Ann", "red", 0.0, 0.3, 0.0, False)
BOB = PlayerView("b", "Bob", "blue", 0.1, -0.1, 0.0, False)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(WIDTH_PX, HEIGHT_PX) as opened:
        opened.set_avatar(mirai())
        yield opened


def game(*players: PlayerView) -> GameView:
    return msgspec.structs.replace(EMPTY_GAME, ball_x=-0.8, players=players)


def turned(player: PlayerView, yaw_rad: float) -> PlayerView:
    return msgspec.structs.replace(player, yaw_rad=yaw_rad)


def skin_pixels(picture: np.ndarray) -> int:
    blue, green, red = (picture[..., channel].astype(int) for channel in range(3))
    return int(((red > 235) & (green > 190) & (red - blue > 18)).sum())


def test_a_player_sees_the_host_ahead_and_the_audience_behind(stage: Stage) -> None:
    ahead = stage.draw(posture(), game(ANN), 0.0, ("a",)).players["a"]
    behind = stage.draw(posture(), game(turned(ANN, np.pi)), 0.0, ("a",)).players["a"]
    assert ahead.shape == (PLAYER_HEIGHT_PX, PLAYER_WIDTH_PX, 4)
    assert skin_pixels(ahead) > 2_000
    assert skin_pixels(behind) < 50
    assert behind[..., :3].std() > 5.0, "the audience is there"


def test_turning_left_moves_the_host_to_the_right(stage: Stage) -> None:
    def face_column(yaw_rad: float) -> float:
        picture = stage.draw(posture(), game(turned(ANN, yaw_rad)), 0.0, ("a",)).players["a"]
        blue, green, red = (picture[..., channel].astype(int) for channel in range(3))
        return float(np.nonzero((red > 235) & (green > 190) & (red - blue > 18))[1].mean())

    assert face_column(0.3) > face_column(0.0) + 40 > face_column(-0.3) + 80


def test_walking_forward_brings_the_host_nearer(stage: Stage) -> None:
    far = stage.draw(posture(), game(ANN), 0.0, ("a",)).players["a"]
    near = stage.draw(posture(), game(msgspec.structs.replace(ANN, z=-0.3)), 0.0, ("a",)).players["a"]
    assert skin_pixels(near) > 1.5 * skin_pixels(far)


def test_a_player_sees_the_others_but_not_the_own_figure(stage: Stage) -> None:
    alone = stage.draw(posture(), game(ANN), 0.0, ("a",)).players["a"]
    with_bob = stage.draw(posture(), game(ANN, BOB), 0.0, ("a", "b")).players
    assert changed(alone, with_bob["a"]).mean() > 0.02, "Bob stands ahead"
    blue_cap = (with_bob["a"][..., 0] > 200) & (with_bob["a"][..., 2] < 90)
    assert blue_cap.sum() > 500
    own_red = (with_bob["a"][..., 2] > 200) & (with_bob["a"][..., 1] < 80) & (with_bob["a"][..., 0] < 110)
    assert own_red[PLAYER_HEIGHT_PX // 2 :].sum() < 50


def test_only_watched_players_that_play_get_a_picture(stage: Stage) -> None:
    drawn = stage.draw(posture(), game(ANN, BOB), 0.0, ("b", "somebody else"))
    assert set(drawn.players) == {"b"}
    assert stage.draw(posture(), game(ANN), 0.0, ("b",)).players == {}


def test_everybodys_picture_does_not_depend_on_who_watches(stage: Stage) -> None:
    alone = stage.draw(posture(), game(ANN, BOB), 0.0).main
    watched = stage.draw(posture(), game(ANN, BOB), 0.0, ("a", "b")).main
    np.testing.assert_array_equal(alone, watched)


def test_more_players_than_cameras_leave_the_first_ones_seen(stage: Stage) -> None:
    crowd = [msgspec.structs.replace(ANN, id=f"p{index}", x=index * 0.1) for index in range(PLAYERS_MAX + 1)]
    stage.draw(posture(), EMPTY_GAME, 10.0)
    drawn = stage.draw(posture(), game(*crowd), 20.0, [player.id for player in crowd])
    assert set(drawn.players) == {player.id for player in crowd[:PLAYERS_MAX]}


def test_a_new_player_takes_the_camera_of_one_who_rests(stage: Stage) -> None:
    crowd = [msgspec.structs.replace(ANN, id=f"p{index}") for index in range(PLAYERS_MAX)]
    stage.draw(posture(), game(*crowd), 30.0, [player.id for player in crowd])
    drawn = stage.draw(posture(), game(ANN, *crowd), 30.1, ("a", "p0", "p1", "p2"))
    assert set(drawn.players) == {"a", "p0", "p1", "p2"}


def test_a_camera_closes_a_second_after_the_last_look(stage: Stage) -> None:
    def cameras() -> int:
        return len(stage._display._engine.get_windows()) - 2  # everybody's and the lamp's

    stage.draw(posture(), game(ANN), 50.0, ("a",))
    stage.draw(posture(), game(ANN), 50.0 + IDLE_S + 0.1, ("a",))
    assert cameras() == 1
    stage.draw(posture(), game(ANN), 50.0 + IDLE_S + 0.2)
    assert cameras() == 1
    stage.draw(posture(), game(ANN), 50.0 + 2 * IDLE_S + 0.2)
    assert cameras() == 0
