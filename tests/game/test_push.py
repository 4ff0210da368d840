"""The push game, by its laws: everything stays on the pitch, and the same inputs make the same world."""

import itertools
import math
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_live.game.inputs import Enter, GoalScored, Input, Leave, Push, Steer
from avatar_live.game.push import (
    CELEBRATE_S,
    TICK_S,
    TICKS_PER_STEP_MAX,
    TURN_RAD_PER_S,
    World,
    is_at_rest,
    step,
    view,
)
from avatar_live.protocol.view import BALL_RADIUS, PITCH_HALF_WIDTH, Camp

CAMPS = st.sampled_from(["red", "blue"])
PLAYERS = st.sampled_from(["player-1", "player-2", "player-3"])
INPUTS: st.SearchStrategy[Input] = st.one_of(
    st.builds(Push, CAMPS, st.floats(0.0, 5.0)),
    st.builds(Enter, PLAYERS, st.just("Ann"), CAMPS),
    st.builds(Leave, PLAYERS),
    st.builds(Steer, PLAYERS, st.booleans(), st.booleans(), st.booleans(), st.booleans()),
)
STEPS = st.lists(st.tuples(st.lists(INPUTS, max_size=4), st.floats(0.0, 0.5)), max_size=40)
SEEDS = st.integers(0, (1 << 63) - 1)


@settings(max_examples=60)
@given(SEEDS, STEPS)
def test_everything_stays_on_the_pitch_and_is_a_number(seed: int, steps: list[tuple[list[Input], float]]) -> None:
    world = World(seed)
    for inputs, dt_s in steps:
        world, _ = step(world, inputs, dt_s)
        shown = view(world)
        assert abs(shown.ball_x) <= 1.0
        assert abs(shown.ball_z) <= PITCH_HALF_WIDTH - BALL_RADIUS + 1e-9
        assert all(math.isfinite(getattr(world.ball, field.name)) for field in fields(world.ball))
        for player in shown.players:
            assert abs(player.x) <= 1.0
            assert abs(player.z) <= PITCH_HALF_WIDTH
            assert abs(player.yaw_rad) <= math.pi + 1e-9


@settings(max_examples=30)
@given(SEEDS, STEPS)
def test_the_same_inputs_make_the_same_world(seed: int, steps: list[tuple[list[Input], float]]) -> None:
    first, second = World(seed), World(seed)
    for inputs, dt_s in steps:
        first, first_happenings = step(first, inputs, dt_s)
        second, second_happenings = step(second, inputs, dt_s)
        assert first_happenings == second_happenings
    assert first == second


@settings(max_examples=30)
@given(SEEDS, STEPS)
def test_every_goal_is_in_the_score(seed: int, steps: list[tuple[list[Input], float]]) -> None:
    world = World(seed)
    goals: list[GoalScored] = []
    for inputs, dt_s in steps:
        world, happenings = step(world, inputs, dt_s)
        goals += happenings
    assert world.score_red == sum(goal.camp == "red" for goal in goals)
    assert world.score_blue == sum(goal.camp == "blue" for goal in goals)


@pytest.mark.parametrize(("camp", "direction"), [("red", 1.0), ("blue", -1.0)])
def test_a_push_rolls_the_ball_towards_the_goal_its_camp_attacks(camp: Camp, direction: float) -> None:
    world, _ = step(World(seed=7), [Push(camp, 1.0)], 0.3)
    shown = view(world)
    assert shown.ball_x * direction > 0.05
    assert shown.ball_turn_rad * direction < 0.0


def test_friction_brings_the_ball_to_rest() -> None:
    world, _ = step(World(seed=7), [Push("red", 0.5)], 0.0)
    assert not is_at_rest(world)
    world = _after(world, 10.0)
    assert is_at_rest(world)
    assert 0.0 < world.ball.x < 1.0
    later, _ = step(world, [], 3 * TICK_S)
    assert view(later) == view(world)
    assert later.ticks == world.ticks + 3, "time passes all the same"


def test_a_goal_scores_once_celebrates_and_puts_the_ball_back() -> None:
    world, _ = step(World(seed=7), [Push("blue", 4.0)], 0.0)
    goals: list[GoalScored] = []
    while not goals:
        world, goals_now = step(world, [], TICK_S)
        goals += goals_now
    assert goals == [GoalScored("blue", 0, 1)]
    world, more = step(world, [Push("red", 4.0)], TICK_S)
    assert not more
    assert world.ball.x == -1.0, "while a goal is celebrated, the ball lies in it"
    world = _after(world, CELEBRATE_S)
    assert (world.ball.x, world.ball.z, world.score_blue) == (0.0, 0.0, 1)


