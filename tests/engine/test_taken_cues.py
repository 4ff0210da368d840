"""A cue that was paid for is shown once by one engine, however often a server gives it."""

from avatar_live.engine.taken_cues import KEYS_MAX, TakenCues


def test_a_key_is_new_once_and_no_key_always_is() -> None:
    taken = TakenCues()
    assert [taken.is_new(key) for key in ("ann/1", "ann/1", "bob/1", "", "")] == [True, False, True, True, True]


def test_the_oldest_key_is_forgotten_when_there_are_too_many() -> None:
    taken = TakenCues()
    for number in range(KEYS_MAX):
        assert taken.is_new(f"{number}")
    assert not taken.is_new("0"), "at the limit all are known"
    assert taken.is_new("one more")
    assert not taken.is_new("1")
    assert taken.is_new("0")
