"""Opening and closing: nothing leaks, threads and missing drivers are no surprise."""

import gc
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import msgspec
import numpy as np
import psutil
import pytest
from flat_avatar import flat_avatar, square, standing
from host import EMPTY_GAME, Picture
from panda3d.core import NodePath, RenderState, TransformState, Vec4

from avatar_live.avatar.model import Avatar, Material, Texture
from avatar_live.protocol.view import GameView, PlayerView
from avatar_live.stage import Stage, StageError, axes, layers
from avatar_live.stage.cameras import film
from avatar_live.stage.display import Display
from avatar_live.stage.key_shadow import SOFTWARE_EVERY
from avatar_live.stage.props import attach_veil
from avatar_live.stage.solids import disc

ANN = PlayerView("a", "Ann", "red", 0.0, 0.0, 0.0, True)


def pictured() -> Avatar:
    """Return an avatar of two squares with a picture each, one of them outlined."""
    pictures = [Texture(np.full((8, 8, 4), value, np.uint8)) for value in (90, 180)]
    inked = Material("inked", base_texture=0, outline_mode="world", outline_width_m=0.01)
    return flat_avatar([square(0, 0.0, 1.0), square(1, 0.2, 1.0)], [inked, Material("plain", base_texture=1)], pictures)


def held(stage: Stage) -> tuple[int, int, int]:
    """Return how many textures, vertex buffers and index buffers the driver holds for the stage."""
    prepared = stage._display.gsg.get_prepared_objects()
    for _ in range(4 * SOFTWARE_EVERY):  # the lamp holds what it drew until its next turn, and states go one by one
        gc.collect()  # what stands in a cycle would go at a time of its own, and a frame lets go of more
        stage.draw(standing(), EMPTY_GAME, 0.0)
    return (
        prepared.get_num_prepared_textures(),
        prepared.get_num_prepared_vertex_buffers(),
        prepared.get_num_prepared_index_buffers(),
    )


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(160, 90) as opened:
        opened.set_avatar(flat_avatar([], []))
        yield opened


def test_avatars_replaced_twenty_times_leave_nothing_behind(stage: Stage) -> None:
    bare, states = held(stage), RenderState.get_num_states()
    for _ in range(20):
        stage.set_avatar(pictured())
        stage.draw(standing(), EMPTY_GAME, 0.0)
    textures, vertex_buffers, _ = held(stage)
    assert textures == bare[0] + 3, "two pictures and the palette"
    assert vertex_buffers == bare[1] + 2
    stage.set_avatar(flat_avatar([], []))
    assert held(stage)[0] <= bare[0]
    assert RenderState.get_num_states() <= states + 2


def test_avatars_with_large_pictures_replaced_often_leave_no_memory_behind(stage: Stage) -> None:
    """Each switch brings 2 MB of pictures: thirty that stayed would be 60. The process warms up by 10 once."""
    process = psutil.Process()

    def switch(times: int) -> int:
        for number in range(times):
            pictures = [Texture(np.full((512, 512, 4), 7 * number % 256, np.uint8)) for _ in range(2)]
            inked = Material("inked", base_texture=0, shade_texture=1)
            stage.set_avatar(flat_avatar([square(0, 0.0, 1.0)], [inked], pictures))
            held(stage)
        return int(process.memory_info().rss)

    early = switch(10)
    assert switch(30) - early < 20 * 2**20
    stage.set_avatar(flat_avatar([], []))


def test_a_camera_nobody_watches_is_not_drawn(stage: Stage) -> None:
    game = msgspec.structs.replace(EMPTY_GAME, players=(ANN,))
    engine = stage._display._engine

    def cameras() -> list[bool]:
        """Return of every player's camera that is open whether it is drawn."""
        windows = [engine.get_window(number) for number in range(engine.get_num_windows())]
        return [window.is_active() for window in windows if window.get_name().startswith("player")]

    stage.draw(standing(), game, 100.0)
    assert cameras() == []
    stage.draw(standing(), game, 100.1, ("a",))
    assert cameras() == [True]
    stage.draw(standing(), game, 100.2)
    assert cameras() == [False], "it rests at once"
    stage.draw(standing(), game, 102.0)
    assert cameras() == [], "and is given back after a second"


