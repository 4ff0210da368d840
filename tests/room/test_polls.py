"""Polls and quizzes: one vote a viewer, none lost, and nobody sees the answer too early."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms import Scene, of, told

from avatar_live.protocol.together import (
    CHOICE_CHARACTERS_MAX,
    CHOICES_MAX,
    CHOICES_MIN,
    POLL_SECONDS_MAX,
    POLL_SECONDS_MIN,
    POLL_SHOWN_S,
    QUESTION_CHARACTERS_MAX,
    OwnVote,
    Poll,
)
from avatar_live.protocol.wire import Refused
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.polls import NO_SUCH_CHOICE, NOT_RUNNING, TOLD_EVERY_S, Asked, asked
from avatar_live.room.state import CAMP_ALLOWANCE


def polling(*viewers: str, answer: int | None = None, choices: tuple[str, ...] = ("yes", "no")) -> Scene:
    scene = Scene()
    for viewer in viewers:
        scene.join(viewer)
    scene.play(ev.PollOpened("Tea?", choices, 30.0, answer))
    return scene


def polls_in(effects: list[fx.Effect]) -> list[Poll]:
    return [effect.message for effect in of(fx.TellAll, effects) if isinstance(effect.message, Poll)]


def reports(effects: list[fx.Effect], type: str) -> list[fx.Report]:
    return [report for report in of(fx.Report, effects) if report.type == type]


def test_a_poll_is_told_to_everybody_and_ends_with_its_counts() -> None:
    scene = Scene()
    scene.join("ann")
    scene.join("bob")
    effects = scene.play(ev.PollOpened("Tea?", ("yes", "no"), 30.0))
    assert polls_in(effects) == [Poll(1, "Tea?", ("yes", "no"), (0, 0), 30.0)]
    assert reports(effects, "poll_started")[0].data["choices"] == 2
    assert told("ann", scene.play(ev.Voted("ann", 1, 0))) == [OwnVote(1, 0)]
    scene.play(ev.Voted("bob", 1, 0))
    assert not polls_in(scene.tick(29.9))[0].is_over
    over = scene.tick(0.1)
    assert polls_in(over) == [Poll(1, "Tea?", ("yes", "no"), (2, 0), 0.0, is_over=True)]
    (ended,) = reports(over, "poll_ended")
    assert (ended.data["winner"], ended.data["votes"], ended.data["total"]) == ("yes", 2, 2)
    assert not polls_in(scene.tick(60.0)), "it ends once"


def test_votes_are_not_told_one_by_one() -> None:
    viewers = [f"viewer-{number}" for number in range(50)]
    scene = polling(*viewers)
    effects = [effect for viewer in viewers for effect in scene.play(ev.Voted(viewer, 1, 1))]
    assert not of(fx.TellAll, effects)
    assert [poll.votes for poll in polls_in(scene.tick(TOLD_EVERY_S))] == [(0, 50)]
    assert not polls_in(scene.tick(TOLD_EVERY_S)), "nothing new"


def test_a_vote_can_be_changed_until_the_end_and_counts_once() -> None:
    scene = polling("ann")
    scene.play(ev.Voted("ann", 1, 0), ev.Voted("ann", 1, 1), ev.Voted("ann", 1, 1))
    assert polls_in(scene.play(ev.PollClosed()))[0].votes == (0, 1)
    assert told("ann", scene.play(ev.Voted("ann", 1, 0))) == [Refused("vote", NOT_RUNNING)]


def test_a_quiz_keeps_counts_and_answer_until_it_is_over() -> None:
    scene = polling("ann", "bob", answer=1)
    scene.play(ev.Voted("ann", 1, 0), ev.Voted("bob", 1, 1))
    assert not polls_in(scene.tick(1.0))
    (greeting,) = of(fx.Greet, scene.join("late"))
    assert greeting.welcome.poll == Poll(1, "Tea?", ("yes", "no"), (), 29.0, is_quiz=True)
    over = scene.play(ev.PollClosed())
    (end,) = polls_in(over)
    assert (end.votes, end.answer, end.is_over) == ((1, 1), 1, True)
    assert (reports(over, "poll_ended")[0].data["answer"], reports(over, "poll_ended")[0].data["right"]) == ("no", 1)


@pytest.mark.parametrize(("poll", "choice"), [(1, 2), (1, -1), (2, 0), (0, 0)])
def test_what_cannot_be_chosen_is_refused(poll: int, choice: int) -> None:
    scene = polling("ann")
    (refused,) = told("ann", scene.play(ev.Voted("ann", poll, choice)))
    assert refused == Refused("vote", NO_SUCH_CHOICE if poll == 1 else NOT_RUNNING)


def test_who_votes_in_a_rage_is_refused_and_the_vote_stands() -> None:
    scene = polling("ann")
    burst = int(CAMP_ALLOWANCE.burst)
    effects = scene.play(*[ev.Voted("ann", 1, number % 2) for number in range(burst + 1)])
    assert isinstance(told("ann", effects)[-1], Refused)
    assert sum(polls_in(scene.play(ev.PollClosed()))[0].votes) == 1


def test_who_comes_back_has_voted_already_and_a_poll_that_is_long_over_is_not_shown() -> None:
    scene = polling("ann")
    scene.play(ev.Voted("ann", 1, 1), ev.Left("ann"))
    (greeting,) = of(fx.Greet, scene.join("ann"))
    assert (greeting.welcome.vote, greeting.welcome.poll is not None) == (1, True)
    scene.tick(30.0)
    (greeting,) = of(fx.Greet, scene.join("bob"))
    assert greeting.welcome.poll is not None and greeting.welcome.poll.is_over
    scene.tick(POLL_SHOWN_S + 1.0)
    (greeting,) = of(fx.Greet, scene.join("cat"))
    assert greeting.welcome.poll is None


def test_one_poll_at_a_time() -> None:
    scene = polling("ann")
    assert not scene.play(ev.PollOpened("Coffee?", ("yes", "no"), 30.0))
    scene.play(ev.PollClosed())
    assert polls_in(scene.play(ev.PollOpened("Coffee?", ("yes", "no"), 30.0)))[0].id == 2
    assert not scene.play(ev.PollClosed(), ev.PollClosed())[2:]


@pytest.mark.parametrize(
    ("question", "choices", "seconds", "answer", "is_asked"),
    [
        ("q" * QUESTION_CHARACTERS_MAX, ["a", "b"], 30.0, None, True),
        ("q" * (QUESTION_CHARACTERS_MAX + 1), ["a", "b"], 30.0, None, False),
        ("\u202e", ["a", "b"], 30.0, None, False),
        ("q", [str(number) for number in range(CHOICES_MAX)], 30.0, None, True),
        ("q", [str(number) for number in range(CHOICES_MAX + 1)], 30.0, None, False),
        ("q", ["a"] * (CHOICES_MIN - 1), 30.0, None, False),
        ("q", ["a" * CHOICE_CHARACTERS_MAX, "b"], 30.0, None, True),
        ("q", ["a" * (CHOICE_CHARACTERS_MAX + 1), "b"], 30.0, None, False),
        ("q", ["a", "a\u200b"], 30.0, None, False),
        ("q", ["a", "\u200b"], 30.0, None, False),
        ("q", ["a", "b"], POLL_SECONDS_MIN, None, True),
        ("q", ["a", "b"], POLL_SECONDS_MIN - 0.1, None, False),
        ("q", ["a", "b"], POLL_SECONDS_MAX, None, True),
        ("q", ["a", "b"], POLL_SECONDS_MAX + 0.1, None, False),
        ("q", ["a", "b"], float("nan"), None, False),
        ("q", ["a", "b"], 30.0, 1, True),
        ("q", ["a", "b"], 30.0, 2, False),
    ],
)
def test_a_poll_at_its_limits_is_asked_and_one_past_them_not(
    question: str, choices: list[str], seconds: float, answer: int | None, is_asked: bool
) -> None:
    assert isinstance(asked(question, choices, seconds, answer), Asked) == is_asked


def test_what_is_asked_cannot_reorder_or_flood_the_page() -> None:
    poll = asked("pay \u202eevil\u202c", ["z" + "\u0335" * 60, "b"], 30.0, None)
    assert isinstance(poll, Asked)
    assert poll.question == "pay evil" and len(poll.choices[0]) < 10


votes = st.tuples(st.integers(0, 5), st.integers(-1, 3), st.floats(0.0, 2.0))


@given(st.lists(votes, max_size=60))
def test_no_vote_is_lost_or_counted_twice(cast: list[tuple[int, int, float]]) -> None:
    scene = polling(*[f"viewer-{number}" for number in range(6)], choices=("a", "b", "c"))
    latest: dict[str, int] = {}
    for number, choice, later_s in cast:
        effects = scene.play(ev.Voted(f"viewer-{number}", 1, choice))
        if any(isinstance(message, OwnVote) for message in told(f"viewer-{number}", effects)):
            latest[f"viewer-{number}"] = choice
        scene.tick(later_s)
    scene.play(ev.PollClosed())
    ballot = scene.room.ballot
    assert ballot is not None
    assert ballot.counts == tuple(sum(choice == at for choice in latest.values()) for at in range(3))
    assert dict(ballot.votes.items()) == latest
