"""The bad network is as bad as it says."""

import socket
from collections.abc import Iterator

import pytest
from patience import DEADLINE_S

from avatar_live.app.bench.relay import Network, Relay, _Way
from avatar_live.clock import now_s

ANSWER = (
    "v=0\r\na=candidate:1 1 udp 2130706431 10.0.0.7 4000 typ host\r\n"
    "a=candidate:2 1 udp 2130706431 127.0.0.1 {port} typ host\r\n"
)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    server, peer = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    for end in (server, peer):
        end.bind(("127.0.0.1", 0))
        end.settimeout(DEADLINE_S)
    yield server, peer
    server.close()
    peer.close()


def rtp(sequence: int, size: int = 100) -> bytes:
    return bytes((0x80, 96, sequence >> 8, sequence & 255)) + bytes(4) + (7).to_bytes(4, "big") + bytes(size - 12)


def test_packets_go_both_ways_through_the_relay_and_lost_ones_are_known(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    server, peer = ends
    with Relay() as relay:
        answer = relay.detoured(ANSWER.format(port=server.getsockname()[1]))
        assert answer.count("a=candidate") == 1 and " 10.0.0.7 " not in answer
        relay_port = int(answer.split(" ")[5])
        peer.sendto(b"hello", ("127.0.0.1", relay_port))
        heard, address = server.recvfrom(100)
        assert heard == b"hello" and address != peer.getsockname()
        server.sendto(rtp(5), address)
        assert peer.recv(200) == rtp(5)
        relay.set_network(Network(loss=1.0))
        server.sendto(rtp(6), address)
        while not relay.streams()[7].missing:
            peer.sendto(b"lost too", ("127.0.0.1", relay_port))
        relay.set_network(Network())
        server.sendto(rtp(7), address)
        assert peer.recv(200) == rtp(7)
        stream = relay.streams()[7]
    assert (stream.passed, stream.passed_bytes, stream.missing, stream.payload_type) == (2, 200, [6], 96)


def test_the_offer_does_not_tell_where_the_peer_is() -> None:
    with Relay() as relay:
        assert relay.blinded(ANSWER.format(port=1)) == "v=0\r\n"


def test_two_runs_of_a_seed_lose_the_same_packets_and_the_share_that_was_asked_for() -> None:
    ways = _Way(3), _Way(3), _Way(4)
    runs = [[way.put(b"x", Network(loss=0.2), 0.0, is_narrow=True) for _ in range(5_000)] for way in ways]
    assert runs[0] == runs[1] != runs[2]
    assert sum(runs[0]) / 5_000 == pytest.approx(0.8, abs=0.02)


def test_a_narrow_link_passes_what_it_can_and_its_queue_is_bounded() -> None:
    way, network = _Way(1), Network(bitrate_bps=800_000, queue_s=0.3, delay_s=0.01)
    passed, last_s = 0, 0.0
    for step in range(1_000):  # 2 Mbit/s for four seconds
        at_s = step * 0.004
        way.put(bytes(1_000), network, at_s, is_narrow=True)
        arrived = way.take(at_s)
        passed += len(arrived)
        last_s = at_s
    assert passed * 8_000 / last_s == pytest.approx(800_000, rel=0.1)
    late_s = way.next_s()
    assert late_s is not None
    left = []
    while (at := way.next_s()) is not None:
        left += way.take(at)
        late_s = at
    assert late_s - last_s <= 0.3 + 0.01 + 0.01, "the queue, one packet's own time and the delay"


def test_the_way_up_is_not_narrow() -> None:
    way, at_s = _Way(1), now_s()
    assert all(way.put(bytes(1_000), Network(bitrate_bps=1.0), at_s, is_narrow=False) for _ in range(100))
    assert len(way.take(at_s)) == 100