def test_what_only_the_wearers_own_eyes_see_is_in_no_picture(stage: Stage) -> None:
    def shown(seen_by: Literal["all", "others", "self"]) -> Picture:
        white = Material("white", shading="unlit")
        stage.set_avatar(flat_avatar([replace(square(0, 0.0, 1.0), seen_by=seen_by)], [white]))
        return stage.draw(standing(), EMPTY_GAME, 0.0).main

    everything, others, own = shown("all"), shown("others"), shown("self")
    np.testing.assert_array_equal(everything, others)
    stage.set_avatar(flat_avatar([], []))
    np.testing.assert_array_equal(own, stage.draw(standing(), EMPTY_GAME, 0.0).main)
    assert (everything != own).any()


def test_players_who_come_and_go_leave_nothing_behind(stage: Stage) -> None:
    counts = []
    for number in range(6):
        player, now_s = msgspec.structs.replace(ANN, id=f"p{number}"), 10.0 * number
        stage.draw(standing(), msgspec.structs.replace(EMPTY_GAME, players=(player,)), now_s, (player.id,))
        stage.draw(standing(), EMPTY_GAME, now_s + 5.0)
        counts.append((*held(stage), RenderState.get_num_states()))
    assert counts[1:] == [counts[1]] * 5


def test_moving_things_for_many_frames_does_not_grow(stage: Stage) -> None:
    def play(frames: range) -> int:
        for frame in frames:
            walking = msgspec.structs.replace(ANN, x=frame * 1e-3, yaw_rad=frame * 1e-2)
            stage.draw(standing(), GameView(frame * 1e-3, 0.0, frame * 1e-2, 0, 0, (walking,)), frame / 30.0, ("a",))
        while TransformState.garbage_collect():  # what nobody uses any more is counted until then
            pass
        return int(TransformState.get_num_states())

    early = play(range(20))
    assert play(range(20, 120)) <= early + 5, "a state a frame would be a hundred"


def test_a_stage_works_on_a_thread_and_draws_the_same(stage: Stage) -> None:
    there: list[Picture] = []

    def draw() -> None:
        with Stage(160, 90) as other:
            other.set_avatar(pictured())
            there.append(other.draw(standing(), EMPTY_GAME, 0.0).main)

    worker = threading.Thread(target=draw)
    worker.start()
    worker.join()
    stage.set_avatar(pictured())
    np.testing.assert_array_equal(there[0], stage.draw(standing(), EMPTY_GAME, 0.0).main)


def test_a_stage_that_is_gone_leaves_the_others_drawing() -> None:
    with Stage(160, 90) as stays:
        with Stage(160, 90) as goes:
            goes.set_avatar(pictured())
            picture = goes.draw(standing(), EMPTY_GAME, 0.0).main
        del goes
        gc.collect()
        stays.set_avatar(pictured())
        np.testing.assert_array_equal(stays.draw(standing(), EMPTY_GAME, 0.0).main, picture)


def test_the_driver_smooths_edges_where_it_is_asked_to() -> None:
    def shades(samples: int) -> int:
        with Display(64, 64, samples=samples) as display:
            assert display.main.is_smooth == (samples > 1)
            root = NodePath("root")
            root.set_shader_input("tint", Vec4(0.0, 0.0, 0.0, 1.0))
            camera = film(display.main, root, 1.0, 0)
            display.main.output.set_clear_color_active(True)
            attach_veil(root, "disc", disc(1.0, (1.0, 1.0, 1.0, 1.0), (1.0, 1.0, 1.0, 1.0)), layers.BLENDED)
            axes.place(camera, axes.look_at(np.array([0.5, 3.0, 1.0]), np.zeros(3)))
            display.render()
            return len(np.unique(display.main.read()[..., 0]))

    assert shades(0) == 2 and shades(4) > 3


def test_a_machine_without_opengl_gets_one_sentence() -> None:
    with pytest.raises(StageError, match=r"^OpenGL is missing on this machine .*; .*\.$"):
        Display(64, 36, module="p3nosuchdisplay")


def test_a_closed_stage_frees_what_the_driver_held() -> None:
    stage = Stage(160, 90)
    stage.set_avatar(pictured())
    stage.draw(standing(), msgspec.structs.replace(EMPTY_GAME, players=(ANN,)), 0.0, ("a",))
    engine = stage._display._engine
    stage.close()
    assert engine.get_num_windows() == 0
