"""Through a relay: real Chromium watches by nothing but TURN, with credentials that the show made for it."""

import re
from pathlib import Path

from browser import chromium, until
from peer import peer
from peer import until as eventually
from relay import SECRET, turn_server
from show import running_show

from avatar_live.broadcast.broadcaster import Broadcaster
from avatar_live.broadcast.network import Network
from avatar_live.protocol.ice import IceServer
from avatar_live.signals.encoded import MAIN_STREAM

WATCH_BY_RELAY = """async () => {
  const {ice_servers} = await (await fetch("/whep/ice")).json();
  const plain = RTCPeerConnection;
  RTCPeerConnection = function () { return new plain({iceServers: ice_servers, iceTransportPolicy: "relay"}); };
  return (await watch()).status;
}"""
PAIR = """async () => {
  const stats = await connection.getStats();
  for (const report of stats.values())
    if (report.type === "candidate-pair" && report.nominated) return stats.get(report.localCandidateId).candidateType;
}"""


async def test_chromium_watches_through_a_relay_alone(tmp_path: Path) -> None:
    with turn_server(tmp_path) as port:
        servers = (IceServer(f"turn:127.0.0.1:{port}", secret=SECRET),)
        async with running_show(ice_servers=servers) as show, chromium() as browser:
            page = await browser.new_page()
            await page.goto(show.address)
            assert await page.evaluate(WATCH_BY_RELAY) == 201
            await until(page, "async () => (await inbound('video')).framesDecoded > 15")
            assert await page.evaluate(PAIR) == "relay"
            await page.close()


async def test_we_offer_a_relayed_address_of_our_own_and_a_viewer_connects(tmp_path: Path) -> None:
    with turn_server(tmp_path) as port:
        broadcaster = Broadcaster(
            want_keyframe=lambda stream, rung: None,
            on_keys=lambda stream, keys: None,
            on_watchers=lambda stream, count: None,
            network=Network((IceServer(f"turn:127.0.0.1:{port}", secret=SECRET),), allow_loopback=True),
        )
        async with peer() as viewer:
            watch = await broadcaster.watch(MAIN_STREAM, await viewer.offer())
            only_relayed = re.sub(r"a=candidate:[^\r]* typ (?!relay)[^\r]*\r\n", "", watch.answer_sdp)
            assert " typ relay " in only_relayed
            await viewer.accept(only_relayed)
            await broadcaster.unwatch(watch.id)
            await eventually(lambda: broadcaster.streams() == {}, "the session is still there")
        await broadcaster.close()


async def test_within_the_hosts_ports_we_learn_from_a_server_how_the_outside_sees_us(tmp_path: Path) -> None:
    with turn_server(tmp_path) as port:
        servers = (IceServer(f"stun:127.0.0.1:{port}"),)
        broadcaster = Broadcaster(
            want_keyframe=lambda stream, rung: None,
            on_keys=lambda stream, keys: None,
            on_watchers=lambda stream, count: None,
            network=Network(servers, range(21_350, 21_360), allow_loopback=True),
        )
        async with peer() as viewer:
            watch = await broadcaster.watch(MAIN_STREAM, await viewer.offer())
            assert re.search(r"a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 2135\d typ srflx", watch.answer_sdp)
        await broadcaster.close()
