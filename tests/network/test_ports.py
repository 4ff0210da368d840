"""Which ports and addresses a viewer's packets use."""

import re
import socket
from collections.abc import Callable

import pytest
from peer import Peer, Source, peer

from avatar_live.broadcast.broadcaster import Broadcaster, BroadcastError
from avatar_live.broadcast.network import Network
from avatar_live.protocol.ice import IceServer
from avatar_live.signals.encoded import MAIN_STREAM

FIRST, COUNT = 21_300, 3  # not among those that the system gives to whoever asks for any


def broadcaster(network: Network, want_keyframe: Callable[[], None] = lambda: None) -> Broadcaster:
    return Broadcaster(
        want_keyframe=lambda stream, rung: want_keyframe(),
        on_keys=lambda stream, keys: None,
        on_watchers=lambda stream, count: None,
        network=network,
    )


def candidates(sdp: str) -> set[tuple[str, int]]:
    return {(host, int(port)) for host, port in re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+)", sdp)}


async def test_pictures_use_the_ports_that_the_host_opened_and_no_others() -> None:
    casting = broadcaster(
        Network(ports=range(FIRST, FIRST + COUNT), allow_loopback=True), lambda: source.want_keyframe()
    )
    source = Source(casting)
    async with peer() as viewer, source.playing():
        watch = await viewer.watch(casting)
        used = candidates(watch.answer_sdp)
        assert used and all(FIRST <= port < FIRST + COUNT for _, port in used)
        assert (await viewer.picture()).width == 64
    await casting.close()


async def test_viewers_for_whom_no_port_is_left_are_told_to_come_back_and_a_leaver_makes_room() -> None:
    casting = broadcaster(Network(ports=range(FIRST, FIRST + COUNT), allow_loopback=True))
    viewers = [Peer() for _ in range(COUNT + 1)]
    watches = [await casting.watch(MAIN_STREAM, await viewer.offer()) for viewer in viewers[:COUNT]]
    ports = [port for watch in watches for host, port in candidates(watch.answer_sdp) if host == "127.0.0.1"]
    assert sorted(ports) == list(range(FIRST, FIRST + COUNT))
    last = await viewers[COUNT].offer()
    with pytest.raises(BroadcastError) as refusal:
        await casting.watch(MAIN_STREAM, last)
    assert refusal.value.status == 503 and refusal.value.retry_after_s
    assert len(casting.streams()) == 1
    await casting.unwatch(watches[0].id)
    assert candidates((await casting.watch(MAIN_STREAM, last)).answer_sdp)
    await casting.close()
    for viewer in viewers:
        await viewer.close()


async def test_a_stun_server_is_asked_for_these_ports_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that stays silent costs time and nothing else."""
    monkeypatch.setattr("avatar_live.broadcast.aiortc_internals.GATHER_S_MAX", 0.3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.setblocking(False)
        servers = (IceServer(f"stun:127.0.0.1:{silent.getsockname()[1]}"),)
        casting = broadcaster(Network(servers, range(FIRST, FIRST + COUNT), allow_loopback=True))
        async with peer() as viewer:
            watch = await casting.watch(MAIN_STREAM, await viewer.offer())
            asked, address = silent.recvfrom(2_048)
            assert asked[:2] == b"\x00\x01", "a binding request (RFC 8489, 5)"
            assert FIRST <= address[1] < FIRST + COUNT
            assert candidates(watch.answer_sdp)
        await casting.close()


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
async def test_a_viewer_with_nothing_but_ipv6_gets_the_picture() -> None:
    casting = broadcaster(Network(allow_loopback=True), lambda: source.want_keyframe())
    source = Source(casting)
    async with peer() as viewer, source.playing():
        watch = await casting.watch(MAIN_STREAM, only_ipv6(await viewer.offer()))
        await viewer.accept(only_ipv6(watch.answer_sdp))
        assert (await viewer.picture()).width == 64
        for transceiver in viewer.connection.getTransceivers():
            (pair,) = transceiver.receiver.transport.transport._connection._nominated.values()
            assert ":" in pair.remote_addr[0]
    await casting.close()


def only_ipv6(sdp: str) -> str:
    return re.sub(r"a=candidate:\S+ 1 udp \d+ [0-9.]+ [^\r]*\r\n", "", sdp)
