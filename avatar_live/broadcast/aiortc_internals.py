"""Every private name of aiortc and aioice that we touch, and why (aiortc 1.16.0, aioice 0.13.0).

All of it is done to one object at a time, never to a class or a module, so that two broadcasters in one process do
not meet. `tests/broadcast/test_aiortc_internals.py` fails when one of these names changes its meaning.
"""

import asyncio
import contextlib
import errno
import functools
import random
import secrets
import socket
import struct
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any, Final

import pylibsrtp
from aioice.candidate import Candidate, candidate_foundation, candidate_priority
from aioice.ice import CandidatePair, StunProtocol, server_reflexive_candidate
from aioice.stun import Class, Message, TransactionError
from aioice.turn import UDP_SOCKET_BUFFER_SIZE
from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver
from aiortc import clock as rtc_clock
from aiortc.codecs import is_rtx
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rtcdtlstransport import SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80, SRTP_PROFILES
from aiortc.rtcrtpreceiver import RemoteStreamTrack
from aiortc.rtp import AnyRtcpPacket, RtcpSrPacket, is_rtcp
from aiortc.sdp import SessionDescription
from av import VideoFrame

from avatar_live.broadcast import srtp
from avatar_live.broadcast.feedback import RoundTrip
from avatar_live.broadcast.headers import Extensions, Line
from avatar_live.clock import now_s

LOOPBACK = ("127.0.0.1", "::1")
GATHER_S_MAX = 1.5
_RTP_FIRST_BYTE_MIN: Final = 128  # RTP and RTCP (RFC 7983)
_RTP_FIRST_BYTE_MAX: Final = 191
CONSENT_S: Final = 5.0  # on average (RFC 7675, 5.1)
CONSENT_ASKS_MAX: Final = 5  # and a pause after the last: 30 s
_COMPONENT: Final = 1  # RTP and RTCP share it
_TAG_BYTES: Final = {
    SRTP_AEAD_AES_128_GCM.openssl_profile: 16,
    SRTP_AES128_CM_SHA1_80.openssl_profile: 10,
}


def on_keyframe_request(sender: RTCRtpSender, wanted: Callable[[], None]) -> None:
    """Call `wanted` for every PLI and FIR: aiortc only remembers them for an encoder of its own."""
    sender._send_keyframe = wanted  # type: ignore[method-assign]


def on_heard(connection: RTCPeerConnection, heard: Callable[[], None]) -> None:
    """Call `heard` for every RTCP packet and every ICE check of the peer, the only signs that it still lives.

    aiortc itself gives a silent peer up after about 25 s.
    """
    for sender in connection.getSenders():
        _before(sender, "_handle_rtcp_packet", heard)
    for ice in _ice_connections(connection):
        _before(ice, "request_received", heard)


def ask_consent(connection: RTCPeerConnection, call_in_turn: Callable[[float, Callable[[], None]], None]) -> None:
    """Ask the peer now and then whether it still wants to be sent something (RFC 7675).

    `call_in_turn(delay_s, ask)` brings each time about: aioice has timers and a task for each peer, and to wake for
    them costs more than asking. Who has not answered `CONSENT_ASKS_MAX` times is closed with the next turn.
    """
    for ice in _ice_connections(connection):
        ice.query_consent = functools.partial(_ask_consent, ice, call_in_turn)


async def _ask_consent(ice: Any, call_in_turn: Callable[[float, Callable[[], None]], None]) -> None:
    consent = _Consent(ice, call_in_turn)
    try:
        await consent.lost
    finally:
        consent.end()
    ice._query_consent_task = None  # which is this one: to close ends it
    await ice.close()


class _Consent:
    """Ask one peer, as what aioice calls a transaction: no task wakes for an ask or for its answer."""

    def __init__(self, ice: Any, call_in_turn: Callable[[float, Callable[[], None]], None]) -> None:
        self._ice: Any = ice
        self._key: bytes = ice.remote_password.encode()
        self._call_in_turn = call_in_turn
        self._unanswered = 0
        self._forget: Callable[[], object] = lambda: None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ask_later()

    def response_received(self, message: Message, sender: tuple[str, int]) -> None:
        """Take the peer's answer, by the name under which aioice looks for it."""
        if message.message_class == Class.RESPONSE and message.check_message_integrity(self._key):
            self._unanswered = 0

    def end(self) -> None:
        """Ask no more."""
        self._forget()
        self._ice = None

    def _ask_later(self) -> None:
        self._call_in_turn(CONSENT_S * (0.8 + 0.4 * random.random()), self._ask)

    def _ask(self) -> None:
        if self._ice is None or self.lost.done():
            return
        self._forget()
        if self._unanswered == CONSENT_ASKS_MAX:
            self.lost.set_result(None)
            return
        self._unanswered += 1
        self._ask_later()  # before what may fail: then this was an ask without an answer
        pair = self._ice._nominated.get(_COMPONENT)
        if pair is None:
            return
        request = self._ice.build_request(pair, nominate=False)
        request.add_message_integrity(self._key)
        pair.protocol.transactions[request.transaction_id] = self
        self._forget = functools.partial(pair.protocol.transactions.pop, request.transaction_id, None)
        pair.protocol.send_stun(request, pair.remote_addr)


