"""The event API's memory: bounded, numbered, and told again to who was away."""

from http import HTTPStatus
from unittest.mock import Mock

import msgspec
from fake_client import FakeClient

from avatar_live.edge.edge import Edge
from avatar_live.edge.origin import is_from_here
from avatar_live.protocol.api import ApiEvent
from avatar_live.protocol.wire import CHAT_CHARACTERS_MAX, CLOSE_REFUSED, CLOSE_TOKEN
from avatar_live.server.event_log import EVENTS_KEPT_MAX, LISTENERS_MAX, EventLog
from avatar_live.server.reception import reception

TOKEN = "a-token"


def listener(log: EventLog, query: str = "") -> FakeClient:
    return FakeClient(reception(no_edge(), log, TOKEN), f"/api/events?token={TOKEN}{query}")


def no_edge() -> Edge:
    return Edge(Mock(), is_from_here=is_from_here)


def heard(client: FakeClient) -> list[int]:
    return [msgspec.json.decode(frame, type=ApiEvent).seq for frame in client.frames]


def log_with(count: int) -> EventLog:
    log = EventLog("life-1")
    for number in range(count):
        log.report("like", {"count": 1, "total": number}, 1_000.0)
    return log


async def test_a_listener_hears_what_is_new() -> None:
    log = log_with(3)
    wire = listener(log)
    log.report("goal", {"camp": "red", "red": 1, "blue": 0}, 1_001.0)
    assert heard(wire) == [4]


async def test_a_listener_that_was_away_hears_what_it_missed_in_order() -> None:
    log = log_with(5)
    wire = listener(log, "&since=2")
    log.report("chat", {"name": "Ann", "text": "hi", "line": 1, "role": "viewer", "reply_to": 0}, 1_001.0)
    assert heard(wire) == [3, 4, 5, 6]


async def test_a_number_of_an_earlier_life_hears_all_that_is_kept() -> None:
    log = log_with(3)
    wire = listener(log, "&since=99")
    assert heard(wire) == [1, 2, 3]


async def test_no_more_than_the_limit_is_kept() -> None:
    log = log_with(EVENTS_KEPT_MAX + 1)
    wire = listener(log, "&since=0")
    assert heard(wire) == list(range(2, EVENTS_KEPT_MAX + 2))


async def test_one_listener_past_the_limit_is_sent_away_until_another_goes() -> None:
    log = log_with(0)
    lines = [listener(log) for _ in range(LISTENERS_MAX)]
    assert all(line.close_code is None for line in lines)
    assert listener(log).close_code == CLOSE_REFUSED
    lines[0].leave()
    assert listener(log).close_code is None


async def test_who_brings_a_wrong_token_or_none_is_refused() -> None:
    log = log_with(0)
    for target in (
        "/api/events",
        "/api/events?token=",
        "/api/events?token=a-tokem",
        "/api/events?token=a-token&token=b",
    ):
        assert FakeClient(reception(no_edge(), log, TOKEN), target).close_code == CLOSE_TOKEN
    assert FakeClient(reception(no_edge(), log, ""), "/api/events?token=").close_code == CLOSE_TOKEN
    assert FakeClient(reception(no_edge(), log, TOKEN), "//[").status == HTTPStatus.BAD_REQUEST
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert FakeClient(reception(no_edge(), log, TOKEN), "/api/events", headers=bearer).close_code is None


async def test_whoever_asks_for_all_that_is_kept_is_not_cut_for_being_slow() -> None:
    log = EventLog("life-1")
    for _ in range(EVENTS_KEPT_MAX):
        cats = "\N{CAT FACE}" * CHAT_CHARACTERS_MAX
        log.report("chat", {"name": "Ann", "text": cats, "line": 1, "role": "viewer", "reply_to": 0}, 1_000.0)
    wire = FakeClient(reception(no_edge(), log, TOKEN), f"/api/events?token={TOKEN}&since=0", is_slow=True)
    log.report("like", {"count": 1, "total": 1}, 1_001.0)
    wire.transport.release()
    numbers = heard(wire)
    assert wire.close_code is None
    assert numbers == list(range(numbers[0], EVENTS_KEPT_MAX + 2))
    assert len(numbers) > 100
