"""The event API's memory: bounded, numbered, and told again to who was away."""

import msgspec
from fake_wire import FakeWire

from avatar_live.protocol.api import ApiEvent
from avatar_live.protocol.wire import CHAT_CHARACTERS_MAX
from avatar_live.server.event_log import EVENTS_KEPT_MAX, LISTENERS_MAX, EventLog
from avatar_live.server.sockets import Line


def heard(wire: FakeWire) -> list[int]:
    return [msgspec.json.decode(frame[frame.index(b"{") :], type=ApiEvent).seq for frame in wire.written]


def log_with(count: int) -> EventLog:
    log = EventLog("life-1")
    for number in range(count):
        log.report("like", {"count": 1, "total": number}, 1_000.0)
    return log


def test_a_listener_hears_what_is_new() -> None:
    log, wire = log_with(3), FakeWire()
    assert log.listen(Line(wire), since=None)
    log.report("goal", {"camp": "red", "red": 1, "blue": 0}, 1_001.0)
    assert heard(wire) == [4]


def test_a_listener_that_was_away_hears_what_it_missed_in_order() -> None:
    log, wire = log_with(5), FakeWire()
    log.listen(Line(wire), since=2)
    log.report("chat", {"name": "Ann", "text": "hi"}, 1_001.0)
    assert heard(wire) == [3, 4, 5, 6]


def test_a_number_of_an_earlier_life_hears_all_that_is_kept() -> None:
    log, wire = log_with(3), FakeWire()
    log.listen(Line(wire), since=99)
    assert heard(wire) == [1, 2, 3]


def test_no_more_than_the_limit_is_kept() -> None:
    log, wire = log_with(EVENTS_KEPT_MAX + 1), FakeWire()
    log.listen(Line(wire), since=0)
    assert heard(wire) == list(range(2, EVENTS_KEPT_MAX + 2))


def test_one_listener_past_the_limit_is_sent_away_until_another_goes() -> None:
    log = log_with(0)
    lines = [Line(FakeWire()) for _ in range(LISTENERS_MAX)]
    assert all(log.listen(line, since=None) for line in lines)
    late = Line(FakeWire())
    assert not log.listen(late, since=None)
    log.forget(lines[0])
    assert log.listen(late, since=None)


class SlowWire(FakeWire):
    """A websocket on whose way everything still is."""

    def write(self, frame: bytes) -> None:
        super().write(frame)
        self.unsent += len(frame)


def test_whoever_asks_for_all_that_is_kept_is_not_cut_for_being_slow() -> None:
    log, wire = EventLog("life-1"), SlowWire()
    for _ in range(EVENTS_KEPT_MAX):
        log.report("chat", {"name": "Ann", "text": "\N{CAT FACE}" * CHAT_CHARACTERS_MAX}, 1_000.0)
    log.listen(Line(wire), since=0)
    log.report("like", {"count": 1, "total": 1}, 1_001.0)
    numbers = heard(wire)
    assert wire.is_open()
    assert numbers == list(range(numbers[0], EVENTS_KEPT_MAX + 2))
    assert len(numbers) > 100
