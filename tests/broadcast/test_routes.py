"""Packets leave protected, each as a datagram of its own, by whichever way there is."""

import errno
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psutil
import pytest
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensionsMap, RtcpRrPacket, RtpPacket
from patience import DEADLINE_S
from pylibsrtp import Policy, Session

from avatar_live.broadcast import srtp
from avatar_live.broadcast.headers import ABS_SEND_TIME, MID, Extensions
from avatar_live.broadcast.parcels import Form, Parcel
from avatar_live.broadcast.routes import PlainExit, Route, SegmentingExit
from avatar_live.signals.encoded import EncodedFrame

EXTENSIONS = Extensions({MID: 4, ABS_SEND_TIME: 2}, "0")
PROFILES = {16: Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 10: Policy.SRTP_PROFILE_AES128_CM_SHA1_80}
KEY = bytes(range(30))


@dataclass
class FakePair:
    """The pair of addresses that ICE has chosen, without ICE: it sends over a plain socket."""

    own: socket.socket
    address: tuple[str, int]
    has_handle: bool = True
    is_congested: bool = False
    handed_over: list[bytes] = field(default_factory=list)

    @property
    def socket_handle(self) -> int | None:
        return self.own.fileno() if self.has_handle else None

    def sendto(self, packet: bytes) -> None:
        self.handed_over.append(packet)
        self.own.sendto(packet, self.address)


class FakeTransport:
    def __init__(self, pair: FakePair | None, tag_bytes: int, *, allow_repeat: bool = True) -> None:
        policy = Policy(KEY, Policy.SSRC_ANY_OUTBOUND, srtp_profile=PROFILES[tag_bytes])
        policy.allow_repeat_tx = allow_repeat
        self._owner = Session(policy)
        self.session = srtp.handle(self._owner)
        self.tag_bytes = tag_bytes
        self.chosen = pair

    def pair(self) -> FakePair | None:
        return self.chosen


