"""A poll, a lottery and goals go on in the next life of the room, and nothing is paid or rewarded twice."""

import msgspec
import pytest
from msgspec.structs import replace
from rooms import Scene, of

from avatar_live.protocol.together import GoalBar, Prize
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.goals import bars
from avatar_live.room.state import Room
from avatar_live.room.step import step
from avatar_live.room.together import Together, restored, together


def next_life(scene: Scene, away_s: float = 5.0) -> tuple[Scene, list[fx.Effect]]:
    """Return a scene that goes on from what a file kept of another, on a clock of its own, and what it wants."""
    kept = msgspec.json.decode(msgspec.json.encode(together(scene.room, scene.now_s)), type=Together)
    after = Scene()
    after.now_s = 77.0
    after.room, effects = restored(Room(epoch="life-2"), kept, after.now_s - away_s)
    return after, list(effects)


def test_a_poll_goes_on_with_its_votes_and_the_time_it_had_left() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.PollOpened("Tea?", ("yes", "no"), 30.0, None), ev.Voted("ann", 1, 1))
    after, _ = next_life(scene, away_s=5.0)
    (greeting,) = of(fx.Greet, after.join("ann"))
    poll = greeting.welcome.poll
    assert poll is not None and (poll.votes, poll.seconds_left, greeting.welcome.vote) == ((0, 1), 25.0, 1)
    after.play(ev.Voted("ann", 1, 0))
    (ended,) = [one for one in of(fx.Report, after.tick(25.0)) if one.type == "poll_ended"]
    assert (ended.data["winner"], ended.data["total"]) == ("yes", 1)
    after.play(ev.PollOpened("More?", ("yes", "no"), 30.0, None))
    assert after.room.ballot is not None and after.room.ballot.id == 2


def test_what_ended_while_the_room_was_away_ends_at_once() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.PollOpened("Tea?", ("yes", "no"), 30.0, None), ev.Voted("ann", 1, 1))
    scene.play(ev.LotteryOpened("luck", 0, 30.0, 1, "coins", 100, "a seed"), ev.Said("ann", "luck"))
    after, effects = next_life(scene, away_s=3_600.0)
    assert not effects
    effects = after.tick()
    assert [one.data["winner"] for one in of(fx.Report, effects) if one.type == "poll_ended"] == ["no"]
    assert [award.viewer for award in of(fx.Award, effects)] == ["ann"]


@pytest.mark.parametrize("prize", ["coins", "ticket"])
def test_prizes_are_asked_for_again_under_the_names_by_which_the_ledger_books_each_once(prize: Prize) -> None:
    scene = Scene()
    for viewer in ("ann", "bob"):
        scene.join(viewer)
    coins = 100 if prize == "coins" else 0
    scene.play(ev.LotteryOpened("luck", 0, 30.0, 2, prize, coins, "a seed"))
    scene.play(ev.Said("ann", "luck"), ev.Said("bob", "luck"))
    drawn = scene.tick(30.0)
    asked = [*of(fx.Award, drawn), *of(fx.Commit, drawn)]
    assert len(asked) == 2
    after, effects = next_life(scene)
    assert effects == asked
    if prize == "coins":
        assert after.room.draw is not None and after.room.draw.phase == "drawing"
        ended = after.play(*[ev.Awarded(one.viewer, one.id, 1_100) for one in of(fx.Award, effects)])
        assert [one.data["count"] for one in of(fx.Report, ended) if one.type == "lottery_ended"] == [2]


def test_goals_go_on_from_where_they_were_and_are_rewarded_once() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.Liked("ann", 9), ev.GoalSet("likes", "Dance!", 50), ev.GoalSet("coins", "Hat", 5, "confetti"))
    scene.now_s += 5.0
    scene.play(ev.Liked("ann", 20))
    scene.commit("ann", "gift-1", "tomato")
    scene.tick(1.0)
    after, _ = next_life(scene)
    after.room = replace(after.room, has_engine=True)
    assert bars(after.room) == (
        GoalBar(1, "likes", "Dance!", 50, 20),
        GoalBar(2, "coins", "Hat", 5, 5, is_reached=True),
    )
    assert not [one for one in of(fx.Report, after.tick(1.0)) if one.type == "goal_reached"]


def test_the_score_goes_on_within_its_show_alone() -> None:
    room, _ = step(Room(epoch="life-1", run="tonight"), ev.Ticked(0.0, 3, 2, True), 1.0)
    kept = together(room, 1.0)
    scores = []
    for run in ("tonight", "tomorrow"):
        after, _ = restored(Room(epoch="life-2", run=run), kept, 2.0)
        scores.append((after.show.score_red, after.show.score_blue))
    assert scores == [(3, 2), (0, 0)]
