"""The private names of aiortc that we rely on still mean what they meant."""

import asyncio
import gc
import socket
import struct
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace

import pytest
import pytest_asyncio
from aioice.ice import Connection, StunProtocol
from aioice.stun import COOKIE, Class, Message, Method, parse_message
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc import clock as rtc_clock
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rtp import (
    RTCP_BYE,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RR,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
)
from av.frame import Frame
from patience import DEADLINE_S
from peer import Peer, peer, until

from avatar_live.broadcast import aiortc_internals as internals
from avatar_live.broadcast.feedback import RoundTrip
from avatar_live.broadcast.headers import ABS_SEND_TIME, MID, PLAYOUT_DELAY
from avatar_live.clock import now_s


@pytest_asyncio.fixture
async def connection() -> AsyncIterator[RTCPeerConnection]:
    opened = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    opened.addTransceiver("video", direction="sendonly")
    yield opened
    await opened.close()


async def test_pli_and_fir_are_heard_as_asks_for_a_keyframe(connection: RTCPeerConnection) -> None:
    sender = connection.getSenders()[0]
    asked: list[None] = []
    internals.on_keyframe_request(sender, lambda: asked.append(None))
    for fmt in (RTCP_PSFB_PLI, RTCP_PSFB_FIR):
        await sender._handle_rtcp_packet(RtcpPsfbPacket(fmt=fmt, ssrc=1, media_ssrc=sender._ssrc))
    assert len(asked) == 2


async def test_a_sender_report_says_when_the_frame_was_captured(connection: RTCPeerConnection) -> None:
    sender = connection.getSenders()[0]
    reports: list[list[AnyRtcpPacket]] = []

    async def send(packets: list[AnyRtcpPacket]) -> None:
        reports.append(packets)

    sender._send_rtcp = send  # type: ignore[method-assign]
    captured_s: float | None = None
    internals.report_capture_time(sender, lambda: captured_s)
    info = RtcpSenderInfo(ntp_timestamp=0, rtp_timestamp=7, packet_count=1, octet_count=1)
    await sender._send_rtcp([RtcpSrPacket(ssrc=1, sender_info=info)])
    assert reports == [], "before the first frame there is nothing to report"
    captured_s = now_s() - 0.5
    await sender._send_rtcp([RtcpSrPacket(ssrc=1, sender_info=info)])
    report = reports[0][0]
    assert isinstance(report, RtcpSrPacket)
    assert report.sender_info.rtp_timestamp == 7
    seconds_ago = rtc_clock.current_datetime() - rtc_clock.datetime_from_ntp(report.sender_info.ntp_timestamp)
    assert 0.5 <= seconds_ago.total_seconds() < now_s() - captured_s + 0.1


async def test_where_we_report_aiortc_says_nothing_and_still_ends(connection: RTCPeerConnection) -> None:
    sent: list[list[AnyRtcpPacket]] = []

    async def send(packets: list[AnyRtcpPacket]) -> None:
        sent.append(packets)

    async with peer() as viewer:
        await answered(connection, viewer)
        (sender,) = [one.sender for one in connection.getTransceivers() if one.kind == "video"]
        sender._send_rtcp = send  # type: ignore[method-assign]
        track = Waiting(lambda: internals.end_reports(sender))
        sender.replaceTrack(track)
        await connection.setLocalDescription()
        await viewer.accept(connection.localDescription.sdp)
        await until(lambda: track.is_asked, "the sender did not begin")
        async with asyncio.timeout(DEADLINE_S):
            await sender.stop()
    assert track.readyState == "ended"
    assert sent == []


