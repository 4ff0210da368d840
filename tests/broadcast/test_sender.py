"""One viewer's packets: numbers without gaps whatever was missed, and lost ones once more within limits."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import msgspec
from aiortc.codecs.h264 import h264_depayload
from aiortc.rtp import RtcpByePacket, RtcpSrPacket
from hypothesis import given
from hypothesis import strategies as st
from routing import FakeRoute, parcel

from avatar_live.broadcast.feedback import RoundTrip
from avatar_live.broadcast.group import REPORTS_LOOK_S, SENT_MAX, Groups
from avatar_live.broadcast.headers import Extensions, Line
from avatar_live.broadcast.pacing import BURST_PACKETS
from avatar_live.broadcast.parcels import Parcel
from avatar_live.broadcast.repairs import REPAIR_BURST_BYTES_MIN
from avatar_live.broadcast.reports import PAUSE_S_MAX, PAUSE_S_MIN
from avatar_live.broadcast.sender import RtpSender

LINE = Line(payload_type=102, ssrc=7, resent_type=103, resent_ssrc=8, extensions=Extensions({}), cname="a")
PLAIN_LINE = Line(102, 7, None, 8, Extensions({}), "a")


class Stream:
    """Send one viewer a stream as a fan-out would: it joins with the first parcel, and again when it has fallen out."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.groups = Groups(now)

    def send(self, sender: RtpSender, parcel: Parcel) -> bool:
        self.groups.admit(sender, parcel)
        return self.groups.send(parcel) == 1

    def finish(self, parcel: Parcel) -> None:
        for _ in parcel.bursts:
            self.groups.go_on(parcel)


def opened(line: Line = LINE, now: Callable[[], float] = lambda: 0.0) -> tuple[RtpSender, FakeRoute, Stream]:
    route: Any = FakeRoute()
    return RtpSender(line, route, RoundTrip(), now), route, Stream(now)


@given(steps=st.lists(st.tuples(st.integers(1, 3 * BURST_PACKETS), st.booleans(), st.integers(0, 3)), max_size=20))
def test_the_numbers_have_no_gap_and_every_frame_that_left_is_whole(steps: list[tuple[int, bool, int]]) -> None:
    sender, route, stream = opened()
    left: list[Parcel] = []
    for number, (packets, is_full, bursts) in enumerate(steps):
        one = parcel(number, packets)
        route.is_full = is_full
        assert stream.send(sender, one) is not is_full
        route.is_full = False
        left += [] if is_full else [one]
        for _ in range(bursts):
            stream.groups.go_on(one)
        if steps[number + 1 : number + 2] and steps[number + 1][1]:  # what cannot leave with the next would be lost
            stream.finish(one)
    if left:
        stream.finish(left[-1])
    sequences = [packet.sequence for packet in route.packets]
    assert all((b - a) % 65_536 == 1 for a, b in pairwise(sequences))
    frames: list[bytes] = [b""]
    for packet in route.packets:
        frames[-1] += h264_depayload(packet.payload)
        frames += [b""] if packet.is_last else []
    assert frames[:-1] == [b"\0" + one.frame.data for one in left]


def test_a_packet_is_sent_again_in_the_other_stream_with_its_number_before_it() -> None:
    sender, route, stream = opened()
    for number in range(4):
        stream.send(sender, parcel(number))
    lost = route.packets[4]
    before = len(route.packets)
    sender.resend(lost.sequence)
    again, to_be_sure = route.packets[before:]
    assert again.ssrc == LINE.resent_ssrc
    assert again.payload == to_be_sure.payload == lost.sequence.to_bytes(2, "big") + lost.payload
    assert (again.timestamp, again.is_last) == (lost.timestamp, lost.is_last)
    assert (to_be_sure.sequence - again.sequence) % 65_536 == 1, "numbers of its own"
    assert sender.resent == 2


def test_what_was_never_sent_or_is_forgotten_is_not_sent_again() -> None:
    sender, route, stream = opened()
    first = parcel(0)
    stream.send(sender, first)
    begin, before = route.packets[0].sequence, len(route.packets)
    for sequence in (begin - 1, begin + 3, begin + 30_000):
        sender.resend(sequence & 0xFFFF)
    first.forget()
    sender.resend(begin)
    assert len(route.packets) == before


def test_only_the_last_frames_are_remembered() -> None:
    sender, route, stream = opened()
    for number in range(SENT_MAX + 1):
        stream.send(sender, parcel(number, 1))
    before = len(route.packets)
    sender.resend(route.packets[0].sequence)
    assert len(route.packets) == before
    sender.resend(route.packets[1].sequence)
    assert len(route.packets) == before + 2


def test_what_is_sent_again_has_a_limit() -> None:
    sender, route, stream = opened()
    stream.send(sender, parcel(0))
    before = len(route.packets)
    for _ in range(1_000):
        sender.resend(route.packets[0].sequence)
    sent_again = sum(len(one.payload) for one in route.packets[before:])
    assert REPAIR_BURST_BYTES_MIN * 0.85 < sent_again <= REPAIR_BURST_BYTES_MIN


