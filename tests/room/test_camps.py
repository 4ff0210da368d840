"""Camps and votes: each press and word pushes once, and its giver is told how it stands."""

import pytest
from rooms import Scene, of, told

from avatar_live.protocol.view import Camp
from avatar_live.protocol.wire import PUSH_ID_CHARACTERS_MAX, OwnCamp, PushState, PushUpdate, Refused
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.camps import NO_ID, TOO_FAST
from avatar_live.room.roster import SHELVES
from avatar_live.room.state import CAMP_ALLOWANCE, FORGET_S, PUSHES_KEPT_MAX


def joined() -> Scene:
    scene = Scene()
    scene.join("ann")
    return scene


def moved(id: str, state: PushState, reason: str = "", viewer: str = "ann") -> ev.PushesMoved:
    return ev.PushesMoved((ev.MovedPush(viewer, id, "red", state, reason),))


@pytest.mark.parametrize(
    ("text", "camp"),
    [
        ("red", "red"),
        ("Go BLUE go", "blue"),
        ("红红红", "red"),
        ("我是蓝队", "blue"),
        ("redo", None),
        ("bluered", None),
    ],
)
def test_a_camps_word_in_the_chat_pushes_for_it(text: str, camp: Camp | None) -> None:
    scene = Scene()
    scene.join("ann")
    effects = scene.play(ev.Said("ann", text))
    assert [push.camp for push in of(fx.PushBall, effects)] == ([camp] if camp else [])
    assert told("ann", effects) == ([OwnCamp(camp)] if camp else [])


def test_a_press_picks_a_camp_and_pushes_and_a_second_one_only_pushes() -> None:
    scene = Scene()
    scene.join("ann")
    first = scene.play(ev.CampPicked("ann", "red"))
    again = scene.play(ev.CampPicked("ann", "red"))
    assert len(of(fx.PushBall, first)) == len(of(fx.PushBall, again)) == 1
    assert [report.type for report in of(fx.Report, first)] == ["camp"]
    assert not of(fx.Report, again)
    assert (told("ann", first), told("ann", again)) == ([OwnCamp("red")], [])
    assert (scene.room.camp_red, scene.room.camp_blue) == (1, 0)
    scene.play(ev.CampPicked("ann", "blue"))
    assert (scene.room.camp_red, scene.room.camp_blue) == (0, 1)


def test_a_press_with_an_id_is_told_when_the_game_has_it() -> None:
    scene = joined()
    effects = scene.play(ev.CampPicked("ann", "red", "press-1"))
    assert of(fx.PushBall, effects) == [fx.PushBall("red", 0.2, "ann", "press-1")]
    assert told("ann", effects) == [OwnCamp("red")]
    assert told("ann", scene.play(moved("press-1", "queued", "after the goal"))) == [
        PushUpdate("press-1", "red", "queued", "after the goal")
    ]
    assert told("ann", scene.play(moved("press-1", "done"))) == [PushUpdate("press-1", "red", "done")]


@pytest.mark.parametrize("state", ["queued", "done", "failed"])
def test_a_press_that_is_sent_again_pushes_once_and_is_told_how_it_stands(state: PushState) -> None:
    scene = joined()
    scene.play(ev.CampPicked("ann", "red", "press-1"))
    assert scene.play(ev.CampPicked("ann", "red", "press-1")) == [], "the game has not said anything yet"
    scene.play(moved("press-1", state))
    again = scene.play(ev.CampPicked("ann", "red", "press-1"))
    assert again == [fx.Tell("ann", PushUpdate("press-1", "red", state))]


def test_a_press_that_comes_too_fast_is_refused_by_its_id_and_may_be_pressed_again() -> None:
    scene = joined()
    burst = int(CAMP_ALLOWANCE.burst)
    scene.play(*(ev.CampPicked("ann", "red", f"press-{number}") for number in range(burst)))
    late = scene.play(ev.CampPicked("ann", "red", "late"))
    assert late == [fx.Tell("ann", PushUpdate("late", "red", "refused", TOO_FAST))]
    assert scene.play(ev.CampPicked("ann", "red")) == [fx.Tell("ann", Refused("camp", TOO_FAST))]
    scene.now_s += 1.0 / CAMP_ALLOWANCE.rate_hz
    assert of(fx.PushBall, scene.play(ev.CampPicked("ann", "red", "late")))


@pytest.mark.parametrize("id", ["x" * (PUSH_ID_CHARACTERS_MAX + 1), "line:1", "a b", "\n"])
def test_an_id_that_is_none_is_refused(id: str) -> None:
    assert joined().play(ev.CampPicked("ann", "red", id)) == [fx.Tell("ann", Refused("camp", NO_ID))]


def test_the_longest_id_is_one() -> None:
    assert of(fx.PushBall, joined().play(ev.CampPicked("ann", "red", "x" * PUSH_ID_CHARACTERS_MAX)))


def test_only_the_newest_presses_of_a_viewer_are_remembered() -> None:
    scene = joined()
    for number in range(PUSHES_KEPT_MAX + 1):
        scene.now_s += 1.0
        scene.play(ev.CampPicked("ann", "red", f"press-{number}"))
    assert not of(fx.PushBall, scene.play(ev.CampPicked("ann", "red", "press-1")))
    scene.now_s += 1.0
    assert of(fx.PushBall, scene.play(ev.CampPicked("ann", "red", "press-0"))), "the room knows it no more"


def test_a_word_in_the_chat_is_told_by_the_number_of_its_line() -> None:
    scene = joined()
    effects = scene.play(ev.Said("ann", "go red"))
    (push,) = of(fx.PushBall, effects)
    assert (push.viewer, push.id) == ("ann", f"line:{scene.room.seq}")
    assert told("ann", scene.play(moved(push.id, "done"))) == [PushUpdate(push.id, "red", "done")]


def test_who_has_been_gone_for_long_is_told_nothing() -> None:
    scene = joined()
    scene.play(ev.CampPicked("ann", "red", "press-1"), ev.Left("ann"))
    scene.now_s += FORGET_S + 1.0
    for _ in range(SHELVES):
        scene.tick(0.0)
    assert scene.play(moved("press-1", "done")) == []