@pytest.fixture(params=[socket.AF_INET, socket.AF_INET6])
def sockets(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket]]:
    address = "127.0.0.1" if request.param == socket.AF_INET else "::1"
    with (
        socket.socket(request.param, socket.SOCK_DGRAM) as own,
        socket.socket(request.param, socket.SOCK_DGRAM) as peer,
    ):
        try:
            for one in (own, peer):
                one.bind((address, 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        peer.settimeout(DEADLINE_S)
        yield own, peer


def frame() -> Parcel:
    data = b"\0\0\1\x65" + bytes(1 + at % 255 for at in range(10_000))
    return Parcel(EncodedFrame("main", "video", data, 0, True, 0.0), 0.0)


def send(route: Route, parcel: Parcel, sequence: int = 65_533) -> bool:
    """Send a parcel of one run, over the end of the 16 bits of its numbers."""
    ((run,),) = parcel.bursts
    form = Form(102, EXTENSIONS.at(65.5), route.tag_bytes)
    stride = form.around_bytes + len(parcel.payloads[0])
    return route.send(parcel.blank(run, form), stride, sequence, 90_000, 7)


def open_files() -> int:
    process = psutil.Process()
    return int(process.num_handles() if sys.platform == "win32" else process.num_fds())


def received(peer: socket.socket, count: int, tag_bytes: int) -> list[RtpPacket]:
    policy = Policy(KEY, Policy.SSRC_ANY_INBOUND, srtp_profile=PROFILES[tag_bytes])
    session, known = Session(policy), HeaderExtensionsMap()
    known.configure(
        RTCRtpParameters(
            headerExtensions=[
                RTCRtpHeaderExtensionParameters(id=4, uri=MID),
                RTCRtpHeaderExtensionParameters(id=2, uri=ABS_SEND_TIME),
            ]
        )
    )
    return [RtpPacket.parse(session.unprotect(peer.recv(2_048)), known) for _ in range(count)]


@pytest.mark.parametrize("tag_bytes", PROFILES)
@pytest.mark.parametrize("has_handle", [True, False])
def test_a_peer_reads_what_was_sent(
    sockets: tuple[socket.socket, socket.socket], tag_bytes: int, has_handle: bool
) -> None:
    own, peer = sockets
    transport: Any = FakeTransport(FakePair(own, peer.getsockname()[:2], has_handle), tag_bytes)
    route, parcel = Route(transport), frame()
    assert send(route, parcel)
    packets = received(peer, len(parcel.payloads), tag_bytes)
    assert [packet.payload for packet in packets] == list(parcel.payloads)
    assert [packet.sequence_number for packet in packets] == [(65_533 + at) % 65_536 for at in range(len(packets))]
    assert [packet.marker for packet in packets] == [0] * (len(packets) - 1) + [1]
    assert {(packet.ssrc, packet.timestamp, packet.payload_type) for packet in packets} == {(7, 90_000, 102)}
    assert {(packet.extensions.mid, packet.extensions.abs_send_time) for packet in packets} == {("0", 3 << 17)}
    route.close()


@pytest.mark.parametrize("tag_bytes", PROFILES)
@pytest.mark.parametrize("has_handle", [True, False])
def test_a_peer_reads_a_report(sockets: tuple[socket.socket, socket.socket], tag_bytes: int, has_handle: bool) -> None:
    own, peer = sockets
    transport: Any = FakeTransport(FakePair(own, peer.getsockname()[:2], has_handle), tag_bytes)
    route, report = Route(transport), bytes(RtcpRrPacket(ssrc=7))
    policy = Policy(KEY, Policy.SSRC_ANY_INBOUND, srtp_profile=PROFILES[tag_bytes])
    session = Session(policy)
    for _ in range(2):
        assert route.report(report)
        assert session.unprotect_rtcp(peer.recv(2_048)) == report
    route.close()


def test_a_packet_that_cannot_be_protected_does_not_leave(sockets: tuple[socket.socket, socket.socket]) -> None:
    own, peer = sockets
    transport: Any = FakeTransport(FakePair(own, peer.getsockname()[:2], has_handle=False), 16, allow_repeat=False)
    route, parcel = Route(transport), frame()
    assert send(route, parcel, 100)
    before = len(transport.chosen.handed_over)
    assert not send(route, parcel, 100), "the same numbers twice would be two messages under one key stream"
    assert len(transport.chosen.handed_over) == before
    assert send(route, parcel, 200)
    assert len(received(peer, 2 * len(parcel.payloads), 16)) == len(transport.chosen.handed_over)


def test_the_second_handle_is_closed_with_the_route_and_when_ice_chooses_anew(
    sockets: tuple[socket.socket, socket.socket],
) -> None:
    own, peer = sockets
    before = open_files()
    transport: Any = FakeTransport(FakePair(own, peer.getsockname()[:2]), 16)
    route = Route(transport)
    for _ in range(3):
        transport.chosen = FakePair(own, peer.getsockname()[:2])
        assert send(route, frame())
    route.close()
    assert open_files() == before


class Unhandled(FakePair):
    """A pair whose socket was closed a moment ago, or a process that may hold no more of them."""

    @property
    def socket_handle(self) -> int | None:
        return -1


def test_without_a_second_handle_packets_leave_by_the_first(sockets: tuple[socket.socket, socket.socket]) -> None:
    own, peer = sockets
    transport: Any = FakeTransport(Unhandled(own, peer.getsockname()[:2]), 16)
    route, parcel = Route(transport), frame()
    assert send(route, parcel)
    assert len(received(peer, len(parcel.payloads), 16)) == len(transport.chosen.handed_over)
    route.close()


def test_without_a_chosen_pair_nothing_leaves() -> None:
    transport: Any = FakeTransport(None, 16)
    assert not send(Route(transport), frame())


class RefusingSocket:
    """A socket whose kernel says no, each time with the next of its reasons."""

    def __init__(self, *errors: int) -> None:
        self.errors = list(errors)

    def sendmsg(self, *arguments: Any) -> int:
        raise OSError(self.errors.pop(0), "no")


def exits(sockets: tuple[socket.socket, socket.socket], *errors: int) -> tuple[SegmentingExit, FakePair]:
    own, peer = sockets
    pair: Any = FakePair(own, peer.getsockname()[:2])
    refusing: Any = RefusingSocket(*errors)
    return SegmentingExit(refusing, pair), pair


@pytest.mark.parametrize("reason", [errno.EINVAL, errno.EIO, errno.EMSGSIZE])
def test_where_the_kernel_does_not_cut_packets_leave_one_by_one_from_then_on(
    sockets: tuple[socket.socket, socket.socket], reason: int
) -> None:
    way_out, pair = exits(sockets, reason)
    assert way_out.send(2_500, 1_000)
    assert [len(packet) for packet in pair.handed_over] == [1_000, 1_000, 500]
    assert way_out.send(2_000, 1_000)
    assert len(pair.handed_over) == 5


@pytest.mark.parametrize("reason", [errno.EAGAIN, errno.ENETUNREACH, errno.EPERM])
def test_what_cannot_leave_now_is_told_and_tried_again_the_same_way(
    sockets: tuple[socket.socket, socket.socket], reason: int
) -> None:
    way_out, pair = exits(sockets, reason, reason)
    assert not way_out.send(2_500, 1_000)
    assert not way_out.send(2_500, 1_000)
    assert pair.handed_over == []


def test_what_waits_before_us_makes_us_wait(sockets: tuple[socket.socket, socket.socket]) -> None:
    own, peer = sockets
    pair: Any = FakePair(own, peer.getsockname()[:2], is_congested=True)
    assert not PlainExit(pair).send(2_500, 1_000)
    pair.is_congested = False
    assert PlainExit(pair).send(2_500, 1_000)
    assert len(pair.handed_over) == 3