def test_a_packet_asked_for_again_before_a_round_trip_is_over_is_not_sent_once_more() -> None:
    now = [0.0]
    sender, route, stream = opened(now=lambda: now[0])
    sender.know(0.2, 0.0)
    stream.send(sender, parcel(0))
    before = len(route.packets)
    for now[0] in (0.05, 0.1, 0.2):
        sender.resend(route.packets[0].sequence)
    assert len(route.packets) == before + 2
    now[0] = 0.31
    sender.resend(route.packets[0].sequence)
    assert len(route.packets) > before + 2


def test_without_a_stream_for_it_nothing_is_sent_again() -> None:
    sender, route, stream = opened(PLAIN_LINE)
    stream.send(sender, parcel(0))
    before = len(route.packets)
    sender.resend(route.packets[0].sequence)
    assert len(route.packets) == before


def test_a_burst_that_cannot_leave_is_left_to_be_asked_for() -> None:
    sender, route, stream = opened()
    large = parcel(0, 2 * BURST_PACKETS)
    stream.send(sender, large)
    route.is_full = True
    stream.groups.go_on(large)
    route.is_full = False
    assert len(route.packets) == BURST_PACKETS
    sender.resend(route.packets[-1].sequence + 1 & 0xFFFF)
    assert route.packets[-1].payload[2:] == large.payloads[BURST_PACKETS]


def test_a_new_frame_waits_for_the_bursts_before_it() -> None:
    sender, route, stream = opened()
    large = parcel(0, 3 * BURST_PACKETS)
    stream.send(sender, large)
    assert len(route.packets) == BURST_PACKETS
    stream.send(sender, parcel(1))
    assert len(route.packets) == 3 * BURST_PACKETS + 3
    stream.groups.go_on(large)
    assert len(route.packets) == 3 * BURST_PACKETS + 3


def test_nothing_of_the_rung_before_is_sent_again() -> None:
    sender, route, stream = opened()
    stream.send(sender, parcel(0))
    begin = route.packets[0].sequence
    full = parcel(1)
    stream.send(sender, Parcel(msgspec.structs.replace(full.frame, rung=1), full.published_s))
    before = len(route.packets)
    sender.resend(begin)
    assert len(route.packets) == before
    sender.resend(begin + 3 & 0xFFFF)
    assert len(route.packets) == before + 2


def test_a_probe_repeats_the_newest_frame_as_long_as_it_takes_and_spends_no_repairs() -> None:
    sender, route, stream = opened()
    stream.send(sender, parcel(0))
    newest = parcel(1)
    stream.send(sender, newest)
    before = len(route.packets)
    sender.repeat(16 * REPAIR_BURST_BYTES_MIN)
    repeated = route.packets[before:]
    assert sum(len(one.payload) for one in repeated) > 15 * REPAIR_BURST_BYTES_MIN
    assert {one.ssrc for one in repeated} == {LINE.resent_ssrc}
    assert {one.payload[2:] for one in repeated} == set(newest.payloads)
    assert all(later.sequence == earlier.sequence + 1 & 0xFFFF for earlier, later in pairwise(repeated))
    sender.resend(route.packets[0].sequence)
    assert route.packets[-1].payload[2:] == parcel(0).payloads[0]


def test_a_probe_needs_a_stream_for_it_and_something_to_repeat() -> None:
    nothing_sent, empty, _ = opened()
    nothing_sent.repeat(1_000)
    forgotten, forgetful, stream = opened()
    old = parcel(0)
    stream.send(forgotten, old)
    old.forget()
    forgotten.repeat(1_000)
    plain, route, stream = opened(PLAIN_LINE)
    stream.send(plain, parcel(0))
    plain.repeat(1_000)
    assert not plain.can_repeat and nothing_sent.can_repeat
    assert [len(one.packets) for one in (empty, forgetful, route)] == [0, 3, 3]


def test_reports_leave_about_once_a_second_with_what_was_sent_so_far_and_a_goodbye_at_the_end() -> None:
    now = [0.0]
    sender, route, stream = opened(now=lambda: now[0])
    told = []
    for number in range(300):
        now[0] = number / 30
        before = len(route.reports)
        stream.send(sender, parcel(number))
        if len(route.reports) > before:
            (report, _) = route.reports[-1]
            assert isinstance(report, RtcpSrPacket)
            info, last = report.sender_info, route.packets[-1]
            octets = sum(len(packet.payload) for packet in route.packets)
            assert (info.rtp_timestamp, info.packet_count, info.octet_count) == (
                last.timestamp,
                len(route.packets),
                octets,
            )
            told.append(now[0])
    assert told[0] == 0.0
    assert all(
        PAUSE_S_MIN <= later - earlier <= PAUSE_S_MAX + REPORTS_LOOK_S + 1 / 30 for earlier, later in pairwise(told)
    )
    sender.close()
    assert isinstance(route.reports[-1][-1], RtcpByePacket)
