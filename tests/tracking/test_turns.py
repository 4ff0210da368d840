"""Turns are taken as often as they are worth it and as time is left beside the face, and never left out for long."""

from collections import Counter

import pytest

from avatar_live.tracking.turns import (
    BODY_AWAY_PERIOD_S,
    BODY_PERIOD_S,
    BUSY_SHARE,
    HANDS_AWAY_PERIOD_S,
    HANDS_PERIOD_S,
    TURN_PERIOD_S_MAX,
    WAIT_PRICE,
    Turns,
)

SECONDS = 6.0


def taken(
    rate_hz: float,
    face_s: float,
    turn_s: float,
    *,
    waited_s: float = 0.0,
    jitter_s: float = 0.0,
    are_hands_near: bool = True,
) -> dict[str, float]:
    """Return the turns a second of each part, with a camera of `rate_hz` on a machine with these costs."""
    turns, counts = Turns(), Counter({"body": 0, "hands": 0})
    for number in range(round(SECONDS * rate_hz)):
        turns.see(number / rate_hz + (jitter_s if number % 2 else 0.0))
        turns.spend(face_s)
        part = turns.take(are_hands_near=are_hands_near)
        if part is not None:
            turns.spend(turn_s, waited_s)
            counts[part] += 1
    return {part: count / SECONDS for part, count in counts.items()}


@pytest.mark.parametrize("rate_hz", [30.0, 60.0, 120.0])
def test_hands_that_are_near_lead_and_the_body_follows(rate_hz: float) -> None:
    rates = taken(rate_hz, 0.002, 0.004)
    assert rates["hands"] == pytest.approx(1.0 / HANDS_PERIOD_S, abs=2.0)
    assert 7.0 <= rates["body"] <= 1.0 / BODY_PERIOD_S + 1.0


def test_where_no_hand_can_be_looks_are_seldom() -> None:
    rates = taken(30.0, 0.004, 0.010, are_hands_near=False)
    assert rates["hands"] == pytest.approx(1.0 / HANDS_AWAY_PERIOD_S, abs=1.0)
    assert rates["body"] == pytest.approx(1.0 / BODY_AWAY_PERIOD_S, abs=1.0)


def test_a_hand_that_comes_near_is_looked_for_in_the_next_picture() -> None:
    turns = Turns()
    for number in range(12):
        turns.see(number / 30.0)
        turns.take(are_hands_near=False)
    looked = []
    for number in range(12, 15):
        turns.see(number / 30.0)
        looked.append(turns.take(are_hands_near=True))
    assert "hands" in looked[:2]


def test_jittering_pictures_lose_no_turn() -> None:
    assert taken(30.0, 0.004, 0.010, jitter_s=0.004) == taken(30.0, 0.004, 0.010)


@pytest.mark.parametrize(("face_s", "turn_s"), [(0.012, 0.028), (0.012, 0.040), (0.020, 0.030)])
def test_face_and_turns_together_take_no_longer_than_there_is(face_s: float, turn_s: float) -> None:
    busy = 30.0 * face_s + sum(taken(30.0, face_s, turn_s).values()) * turn_s
    assert 0.7 < busy <= BUSY_SHARE + 0.01


def test_hands_lead_where_time_is_short_and_the_body_still_has_its_turn() -> None:
    rates = taken(30.0, 0.012, 0.025)
    assert rates["hands"] >= rates["body"] >= 1.0 / (2.0 * TURN_PERIOD_S_MAX)


def test_a_machine_that_cannot_keep_pace_still_looks_at_both() -> None:
    rates = taken(30.0, 0.050, 0.100)
    assert sum(rates.values()) == pytest.approx(1.0 / TURN_PERIOD_S_MAX, rel=0.2)
    assert rates["body"] == pytest.approx(rates["hands"], abs=0.5)


def test_time_spent_waiting_for_a_core_is_dear() -> None:
    """Looks that last twice as long because others have the core are taken as if they lasted four times as long."""
    crowded = sum(taken(30.0, 0.008, 0.028, waited_s=0.014).values())
    slow = sum(taken(30.0, 0.008, 0.014 + WAIT_PRICE * 0.014).values())
    assert crowded == slow < 0.6 * sum(taken(30.0, 0.008, 0.028).values())


def test_more_cannot_have_been_waited_than_was_spent() -> None:
    one, other = Turns(), Turns()
    for turns, waited_s in ((one, 5.0), (other, 0.01)):
        turns.see(0.0)
        turns.spend(0.01, waited_s)
    rest = [[turns.take(are_hands_near=True)] for turns in (one, other)]
    assert rest[0] == rest[1]


def test_pictures_that_were_missed_are_no_slower_camera() -> None:
    """A tracker that gets every second picture only is behind already."""
    turns, count = Turns(), 0
    for number in range(60):
        turns.see(number / 30.0)
    for number in range(30):
        turns.see(2.0 + number / 15.0)
        turns.spend(0.030)
        if turns.take(are_hands_near=True) is not None:
            turns.spend(0.035)
            count += 1
    assert count < 18


def test_one_hang_does_not_stop_the_turns() -> None:
    turns = Turns()
    turns.see(0.0)
    turns.spend(30.0)
    counts = 0
    for number in range(1, 31):
        turns.see(30.0 + number / 30.0)
        counts += turns.take(are_hands_near=True) is not None
    assert counts > 15
