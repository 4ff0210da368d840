"""The life of an effect: in line, asked, accepted, running, resting, done; or failed, and paid back with the reason."""

import pytest
from games import GHOST, came, selling
from rooms import Scene, of, told

from avatar_live.protocol.catalogue import DANCE_SECONDS, GIANT_HEAD_SECONDS
from avatar_live.protocol.cues import GiantHead, React
from avatar_live.protocol.effects import ANSWER_S, OUTCOME_S, PAUSE_S_MAX, RETURN_S, EffectStep
from avatar_live.protocol.wire import REASON_CHARACTERS_MAX, GiftUpdate
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room import turns

GIFT = "castle/ghost"


def paid(scene: Scene, viewer: str = "ann", id: str = "gift-1") -> tuple[str, list[fx.Effect]]:
    """Let a viewer pay for a ghost; return by which id the game knows it, and what came of it."""
    effects = scene.play(ev.GiftCommitted(viewer, viewer, id, GIFT, 900, "token", 25))
    return turns.effect_id(viewer, id), effects


def say(scene: Scene, id: str, step: EffectStep, reason: str = "") -> list[fx.Effect]:
    """Let the game report; it is not refused."""
    report = ev.EffectReported(id, step, reason)
    assert not turns.obstacle_to_report(scene.room, report)
    return scene.play(report)


def reports(kind: str, effects: list[fx.Effect]) -> list[object]:
    return [report.data["id"] for report in of(fx.Report, effects) if report.type == kind]


def states(viewer: str, effects: list[fx.Effect]) -> list[tuple[str, float]]:
    return [(one.state, one.seconds) for one in told(viewer, effects) if isinstance(one, GiftUpdate)]


def test_an_effect_is_asked_accepted_and_done_and_the_giver_follows_it() -> None:
    scene = selling()
    id, effects = paid(scene)
    (asked,) = [report for report in of(fx.Report, effects) if report.type == "effect_asked"]
    assert asked.data == {
        "id": id, "game": "castle", "effect": "ghost", "name": "ann", "price_coins": 25, "seconds": 0.0,
    }  # fmt: skip
    assert states("ann", effects) == [("committed", 0.0)]
    assert not say(scene, id, "accepted")
    effects = say(scene, id, "done")
    assert of(fx.Mark, effects) == [fx.Mark("ann", "gift-1", "done")]
    assert states("ann", effects) == [("done", 0.0)]
    assert reports("effect_ended", effects) == [id]
    assert turns.obstacle_to_report(scene.room, ev.EffectReported(id, "done")) == turns.NOT_ON_ITS_WAY
    assert not scene.play(ev.EffectReported(id, "failed", "too late")), "what is done is never paid back"


def test_one_waits_for_the_other_and_is_asked_when_that_is_over() -> None:
    scene = selling()
    first, _ = paid(scene)
    second, effects = paid(scene, "bob", "gift-2")
    assert reports("effect_asked", effects) == []
    assert states("bob", effects) == [("committed", 0.0), ("queued", 0.0)]
    assert turns.obstacle_to_report(scene.room, ev.EffectReported(second, "accepted")) == turns.NOT_YET
    assert reports("effect_asked", say(scene, first, "done")) == [second]


def test_so_many_run_at_once_as_the_game_says() -> None:
    scene = selling(at_once_max=2)
    asked = [reports("effect_asked", paid(scene, "ann", f"gift-{number}")[1]) for number in range(3)]
    assert [len(one) for one in asked] == [1, 1, 0]


def test_a_running_effect_counts_down_rests_goes_on_and_is_done_by_the_clock() -> None:
    scene = selling(seconds=10.0)
    id, _ = paid(scene)
    say(scene, id, "accepted")
    assert states("ann", say(scene, id, "running")) == [("running", 10.0)]
    scene.tick(4.0)
    assert states("ann", say(scene, id, "paused")) == [("paused", 6.0)]
    scene.tick(PAUSE_S_MAX - 1.0)
    assert not say(scene, id, "paused")
    assert states("ann", say(scene, id, "resumed")) == [("running", 6.0)]
    assert not states("ann", scene.tick(5.9))
    effects = scene.tick(0.2)
    assert states("ann", effects) == [("done", 0.0)]
    assert reports("effect_ended", effects) == [id], "the game hears that the time is up"


@pytest.mark.parametrize(
    ("steps", "after_s", "seconds", "reason"),
    [
        ((), ANSWER_S, 0.0, turns.NO_ANSWER),
        (("accepted",), OUTCOME_S, 0.0, turns.NO_OUTCOME),
        (("accepted",), OUTCOME_S, 10.0, turns.NO_OUTCOME),
        (("running",), OUTCOME_S, 0.0, turns.NO_OUTCOME),
        (("running", "paused"), PAUSE_S_MAX, 10.0, turns.PAUSED_LONG),
    ],
)
def test_what_a_game_leaves_open_for_too_long_has_failed_and_is_paid_back(
    steps: tuple[EffectStep, ...], after_s: float, seconds: float, reason: str
) -> None:
    scene = selling(seconds=seconds)
    id, _ = paid(scene)
    for step in steps:
        say(scene, id, step)
    assert not of(fx.Refund, scene.tick(after_s - 0.1))
    effects = scene.tick(0.1)
    assert of(fx.Refund, effects) == [fx.Refund("ann", "gift-1", reason)]
    assert states("ann", effects) == [("failed", 0.0)]
    assert reports("effect_ended", effects) == [id]


