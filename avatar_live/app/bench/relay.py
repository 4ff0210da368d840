"""A bad network on this machine: a UDP relay between a server and one peer that loses, delays and narrows.

    with Relay() as relay:
        offer = relay.blinded(offer)       # the server learns the peer's address from its first check, through us
        answer = relay.detoured(answer)    # the peer knows no other address of the server than ours
        relay.set_network(Network(loss=0.02))

Packets on their way down (server to peer) wait in a queue of bounded length for a link of bounded speed, and those that
find it full are lost, as in a router; both ways each packet is lost with `loss` and delayed by `delay_s`. What is lost
by chance is drawn from a seed, so that two runs lose alike.
"""

import random
import selectors
import socket
import threading
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from avatar_live import clock

LOOPBACK: Final = "127.0.0.1"
PACKET_BYTES_MAX: Final = 65_536
BUFFER_BYTES: Final = 1024 * 1024  # of the sockets: what is lost is lost by us, and counted
IDLE_S: Final = 0.05
CANDIDATE: Final = "a=candidate:"
# RFC 7983 and RFC 5761: the first byte of RTP and RTCP is 128..191, the second of RTCP 192..223.
RTP_FIRST_BYTES: Final = range(128, 192)
RTCP_SECOND_BYTES: Final = range(192, 224)


@dataclass(frozen=True, slots=True)
class Network:
    """Say how bad it is: `loss` 0..1 and `delay_s` each way, `bitrate_bps` (None: no limit) and the longest wait for
    it, `queue_s`, on the way down."""

    loss: float = 0.0
    delay_s: float = 0.0
    bitrate_bps: float | None = None
    queue_s: float = 0.3


@dataclass(slots=True)
class Stream:
    """Count the RTP packets of one SSRC on their way down; `missing` are sequence numbers that were lost."""

    passed: int = 0
    passed_bytes: int = 0
    missing: list[int] = field(default_factory=list)
    payload_type: int = 0


@dataclass(frozen=True, slots=True)
class _Waiting:
    leaves_s: float
    data: bytes


class _Way:
    """One direction: the packets on their way, oldest first."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._waiting: deque[_Waiting] = deque()
        self._link_free_s = 0.0

    def put(self, data: bytes, network: Network, now_s: float, *, is_narrow: bool) -> bool:
        """Let a packet set out; False when it is lost."""
        is_lost = self._chance.random() < network.loss
        leaves_s = now_s
        if is_narrow and network.bitrate_bps is not None:
            begins_s = max(self._link_free_s, now_s)
            if begins_s - now_s > network.queue_s:
                return False
            leaves_s = self._link_free_s = begins_s + len(data) * 8 / network.bitrate_bps
        if is_lost:
            return False
        last_s = self._waiting[-1].leaves_s if self._waiting else now_s
        self._waiting.append(_Waiting(max(leaves_s + network.delay_s, last_s), data))  # a network keeps the order
        return True

    def next_s(self) -> float | None:
        """Return when the next packet arrives; None when none is on its way."""
        return self._waiting[0].leaves_s if self._waiting else None

    def take(self, now_s: float) -> list[bytes]:
        """Return the packets that have arrived."""
        arrived = []
        while self._waiting and self._waiting[0].leaves_s <= now_s:
            arrived.append(self._waiting.popleft().data)
        return arrived


class Relay:
    """Stand between a server and one peer, in a thread of its own."""

    def __init__(self, seed: int = 1) -> None:
        self._down, self._up = _Way(seed), _Way(seed + 1)
        self._peer_side, self._server_side = _socket(), _socket()
        self._peer: tuple[str, int] | None = None
        self._server: tuple[str, int] | None = None
        self._network = Network()
        self._lock = threading.Lock()
        self._streams: dict[int, Stream] = {}
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_closed = True
        self._thread.join()
        self._peer_side.close()
        self._server_side.close()

    def set_network(self, network: Network) -> None:
        """Let the network be so from now on."""
        self._network = network

    def streams(self) -> dict[int, Stream]:
        """Return what went down and what was lost of it, by SSRC, since the start."""
        with self._lock:
            return {
                ssrc: Stream(one.passed, one.passed_bytes, list(one.missing), one.payload_type)
                for ssrc, one in self._streams.items()
            }

    def blinded(self, offer_sdp: str) -> str:
        """Return the offer without the peer's addresses, so that no packet finds a way beside the relay."""
        return "".join(f"{line}\r\n" for line in offer_sdp.splitlines() if not line.startswith(CANDIDATE))

    def detoured(self, answer_sdp: str) -> str:
        """Return the answer with the relay as the only address; its own is where the relay sends to."""
        lines, is_known = [], False
        for line in answer_sdp.splitlines():
            if not line.startswith(CANDIDATE):
                lines.append(line)
                continue
            fields = line.split(" ")
            if fields[4] != LOOPBACK:
                continue
            self._server = (LOOPBACK, int(fields[5]))
            fields[5] = str(self._peer_side.getsockname()[1])
            lines.append(" ".join(fields))
            is_known = True
        assert is_known, "the answer has no candidate on loopback: the server must offer one"
        return "".join(f"{line}\r\n" for line in lines)

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._peer_side, selectors.EVENT_READ)
            selector.register(self._server_side, selectors.EVENT_READ)
            while not self._is_closed:
                due_s = [at_s for at_s in (self._down.next_s(), self._up.next_s()) if at_s is not None]
                selector.select(min([IDLE_S, *(max(at_s - clock.now_s(), 0.0) for at_s in due_s)]))
                self._listen()
                self._deliver()

    def _listen(self) -> None:
        for data, address in _read(self._peer_side):
            self._peer = address
            self._up.put(data, self._network, clock.now_s(), is_narrow=False)
        for data, _ in _read(self._server_side):
            is_on_its_way = self._down.put(data, self._network, clock.now_s(), is_narrow=True)
            self._count(data, is_on_its_way)

    def _deliver(self) -> None:
        now_s = clock.now_s()
        for data in self._down.take(now_s):
            if self._peer is not None:
                self._peer_side.sendto(data, self._peer)
        for data in self._up.take(now_s):
            if self._server is not None:
                self._server_side.sendto(data, self._server)

    def _count(self, data: bytes, is_on_its_way: bool) -> None:
        if len(data) < 12 or data[0] not in RTP_FIRST_BYTES or data[1] in RTCP_SECOND_BYTES:
            return
        with self._lock:
            stream = self._streams.setdefault(int.from_bytes(data[8:12], "big"), Stream())
            stream.payload_type = data[1] & 0x7F
            if is_on_its_way:
                stream.passed += 1
                stream.passed_bytes += len(data)
            else:
                stream.missing.append(int.from_bytes(data[2:4], "big"))


def _socket() -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind((LOOPBACK, 0))
    one.setblocking(False)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        one.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
    return one


def _read(one: socket.socket) -> list[tuple[bytes, tuple[str, int]]]:
    packets = []
    while True:
        try:
            packets.append(one.recvfrom(PACKET_BYTES_MAX))
        except (BlockingIOError, ConnectionRefusedError):  # nothing more; or a peer that has closed its socket
            return packets
