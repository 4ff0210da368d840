"""Viewers for measurements: real connections, which then count what comes and do nothing with it."""

import asyncio
import os
import socket
from typing import Any, Final

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from avatar_live.broadcast import aiortc_internals as internals

CONNECT_S_MAX: Final = 15.0
POLL_S: Final = 0.01
_STUN_FIRST_BYTE_MAX: Final = 3  # RFC 7983
_DATAGRAM_BYTES_MAX: Final = 2_048


class Onlooker:
    """Connect as a browser would and take the first packets, so that reports of reception go out.

    From `drain` on nothing is decrypted any more, and what comes is only counted, when `empty` is called: nobody wakes
    for a packet, as nobody on the sender's machine would for one to a viewer far away.
    """

    def __init__(self) -> None:
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._drains: list[_Drain] = []

    @property
    def octets(self) -> int:
        """Return how many octets of media have come since `drain`, headers included."""
        return sum(drain.octets for drain in self._drains)

    async def offer(self) -> str:
        """Return an offer to receive a picture."""
        self._connection.addTransceiver("video", direction="recvonly")
        return await self._described()

    async def accept(self, answer_sdp: str) -> None:
        """Take the answer to the offer."""
        await self._connection.setRemoteDescription(RTCSessionDescription(sdp=answer_sdp, type="answer"))

    async def answer(self, offer_sdp: str) -> str:
        """Return the answer to the offer of a server that makes them itself."""
        await self._connection.setRemoteDescription(RTCSessionDescription(sdp=offer_sdp, type="offer"))
        return await self._described()

    async def drain(self) -> None:
        """Wait for the first packets, and only count from then on. Raises TimeoutError when none come."""
        (receiver,) = self._connection.getReceivers()
        async with asyncio.timeout(CONNECT_S_MAX):
            while not receiver.getSynchronizationSources():  # noqa: ASYNC110 (aiortc has no event for it)
                await asyncio.sleep(POLL_S)
        self._drains = [_Drain(protocol) for protocol in internals.udp_protocols(self._connection)]

    def empty(self) -> None:
        """Take what has come."""
        for drain in self._drains:
            drain.empty()

    async def close(self) -> None:
        """End the connection."""
        for drain in self._drains:
            drain.close()
        await self._connection.close()

    async def _described(self) -> str:
        internals.include_loopback(self._connection)
        await self._connection.setLocalDescription()
        return self._connection.localDescription.sdp


class _Drain:
    """Empty a socket in place of aioice, and hand on only what keeps ICE alive."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        protocol.transport.pause_reading()
        self._socket = socket.socket(fileno=os.dup(protocol.transport.get_extra_info("socket").fileno()))
        self._socket.setblocking(False)
        self._buffer = bytearray(_DATAGRAM_BYTES_MAX)
        self.octets = 0

    def empty(self) -> None:
        """Take all that waits at the socket."""
        buffer, take = self._buffer, self._socket.recvfrom_into
        while True:
            try:
                size, sender = take(buffer)
            except BlockingIOError:
                return
            if buffer[0] > _STUN_FIRST_BYTE_MAX:
                self.octets += size
            else:
                self._protocol.datagram_received(bytes(buffer[:size]), sender)

    def close(self) -> None:
        """Close the second handle on the socket and let aioice read again."""
        self._socket.close()
        self._protocol.transport.resume_reading()
