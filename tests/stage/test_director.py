"""The automatic director in virtual time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.protocol.cues import (
    Banner,
    Barrage,
    ChatPeak,
    Confetti,
    Cue,
    Fireworks,
    GiantHead,
    Goal,
    Hearts,
    React,
    Spotlight,
    Sticker,
    Throw,
)
from avatar_live.stage.director import (
    COOL_DOWN_S,
    INTERRUPTED_S_MIN,
    LOOK_S,
    LOOKS,
    SILENCE_S,
    STANDS_S_MAX,
    STANDS_S_MIN,
    WAITS_S_MAX,
    Director,
    Take,
    take_for,
)

STEP_S = 1.0 / 30.0


def reaction(cue: Cue) -> Take:
    take = take_for(cue)
    assert take is not None
    return take


TOMATO, PAPER, GOAL = reaction(Throw("tomato", 1)), reaction(Confetti(1)), reaction(Goal("red"))


def film(
    director: Director, seconds: float, noticed: dict[float, Take] | None = None
) -> list[tuple[float, Take | None]]:
    """Return when the take changed and to what, from second 0 on, the director hearing of things at their times."""
    events, cuts = sorted((noticed or {}).items()), [(0.0, director.decide(0.0))]
    for frame in range(1, round(seconds / STEP_S)):
        now_s = frame * STEP_S
        while events and events[0][0] <= now_s:
            director.notice(events.pop(0)[1], now_s)
        take = director.decide(now_s)
        if take != cuts[-1][1]:
            cuts.append((now_s, take))
    return cuts


def test_a_gift_is_looked_at_and_then_the_camera_comes_home() -> None:
    (_, first), (came_s, take), (left_s, last) = film(Director(1), 20.0, {10.0: PAPER})
    assert first is None and last is None and take == PAPER
    assert came_s == pytest.approx(10.0, abs=0.05)
    assert left_s - came_s == pytest.approx(PAPER.seconds, abs=0.05)


def test_a_second_gift_of_a_kind_waits_for_the_cool_down_and_is_then_forgotten() -> None:
    cuts = film(Director(1), 23.0, {5.0: TOMATO, 10.0: TOMATO, 5.0 + 3.0 + COOL_DOWN_S + 0.5: TOMATO})
    assert [take for _, take in cuts] == [None, TOMATO, None, TOMATO, None]
    assert cuts[3][0] == pytest.approx(15.5, abs=0.05)


def test_a_goal_may_interrupt_a_gift_and_a_gift_no_goal() -> None:
    cuts = film(Director(1), 14.0, {5.0: TOMATO, 5.2: GOAL, 7.5: PAPER})
    assert [take for _, take in cuts] == [None, TOMATO, GOAL, None]
    assert cuts[2][0] - cuts[1][0] == pytest.approx(INTERRUPTED_S_MIN, abs=0.05), "the gift was seen first"


def test_a_hail_of_tomatoes_holds_the_shot_but_not_for_ever() -> None:
    cuts = film(Director(1), 22.0, {5.0 + 0.5 * n: TOMATO for n in range(30)})
    assert cuts[1][1] == TOMATO and cuts[2][1] is None
    assert cuts[2][0] - cuts[1][0] == pytest.approx(STANDS_S_MAX, abs=0.05)


def test_what_comes_too_late_is_no_reaction() -> None:
    director = Director(1)
    assert director.decide(0.0) is None
    director.notice(TOMATO, 10.0)
    assert director.decide(10.0 + WAITS_S_MAX + 0.1) is None


def test_in_silence_the_camera_looks_around_and_comes_home() -> None:
    cuts = film(Director(4), 200.0)
    looks = [(cuts[i][0], cuts[i + 1][0] - cuts[i][0], cuts[i][1]) for i in range(1, len(cuts) - 1, 2)]
    assert len(looks) >= 3
    previous_s = 0.0
    for began_s, lasted_s, take in looks:
        assert take is not None and take.shot in LOOKS
        assert SILENCE_S[0] - 0.1 <= began_s - previous_s <= SILENCE_S[1] + 0.1
        assert LOOK_S[0] - 0.1 <= lasted_s <= LOOK_S[1] + 0.1
        previous_s = began_s + lasted_s
    assert len({take.shot for _, _, take in looks if take is not None}) > 1, "not always the same"


def test_silence_is_counted_from_the_last_thing_that_happened() -> None:
    cuts = film(Director(4), 60.0, {20.0: TOMATO})
    assert cuts[1][1] == TOMATO
    assert cuts[3][0] > 20.0 + TOMATO.seconds + SILENCE_S[0] - 0.1


def test_the_same_seed_and_events_give_the_same_film() -> None:
    events = {12.0: TOMATO, 33.0: GOAL, 80.0: PAPER}
    assert film(Director(9), 120.0, events) == film(Director(9), 120.0, events)
    assert film(Director(9), 120.0) != film(Director(10), 120.0)


def test_going_home_forgets_what_was_taken_and_what_waited() -> None:
    director = Director(1)
    director.decide(0.0)
    director.notice(GOAL, 10.0)
    assert director.decide(10.0) == GOAL
    director.notice(GOAL, 10.5)
    director.go_home(10.6)
    assert director.decide(10.7) is None and director.decide(14.0) is None


def test_what_the_body_does_is_seen_whole_and_what_hits_the_face_is_seen_near() -> None:
    shots = {cue: reaction(cue).shot for cue in (React("dance"), Sticker("star", 1), Fireworks(1), ChatPeak())}
    assert list(shots.values()) == ["full", "close-up", "wide", "close-up"]
    assert reaction(Spotlight("p1")).gifter == "p1"
    assert reaction(Spotlight("p1")).importance > reaction(Barrage(1)).importance


@pytest.mark.parametrize(
    "cue", [Banner("Ann: Tomato", "tomato"), GiantHead(10.0), Hearts(3, 1), React("wave"), React("bow")]
)
def test_what_is_read_or_followed_anyway_is_no_shot(cue: Cue) -> None:
    assert take_for(cue) is None


@given(
    st.lists(st.tuples(st.floats(0.0, 90.0), st.sampled_from([TOMATO, PAPER, GOAL])), max_size=40), st.integers(0, 9)
)
def test_no_shot_is_shorter_than_the_shortest(events: list[tuple[float, Take]], seed: int) -> None:
    cuts = film(Director(seed), 100.0, dict(events))
    lengths = np.diff([at_s for at_s, _ in cuts])
    for (_, take), (_, following), length in zip(cuts[:-1], cuts[1:], lengths, strict=True):
        is_interrupted = take is not None and following is not None
        assert length >= (INTERRUPTED_S_MIN if is_interrupted else STANDS_S_MIN) - STEP_S