async def test_what_was_agreed_on_is_read_and_can_be_added_to(connection: RTCPeerConnection) -> None:
    added = f"a=extmap:9 {PLAYOUT_DELAY}\r\na=mid:"
    async with peer() as viewer:
        offer = (await viewer.offer()).replace("a=mid:", added)
        await connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
        (video,) = [one for one in connection.getTransceivers() if one.kind == "video"]
        internals.agree_on(video, offer, [ABS_SEND_TIME])
        assert PLAYOUT_DELAY not in internals.line_of(video).extensions.ids
        internals.agree_on(video, offer, [PLAYOUT_DELAY])
        internals.agree_on(video, offer, [PLAYOUT_DELAY])
        await connection.setLocalDescription()
    assert connection.localDescription.sdp.count(f"a=extmap:9 {PLAYOUT_DELAY}") == 1
    line = internals.line_of(video)
    assert line.extensions.ids[PLAYOUT_DELAY] == 9
    assert {MID, ABS_SEND_TIME} < set(line.extensions.ids)
    assert line.extensions.mid == video.mid
    assert f"a=rtpmap:{line.payload_type} VP8/90000" in connection.localDescription.sdp
    assert f"a=fmtp:{line.resent_type} apt={line.payload_type}" in connection.localDescription.sdp
    assert f"a=ssrc-group:FID {line.ssrc} {line.resent_ssrc}" in connection.localDescription.sdp


async def test_packets_are_protected_the_quick_way_and_their_way_is_known(connection: RTCPeerConnection) -> None:
    async with peer() as viewer:
        await answered(connection, viewer)
        internals.use_quick_srtp(connection)
        await connection.setLocalDescription()
        await viewer.accept(connection.localDescription.sdp)
        await until(lambda: connection.connectionState == "connected", "no connection")
        transport = internals.MediaTransport(connection.getSenders()[0])
        assert transport.tag_bytes == 16, "AES-128-GCM"
        pair = transport.pair()
        assert pair is not None
        assert transport.pair() is pair
        assert pair.socket_handle is not None
        assert not pair.is_congested
        assert pair.address[1] in {
            protocol.transport.get_extra_info("sockname")[1] for protocol in internals.udp_protocols(viewer.connection)
        }
    transport._nominated.clear()
    assert transport.pair() is None


@pytest.mark.parametrize("is_at_once", [False, True])
async def test_what_a_peer_says_by_rtcp_is_read_decrypted(connection: RTCPeerConnection, is_at_once: bool) -> None:
    read: list[bytes] = []

    def read_or_refuse(data: bytes) -> None:
        read.append(data)
        raise ValueError("malformed")

    async with peer() as viewer:
        await answered(connection, viewer)
        (sender,) = [one.sender for one in connection.getTransceivers() if one.kind == "video"]
        internals.on_rtcp(connection, read_or_refuse)
        await connection.setLocalDescription()
        await viewer.accept(connection.localDescription.sdp)
        await until(lambda: connection.connectionState == "connected", "no connection")
        if is_at_once:
            internals.read_rtcp_at_once(sender, read_or_refuse)
        for said in (RtcpPsfbPacket(RTCP_PSFB_PLI, 1, sender._ssrc), RtcpRrPacket(ssrc=1)):
            await viewer.connection.getReceivers()[0].transport._send_rtp(bytes(said))
            await until(lambda said=said: bytes(said) in read, "a packet was not read")
        before = len(read)
        if is_at_once:
            ice = sender.transport.transport._connection
            ice.data_received(b"", 1)
            ice.data_received(b"\x81" + bytes(RtcpRrPacket(ssrc=1))[1:] + bytes(20), 1)
        await viewer.connection.close()
        await until(lambda: connection.connectionState == "closed", "what is no RTCP does not come through")
    assert bytes(20) not in read[before:]
    assert all(data[1] in (RTCP_BYE, RTCP_RR) for data in read[before:]), "what cannot be decrypted is dropped"


async def test_a_round_trip_is_told_of_each_report_of_aiortc(connection: RTCPeerConnection) -> None:
    sender, round_trip = connection.getSenders()[0], RoundTrip()
    reports: list[AnyRtcpPacket] = []

    async def send(packets: list[AnyRtcpPacket]) -> None:
        reports.extend(packets)

    sender._send_rtcp = send  # type: ignore[method-assign]
    internals.report_capture_time(sender, lambda: now_s() - 0.2, round_trip)
    info = RtcpSenderInfo(ntp_timestamp=0, rtp_timestamp=7, packet_count=1, octet_count=1)
    await sender._send_rtcp([RtcpSrPacket(ssrc=1, sender_info=info)])
    (report,) = reports
    assert isinstance(report, RtcpSrPacket)
    rtt_s = round_trip.rtt_s(report.sender_info.ntp_timestamp >> 16 & 0xFFFFFFFF, 0, now_s())
    assert rtt_s is not None
    assert 0.0 <= rtt_s < 0.2, "from when the report was sent, not from when the frame was captured"


