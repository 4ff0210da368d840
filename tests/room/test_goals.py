"""Goals: counted from where they are set, reached once, rewarded once."""

import pytest
from rooms import Scene, of

from avatar_live.protocol.cues import Banner, Barrage, Confetti, Fireworks, React
from avatar_live.protocol.together import GOAL_TARGET_MAX, GOAL_TITLE_CHARACTERS_MAX, GOALS_MAX, GoalBar, Goals
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.goals import NO_TARGET, NO_TITLE, TOLD_EVERY_S, TOO_MANY, obstacle_to_set
from avatar_live.room.state import Reward


def goals_in(effects: list[fx.Effect]) -> list[tuple[GoalBar, ...]]:
    return [effect.message.goals for effect in of(fx.TellAll, effects) if isinstance(effect.message, Goals)]


def test_likes_count_from_where_the_goal_was_set() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.Liked("ann", 40))
    assert goals_in(scene.play(ev.GoalSet("likes", "Dance!", 50, "dance"))) == [(GoalBar(1, "likes", "Dance!", 50, 0),)]
    scene.now_s += 5.0
    scene.play(ev.Liked("ann", 49))
    assert goals_in(scene.tick())[0][0].value == 49
    scene.play(ev.Liked("ann", 30))
    effects = scene.tick()
    assert goals_in(effects) == [(GoalBar(1, "likes", "Dance!", 50, 50, is_reached=True),)]
    assert [report.data for report in of(fx.Report, effects) if report.type == "goal_reached"] == [
        {"goal": 1, "kind": "likes", "title": "Dance!", "target": 50}
    ]
    cues = [shown.cue for shown in of(fx.ShowCue, effects)]
    assert Banner("Dance!", "likes") in cues and React("dance") in cues
    scene.play(ev.Liked("ann", 30))
    assert not [report for report in of(fx.Report, scene.tick(60.0)) if report.type == "goal_reached"]


def test_coins_count_what_is_given_and_not_what_comes_back() -> None:
    scene = Scene()
    scene.join("ann")
    scene.go_live()
    scene.play(ev.GoalSet("coins", "New hat", 500))
    scene.commit("ann", "gift-1", "tomato", count=10)
    scene.commit("ann", "ticket-1", "ticket")
    assert goals_in(scene.tick(TOLD_EVERY_S))[0][0].value == 150
    scene.play(ev.GiftRefunded("ann", "ticket-1", 900, "sorry"), ev.GiftRefunded("ann", "ticket-1", 900, "sorry"))
    assert goals_in(scene.tick(TOLD_EVERY_S))[0][0].value == 50


def test_a_goal_is_never_below_nothing_when_what_was_given_before_it_comes_back() -> None:
    scene = Scene()
    scene.join("ann")
    scene.go_live()
    scene.commit("ann", "ticket-1", "ticket")
    scene.play(ev.GoalSet("coins", "New hat", 500), ev.GiftRefunded("ann", "ticket-1", 900, "sorry"))
    assert goals_in(scene.tick(TOLD_EVERY_S)) == [] and scene.room.goals_told[0].value == 0


def test_viewers_count_as_many_as_are_here() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.GoalSet("viewers", "Three of us", 3, "none"))
    scene.join("bob")
    assert goals_in(scene.tick(TOLD_EVERY_S))[0][0].value == 2
    scene.join("cat")
    reached = scene.tick()
    assert goals_in(reached)[0][0].is_reached
    assert [type(shown.cue) for shown in of(fx.ShowCue, reached)] == [Banner]
    scene.play(ev.Left("cat"))
    scene.tick(60.0)
    (greeting,) = of(fx.Greet, scene.join("dan"))
    assert greeting.welcome.goals[0].is_reached, "a goal stays reached"


@pytest.mark.parametrize(("reward", "cue"), [("confetti", Confetti), ("fireworks", Fireworks), ("barrage", Barrage)])
def test_a_reward_has_a_key_by_which_one_engine_shows_it_once(reward: Reward, cue: type) -> None:
    scene = Scene()
    scene.play(ev.GoalSet("viewers", "One", 1, reward))
    scene.join("ann")
    (shown,) = [shown for shown in of(fx.ShowCue, scene.tick()) if isinstance(shown.cue, cue)]
    assert shown.key == "goal/life-1/1"


def test_a_goal_is_taken_away_and_its_number_is_not_used_again() -> None:
    scene = Scene()
    scene.play(ev.GoalSet("likes", "a", 1))
    assert goals_in(scene.play(ev.GoalDropped(1))) == [()]
    assert not scene.play(ev.GoalDropped(1))
    assert goals_in(scene.play(ev.GoalSet("likes", "b", 1)))[0][0].id == 2


def test_goals_at_their_limits_are_set_and_past_them_not() -> None:
    scene = Scene()
    assert obstacle_to_set(scene.room, "x" * GOAL_TITLE_CHARACTERS_MAX, GOAL_TARGET_MAX) == ""
    assert obstacle_to_set(scene.room, "x" * (GOAL_TITLE_CHARACTERS_MAX + 1), 1) == NO_TITLE
    assert obstacle_to_set(scene.room, "\u202e", 1) == NO_TITLE
    assert obstacle_to_set(scene.room, "x", GOAL_TARGET_MAX + 1) == NO_TARGET
    assert obstacle_to_set(scene.room, "x", 0) == NO_TARGET
    for _ in range(GOALS_MAX):
        assert scene.play(ev.GoalSet("likes", "x", 1))
    assert obstacle_to_set(scene.room, "x", 1) == TOO_MANY
    assert not scene.play(ev.GoalSet("likes", "x", 1))