def test_the_reason_of_a_failure_is_cleaned_and_reaches_the_giver() -> None:
    scene = selling()
    id, _ = paid(scene)
    effects = say(scene, id, "failed", "no \u202eroom " + "x" * 300)
    (refund,) = of(fx.Refund, effects)
    assert refund.reason.startswith("no room x") and len(refund.reason) == REASON_CHARACTERS_MAX
    id, _ = paid(scene, id="gift-2")
    assert of(fx.Refund, say(scene, id, "failed"))[0].reason == turns.FAILED


def test_what_a_game_that_went_away_has_not_done_is_asked_again_by_the_same_id() -> None:
    scene = selling(seconds=10.0)
    running, _ = paid(scene)
    waiting, _ = paid(scene, "bob", "gift-2")
    say(scene, running, "running")
    scene.tick(4.0)
    effects = scene.play(ev.GameLeft("castle"))
    (update,) = told("ann", effects)
    assert isinstance(update, GiftUpdate)
    assert (update.state, update.reason) == ("queued", turns.WAITS_FOR_GAME)
    scene.tick(RETURN_S - 1.0)
    effects = came(scene, seconds=10.0)
    (asked,) = [report for report in of(fx.Report, effects) if report.type == "effect_asked"]
    assert (asked.data["id"], asked.data["seconds"]) == (running, 6.0)
    assert [one.id for one in turns.asked(scene.room, "castle")] == [running]
    assert reports("effect_asked", say(scene, running, "done")) == [waiting]


def test_of_two_lines_of_a_game_the_first_that_accepts_an_effect_has_it_until_that_line_goes() -> None:
    scene = selling(seconds=10.0)
    came(scene, seconds=10.0)
    id, _ = paid(scene)
    accepted = [ev.EffectReported(id, "accepted", line=line) for line in ("old", "new")]
    scene.play(accepted[0])
    assert turns.obstacle_to_report(scene.room, accepted[0]) == "", "the answer may have been lost"
    assert turns.obstacle_to_report(scene.room, accepted[1]) == turns.OTHER_LINE
    assert reports("effect_asked", came(scene, seconds=10.0)) == [], "a third line does not take it away"
    scene.play(ev.EffectReported(id, "running", line="old"))
    scene.tick(4.0)
    effects = scene.play(ev.GameLeft("castle", "old"))
    (asked,) = [report for report in of(fx.Report, effects) if report.type == "effect_asked"]
    assert (asked.data["id"], asked.data["seconds"]) == (id, 6.0)
    assert turns.obstacle_to_report(scene.room, accepted[1]) == ""
    assert reports("effect_ended", scene.play(accepted[1], ev.EffectReported(id, "done", line="new"))) == [id]


def test_no_game_can_speak_for_a_gift_of_our_own() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.GiftCommitted("ann", "ann", "gift-1", "dance", 900, "token"))
    id = turns.effect_id("ann", "gift-1")
    assert [turn.id for turn in scene.room.shelf.turns] == [id]
    assert turns.obstacle_to_report(scene.room, ev.EffectReported(id, "failed")) == turns.NOT_ON_ITS_WAY


def test_a_game_that_does_not_come_back_has_failed_all_that_waited_for_it() -> None:
    scene = selling()
    paid(scene)
    paid(scene, "bob", "gift-2")
    scene.play(ev.GameLeft("castle"))
    scene.tick(RETURN_S)
    effects = scene.tick(0.1)
    assert of(fx.Refund, effects) == [
        fx.Refund("ann", "gift-1", turns.GAME_GONE),
        fx.Refund("bob", "gift-2", turns.GAME_GONE),
    ]
    assert not scene.room.shelf.turns


def test_what_was_paid_in_an_earlier_life_waits_for_its_game_as_if_it_had_just_left() -> None:
    scene = Scene()
    id, effects = paid(scene)
    assert not reports("effect_asked", effects)
    assert not of(fx.Refund, scene.tick(RETURN_S))
    assert reports("effect_asked", came(scene, seconds=10.0)) == [id]
    scene = Scene()
    paid(scene)
    scene.tick(RETURN_S)
    assert of(fx.Refund, scene.tick(0.1)) == [fx.Refund("ann", "gift-1", turns.GAME_GONE)]


def test_a_game_that_comes_back_may_say_at_once_what_it_did_before() -> None:
    scene = Scene()
    id, _ = paid(scene)
    assert of(fx.Mark, say(scene, id, "done")) == [fx.Mark("ann", "gift-1", "done")]


def test_a_game_on_a_new_line_is_asked_again_and_one_that_repeats_itself_is_not() -> None:
    scene = selling()
    id, _ = paid(scene)
    say(scene, id, "accepted")
    assert not reports("effect_asked", scene.play(ev.GameOffered("castle", (GHOST,))))
    assert reports("effect_asked", came(scene)) == [id]


