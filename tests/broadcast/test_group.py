"""Viewers in step share a frame's packets, each under numbers and times of its own; who misses one falls out alone."""

import gc
import weakref
from collections.abc import Callable
from math import ceil
from typing import Any

import msgspec
import pytest
from routing import FakeRoute, Packet, parcel

from avatar_live.broadcast.feedback import RoundTrip
from avatar_live.broadcast.group import REPORTS_LOOK_S, Groups, Sent
from avatar_live.broadcast.headers import ABS_SEND_TIME, Extensions, Line
from avatar_live.broadcast.pacing import BURST_PACKETS
from avatar_live.broadcast.parcels import Parcel
from avatar_live.broadcast.reports import PAUSE_S_MAX
from avatar_live.broadcast.sender import RtpSender
from avatar_live.signals.encoded import EncodedFrame

NO_EXTENSIONS = Extensions({})


class Member:
    """One viewer of a stream, and what it was sent."""

    def __init__(self, ssrc: int, extensions: Extensions = NO_EXTENSIONS) -> None:
        route: Any = FakeRoute()
        self.route: FakeRoute = route
        self.refused = 0
        line = Line(102, ssrc, 103, ssrc + 100, extensions, "a")
        self.sender = RtpSender(line, route, RoundTrip(), lambda: 0.0, self._refuse)

    def _refuse(self) -> None:
        self.refused += 1

    @property
    def packets(self) -> list[Packet]:
        return self.route.packets


@pytest.fixture
def groups() -> Groups:
    return Groups(lambda: 0.0)


def publish(groups: Groups, parcel: Parcel, *joining: Member) -> int:
    for member in joining:
        groups.admit(member.sender, parcel)
    return groups.send(parcel)


def noted(report: Callable[[Sent, float], bool], asked: list[float], now: list[float]) -> Callable[[Sent, float], bool]:
    """Note when a report is asked for."""

    def note(sent: Sent, now_s: float) -> bool:
        asked.append(now[0])
        return report(sent, now_s)

    return note


def numbers(member: Member) -> list[int]:
    return [packet.sequence - member.packets[0].sequence & 0xFFFF for packet in member.packets]


def test_all_get_the_same_payloads_under_numbers_times_and_names_of_their_own(groups: Groups) -> None:
    first, second = Member(1), Member(2)
    assert publish(groups, parcel(0), first) == 1
    assert publish(groups, parcel(1), second) == 2
    assert publish(groups, parcel(2)) == 2
    assert [one.payload for one in first.packets[3:]] == [one.payload for one in second.packets]
    assert numbers(first) == list(range(9))
    assert numbers(second) == list(range(6))
    assert {one.ssrc for one in first.packets} == {1}
    assert {one.ssrc for one in second.packets} == {2}
    passed = [
        [(later.timestamp - member.packets[0].timestamp) % 2**32 for later in member.packets[::3]]
        for member in (first, second)
    ]
    assert passed == [[0, 3_000, 6_000], [0, 3_000]]


def test_who_joins_twice_is_sent_a_frame_once(groups: Groups) -> None:
    member = Member(1)
    assert publish(groups, parcel(0), member, member) == 1
    assert publish(groups, parcel(1), member) == 1
    assert numbers(member) == list(range(6))


def test_to_whom_a_frame_cannot_leave_falls_out_and_the_others_go_on(groups: Groups) -> None:
    healthy, stuck = Member(1), Member(2)
    publish(groups, parcel(0), healthy, stuck)
    stuck.route.is_full = True
    assert publish(groups, parcel(1)) == 1
    assert (stuck.refused, stuck.sender.is_in_step, healthy.sender.is_in_step) == (1, False, True)
    stuck.route.is_full = False
    assert publish(groups, parcel(2)) == 1
    assert publish(groups, parcel(3), stuck) == 2
    assert numbers(stuck) == list(range(6)), "what did not leave has no number"
    assert (stuck.packets[-1].timestamp - stuck.packets[0].timestamp) % 2**32 == 9_000
    assert (healthy.sender.packets, stuck.sender.packets) == (12, 6)
    assert stuck.sender.octets == sum(len(one.payload) for one in stuck.packets)


def test_who_fell_out_can_still_have_what_it_was_sent_and_nothing_that_it_was_not(groups: Groups) -> None:
    healthy, stuck = Member(1), Member(2)
    publish(groups, parcel(0), healthy, stuck)
    stuck.route.is_full = True
    publish(groups, parcel(1))
    stuck.route.is_full = False
    publish(groups, parcel(2))
    begin, before = stuck.packets[0].sequence, len(stuck.packets)
    stuck.sender.resend(begin + 3 & 0xFFFF)
    assert len(stuck.packets) == before
    stuck.sender.resend(begin + 1 & 0xFFFF)
    assert stuck.packets[-1].payload[2:] == parcel(0).payloads[1]


def test_who_joins_between_two_bursts_is_sent_nothing_of_the_frame_before(groups: Groups) -> None:
    early, late = Member(1), Member(2)
    large = parcel(0, 3 * BURST_PACKETS)
    publish(groups, large, early)
    publish(groups, parcel(1), late)
    assert len(early.packets) == 3 * BURST_PACKETS + 3
    assert [one.payload for one in late.packets] == list(parcel(1).payloads)
    groups.go_on(large)
    assert len(late.packets) == 3


def test_who_leaves_between_two_bursts_is_sent_the_frame_to_its_end(groups: Groups) -> None:
    staying, leaving = Member(1), Member(2)
    large = parcel(0, 2 * BURST_PACKETS)
    publish(groups, large, staying, leaving)
    leaving.sender.close()
    publish(groups, parcel(1))
    assert [len(one.packets) for one in (staying, leaving)] == [2 * BURST_PACKETS + 3, 2 * BURST_PACKETS]
    assert len(leaving.route.reports) > len(staying.route.reports), "a goodbye"


