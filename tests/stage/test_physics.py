"""Props as rigid bodies: they reach the head, bounce off it, lie on the table, and all of them go."""

import numpy as np
import pytest
from host import mirai, posture
from msgspec.structs import replace
from numpy.typing import NDArray

from avatar_live.avatar.model import Posture
from avatar_live.protocol.view import GameView, PlayerView
from avatar_live.stage.fit import fit_avatar
from avatar_live.stage.host import Host, host_of
from avatar_live.stage.physics import BODIES_MAX, LIFE_S, Hit, Physics
from avatar_live.stage.skull import skull_of
from avatar_live.stage.table import TABLE_HEIGHT_M, on_table
from avatar_live.stage.things import THINGS, Launch, drop, throw

FRAME_S = 1.0 / 30.0
GAME = GameView(0.9, -0.3, 0.0, 0, 0)
NOWHERE = np.zeros(3)


def host(moment: Posture | None = None) -> Host:
    return host_of(moment or posture(), fit_avatar(mirai()), skull_of(mirai()))


def play(
    physics: Physics, seconds: float, who: Host, start_s: float = 0.0, game: GameView = GAME
) -> list[tuple[float, Hit]]:
    """Let time pass frame by frame; return the hits and when they were."""
    hits = []
    for frame in range(1, round(seconds / FRAME_S) + 1):
        now_s = start_s + frame * FRAME_S
        hits += [(now_s, hit) for hit in physics.step(who, game, now_s, FRAME_S)]
    return hits


def falling(x: float, y: float, z: float, spin: float = 0.0) -> Launch:
    return Launch(np.array([x, y, z]), np.array([0.0, 0.0, spin]), NOWHERE, NOWHERE, 0.0)