def test_what_is_no_longer_sold_is_paid_back_unless_the_game_is_at_it() -> None:
    scene = selling()
    at_it, _ = paid(scene)
    say(scene, at_it, "accepted")
    paid(scene, "bob", "gift-2")
    effects = scene.play(ev.GameOffered("castle", ()))
    assert of(fx.Refund, effects) == [fx.Refund("bob", "gift-2", turns.NOT_SOLD)]
    assert of(fx.Mark, say(scene, at_it, "done"))


def test_only_what_runs_can_rest() -> None:
    scene = selling()
    id, _ = paid(scene)
    for step in ("paused", "resumed"):
        assert turns.obstacle_to_report(scene.room, ev.EffectReported(id, step)) == turns.NOT_RUNNING


def test_a_giver_who_comes_back_or_asks_again_is_told_how_the_own_effect_stands() -> None:
    scene = selling(seconds=10.0)
    id, _ = paid(scene)
    say(scene, id, "running")
    scene.tick(3.0)
    assert states("ann", scene.join("ann")) == [("running", 7.0)]
    assert told("ann", scene.play(ev.GiftRepeated("ann", "gift-1", "committed", 900, ""))) == [
        GiftUpdate("gift-1", "running", 900, "", 7.0, GIFT)
    ]


def test_a_gift_that_lasts_runs_once_the_engine_has_it_and_is_done_at_its_end() -> None:
    scene = Scene()
    scene.join("ann")
    effects = scene.commit("ann", "gift-1", "giant_head")
    (head,) = [one for one in of(fx.ShowCue, effects) if isinstance(one.cue, GiantHead)]
    effects = scene.play(ev.CueWasTaken(head.id))
    assert states("ann", effects) == [("running", GIANT_HEAD_SECONDS)]
    assert of(fx.Mark, effects) == [fx.Mark("ann", "gift-1", "done")], "the engine shows it, whoever dies"
    assert not states("ann", scene.tick(GIANT_HEAD_SECONDS - 0.1))
    assert states("ann", scene.tick(0.1)) == [("done", 0.0)]


def test_of_two_dances_the_second_begins_when_the_first_is_over() -> None:
    scene = Scene()
    scene.join("ann")
    (first,) = [one for one in of(fx.ShowCue, scene.commit("ann", "gift-1", "dance")) if isinstance(one.cue, React)]
    effects = scene.commit("ann", "gift-2", "dance")
    assert not [one for one in of(fx.ShowCue, effects) if isinstance(one.cue, React)]
    scene.play(ev.CueWasTaken(first.id))
    effects = scene.tick(DANCE_SECONDS)
    assert [one.key for one in of(fx.ShowCue, effects)] == ["ann/gift-2/banner", "ann/gift-2"]


def test_the_next_engine_shows_what_was_left_of_a_gift_when_the_last_one_died() -> None:
    scene = Scene()
    scene.join("ann")
    scene.go_live()
    effects = scene.commit("ann", "gift-1", "giant_head")
    scene.play(*[ev.CueWasTaken(one.id) for one in of(fx.ShowCue, effects)])
    scene.tick(4.0)
    assert states("ann", scene.play(ev.EngineLeft())) == [("queued", 0.0)]
    scene.tick(100.0)
    (again,) = of(fx.ShowCue, scene.play(ev.EngineCame()))
    assert isinstance(again.cue, GiantHead)
    assert again.cue.seconds == pytest.approx(6.0)
    assert again.key != "ann/gift-1", "the same engine would take it for shown"
    assert states("ann", scene.play(ev.CueWasTaken(again.id))) == [("running", 6.0)]


def test_while_the_host_hides_nothing_begins_and_what_ran_on_the_stage_rests() -> None:
    scene = selling()
    scene.go_live()
    effects = scene.commit("ann", "gift-1", "giant_head")
    scene.play(*[ev.CueWasTaken(one.id) for one in of(fx.ShowCue, effects)])
    scene.tick(4.0)
    scene.play(ev.HostHid(True))
    id, effects = paid(scene, "bob", "gift-2")
    assert not reports("effect_asked", effects)
    assert not of(fx.Mark, scene.tick(100.0))
    scene.play(ev.HostHid(False))
    effects = scene.tick()
    assert reports("effect_asked", effects) == [id]
    (again,) = [one.cue for one in of(fx.ShowCue, effects) if isinstance(one.cue, GiantHead)]
    assert again.seconds == pytest.approx(6.0)


def test_a_game_of_an_earlier_life_is_away_until_it_comes_back_or_had_time_to() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.GamesRemembered(("castle", "maze")))
    assert {name: game.is_here for name, game in scene.room.shelf.games.items()} == {"castle": False, "maze": False}
    id, _ = paid(scene)
    assert [report.data["id"] for report in of(fx.Report, came(scene)) if report.type == "effect_asked"] == [id]
    scene.play(ev.GamesRemembered(("castle",)))
    assert scene.room.shelf.games["castle"].is_here, "it is here already"
    scene.tick(RETURN_S + 1.0)
    assert "maze" not in scene.room.shelf.games