def test_who_leaves_between_two_bursts_hurries_nobody(groups: Groups) -> None:
    staying, leaving = Member(1), Member(2)
    large = parcel(0, 3 * BURST_PACKETS)
    publish(groups, large, staying, leaving)
    leaving.sender.close()
    assert [len(one.packets) for one in (staying, leaving)] == [BURST_PACKETS, 3 * BURST_PACKETS]
    groups.go_on(large)
    groups.go_on(large)
    assert [len(one.packets) for one in (staying, leaving)] == [3 * BURST_PACKETS] * 2


def test_no_number_is_used_twice_though_sending_to_somebody_fails(groups: Groups) -> None:
    members = [Member(ssrc) for ssrc in range(1, 4)]
    publish(groups, parcel(0), *members)
    members[1].route.fault = OSError("a socket nobody thought of")
    with pytest.raises(OSError, match="nobody thought of"):
        publish(groups, parcel(1))
    members[1].route.fault = None
    publish(groups, parcel(2))
    for member in members:
        assert len(set(numbers(member))) == len(numbers(member))


def test_who_changes_the_rung_leaves_its_group_and_numbers_and_times_go_on(groups: Groups) -> None:
    staying, changing = Member(1), Member(2)
    publish(groups, parcel(0), staying, changing)
    small = on_rung(parcel(0, 1), 1)
    assert publish(groups, small, changing) == 1
    assert publish(groups, parcel(1)) == 1
    assert publish(groups, on_rung(parcel(1, 1), 1)) == 1
    assert numbers(staying) == list(range(6))
    assert numbers(changing) == list(range(5))
    times = [(one.timestamp - changing.packets[0].timestamp) % 2**32 for one in changing.packets]
    assert times == [0, 0, 0, 1, 3_001], "packets of one time make one picture"


def on_rung(one: Parcel, rung: int) -> Parcel:
    return Parcel(msgspec.structs.replace(one.frame, rung=rung), one.published_s)


def test_a_rung_that_all_have_left_holds_nobody(groups: Groups) -> None:
    member = Member(1)
    publish(groups, parcel(0), member)
    publish(groups, parcel(1))
    held = weakref.ref(member.sender)
    member.sender.close()
    del member
    gc.collect()
    assert held() is None


def test_viewers_who_agreed_on_other_extensions_are_sent_theirs(groups: Groups) -> None:
    plain, stamped = Member(1), Member(2, Extensions({ABS_SEND_TIME: 2}))
    assert publish(groups, parcel(0), plain, stamped) == 2
    assert [one.payload for one in plain.packets] == list(parcel(0).payloads)
    assert [one.payload[8:] for one in stamped.packets] == list(parcel(0).payloads)
    assert {one.payload[:4] for one in stamped.packets} == {b"\xbe\xde\0\1"}


def test_reports_of_viewers_who_came_together_part(groups: Groups) -> None:
    now = [0.0]
    groups = Groups(lambda: now[0])
    members = [Member(ssrc) for ssrc in range(1, 21)]
    told: dict[int, float] = {}
    publish(groups, parcel(0), *members)
    for number in range(1, 60):
        now[0] = number / 30
        publish(groups, parcel(number))
        for member in members:
            if len(member.route.reports) > 1:
                told.setdefault(member.sender.ssrc, now[0])
    assert len(told) == len(members)
    assert len(set(told.values())) > 1


def test_the_first_report_of_who_comes_later_leaves_with_its_first_frame_and_the_next_come_together() -> None:
    now = [0.0]
    groups = Groups(lambda: now[0])
    early, late = [Member(ssrc) for ssrc in range(1, 11)], Member(11)
    publish(groups, parcel(0), *early)
    looks: set[float] = set()
    for number in range(1, 46):
        now[0] = number / 30
        told = sum(len(member.route.reports) for member in early)
        publish(groups, parcel(number), *([late] if number == 5 else []))
        if number == 5:
            assert len(late.route.reports) == 1
        if sum(len(member.route.reports) for member in early) > told:
            looks.add(now[0])
    assert 1 < len(looks) <= 1.5 / REPORTS_LOOK_S


def test_who_was_sent_silence_alone_is_not_asked_for_a_report_before_there_is_a_sound() -> None:
    now = [0.0]
    groups, member, late = Groups(lambda: now[0]), Member(1), Member(2)

    def play(number: int, data: bytes, *joining: Member) -> None:
        now[0] = number / 50
        publish(groups, Parcel(EncodedFrame("main", "audio", data, 960 * number, True, now[0]), now[0]), *joining)

    asked: list[float] = []
    member.sender.report = noted(member.sender.report, asked, now)  # type: ignore[method-assign, assignment]
    play(0, b"\xf8\xff\xfe", member)
    for number in range(1, 20):
        play(number, b"\xf8\xff\xfe")
    assert (asked, member.route.reports) == ([0.0], [])
    play(20, b"a sound")
    assert len(member.route.reports) == 1
    told_by = 21 + ceil((PAUSE_S_MAX + REPORTS_LOOK_S) * 50)  # however long the pause that was drawn
    for number in range(21, told_by):
        play(number, b"\xf8\xff\xfe", *([late] if number == 30 else []))
    assert len(member.route.reports) > 1, "its pauses are told of"
    assert not late.route.reports
    late.sender.fall_out()
    play(told_by, b"a sound", late)
    assert len(late.route.reports) == 1