def use_quick_srtp(connection: RTCPeerConnection) -> None:
    """Offer AES-128-GCM, the quickest where processors know AES, and the one way that every peer must know."""
    for transceiver in connection.getTransceivers():
        transceiver.sender.transport._srtp_profiles = [
            one for one in SRTP_PROFILES if one.openssl_profile in _TAG_BYTES
        ]


def agree_on(transceiver: RTCRtpTransceiver, offer_sdp: str, uris: Collection[str]) -> None:
    """Agree on those header extensions of the offer too that aiortc does not know, or uses for pictures alone."""
    known = {extension.uri for extension in transceiver._headerExtensions}
    for media in SessionDescription.parse(offer_sdp).media:
        if media.rtp.muxId == transceiver.mid:
            offered = media.rtp.headerExtensions
            transceiver._headerExtensions += [one for one in offered if one.uri in uris and one.uri not in known]


def ssrc_of(sender: RTCRtpSender) -> int:
    """Return what a sender's stream is known by."""
    return sender._ssrc


def line_of(transceiver: RTCRtpTransceiver) -> Line:
    """Return what was agreed on for the stream that a transceiver sends."""
    codec, *others = transceiver._codecs
    sender: Any = transceiver.sender
    assert codec.payloadType is not None
    resent = [one for one in others if is_rtx(one) and one.parameters.get("apt") == codec.payloadType]
    return Line(
        payload_type=codec.payloadType,
        ssrc=sender._ssrc,
        resent_type=resent[0].payloadType if resent else None,
        resent_ssrc=sender._rtx_ssrc,
        extensions=Extensions({one.uri: one.id for one in transceiver._headerExtensions}, transceiver.mid or ""),
        cname=sender._RTCRtpSender__cname,
    )


class Pair:
    """Reach the socket, what waits at it, and the peer's address of the pair of candidates that ICE has chosen."""

    def __init__(self, pair: CandidatePair) -> None:
        self._protocol = pair.protocol
        self._transport: Any = pair.protocol.transport
        self.address = pair.remote_addr

    @property
    def socket_handle(self) -> int | None:
        """Return the handle of the UDP socket; None for a relay, which wraps what it is given."""
        own = self._transport.get_extra_info("socket")
        return None if own is None else int(own.fileno())

    @property
    def is_closed(self) -> bool:
        """Say whether nothing comes or leaves here any more."""
        return bool(self._transport.is_closing())

    @property
    def can_pause(self) -> bool:
        """Say whether the loop can be told not to wait at the socket."""
        return hasattr(self._transport, "pause_reading")

    def pause_reading(self) -> None:
        """Let the loop not read from the socket."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Let the loop read from the socket again."""
        self._transport.resume_reading()

    def receive(self, data: bytes, sender: tuple[str, int]) -> None:
        """Hand a datagram to ICE that was read in place of the loop."""
        self._protocol.datagram_received(data, sender)

    @property
    def is_congested(self) -> bool:
        """Say whether packets that were handed over before still wait for the system to take them."""
        waiting = getattr(self._transport, "get_write_buffer_size", None)  # a relay has none
        return waiting is not None and waiting() > 0

    def sendto(self, packet: bytes) -> None:
        """Hand one packet over."""
        self._transport.sendto(packet, self.address)


class MediaTransport:
    """Reach what lies below a connected sender: its SRTP session, and the pair that ICE has chosen.

    Raises AttributeError or KeyError when aiortc has changed: then packets go through aiortc itself.
    """

    __slots__ = ("_chosen", "_nominated", "_owner", "_pair", "session", "tag_bytes")

    def __init__(self, sender: RTCRtpSender) -> None:
        transport = sender.transport
        self._owner = transport._tx_srtp  # of what `session` points at
        self.session = srtp.handle(self._owner)
        agreed: Any = transport._ssl
        self.tag_bytes = _TAG_BYTES[agreed.get_selected_srtp_profile()]
        self._nominated: dict[int, CandidatePair] = transport.transport._connection._nominated
        self._chosen: CandidatePair | None = None
        self._pair: Pair | None = None
        self.pair()

    def pair(self) -> Pair | None:
        """Return the pair that is in use now, the same object as long as it is; None when there is none any more."""
        chosen = self._nominated.get(_COMPONENT)
        if chosen is not self._chosen:
            self._chosen = chosen
            self._pair = None if chosen is None else Pair(chosen)
        return self._pair


