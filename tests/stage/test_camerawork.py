"""Everybody's camera: what each shot shows, and the way from one to the next."""

import itertools

import numpy as np
import pytest
from host import mirai
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.protocol.cues import Confetti, Goal, Spotlight, Throw
from avatar_live.protocol.view import GameView, PlayerView
from avatar_live.signals.scene import SHOTS, ShotName
from avatar_live.stage.camerawork import MOVE_S_MAX, Camerawork
from avatar_live.stage.crew import CameraCrew
from avatar_live.stage.fit import Stature, fit_avatar, stature_of
from avatar_live.stage.furniture import BACK_M
from avatar_live.stage.room import FRONT_M
from avatar_live.stage.scenery import ROOM_HEIGHT_M, ROOM_WIDTH_M
from avatar_live.stage.shots import BUST, EYE_Z_MIN_M, Framing, for_giant, frame, frame_gifter
from avatar_live.stage.table import TABLE_HEIGHT_M

STEP_S = 1.0 / 30.0
GAME = GameView(0.0, 0.0, 0.0, 0, 0)
STATURES = [Stature(0.0, 1.25), Stature(-0.6, 1.2), Stature(0.25, 1.3), Stature(0.0, 1.6)]


def seen(framing: Framing, point_m: tuple[float, float, float]) -> tuple[float, float]:
    """Return where a point is in the picture, in half heights right and up of its middle."""
    x, y, z = (np.linalg.inv(framing.pose) @ np.append(point_m, 1.0))[:3]
    reach = -z * np.tan(framing.fov_rad / 2.0)
    return x / reach, y / reach


def film(work: Camerawork, from_s: float, to_s: float) -> np.ndarray:
    return np.stack([work.framing(at_s).numbers for at_s in np.arange(from_s, to_s, STEP_S)])


@pytest.mark.parametrize("stature", STATURES)
@pytest.mark.parametrize("shot", SHOTS)
def test_every_shot_is_taken_from_inside_the_room_with_the_face_in_it(shot: ShotName, stature: Stature) -> None:
    framing = frame(shot, stature)
    x, y, z = framing.eye_m
    assert abs(x) < ROOM_WIDTH_M / 2 and 0.5 < y < ROOM_HEIGHT_M and EYE_Z_MIN_M <= z < FRONT_M
    assert BACK_M < framing.target_m[2] < z
    across, up = seen(framing, (0.0, 1.03, 0.1))
    assert abs(across) < 0.5 and abs(up) < 0.85


@pytest.mark.parametrize("stature", STATURES)
def test_the_full_shot_shows_the_host_from_soles_to_top(stature: Stature) -> None:
    framing = frame("full", stature)
    for height_m in (stature.low_m, stature.high_m):
        _, up = seen(framing, (0.0, height_m, 0.0))
        assert 0.7 < abs(up) < 0.97


def test_the_stature_is_that_of_the_fitted_avatar() -> None:
    stature = stature_of(mirai(), fit_avatar(mirai()))
    assert stature.low_m == pytest.approx(0.0, abs=0.03) and 1.1 < stature.high_m < 1.35


def test_a_close_up_shows_the_face_larger_and_the_wide_shot_smaller() -> None:
    def face(shot: ShotName) -> float:
        framing = frame(shot, STATURES[0])
        return seen(framing, (0.0, 1.1, 0.1))[1] - seen(framing, (0.0, 0.95, 0.1))[1]

    assert face("close-up") > 1.5 * face("bust") > 3.0 * face("wide")


def test_a_move_begins_and_ends_softly_and_then_rests_exactly() -> None:
    work = Camerawork()
    work.cut(BUST)
    goal = frame("close-up", STATURES[0])
    work.aim(goal, 1.0)
    way = film(work, 1.0, 1.0 + MOVE_S_MAX + 0.5)
    speed = np.linalg.norm(np.diff(way, axis=0), axis=1) / STEP_S
    jerk = np.abs(np.diff(speed)) / STEP_S
    assert speed[0] < 0.1 * speed.max() and speed[-1] == 0.0
    assert jerk.max() < 12.0, "no jolt anywhere"
    np.testing.assert_array_equal(way[-1], goal.numbers)
    np.testing.assert_array_equal(way[-2], way[-1])


@given(st.integers(2, 42))
def test_a_new_aim_in_the_middle_of_a_move_takes_over_place_and_speed(frames: int) -> None:
    change_s = frames * STEP_S
    work = Camerawork()
    work.cut(BUST)
    work.aim(frame("wide", STATURES[0]), 0.0)
    before = film(work, 0.0, change_s - 0.5 * STEP_S)
    work.aim(frame("close-up", STATURES[0]), change_s)
    way = np.concatenate([before, film(work, change_s, change_s + 2.5)])
    velocity = np.diff(way, axis=0) / STEP_S
    assert np.linalg.norm(np.diff(velocity, axis=0), axis=1).max() / STEP_S < 30.0, "m/s^2: no jump of place or speed"


