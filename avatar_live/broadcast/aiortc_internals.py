"""Every private name of aiortc and aioice that we touch, and why (aiortc 1.16.0, aioice 0.13.0).

All of it is done to one object at a time, never to a class or a module, so that two broadcasters in one process do
not meet. `tests/broadcast/test_aiortc_internals.py` fails when one of these names changes its meaning.
"""

import contextlib
import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiortc import RTCPeerConnection, RTCRtpSender
from aiortc import clock as rtc_clock
from aiortc.exceptions import InvalidStateError
from aiortc.rtp import RTCP_PSFB_APP, AnyRtcpPacket, RtcpPsfbPacket, RtcpRrPacket, RtcpSrPacket, unpack_remb_fci

from avatar_live.broadcast.feedback import Estimate, Feedback, Reception, RoundTrip
from avatar_live.clock import now_s
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, StreamKind

LOOPBACK = "127.0.0.1"


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


def include_loopback(connection: RTCPeerConnection) -> None:
    """Offer 127.0.0.1 as a candidate too, which aioice leaves out: for viewers on the same machine."""
    for ice in _ice_connections(connection):
        gather = ice.get_component_candidates

        async def with_loopback(
            component: int, addresses: list[str], gather: Callable[..., Any] = gather, **more: Any
        ) -> Any:
            return await gather(component=component, addresses=[*addresses, LOOPBACK], **more)

        ice.get_component_candidates = with_loopback


def report_capture_time(sender: RTCRtpSender, captured_s: Callable[[], float | None]) -> None:
    """Make sender reports say when the last sent frame was captured (monotonic seconds), not when it was sent.

    A browser lines sound and picture up by these reports; with the time of sending, the picture's way through
    tracking, drawing and encoding would be missing from the sum. Nothing is reported before the first frame, where
    aiortc would report the year 1900. The price is aiortc's own round-trip time, which we do not use.
    """
    send = sender._send_rtcp

    async def send_report(packets: list[AnyRtcpPacket]) -> None:
        if isinstance(packets[0], RtcpSrPacket):
            captured = captured_s()
            if captured is None:
                return
            captured_at = rtc_clock.current_datetime() - timedelta(seconds=now_s() - captured)
            packets[0].sender_info.ntp_timestamp = rtc_clock.datetime_to_ntp(captured_at)
        await send(packets)

    sender._send_rtcp = send_report  # type: ignore[method-assign]


def on_feedback(sender: RTCRtpSender, heard: Callable[[Feedback], None]) -> None:
    """Call `heard` with what the receiver reports of this sender's stream and, for video, with its REMB.

    Put it on after `report_capture_time`, whose reports the round trip is measured by.
    """
    kind: StreamKind = "video" if sender.kind == "video" else "audio"
    clock_hz = VIDEO_CLOCK_HZ if kind == "video" else AUDIO_CLOCK_HZ
    round_trip = RoundTrip()
    handle, send = sender._handle_rtcp_packet, sender._send_rtcp

    async def send_and_remember(packets: list[AnyRtcpPacket]) -> None:
        await send(packets)
        if isinstance(packets[0], RtcpSrPacket):  # with the time that `report_capture_time` has written into it
            round_trip.sent(packets[0].sender_info.ntp_timestamp, now_s())

    async def handle_and_tell(packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == sender._ssrc:
                    rtt_s = round_trip.rtt_s(report.lsr, report.dlsr, now_s())
                    lost, jitter_s = report.packets_lost, report.jitter / clock_hz
                    heard(Reception(kind, report.fraction_lost / 256, lost, jitter_s, rtt_s))
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP and kind == "video":
            with contextlib.suppress(ValueError):  # an application's own message that is no REMB
                heard(Estimate(float(unpack_remb_fci(packet.fci)[0])))
        await handle(packet)

    sender._send_rtcp = send_and_remember  # type: ignore[method-assign]
    sender._handle_rtcp_packet = handle_and_tell  # type: ignore[method-assign]


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