def include_loopback(connection: RTCPeerConnection) -> None:
    """Offer 127.0.0.1 and ::1 as candidates too, which aioice leaves out: for viewers on the same machine."""
    for ice in _ice_connections(connection):
        gather = ice.get_component_candidates

        async def with_loopback(
            component: int, addresses: list[str], gather: Callable[..., Any] = gather, **more: Any
        ) -> Any:
            return await gather(component=component, addresses=[*addresses, *LOOPBACK], **more)

        ice.get_component_candidates = with_loopback


def end_reports(sender: RTCRtpSender) -> None:
    """Let aiortc report nothing of this sender and say no goodbye: we do both ourselves, and much cheaper.

    Call it before the sender's first report, which aiortc makes half a second after the connection stands.
    """
    own: Any = sender
    own._RTCRtpSender__rtcp_task.cancel()
    own._RTCRtpSender__rtcp_started.set()
    own._RTCRtpSender__rtcp_exited.set()


def report_capture_time(
    sender: RTCRtpSender, captured: Callable[[], float | None], round_trip: RoundTrip | None = None
) -> None:
    """Make aiortc's sender reports say when the last sent frame was captured (monotonic), not when it was sent.

    A browser lines sound and picture up by these reports; with the time of sending, the picture's way through
    tracking, drawing and encoding would be missing from the sum. Nothing is reported before the first frame, where
    aiortc would report the year 1900. The price is aiortc's own round-trip time; ours is told of each report.
    """
    send = sender._send_rtcp

    async def send_report(packets: list[AnyRtcpPacket]) -> None:
        if isinstance(packets[0], RtcpSrPacket):
            captured_s = captured()
            if captured_s is None:
                return
            captured_at = rtc_clock.current_datetime() - timedelta(seconds=now_s() - captured_s)
            ntp = packets[0].sender_info.ntp_timestamp = rtc_clock.datetime_to_ntp(captured_at)
            if round_trip is not None:
                round_trip.sent(ntp, now_s())
        await send(packets)

    sender._send_rtcp = send_report  # type: ignore[method-assign]


def on_rtcp(connection: RTCPeerConnection, read: Callable[[bytes], None]) -> None:
    """Call `read` with every RTCP packet of the peer, decrypted and compound, before aiortc reads it.

    Malformed packets, for which `read` raises ValueError, are dropped.
    """
    for transport in {sender.transport for sender in connection.getSenders()}:
        handle = transport._handle_rtcp_data

        async def read_and_handle(data: bytes, handle: Callable[..., Any] = handle) -> None:
            try:
                read(data)
            except ValueError:
                return  # a handler of aiortc's may fail at it, and its peer would never be heard again
            await handle(data)

        transport._handle_rtcp_data = read_and_handle  # type: ignore[method-assign]


def read_rtcp_at_once(sender: RTCRtpSender, read: Callable[[bytes], None]) -> None:
    """Call `read` when RTCP comes in, past aiortc's queue, task and handlers: for a peer that all senders of are ours.

    Malformed packets, and those that cannot be decrypted, are dropped. Call it on a connection that stands.
    """
    transport: Any = sender.transport
    session, ice = transport._rx_srtp, transport.transport._connection
    assert session is not None
    pass_on = ice.data_received

    def receive(data: bytes, component: int) -> None:
        if not data:  # whoever knows the port may send it
            return
        if not (_RTP_FIRST_BYTE_MIN <= data[0] <= _RTP_FIRST_BYTE_MAX and is_rtcp(data)):
            pass_on(data, component)
            return
        with contextlib.suppress(ValueError, pylibsrtp.Error):
            read(session.unprotect_rtcp(data))

    ice.data_received = receive


def udp_protocols(connection: RTCPeerConnection) -> list[Any]:
    """Return what waits at each UDP socket of a connection."""
    return [protocol for ice in _ice_connections(connection) for protocol in ice._protocols]


def end_connecting_quietly(connection: RTCPeerConnection) -> None:
    """Let a connection be closed while it is being made: aiortc's task for it fails then, and nobody awaits it."""
    connect = connection._RTCPeerConnection__connect  # type: ignore[attr-defined]

    async def connect_or_end() -> None:
        with contextlib.suppress(ConnectionError, InvalidStateError):
            await connect()

    connection._RTCPeerConnection__connect = connect_or_end  # type: ignore[attr-defined]


def _ice_connections(connection: RTCPeerConnection) -> list[Any]:
    transports = {transceiver.receiver.transport.transport for transceiver in connection.getTransceivers()}
    if connection.sctp is not None:
        transports.add(connection.sctp.transport.transport)
    return [transport._connection for transport in transports]


