"""The event API's memory: bounded, numbered, and told again to who was away."""

import msgspec
import pytest

from avatar_live.protocol.api import EVENT_TYPES, ApiEvent
from avatar_live.protocol.samples import Value
from avatar_live.protocol.wire import CHAT_CHARACTERS_MAX
from avatar_live.server.event_log import DEAR, EVENTS_KEPT_BYTES_MAX, EVENTS_KEPT_MAX, EventLog, Kept


def log_with(count: int) -> EventLog:
    log = EventLog("life-2")
    for number in range(count):
        log.report("like", {"count": 1, "total": number}, 1_000.0)
    return log


def numbers(log: EventLog, since: int, epoch: str | None = None) -> list[int]:
    return [kept.event.seq for kept in log.after(epoch, since)]


def test_everybody_who_hears_is_told_what_is_new() -> None:
    log = log_with(3)
    heard: list[Kept] = []
    log.hearers.append(heard.append)
    log.report("goal", {"camp": "red", "red": 1, "blue": 0}, 1_001.0)
    assert [kept.event for kept in heard] == [
        ApiEvent("life-2", 4, "goal", 1_001.0, {"camp": "red", "red": 1, "blue": 0})
    ]


@pytest.mark.parametrize(
    ("epoch", "since", "told", "is_gap"),
    [
        pytest.param("life-2", 2, [3, 4, 5], False, id="some are missing"),
        pytest.param("life-2", 5, [], False, id="nothing is missing"),
        pytest.param(None, 2, [3, 4, 5], False, id="no epoch, a number of now"),
        pytest.param(None, 99, [1, 2, 3, 4, 5], True, id="no epoch, a number of an older life"),
        pytest.param("life-1", 2, [1, 2, 3, 4, 5], True, id="an older life"),
    ],
)
def test_who_was_away_hears_what_is_missing_and_whether_more_is(
    epoch: str | None, since: int, told: list[int], is_gap: bool
) -> None:
    log = log_with(5)
    assert numbers(log, since, epoch) == told
    assert log.is_gap(epoch, since) is is_gap


def test_no_more_than_the_limit_is_kept_and_what_is_gone_is_known() -> None:
    log = log_with(EVENTS_KEPT_MAX)
    assert numbers(log, 0) == list(range(1, EVENTS_KEPT_MAX + 1))
    assert not log.is_gap("life-2", 0)
    log.report("like", {"count": 1, "total": 1}, 1_000.0)
    assert numbers(log, 0) == list(range(2, EVENTS_KEPT_MAX + 2))
    assert log.oldest_seq == 2
    assert log.is_gap("life-2", 0)
    assert not log.is_gap("life-2", 1)


def test_long_events_push_more_of_the_old_ones_out() -> None:
    log = EventLog("life-1")
    for _ in range(EVENTS_KEPT_MAX):
        log.report("refund", {"id": "1", "reason": "\N{CAT FACE}" * CHAT_CHARACTERS_MAX}, 1_000.0)
    kept = list(log.after(None, 0))
    assert sum(len(one.frame) for one in kept) <= EVENTS_KEPT_BYTES_MAX
    assert 100 < len(kept) < EVENTS_KEPT_MAX


def test_a_log_without_events_has_its_oldest_one_ahead() -> None:
    log = log_with(0)
    assert (log.seq, log.oldest_seq) == (0, 1)
    assert not log.is_gap("life-2", 0)


def test_source_and_test_are_left_out_where_there_is_nothing_to_say() -> None:
    log = log_with(1)
    log.report("like", {"count": 1, "total": 1}, 1_000.0, "twitch", is_test=True)
    plain, marked = (msgspec.json.decode(msgspec.json.encode(kept.event)) for kept in log.after(None, 0))
    assert plain.keys() == {"epoch", "seq", "type", "at", "data"}
    assert (marked["source"], marked["test"]) == ("twitch", True)


def say(log: EventLog, line: int, text: str = "hello") -> None:
    said: dict[str, Value] = {"name": "Ann", "text": text, "line": line, "role": "viewer", "reply_to": 0}
    log.report("chat", said, 1_000.0)


def test_no_number_of_chat_lines_makes_a_gift_forgotten_and_it_is_told_in_its_place() -> None:
    log = EventLog("life-2")
    log.report("refund", {"id": "1", "reason": "no"}, 1_000.0)
    for line in range(EVENTS_KEPT_MAX):
        say(log, line)
        if line == EVENTS_KEPT_MAX - 2:
            log.report("refund", {"id": "2", "reason": "no"}, 1_000.0)
    told = numbers(log, 0)
    assert told == sorted(told) and told[0] == 1
    assert told[-2:] == [EVENTS_KEPT_MAX + 1, EVENTS_KEPT_MAX + 2]
    assert log.is_gap("life-2", 1) and not log.is_gap("life-2", log.oldest_seq - 1)
    assert told[1:] == list(range(log.oldest_seq, log.seq + 1))


def test_every_type_of_event_that_has_a_ring_of_its_own_is_one() -> None:
    assert set(EVENT_TYPES) > DEAR


def test_a_line_that_was_removed_is_told_again_without_its_text() -> None:
    log = EventLog("life-2")
    say(log, 1, "something bad")
    say(log, 2)
    log.report("chat_removed", {"line": 1}, 1_000.0)
    kept = list(log.after(None, 0))
    assert [one.event.data.get("text") for one in kept] == ["", "hello", None]
    assert not any(b"something bad" in one.frame for one in kept)
