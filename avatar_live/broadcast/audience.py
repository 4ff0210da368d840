"""Viewers for measurements: real connections, which then count what comes and do nothing with it."""

import asyncio
import os
import socket
from typing import Any, Final

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from avatar_live.broadcast import aiortc_internals as internals

CONNECT_S_MAX: Final = 15.0
_STUN_FIRST_BYTE_MAX: Final = 3  # RFC 7983
_DATAGRAM_BYTES_MAX: Final = 2_048


class Onlooker:
    """Connect as a browser would. Once `drain` is called nothing is decrypted any more: what comes is only counted."""

    def __init__(self) -> None:
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connected = asyncio.Event()
        self._connection.on("connectionstatechange", self._state_changed)
        self._drains: list[_Drain] = []

    @property
    def octets(self) -> int:
        """Return how many octets of media have come since `drain`, headers included."""
        return sum(drain.octets for drain in self._drains)

    async def offer(self) -> str:
        """Return an offer to receive a picture."""
        self._connection.addTransceiver("video", direction="recvonly")
        internals.include_loopback(self._connection)
        await self._connection.setLocalDescription()
        return self._connection.localDescription.sdp

    async def accept(self, answer_sdp: str) -> None:
        """Take the answer and wait until the connection stands. Raises TimeoutError."""
        await self._connection.setRemoteDescription(RTCSessionDescription(sdp=answer_sdp, type="answer"))
        await self._wait()

    async def answer(self, offer_sdp: str) -> str:
        """Return the answer to the offer of a server that makes them itself; `connected` tells when it stands."""
        await self._connection.setRemoteDescription(RTCSessionDescription(sdp=offer_sdp, type="offer"))
        internals.include_loopback(self._connection)
        await self._connection.setLocalDescription()
        return self._connection.localDescription.sdp

    async def connected(self) -> None:
        """Wait until the connection stands. Raises TimeoutError."""
        await self._wait()

    def drain(self) -> None:
        """Count packets from now on, and let ICE alone have what it needs to stay alive."""
        for protocol in internals.udp_protocols(self._connection):
            self._drains.append(_Drain(protocol))

    async def close(self) -> None:
        """End the connection."""
        for drain in self._drains:
            drain.close()
        await self._connection.close()

    async def _wait(self) -> None:
        async with asyncio.timeout(CONNECT_S_MAX):
            await self._connected.wait()

    def _state_changed(self) -> None:
        if self._connection.connectionState == "connected":
            self._connected.set()


class _Drain(asyncio.DatagramProtocol):
    """Empty a socket in one go, since a frame is many packets."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._socket = socket.socket(fileno=os.dup(protocol.transport.get_extra_info("socket").fileno()))
        self._socket.setblocking(False)
        self._buffer = bytearray(_DATAGRAM_BYTES_MAX)
        self.octets = 0
        protocol.transport.set_protocol(self)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Take the datagram, and all that wait behind it."""
        buffer, first, size = self._buffer, data[0], len(data)
        while True:
            if first > _STUN_FIRST_BYTE_MAX:
                self.octets += size
            else:
                self._protocol.datagram_received(data, addr)
            try:
                size, addr = self._socket.recvfrom_into(buffer)
            except BlockingIOError:
                return
            first = buffer[0]
            if first <= _STUN_FIRST_BYTE_MAX:
                data = bytes(buffer[:size])

    def connection_lost(self, exc: Exception | None) -> None:
        """Let aioice know, which waits for it."""
        self._protocol.connection_lost(exc)

    def close(self) -> None:
        """Close the second handle on the socket and give the first back."""
        self._socket.close()
        self._protocol.transport.set_protocol(self._protocol)