def _before(target: object, method: str, also: Callable[[], None]) -> None:
    original = getattr(target, method)

    @functools.wraps(original)
    def both(*args: Any, **named: Any) -> Any:
        also()
        return original(*args, **named)

    setattr(target, method, both)


def gather_soon(connection: RTCPeerConnection) -> None:
    """Wait `GATHER_S_MAX` for STUN and TURN servers, where aioice waits 5 s: a page would have given up on us by then.

    A server that lives answers in a few round trips.
    """
    for ice in _ice_connections(connection):
        ice.get_component_candidates = functools.partial(ice.get_component_candidates, timeout=GATHER_S_MAX)


def drop_malformed(connection: RTCPeerConnection) -> None:
    """Drop datagrams that look like STUN and break off: aioice raises another error than the one that it expects.

    Whoever knows the port may send them, and each would be told of with a whole traceback.
    """
    for ice in _ice_connections(connection):
        gather = ice.get_component_candidates

        async def with_care(ice: Any = ice, gather: Callable[..., Any] = gather, **more: Any) -> Any:
            found = await gather(**more)
            for protocol in ice._protocols:
                protocol.datagram_received = _suppressing(struct.error, protocol.datagram_received)
            return found

        ice.get_component_candidates = with_care


def _suppressing(error: type[Exception], call: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(call)
    def careful(*given: Any) -> None:
        with contextlib.suppress(error):
            call(*given)

    return careful


def use_ports(connection: RTCPeerConnection, ports: range) -> None:
    """Bind the sockets of this connection within `ports`, where aioice takes any that the system gives.

    A router or a firewall can then let exactly these through. Where all of them are taken on every address,
    gathering raises OSError. What aioice asks of a STUN server for its own sockets is asked for these here.
    """
    for ice in _ice_connections(connection):
        gather = ice.get_component_candidates

        async def within_ports(
            component: int, addresses: list[str], ice: Any = ice, gather: Callable[..., Any] = gather, **more: Any
        ) -> Any:
            bound = [await _bind(ice, component, address, ports) for address in addresses]
            protocols = [protocol for protocol in bound if protocol is not None]
            if addresses and not protocols:
                raise OSError(errno.EADDRINUSE, f"no free UDP port from {ports.start} to {ports.stop - 1}")
            ice._protocols += protocols
            seen_as, relayed = await asyncio.gather(
                _seen_from_outside(ice, protocols), gather(component=component, addresses=[], **more)
            )
            return [*(protocol.local_candidate for protocol in protocols), *seen_as, *relayed]

        ice.get_component_candidates = within_ports


async def _bind(ice: Any, component: int, address: str, ports: range) -> Any:
    """Return a socket's protocol on the first free one of the ports, beginning anywhere; None when there is none."""
    loop = asyncio.get_running_loop()
    first = secrets.randbelow(len(ports))
    for port in (*ports[first:], *ports[:first]):
        try:
            transport, protocol = await loop.create_datagram_endpoint(
                lambda: StunProtocol(ice), local_addr=(address, port)
            )
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            return None  # an address that went away
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UDP_SOCKET_BUFFER_SIZE)
        protocol.local_candidate = Candidate(
            foundation=candidate_foundation("host", "udp", address),
            component=component,
            transport="udp",
            priority=candidate_priority(component, "host"),
            host=address,
            port=port,
            type="host",
        )
        return protocol
    return None


async def _seen_from_outside(ice: Any, protocols: list[Any]) -> list[Candidate]:
    """Ask the STUN server, if there is one, how the outside sees these sockets (IPv4 only, as aioice asks)."""

    async def ask(protocol: Any) -> Candidate | None:
        with contextlib.suppress(TimeoutError, OSError, TransactionError):
            async with asyncio.timeout(GATHER_S_MAX):
                return (await server_reflexive_candidate(protocol, ice.stun_server))[0]
        return None

    asked = [ask(one) for one in protocols if ice.stun_server and ":" not in one.local_candidate.host]
    return [candidate for candidate in await asyncio.gather(*asked) if candidate is not None]


async def newest_frame(track: MediaStreamTrack) -> tuple[VideoFrame, int]:
    """Return the newest decoded frame of a remote track and how many came since the last one, waiting for one.

    Older ones would only fill the track's unbounded queue. Raises MediaStreamError when the track has ended.
    """
    assert isinstance(track, RemoteStreamTrack)
    frame, count = await track.recv(), 1
    while track._queue.qsize():
        frame, count = await track.recv(), count + 1
    assert isinstance(frame, VideoFrame)
    return frame, count


def undecoded(receiver: RTCRtpReceiver) -> int:
    """Return how many frames wait for the receiver's decoder, a queue that aiortc does not bound."""
    waiting: int = receiver._RTCRtpReceiver__decoder_queue.qsize()  # type: ignore[attr-defined]
    return waiting