def test_a_player_feels_a_key_at_once_and_nobody_gains_time_by_it() -> None:
    world, _ = step(World(seed=1), [Enter("player-1", "Ann", "red")], 0.2 * TICK_S)
    yaws = [world.players[0].yaw_rad]
    for is_left, passed in ((True, 0.3), (True, 0.2), (True, 0.5), (True, 0.8), (False, 1.0)):
        steer = Steer("player-1", False, False, left=is_left, right=False)
        world, _ = step(world, [steer], passed * TICK_S)
        yaws.append(world.players[0].yaw_rad)
    turned = [round((after - before) / (TURN_RAD_PER_S * TICK_S), 6) for before, after in itertools.pairwise(yaws)]
    assert turned == [1, 0, 1, 1, 0], "at once; owed; due; early again; let go"


@settings(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.floats(0.0, 0.1)), min_size=1, max_size=60))
def test_keys_never_make_more_ticks_than_there_was_time_for(presses: list[tuple[bool, float]]) -> None:
    world, _ = step(World(seed=1), [Enter("player-1", "Ann", "red")], 0.0)
    turned_rad = 0.0
    for is_pressed, dt_s in presses:
        before_rad = world.players[0].yaw_rad
        steer = Steer("player-1", False, False, left=True, right=False)
        world, _ = step(world, [steer] if is_pressed else [], dt_s)
        turned_rad += math.remainder(world.players[0].yaw_rad - before_rad, math.tau)
    passed_s = sum(dt_s for _, dt_s in presses)
    assert turned_rad <= TURN_RAD_PER_S * (passed_s + TICK_S) + 1e-6


def test_players_face_the_goal_they_attack_and_walk_there_with_the_up_key() -> None:
    world, _ = step(World(seed=1), [Enter("player-1", "Ann", "red"), Enter("player-2", "Bob", "blue")], 0.0)
    before = {player.id: player.x for player in view(world).players}
    inputs = [Steer(id, up=True, down=False, left=False, right=False) for id in before]
    world, _ = step(world, inputs, 0.3)
    after = {player.id: player.x for player in view(world).players}
    assert before["player-1"] < after["player-1"] < 0.0 < after["player-2"] < before["player-2"]
    assert all(player.is_walking for player in view(world).players)


def test_the_left_key_turns_counter_clockwise_seen_from_above() -> None:
    world, _ = step(World(seed=1), [Enter("player-1", "Ann", "red")], 0.0)
    (before,) = view(world).players
    world, _ = step(world, [Steer("player-1", up=False, down=False, left=True, right=False)], 0.2)
    (after,) = view(world).players
    assert after.yaw_rad > before.yaw_rad
    assert not after.is_walking


def test_a_player_walks_the_ball_into_the_goal() -> None:
    inputs: list[Input] = [
        Enter("player-1", "Ann", "red"),
        Steer("player-1", up=True, down=False, left=False, right=False),
    ]
    world, _ = step(World(seed=1), inputs, 0.0)
    world = _after(world, 20.0)
    assert world.score_red >= 1
    assert world.score_blue == 0


def test_players_do_not_stand_in_each_other() -> None:
    inputs: list[Input] = [Enter("player-1", "Ann", "red"), Enter("player-2", "Bob", "blue")]
    inputs += [Steer(id, up=True, down=False, left=False, right=False) for id in ("player-1", "player-2")]
    world, _ = step(World(seed=1), inputs, 0.0)
    for _ in range(200):
        world, _ = step(world, [], TICK_S)
        a, b = view(world).players
        assert math.hypot(a.x - b.x, a.z - b.z) > 0.1


def test_who_leaves_is_gone_and_who_enters_twice_is_there_once() -> None:
    world, _ = step(World(seed=1), [Enter("player-1", "Ann", "red"), Enter("player-1", "Ann", "blue")], 0.0)
    assert [player.camp for player in view(world).players] == ["blue"]
    world, _ = step(world, [Leave("player-1"), Leave("player-9")], 0.0)
    assert view(world).players == ()


def test_time_runs_in_whole_ticks_and_nothing_of_it_is_lost() -> None:
    push = [Push("red", 1.0)]
    fine, _ = step(World(seed=3), push, 0.0)
    coarse = fine
    for _ in range(90):
        fine, _ = step(fine, [], 0.01)
    for _ in range(9):
        coarse, _ = step(coarse, [], 0.1)
    assert fine.ball == coarse.ball


def test_a_server_that_slept_does_not_hurry_after_the_time_it_missed() -> None:
    pushed, _ = step(World(seed=3), [Push("red", 1.0)], 0.0)
    slept, _ = step(pushed, [], 3_600.0)
    at_most, _ = step(pushed, [], TICKS_PER_STEP_MAX * TICK_S)
    assert slept.ball == at_most.ball


def _after(world: World, seconds: float) -> World:
    for _ in range(round(seconds / TICK_S)):
        world, _ = step(world, [], TICK_S)
    return world