async def test_loopback_is_offered_to_one_connection_and_no_other(connection: RTCPeerConnection) -> None:
    internals.include_loopback(connection)
    await connection.setLocalDescription()
    assert " 127.0.0.1 " in connection.localDescription.sdp
    other = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    other.addTransceiver("video", direction="sendonly")
    await other.setLocalDescription()
    assert " 127.0.0.1 " not in other.localDescription.sdp
    await other.close()


async def test_ice_checks_and_rtcp_of_the_peer_are_heard(connection: RTCPeerConnection) -> None:
    heard: list[None] = []
    async with peer() as viewer:
        internals.include_loopback(viewer.connection)
        await answered(connection, viewer)
        internals.on_heard(connection, lambda: heard.append(None))
        await connection.setLocalDescription()
        await viewer.accept(connection.localDescription.sdp)
        await until(lambda: heard, "no ICE check was heard")
        checks = len(heard)
        sender = connection.getSenders()[0]
        await sender._handle_rtcp_packet(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=1, media_ssrc=sender._ssrc))
        assert len(heard) == checks + 1


@pytest.mark.parametrize("is_quiet", [False, True])
async def test_closing_while_connecting_is_no_error(
    connection: RTCPeerConnection, caplog: pytest.LogCaptureFixture, is_quiet: bool
) -> None:
    begun = asyncio.Event()

    async def closed_meanwhile() -> None:
        begun.set()
        raise InvalidStateError("RTCIceTransport is closed")

    assert callable(getattr(connection, "_RTCPeerConnection__connect", None))
    setattr(connection, "_RTCPeerConnection__connect", closed_meanwhile)  # noqa: B010 (the name is aiortc's own)
    if is_quiet:
        internals.end_connecting_quietly(connection)
    await connection.setLocalDescription()
    await asyncio.wait_for(begun.wait(), DEADLINE_S)
    await until(lambda: len(asyncio.all_tasks()) == 1, "the task that connects did not end")
    gc.collect()
    has_failed = any("InvalidStateError" in record.getMessage() for record in caplog.records)
    assert has_failed is not is_quiet


class Waiting(MediaStreamTrack):
    """A track that is asked for its first packet, and has none."""

    kind = "video"

    def __init__(self, on_asked: Callable[[], None]) -> None:
        super().__init__()
        self._on_asked = on_asked
        self.is_asked = False

    async def recv(self) -> Frame:
        self._on_asked()
        self.is_asked = True
        await asyncio.Event().wait()
        raise AssertionError


async def answered(connection: RTCPeerConnection, viewer: Peer) -> None:
    offer = await viewer.offer()
    await connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
    internals.include_loopback(connection)


async def test_the_ice_connection_gathers_and_answers_under_the_names_that_we_wrap() -> None:
    assert asyncio.iscoroutinefunction(Connection.get_component_candidates)
    assert callable(Connection.request_received)


async def test_a_peer_is_asked_in_its_turn_and_closed_when_it_answers_no_more(
    connection: RTCPeerConnection,
) -> None:
    turns: list[Callable[[], None]] = []
    asked: list[None] = []

    def call_in_turn(delay_s: float, call: Callable[[], None]) -> None:
        assert 0.8 * internals.CONSENT_S <= delay_s <= 1.2 * internals.CONSENT_S
        turns.append(call)

    async with peer() as viewer:
        await answered(connection, viewer)
        internals.ask_consent(connection, call_in_turn)
        await connection.setLocalDescription()
        await viewer.accept(connection.localDescription.sdp)
        await until(lambda: turns, "no turn was waited for")
        internals.on_heard(viewer.connection, lambda: asked.append(None))
        checks = len(asked)
        heard: list[None] = []
        for protocol in internals.udp_protocols(connection):
            internals._before(protocol, "datagram_received", lambda: heard.append(None))
        for _ in range(2 * internals.CONSENT_ASKS_MAX):
            before = len(heard)
            turns[-1]()
            await until(lambda before=before: len(heard) > before, "the answer was not heard")
        assert len(asked) == checks + 2 * internals.CONSENT_ASKS_MAX
        for protocol in internals.udp_protocols(viewer.connection):
            protocol.transport.pause_reading()
        for _ in range(internals.CONSENT_ASKS_MAX):
            turns[-1]()
        consenting = connection.getSenders()[0].transport.transport._connection._query_consent_task
        for _ in range(5):
            await asyncio.sleep(0)
            assert consenting is not None and not consenting.done()
        turns[-1]()
        await until(lambda: connection.connectionState in ("failed", "closed"), "it was not closed")
        for protocol in internals.udp_protocols(viewer.connection):
            protocol.transport.resume_reading()


