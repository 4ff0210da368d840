"""How the packets of one peer leave: encrypted where they lie, and with one call of the kernel where it can."""

import errno
import functools
import os
import socket
import struct
from typing import Final, Protocol

from avatar_live.broadcast import srtp
from avatar_live.broadcast.aiortc_internals import MediaTransport, Pair

_SOL_UDP: Final = 17
_UDP_SEGMENT: Final = 103
# What Linux says when the way out cannot cut a row into datagrams, or their size does not fit it.
_UNCUT: Final = frozenset({errno.EINVAL, errno.EIO, errno.EMSGSIZE, errno.EOPNOTSUPP, errno.ENOPROTOOPT})
_NUMBER_AT: Final = 2  # in a header, behind what all viewers share: sequence number, timestamp and SSRC
_write: Final = struct.Struct("!HII").pack_into
_memory: Final = memoryview(srtp.SCRATCH)


class Exit(Protocol):
    """Send the first `total` bytes of the scratch memory as datagrams of `stride` bytes, the last maybe shorter.

    False when they could not leave: the machine's own queue is full, or the network down.
    """

    def send(self, total: int, stride: int) -> bool: ...

    def close(self) -> None: ...


class Route:
    """Protect and send packets to whatever address the peer's ICE connection has chosen."""

    __slots__ = ("_exit", "_pair", "_transport", "tag_bytes")

    def __init__(self, transport: MediaTransport) -> None:
        self._transport = transport
        self._pair: Pair | None = None
        self._exit: Exit | None = None
        self.tag_bytes = transport.tag_bytes

    def send(self, blank: bytes, stride: int, sequence: int, timestamp: int, ssrc: int) -> bool:
        """Fill the headers of a row of packets in, protect each, and send them. False when they could not leave."""
        way_out = self._way_out()
        if way_out is None:
            return False
        total = len(blank)
        row = srtp.row(total, stride, self.tag_bytes)
        memory = row.memory
        memory[:] = blank
        timestamp &= 0xFFFFFFFF
        for at in row.begins:
            _write(memory, at + _NUMBER_AT, sequence & 0xFFFF, timestamp, ssrc)
            sequence += 1
        return row.protect(self._transport.session) and way_out.send(total, stride)

    def report(self, packet: bytes) -> bool:
        """Protect a packet of RTCP and send it. False when it could not leave."""
        way_out = self._way_out()
        if way_out is None:
            return False
        _memory[: len(packet)] = packet
        size = srtp.protect_report(self._transport.session, len(packet))
        return size > 0 and way_out.send(size, size)

    def close(self) -> None:
        """Close what was opened to send."""
        if self._exit is not None:
            self._exit.close()
        self._exit = self._pair = None

    def _way_out(self) -> Exit | None:
        pair = self._transport.pair()
        if pair is not self._pair:
            self.close()
            self._pair = pair
            self._exit = None if pair is None else _exit(pair)
        return self._exit


@functools.lru_cache(maxsize=srtp.ROWS_KEPT)
def _row(stride: int) -> tuple[tuple[int, int, bytes]]:
    """Return what tells the kernel to cut a row into datagrams of `stride` bytes."""
    return ((_SOL_UDP, _UDP_SEGMENT, struct.pack("=H", stride)),)


class SegmentingExit:
    """Hand whole rows of packets to the kernel, which cuts them (UDP generic segmentation offload).

    It sends through a second handle on the socket at which aioice waits.
    """

    __slots__ = ("_address", "_cuts", "_plain", "_socket")

    def __init__(self, own: socket.socket, pair: Pair) -> None:
        self._socket = own
        self._address = pair.address
        self._plain = PlainExit(pair)
        self._cuts = True

    def send(self, total: int, stride: int) -> bool:
        """See `Exit`."""
        if not self._cuts:
            return self._plain.send(total, stride)
        row = _row(stride) if total > stride else ()
        try:
            self._socket.sendmsg((_memory[:total],), row, 0, self._address)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno not in _UNCUT or not row:
                return False
            self._cuts = False
            return self._plain.send(total, stride)
        return True

    def close(self) -> None:
        """Close the second handle."""
        self._socket.close()


class PlainExit:
    """Send packet by packet through aioice: over a relay, or where the kernel cuts nothing."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair

    def send(self, total: int, stride: int) -> bool:
        """See `Exit`."""
        if self._pair.is_congested:
            return False
        for at in range(0, total, stride):
            self._pair.sendto(bytes(_memory[at : min(at + stride, total)]))
        return True

    def close(self) -> None:
        """Do nothing: the socket is aioice's."""


def _exit(pair: Pair) -> Exit:
    handle = pair.socket_handle
    if handle is None or not hasattr(socket.socket, "sendmsg"):
        return PlainExit(pair)
    try:
        own = socket.socket(fileno=os.dup(handle))
    except OSError:  # no more handles for this process, or a socket that was closed just now
        return PlainExit(pair)
    try:
        own.getsockopt(_SOL_UDP, _UDP_SEGMENT)  # an older kernel would send the whole row as one datagram
    except OSError:
        own.close()
        return PlainExit(pair)
    own.setblocking(False)
    return SegmentingExit(own, pair)
