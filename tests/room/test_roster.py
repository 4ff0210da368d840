"""The roster is a map that is a value."""

from hypothesis import given
from hypothesis import strategies as st

from avatar_live.room.bucket import Allowance, Bucket, take
from avatar_live.room.roster import SHELVES, Roster

KEYS = st.text(max_size=3)


@given(st.lists(st.tuples(KEYS, st.none() | st.integers())))
def test_a_roster_behaves_as_a_dictionary(changes: list[tuple[str, int | None]]) -> None:
    roster: Roster[int] = Roster()
    expected: dict[str, int] = {}
    for key, value in changes:
        before, known = roster, dict(expected)
        if value is None:
            roster = roster.without(key)
            expected.pop(key, None)
        else:
            roster = roster.with_entry(key, value)
            expected[key] = value
        assert len(before) == len(known)
        assert before.get(key) == known.get(key), "the roster of before is not touched"
    assert len(roster) == len(expected)
    assert {key: roster.get(key) for key in expected} == expected
    assert dict(entry for shelf in range(SHELVES) for entry in roster.shelf(shelf)) == expected


@given(st.dictionaries(KEYS, st.integers()), st.integers(0, 3 * SHELVES), st.integers(0, SHELVES))
def test_a_change_reaches_the_shelves_that_it_names_once_each(known: dict[str, int], first: int, count: int) -> None:
    roster: Roster[int] = Roster()
    for key, value in known.items():
        roster = roster.with_entry(key, value)
    reached = {key for at in range(first, first + count) for key, _ in roster.shelf(at)}
    changed = roster.changed(first, count, lambda _, value: value + 1)
    assert dict(changed.items()) == {key: value + (key in reached) for key, value in known.items()}
    assert len(changed) == len(roster) and dict(roster.items()) == known


def test_an_allowance_takes_its_burst_and_then_its_rate() -> None:
    allowance = Allowance(rate_hz=2.0, burst=3.0)
    bucket: Bucket | None = Bucket()
    for _ in range(3):
        assert bucket is not None
        bucket = take(bucket, allowance, now_s=100.0)
    assert bucket is not None
    assert take(bucket, allowance, now_s=100.0) is None, "one past the burst"
    assert take(bucket, allowance, now_s=100.49) is None
    assert take(bucket, allowance, now_s=100.5) is not None