class FakeIce:
    """What aioice knows of a peer whose password is `x`."""

    def __init__(self) -> None:
        self.remote_password = "x"
        self.asked: list[Message] = []
        self.fails = False
        self.protocol = StunProtocol(self)  # type: ignore[arg-type]
        self.protocol.send_stun = self._send_stun  # type: ignore[method-assign, assignment]
        self._nominated = {1: SimpleNamespace(protocol=self.protocol, remote_addr=("127.0.0.1", 9))}

    def build_request(self, pair: object, nominate: bool) -> Message:
        return Message(Method.BINDING, Class.REQUEST)

    def _send_stun(self, message: Message, address: tuple[str, int]) -> None:
        if self.fails:
            raise OSError("no way out")
        self.asked.append(message)


@pytest.mark.parametrize(
    ("kind", "key", "counts"),
    [
        (Class.RESPONSE, b"x", True),
        (Class.RESPONSE, b"forged", False),
        (Class.RESPONSE, None, False),
        (Class.ERROR, b"x", False),
    ],
)
async def test_only_an_answer_of_the_peers_own_is_consent(kind: Class, key: bytes | None, counts: bool) -> None:
    ice, turns = FakeIce(), list[Callable[[], None]]()
    consent = internals._Consent(ice, lambda delay_s, call: turns.append(call))
    for _ in range(internals.CONSENT_ASKS_MAX + 1):
        assert not consent.lost.done()
        turns[-1]()
        assert len(ice.protocol.transactions) == (not consent.lost.done()), "who waits no more for an answer has none"
        answer = Message(Method.BINDING, kind, ice.asked[-1].transaction_id)
        if key is not None:
            answer.add_message_integrity(key)
        for transaction in list(ice.protocol.transactions.values()):
            transaction.response_received(answer, ("127.0.0.1", 9))
    assert consent.lost.done() is not counts
    consent.end()
    assert not ice.protocol.transactions
    asked = len(ice.asked)
    turns[-1]()
    assert len(ice.asked) == asked


async def test_who_cannot_be_asked_is_closed_too() -> None:
    ice, turns = FakeIce(), list[Callable[[], None]]()
    consent = internals._Consent(ice, lambda delay_s, call: turns.append(call))
    ice.fails = True
    with pytest.raises(OSError, match="no way out"):
        turns[-1]()
    ice._nominated.clear()
    for _ in range(internals.CONSENT_ASKS_MAX):
        assert not consent.lost.done()
        turns[-1]()
    assert consent.lost.done()
    turns[-1]()


@pytest.mark.parametrize("is_dropped", [False, True])
async def test_what_breaks_off_is_dropped_and_what_follows_is_read(
    connection: RTCPeerConnection, is_dropped: bool
) -> None:
    errors: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: errors.append(context["exception"]))
    request = Message(Method.BINDING, Class.REQUEST)
    short = struct.pack("!HHI12sHH2s", 1, 8, COOKIE, request.transaction_id, 0x24, 2, b"\0\0") + b"\0\0"
    async with peer() as viewer:
        await answered(connection, viewer)
        if is_dropped:
            internals.drop_malformed(connection)
        await connection.setLocalDescription()
        protocol = internals.udp_protocols(connection)[0]
        address = protocol.transport.get_extra_info("sockname")[:2]
        with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for said in (short, bytes(request)):
                stranger.sendto(said, address)
            stranger.setblocking(False)
            heard = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(stranger, 2_048), DEADLINE_S)
        assert parse_message(heard).transaction_id == request.transaction_id
        assert [type(error) for error in errors] == ([] if is_dropped else [struct.error])