@pytest.mark.parametrize("name", THINGS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_is_thrown_strikes_the_head_on_time_and_from_the_front(name: str, seed: int) -> None:
    physics, who = Physics(), host()
    physics.throw(name, seed, throw(THINGS[name], seed), 0.0)
    hits = play(physics, 1.5, who)
    assert hits, "it missed"
    at_s, hit = hits[0]
    assert THINGS[name].flight_s - 0.35 < at_s < THINGS[name].flight_s + 0.2
    assert hit.is_first and hit.impulse_n_s[2] < 0.0, "it pushes away from the audience"
    assert np.linalg.norm(hit.point_m - who.middle_m) == pytest.approx(who.radius_m, rel=0.05)
    physics.close()


def test_a_throw_follows_a_head_that_moves_aside() -> None:
    physics, still = Physics(), host()
    physics.throw("tomato", 1, throw(THINGS["tomato"], 1), 0.0)
    hits: list[Hit] = []
    for frame in range(1, 31):
        aside = still.head.copy()
        aside[0, 3] += 0.02 * min(frame, 12)
        who = Host(aside, still.skull, still.eyes_m, still.limbs)
        hits += physics.step(who, GAME, frame * FRAME_S, FRAME_S)
    assert hits and hits[0].point_m[0] > 0.1
    physics.close()


def test_a_heavier_prop_knocks_harder_and_the_impulse_is_what_the_prop_lost() -> None:
    pushes = {}
    for name in ("rose", "tomato", "gift_box"):
        physics = Physics()
        physics.throw(name, 4, throw(THINGS[name], 4), 0.0)
        pushes[name] = float(np.linalg.norm(play(physics, 1.0, host())[0][1].impulse_n_s))
        physics.close()
    assert pushes["rose"] < pushes["tomato"] < pushes["gift_box"]
    speed_m_s = 1.55 / THINGS["tomato"].flight_s
    assert 0.4 < pushes["tomato"] / (THINGS["tomato"].mass_kg * speed_m_s) < 1.6


def test_a_giant_head_is_hit_further_out() -> None:
    def struck(who: Host) -> float:
        physics = Physics()
        physics.throw("duck", 4, throw(THINGS["duck"], 4), 0.0)
        point = play(physics, 1.0, who)[0][1].point_m
        physics.close()
        return float(np.linalg.norm(point - who.middle_m))

    assert struck(host(posture(head_scale=2.0))) == pytest.approx(2.0 * struck(host()), rel=0.15)


def test_a_ball_rolls_on_the_table_and_a_box_stays() -> None:
    physics, who = Physics(), host()
    physics.throw("gift_box", 1, falling(-0.3, 1.0, 0.55), 0.0)
    physics.throw("beach_ball", 1, falling(0.2, 1.0, 0.6, spin=9.0), 0.0)
    play(physics, 1.2, who)
    box, ball = physics.places
    assert box[1] == pytest.approx(TABLE_HEIGHT_M + 0.045, abs=0.02)
    np.testing.assert_allclose(box[[0, 2]], [-0.3, 0.55], atol=0.05)
    assert ball[0] < 0.17, "it rolled to the left, as it was spun"
    physics.close()


def test_a_duck_that_lands_askew_comes_to_stand() -> None:
    physics = Physics()
    physics.throw("duck", 1, falling(-0.2, 0.85, 0.55), 0.0)
    physics.bodies[0].path.set_hpr(0.0, 0.0, 50.0)
    play(physics, 4.0, host())
    x, _, z, _ = physics.turns[0]
    assert 1.0 - 2.0 * (x * x + z * z) > 0.8, "its own up is the world's"
    physics.close()


def test_a_balloon_rises_and_is_gone() -> None:
    physics = Physics()
    physics.throw("heart_balloon", 1, drop(THINGS["heart_balloon"], 1), 0.0)
    before = physics.places[0, 1]
    play(physics, 1.0, host())
    assert physics.places[0, 1] > before + 0.1
    assert np.abs(physics.turns[0, [0, 2]]).max() < 1e-3, "upright"
    play(physics, LIFE_S, host(), start_s=1.0)
    assert not physics.bodies


def test_the_games_ball_pushes_what_lies_in_its_way() -> None:
    physics, who = Physics(), host()
    physics.throw("tomato", 1, falling(0.0, TABLE_HEIGHT_M + 0.06, 0.53), 0.0)
    play(physics, 0.5, who)
    before = physics.places[0, 0]
    for frame in range(30):
        at_s = 0.5 + (frame + 1) * FRAME_S
        physics.step(who, GameView(-0.5 + 0.02 * frame, 0.0, 0.0, 0, 0), at_s, FRAME_S)
    assert physics.places[0, 0] > before + 0.04
    physics.close()


def test_what_falls_on_a_player_slides_off_and_one_who_left_is_no_obstacle() -> None:
    bob, ann = (PlayerView(name, name, "red", 0.2, 0.1, 0.0, False) for name in ("bob", "ann"))

    def aside_m(*players: PlayerView) -> float:
        physics, who = Physics(), host()
        x, _, z = on_table(0.2, 0.1).tolist()
        physics.throw("gift_box", 1, falling(x + 0.01, 1.2, z), 0.0)
        physics.step(who, replace(GAME, players=(bob,)), 0.0, 0.0)
        play(physics, 2.0, who, game=replace(GAME, players=players))
        lying = physics.places[0]
        physics.close()
        return float(np.hypot(lying[0] - x, lying[2] - z))

    assert aside_m() < 0.04
    assert aside_m(ann) > 0.05


def test_too_many_props_drop_the_oldest_and_all_go_in_their_time() -> None:
    physics, who = Physics(), host()
    for number in range(BODIES_MAX + 1):
        physics.throw("gift_box", number, drop(THINGS["gift_box"], number), 0.0)
    assert [body.seed for body in physics.bodies] == list(range(1, BODIES_MAX + 1))
    play(physics, LIFE_S - 0.1, who)
    assert physics.bodies, "some lie on the table until the end"
    play(physics, 0.2, who, start_s=LIFE_S - 0.1)
    assert not physics.bodies and physics.places.shape == (0, 3)


def test_the_same_throws_fall_the_same_way() -> None:
    def ends() -> NDArray[np.float64]:
        physics, who = Physics(), host()
        for number, name in enumerate(THINGS):
            physics.throw(name, number, throw(THINGS[name], number), 0.0)
        play(physics, 1.5, who)
        places = physics.places.copy()
        physics.close()
        return places

    np.testing.assert_array_equal(ends(), ends())


def test_a_long_pause_is_not_caught_up_with() -> None:
    physics, who = Physics(), host()
    physics.throw("tomato", 1, falling(0.0, 1.6, 0.5), 0.0)
    physics.step(who, GAME, 2.0, 2.0)
    assert physics.places[0, 1] > 1.5
    physics.close()


def test_a_prop_that_we_do_not_know_is_a_tomato() -> None:
    physics = Physics()
    physics.throw("yacht", 1, falling(0.0, 1.6, 0.5), 0.0)
    assert physics.bodies[0].name == "tomato"
    physics.close()
