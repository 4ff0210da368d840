"""Another player may come while the machine keeps pace, and not while it is full."""

from avatar_live.engine.capacity import BUSY_SHARE_MAX, FULL_S, Capacity
from avatar_live.stage.cameras import PLAYERS_MAX
from avatar_live.stage.degrade import FULL, LADDER, Quality

SLOWED = Quality(0.5, False, 2 / 3)


def test_one_more_may_come_while_there_is_room() -> None:
    capacity = Capacity()
    assert [capacity.note(FULL, 0.5, playing, 10.0) for playing in range(PLAYERS_MAX + 1)] == [1, 2, 3, 4, 4]


def test_nobody_more_comes_while_frames_are_left_out_and_nobody_is_sent_away() -> None:
    assert Capacity().note(SLOWED, 0.5, playing=2, now_s=10.0) == 2
    smaller = next(quality for quality in LADDER if quality.scale < 1.0 and quality.rate == 1.0)
    assert Capacity().note(smaller, 0.5, playing=2, now_s=10.0) == 3


def test_nobody_more_comes_while_the_processors_are_busy() -> None:
    assert Capacity().note(FULL, BUSY_SHARE_MAX, playing=1, now_s=10.0) == 2
    assert Capacity().note(FULL, BUSY_SHARE_MAX + 0.01, playing=1, now_s=10.0) == 1


def test_a_lone_player_may_always_come() -> None:
    assert Capacity().note(SLOWED, 1.0, playing=0, now_s=10.0) == 1


def test_a_machine_that_was_full_stays_so_for_a_while() -> None:
    capacity = Capacity()
    capacity.note(FULL, 1.0, playing=1, now_s=10.0)
    assert capacity.note(FULL, 0.1, playing=1, now_s=10.0 + FULL_S - 0.01) == 1
    assert capacity.note(FULL, 0.1, playing=1, now_s=10.0 + FULL_S) == 2