@pytest.mark.parametrize("pair", list(itertools.permutations(SHOTS, 2)))
def test_no_move_comes_near_the_host_or_under_the_table(pair: tuple[ShotName, ShotName]) -> None:
    for stature in STATURES:
        work = Camerawork()
        work.cut(frame(pair[0], stature))
        work.aim(frame(pair[1], stature), 0.0)
        eyes = film(work, 0.0, MOVE_S_MAX)[:, :3]
        assert eyes[:, 2].min() >= EYE_Z_MIN_M
        assert ((eyes[:, 1] > TABLE_HEIGHT_M + 0.15) | (eyes[:, 2] > 3.0)).all()


def test_a_carried_camera_never_quite_rests_and_never_goes_far() -> None:
    work = Camerawork()
    work.cut(BUST)
    way = np.stack([work.framing(frame * STEP_S, is_shaking=True).numbers for frame in range(300)])
    away = np.abs(way[60:] - BUST.numbers)
    assert 0.003 < away.max() < 0.02
    assert (np.abs(np.diff(way[60:, :3], axis=0)).max(axis=1) > 0.0).all()
    calm = film(work, 10.0, 12.0)
    np.testing.assert_array_equal(calm[-1], BUST.numbers)


def test_every_shot_makes_room_for_a_giant_head() -> None:
    for shot in SHOTS:
        framing = frame(shot, STATURES[0])
        assert for_giant(framing, 1.0) is framing
        across, up = seen(for_giant(framing, 2.2), (0.0, 1.6, 0.0))
        assert abs(up) < 1.0 and abs(across) < 1.0


def test_a_look_at_the_gifter_stands_behind_the_figure_and_sees_the_host_above_it() -> None:
    gifter_m = np.array([-0.2, 0.84, 0.5])
    framing = frame_gifter(gifter_m)
    assert framing.eye_m[2] >= EYE_Z_MIN_M
    across, up = seen(framing, (-0.2, 0.84, 0.5))
    assert abs(across) < 1.2 and -1.0 < up < 0.0
    assert seen(framing, (0.0, 1.03, 0.1))[1] > up


def test_the_crew_begins_in_the_chosen_shot_and_moves_to_the_next() -> None:
    crew = CameraCrew()
    crew.use("close-up")
    first = crew.film(GAME, 1.0, 5.0)
    np.testing.assert_array_equal(first.numbers, frame("close-up", crew.stature).numbers)
    crew.use("wide")
    moving = [crew.film(GAME, 1.0, 5.0 + n * STEP_S) for n in range(90)]
    assert first.eye_m[2] < moving[20].eye_m[2] < moving[-1].eye_m[2]
    np.testing.assert_array_equal(moving[-1].numbers, frame("wide", crew.stature).numbers)


def test_without_a_director_nothing_moves_the_camera() -> None:
    crew = CameraCrew()
    home = crew.film(GAME, 1.0, 0.0)
    for cue in (Goal("red"), Confetti(1), Throw("tomato", 1)):
        crew.notice(cue, 5.0)
    for now_s in np.arange(5.0, 120.0, 0.5):
        np.testing.assert_array_equal(crew.film(GAME, 1.0, now_s).numbers, home.numbers)


def test_with_a_director_a_goal_is_seen_from_afar_and_home_is_where_it_was() -> None:
    crew = CameraCrew()
    crew.is_directed = True
    home = crew.film(GAME, 1.0, 0.0)
    crew.notice(Goal("red"), 5.0)
    frames = {now_s: crew.film(GAME, 1.0, now_s) for now_s in np.arange(5.0, 14.0, STEP_S)}
    far = max(frames.values(), key=lambda framing: float(framing.eye_m[2]))
    np.testing.assert_allclose(far.numbers, frame("wide", crew.stature).numbers, atol=1e-6)
    np.testing.assert_array_equal(list(frames.values())[-1].numbers, home.numbers)


def test_a_gift_of_a_player_is_seen_from_behind_that_player() -> None:
    crew = CameraCrew()
    crew.is_directed = True
    playing = GameView(0.0, 0.0, 0.0, 0, 0, (PlayerView("p1", "Ann", "red", -0.4, 0.1, 0.0, False),))
    crew.film(playing, 1.0, 0.0)
    crew.notice(Spotlight("p1"), 5.0)
    for now_s in np.arange(5.0, 7.4, STEP_S):
        framing = crew.film(playing, 1.0, now_s)
    assert framing.eye_m[0] < -0.1 and framing.eye_m[2] < 1.4
    crew.notice(Spotlight("gone"), 20.0)
    for now_s in np.arange(7.4, 24.0, STEP_S):
        framing = crew.film(playing, 1.0, now_s)
    np.testing.assert_array_equal(framing.numbers, BUST.numbers)
