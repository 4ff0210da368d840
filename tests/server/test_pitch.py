"""The game takes every push: at once, or at the kick-off; and each viewer who wants to know is told once it is done."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_live.game.inputs import GoalScored
from avatar_live.game.push import CELEBRATE_S, TICK_S
from avatar_live.protocol.view import Camp
from avatar_live.server.pitch import ANSWERED_MAX, CROWDED, TOLD_AT_ONCE_MAX, WAITS, Pitch

CAMPS = st.sampled_from(["red", "blue"])


def states(pitch: Pitch) -> list[tuple[str, str]]:
    return [(one.id, one.state) for one in pitch.take_moved()]


def scored(by: Camp = "red") -> Pitch:
    """Return a pitch whose ball lies in a goal."""
    pitch = Pitch(7)
    pitch.push(by, 100.0)
    for _ in range(100):
        if pitch.advance(TICK_S):
            return pitch
    raise AssertionError("a hard push scores")


def test_a_push_is_done_with_the_next_tick() -> None:
    pitch = Pitch(7)
    pitch.push("red", 1.0, "ann", "press-1")
    assert states(pitch) == []
    pitch.advance(TICK_S)
    assert states(pitch) == [("press-1", "done")]
    assert pitch.view.ball_x > 0.0
    assert not pitch.is_at_rest


def test_a_push_after_a_goal_waits_for_the_kick_off_and_moves_the_ball_then() -> None:
    pitch = scored("red")
    pitch.push("blue", 1.0, "ann", "press-1")
    pitch.advance(TICK_S)
    (waits,) = pitch.take_moved()
    assert (waits.state, waits.reason) == ("queued", WAITS)
    heard: list[tuple[str, str]] = []
    for _ in range(round(CELEBRATE_S / TICK_S) + 2):
        pitch.advance(TICK_S)
        heard += states(pitch)
    assert heard == [("press-1", "done")]
    assert pitch.view.ball_x < 0.0


def test_of_pushes_against_each_other_the_stronger_side_wins_whatever_their_order() -> None:
    for order in (("red", "red", "blue"), ("blue", "red", "red")):
        pitch = Pitch(7)
        for camp in order:
            pitch.push("red" if camp == "red" else "blue", 50.0)
        pitch.advance(TICK_S)
        assert pitch.view.ball_x > 0.0
    draw = Pitch(7)
    for _ in range(3):
        draw.push("red", 0.2)
        draw.push("blue", 0.2)
    draw.advance(TICK_S)
    assert draw.view.ball_x == 0.0 and draw.is_at_rest


def test_more_pushes_than_can_be_followed_fail_for_a_reason_and_one_less_does_not() -> None:
    pitch = scored()
    for number in range(ANSWERED_MAX + 1):
        failed = pitch.push("red", 0.2, "ann", f"press-{number}")
        assert (failed is not None) == (number == ANSWERED_MAX)
    assert failed is not None
    assert (failed.id, failed.state, failed.reason) == (f"press-{ANSWERED_MAX}", "failed", CROWDED)
    assert pitch.take_moved() == ()


def test_steady_pressers_are_told_of_each_push_after_no_more_ticks_than_the_limit_takes() -> None:
    pitch, pressed, late = Pitch(7), 0, 0
    pressed_at: dict[str, int] = {}
    for tick in range(120):
        for _ in range(2 * TOLD_AT_ONCE_MAX):
            pressed += 1
            if pitch.push("red" if pressed % 2 else "blue", 0.2, "ann", f"press-{pressed}") is None:
                pressed_at[f"press-{pressed}"] = tick
        pitch.advance(TICK_S)
        for one in pitch.take_moved():
            if one.state == "done":
                late = max(late, tick - pressed_at.pop(one.id))
    assert len(pressed_at) <= ANSWERED_MAX and late <= ANSWERED_MAX // TOLD_AT_ONCE_MAX


def test_a_full_house_is_told_over_some_ticks() -> None:
    pitch = Pitch(7)
    for number in range(TOLD_AT_ONCE_MAX + 1):
        pitch.push("red", 0.2, "ann", f"press-{number}")
    pitch.advance(TICK_S)
    assert len(pitch.take_moved()) == TOLD_AT_ONCE_MAX
    assert states(pitch) == [(f"press-{TOLD_AT_ONCE_MAX}", "done")]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.lists(CAMPS, max_size=5), st.floats(0.0, 0.4)), max_size=30))
def test_every_push_is_done_once_and_never_waits_for_longer_than_a_celebration(
    ticks: list[tuple[list[Camp], float]],
) -> None:
    pitch, done, asked = Pitch(7), Counter[str](), 0
    for camps, dt_s in ticks:
        for camp in camps:
            pitch.push(camp, 5.0, "ann", f"press-{asked}")
            asked += 1
        pitch.advance(dt_s)
        done.update(id for id, state in states(pitch) if state == "done")
    for _ in range(round(CELEBRATE_S / TICK_S) + 2):
        pitch.advance(TICK_S)
        done.update(id for id, state in states(pitch) if state == "done")
    assert len(done) == asked and set(done.values()) <= {1}


def test_a_game_goes_on_from_the_score_of_an_earlier_life() -> None:
    pitch = Pitch(7)
    pitch.go_on_from(3, 2)
    assert (pitch.view.score_red, pitch.view.score_blue) == (3, 2)
    pitch.push("red", 100.0)
    for _ in range(100):
        if goals := pitch.advance(TICK_S):
            break
    assert goals == (GoalScored("red", 4, 2),)
