"""The door: who comes in, what reaches them, and that nothing of them stays behind."""

import asyncio
import gc
import sys
import threading
from collections.abc import AsyncIterator, Callable

import psutil
import pytest
import pytest_asyncio
from aioice.ice import Connection
from aiortc import RTCDtlsTransport, RTCPeerConnection, RTCRtpSender
from aiortc.rtp import RtcpRrPacket
from patience import DEADLINE_S
from peer import SIZE_PX, Peer, Source, peer, until

from avatar_live import clock
from avatar_live.broadcast.broadcaster import CONNECTING_MAX, Broadcaster, BroadcastError
from avatar_live.broadcast.feedback import Estimate
from avatar_live.broadcast.rounds import PROMPT_S
from avatar_live.broadcast.routes import Route, SegmentingExit
from avatar_live.broadcast.sender import RtpSender
from avatar_live.broadcast.spending import ESTIMATE_SHARE
from avatar_live.broadcast.viewer import CONNECT_S_MAX, SILENT_S_MAX, Viewer
from avatar_live.encoder.audio import OpusEncoder
from avatar_live.protocol.wire import Keys
from avatar_live.signals.encoded import MAIN_STREAM

VIEWERS_MAX = 3
CYCLES, WARM_UP_CYCLES = 100, 20
GROWTH_BYTES_MAX = 8 * 1024 * 1024  # a peer connection with its certificate is .3 MB


class House:
    """A broadcaster whose callbacks are noted and whose clock can be put forward."""

    def __init__(self, viewers_max: int = VIEWERS_MAX) -> None:
        self.keyframes_wanted: list[str] = []
        self.keys: list[tuple[str, Keys]] = []
        self.bitrates: list[tuple[str, int]] = []
        self.watchers: list[tuple[str, int]] = []
        self.ahead_s = 0.0
        self.source: Source | None = None
        self.on_keyframe: Callable[[str, int], object] = lambda stream, rung: None
        self.broadcaster = Broadcaster(
            want_keyframe=self._want_keyframe,
            on_keys=lambda stream, keys: self.keys.append((stream, keys)),
            on_watchers=lambda stream, count: self.watchers.append((stream, count)),
            on_bitrate=lambda stream, bitrate_bps: self.bitrates.append((stream, bitrate_bps)),
            allow_loopback=True,
            viewers_max=viewers_max,
            now=lambda: clock.now_s() + self.ahead_s,
        )

    def _want_keyframe(self, stream: str, rung: int) -> None:
        self.keyframes_wanted.append(stream)
        self.on_keyframe(stream, rung)
        if self.source is not None and rung == 0:
            self.source.want_keyframe()


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    opened = House()
    yield opened
    await opened.broadcaster.close()


@pytest_asyncio.fixture
async def source(house: House) -> AsyncIterator[Source]:
    house.source = Source(house.broadcaster)
    async with house.source.playing():
        yield house.source


class FullExit:
    """A machine whose queue of packets is full."""

    def send(self, total: int, stride: int) -> bool:
        return False

    def close(self) -> None:
        pass


async def test_two_viewers_get_the_pictures_of_one_encode(house: House, source: Source) -> None:
    async with peer() as first, peer() as second:
        await first.watch(house.broadcaster)
        await second.watch(house.broadcaster)
        for viewer in (first, second):
            greys = [int((await viewer.picture()).to_ndarray(format="gray")[32, 32]) for _ in range(20)]
            assert greys == sorted(greys), "the pictures grow brighter, in order"
            assert greys[-1] > greys[0]
        assert house.broadcaster.streams() == {MAIN_STREAM: 2}
        assert house.watchers == [(MAIN_STREAM, 1), (MAIN_STREAM, 2)]
        assert house.broadcaster.figures()["viewers"] == 2
        assert house.broadcaster.figures()["sent_fps"] > 0


async def test_a_late_joiner_is_given_a_keyframe_and_no_delta_before(house: House, source: Source) -> None:
    await until(lambda: len(source.published) > 10, "nothing was published")
    async with peer() as viewer:
        await viewer.watch(house.broadcaster)
        first = await viewer.picture()
        assert house.keyframes_wanted == [MAIN_STREAM]
        keyframes = [frame for frame in source.published if frame.is_keyframe]
        assert len(keyframes) == 2
        assert first.pts is not None
        assert first.is_corrupt is False
    assert house.broadcaster.figures()["keyframes_asked"] == 1


async def test_a_lost_picture_leads_to_a_keyframe(house: House, source: Source) -> None:
    async with peer() as viewer:
        await viewer.watch(house.broadcaster)
        await viewer.picture()
        asked = len(house.keyframes_wanted)
        (receiver,) = [receiver for receiver in viewer.connection.getReceivers() if receiver.track.kind == "video"]
        await until(lambda: receiver.getSynchronizationSources(), "no packet came")
        await receiver._send_rtcp_pli(receiver.getSynchronizationSources()[0].source)
        await until(lambda: len(house.keyframes_wanted) > asked, "the PLI was not heard")


async def test_a_viewer_changes_rungs_at_a_keyframe_and_goes_on_without_a_gap(house: House, source: Source) -> None:
    small = Source(house.broadcaster, rung=1)
    wanted: list[tuple[str, int]] = []
    house.on_keyframe = lambda stream, rung: wanted.append((stream, rung))
    async with peer() as viewer, small.playing():
        watch = await viewer.watch(house.broadcaster)
        await viewer.picture()
        house.broadcaster.use_rung(watch.id, 1)
        await until(lambda: (MAIN_STREAM, 1) in wanted, "nobody asked for a keyframe of the other rung")
        assert house.broadcaster._places[watch.id].viewer.rung == 0
        small.want_keyframe()
        await until(lambda: house.broadcaster._places[watch.id].viewer.rung == 1, "the viewer did not change")
        async with asyncio.timeout(DEADLINE_S):
            while (await viewer.picture()).width != SIZE_PX // 2:
                pass
    house.broadcaster.use_rung("somebody who left", 1)


async def test_packets_take_the_short_way_past_aiortc(house: House, source: Source) -> None:
    async with peer() as viewer:
        watch = await viewer.watch(house.broadcaster)
        await viewer.picture()
        tracks = house.broadcaster._places[watch.id].viewer
        assert tracks._video.sender is not None
        await until(lambda: tracks._audio.sender, "sound goes through aiortc")
        assert tracks._route is not None
        if sys.platform == "linux":
            assert isinstance(tracks._route._exit, SegmentingExit)


@pytest.mark.parametrize("missing", [AttributeError("_tx_srtp"), KeyError(b"SRTP_NEW")])
async def test_when_aiortc_has_changed_it_sends_the_packets_itself(
    house: House, source: Source, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, missing: Exception
) -> None:
    def changed(sender: RTCRtpSender) -> None:
        raise missing

    monkeypatch.setattr("avatar_live.broadcast.aiortc_internals.MediaTransport", changed)
    async with peer() as viewer:
        watch = await viewer.watch(house.broadcaster)
        greys = [int((await viewer.picture()).to_ndarray(format="gray")[32, 32]) for _ in range(10)]
        assert greys == sorted(greys)
        assert house.broadcaster._places[watch.id].viewer._video.sender is None
    assert "aiortc has changed" in caplog.text


async def test_who_cannot_be_sent_a_frame_waits_for_a_keyframe_and_the_others_do_not_notice(
    house: House, source: Source
) -> None:
    async with peer() as slow, peer() as quick:
        watch = await slow.watch(house.broadcaster)
        await quick.watch(house.broadcaster)
        for viewer in (slow, quick):
            await viewer.picture()
        viewer_of_slow = house.broadcaster._places[watch.id].viewer
        route = viewer_of_slow._route
        assert route is not None
        assert route._exit is not None
        way_out, asked = route._exit, len(house.keyframes_wanted)
        route._exit = FullExit()
        await until(lambda: viewer_of_slow.needs_keyframe_of == 0, "nobody noticed that the machine's queue is full")
        await until(lambda: len(house.keyframes_wanted) > asked, "no keyframe was asked for")
        assert house.broadcaster.figures()["frames_dropped"] > 0
        for _ in range(5):
            await quick.picture()
        route._exit = way_out
        await until(lambda: viewer_of_slow.needs_keyframe_of is None, "the viewer did not come back")
        assert not (await slow.picture()).is_corrupt


async def test_sound_flows_beside_the_picture(house: House, source: Source) -> None:
    sound = OpusEncoder(MAIN_STREAM)
    async with peer() as viewer:
        await viewer.watch(house.broadcaster)
        await viewer.picture()
        for at in range(20):
            house.broadcaster.publish(sound.silence(clock.now_s(), at * 960))
            await asyncio.sleep(0.005)
        async with asyncio.timeout(DEADLINE_S):
            heard = await viewer.tracks["audio"].recv()
        assert heard.pts is not None


async def test_the_answer_is_h264_constrained_baseline_and_opus_and_nothing_else(house: House) -> None:
    async with peer() as viewer:
        answer = (await viewer.watch(house.broadcaster)).answer_sdp
    codecs = {line.split(" ")[1] for line in answer.splitlines() if line.startswith("a=rtpmap:")}
    assert codecs == {"H264/90000", "rtx/90000", "opus/48000/2"}
    assert answer.count("profile-level-id=42e01f") == 1
    assert answer.count("packetization-mode=1") == 1
    assert answer.count("a=sendonly") == 2


async def test_a_players_keys_arrive_and_are_released_when_the_player_is_gone(house: House) -> None:
    async with peer() as viewer:
        watch = await viewer.watch(house.broadcaster, "player-1")
        await until(lambda: viewer.channel.readyState == "open", "the channel did not open")
        viewer.channel.send('{"type":"keys","n":1,"up":true}')
        viewer.channel.send("nonsense")
        await until(lambda: house.keys, "no keys came")
        await until(lambda: house.broadcaster.figures()["keys_dropped"] == 1, "the nonsense was not counted")
        await house.broadcaster.unwatch(watch.id)
    assert house.keys == [("player-1", Keys(n=1, up=True)), ("player-1", Keys(n=2))]
    assert house.broadcaster.figures()["keys_dropped"] == 1


async def test_a_players_stream_spends_what_the_players_network_carries_and_the_show_does_not(
    house: House, source: Source
) -> None:
    async with peer() as player, peer() as viewer:
        playing = await player.watch(house.broadcaster, "player-1")
        watching = await viewer.watch(house.broadcaster)
        for watch in (playing, watching):
            for bitrate_bps in (3e6, 400_000.0, 390_000.0):
                house.broadcaster._heard(watch.id, Estimate(bitrate_bps))
        assert house.bitrates == [("player-1", int(400_000 * ESTIMATE_SHARE))]


async def test_keys_of_somebody_who_only_watches_the_show_go_nowhere(house: House, source: Source) -> None:
    async with peer() as viewer:
        await viewer.watch(house.broadcaster)
        await until(lambda: viewer.channel.readyState == "open", "the channel did not open")
        viewer.channel.send('{"type":"keys","n":1,"up":true}')
        for _ in range(5):
            await viewer.picture()
    assert house.keys == []


async def test_a_page_that_is_loaded_again_takes_its_own_place(house: House) -> None:
    async with peer() as before, peer() as after:
        first = await before.watch(house.broadcaster, "player-1")
        second = await after.watch(house.broadcaster, "player-1")
        assert house.broadcaster.streams() == {"player-1": 1}
        assert house.watchers[-1] == ("player-1", 1)
        assert await house.broadcaster.unwatch(first.id), "the goodbye of the page before, come late"
        assert house.broadcaster.streams() == {"player-1": 1}
        assert not await house.broadcaster.unwatch(first.id)
        assert await house.broadcaster.unwatch(second.id)
    assert house.watchers[-1] == ("player-1", 0)


async def test_the_last_place_is_given_and_one_more_is_refused(house: House) -> None:
    offers = [Peer() for _ in range(VIEWERS_MAX + 1)]
    for viewer in offers[:-1]:
        await house.broadcaster.watch(MAIN_STREAM, await viewer.offer())
    offer = await offers[-1].offer()
    with pytest.raises(BroadcastError, match="All places are taken") as refusal:
        await house.broadcaster.watch(MAIN_STREAM, offer)
    assert (refusal.value.status, refusal.value.retry_after_s) == (503, 5)
    await house.broadcaster.watch("player-1", offer)  # a player has paid for the place
    for viewer in offers:
        await viewer.close()


async def test_one_address_cannot_take_all_places_with_offers_that_never_connect() -> None:
    house = House(viewers_max=3 * CONNECTING_MAX)
    waiting = Peer()
    offer = await waiting.offer()
    for _ in range(CONNECTING_MAX):
        await house.broadcaster.watch(MAIN_STREAM, offer, "192.0.2.1")
    with pytest.raises(BroadcastError, match="at your address") as refusal:
        await house.broadcaster.watch(MAIN_STREAM, offer, "192.0.2.1")
    assert (refusal.value.status, refusal.value.retry_after_s) == (503, 5)
    await house.broadcaster.watch(MAIN_STREAM, offer, "192.0.2.2")
    house.ahead_s = CONNECT_S_MAX + 1
    house.broadcaster.sweep()
    async with peer() as viewer:
        connected = await house.broadcaster.watch(MAIN_STREAM, await viewer.offer(), "192.0.2.1")
        await viewer.accept(connected.answer_sdp)
        await until(lambda: _is_connected(house, connected.id), "the viewer did not connect")
        for _ in range(CONNECTING_MAX):
            await house.broadcaster.watch(MAIN_STREAM, offer, "192.0.2.1")
    await waiting.close()
    await house.broadcaster.close()


async def test_an_offer_that_cannot_be_answered_leaves_nothing_behind(house: House) -> None:
    viewer = Peer()
    offer = (await viewer.offer()).replace("H264", "H265")
    with pytest.raises(BroadcastError, match="and Opus") as refusal:
        await house.broadcaster.watch(MAIN_STREAM, offer)
    assert refusal.value.status == 406
    assert house.broadcaster.streams() == {}
    assert house.watchers == [(MAIN_STREAM, 1), (MAIN_STREAM, 0)]
    await viewer.close()


async def test_who_never_comes_is_forgotten(house: House) -> None:
    viewer = Peer()
    await house.broadcaster.watch(MAIN_STREAM, await viewer.offer())
    house.ahead_s = CONNECT_S_MAX - 1
    house.broadcaster.sweep()
    assert house.broadcaster.streams() == {MAIN_STREAM: 1}
    house.ahead_s = CONNECT_S_MAX + 1
    house.broadcaster.sweep()
    assert house.broadcaster.streams() == {}
    await viewer.close()


async def test_who_falls_silent_is_let_go_and_who_lives_is_not(house: House, source: Source) -> None:
    async with peer() as viewer:
        await viewer.watch(house.broadcaster)
        await viewer.picture()
        ((_, place),) = house.broadcaster._places.items()
        for _ in range(3):
            house.ahead_s += SILENT_S_MAX / 2  # a report of reception comes every 1.5 s, with or without packets
            moved_s = clock.now_s() + house.ahead_s
            await until(lambda moved_s=moved_s: place.viewer._heard_s >= moved_s, "no report came")
            house.broadcaster.sweep()
            assert house.broadcaster.streams() == {MAIN_STREAM: 1}
        house.ahead_s += SILENT_S_MAX + 1
        house.broadcaster.sweep()
        assert house.broadcaster.streams() == {}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which of many sockets has something")
async def test_what_a_viewer_says_is_read_when_a_frame_is_published(house: House) -> None:
    source = house.source = Source(house.broadcaster)
    async with peer() as viewer:
        async with source.playing():
            await viewer.watch(house.broadcaster)
            await viewer.picture()
        for chore in house.broadcaster._chores:  # they would read what comes while no frames do
            chore.cancel()
        ((_, place),) = house.broadcaster._places.items()
        house.ahead_s += PROMPT_S
        house.broadcaster.publish(source.published[-1])
        heard_s, waiting = place.viewer._heard_s, house.broadcaster._rounds._waiting
        await viewer.connection.getReceivers()[0].transport._send_rtp(bytes(RtcpRrPacket(ssrc=1)))
        assert waiting is not None and waiting.poll(DEADLINE_S), "nothing came"
        assert place.viewer._heard_s == heard_s
        house.broadcaster.publish(source.published[-1])
        assert place.viewer._heard_s > heard_s


async def test_who_says_goodbye_is_gone_at_once(house: House) -> None:
    async with peer() as viewer:
        await viewer.watch(house.broadcaster)
        await viewer.close()
        await until(lambda: house.broadcaster.streams() == {}, "the viewer is still there")
    assert house.watchers == [(MAIN_STREAM, 1), (MAIN_STREAM, 0)]


async def test_who_goes_at_the_moment_of_coming_leaves_no_handle(house: House) -> None:
    async with peer() as viewer:
        watch = await house.broadcaster.watch(MAIN_STREAM, await viewer.offer())
        coming = house.broadcaster._places[watch.id].viewer

        def end_what_stands() -> None:
            if coming.is_connected:
                house.broadcaster.end(MAIN_STREAM)

        coming._connection.on("connectionstatechange", end_what_stands)
        await viewer.accept(watch.answer_sdp)
        await until(lambda: not house.broadcaster.streams(), "it did not come")
        await house.broadcaster.close()
        assert len(house.broadcaster._rounds) == 0


async def test_what_a_viewer_misses_while_it_goes_opens_no_handle_again(house: House, source: Source) -> None:
    async with peer() as viewer:
        watch = await viewer.watch(house.broadcaster)
        await viewer.picture()
        going = house.broadcaster._places[watch.id].viewer
        house.broadcaster.end(MAIN_STREAM)
        await asyncio.sleep(0)
        assert not going._video.is_ready, "it does not go yet"
        assert going._route is not None
        for sequence in range(1 << 16):
            going._video.resend(sequence)
        await house.broadcaster.close()
        assert going._route._exit is None


async def test_a_hundred_who_come_and_go_leave_nothing_behind(house: House, source: Source) -> None:
    async def come_and_go() -> None:
        async with peer() as viewer:
            watch = await viewer.watch(house.broadcaster)
            await viewer.picture()
            assert await house.broadcaster.unwatch(watch.id)

    def left_behind() -> list[int]:
        """Count tasks, threads, open files and sockets, and what is kept in memory for each viewer."""
        gc.collect()
        process = psutil.Process()
        open_files = process.num_handles() if sys.platform == "win32" else process.num_fds()
        kinds = (Viewer, RtpSender, Route, RTCPeerConnection, RTCDtlsTransport, Connection)
        # By type: to be asked for its class alone makes one or the other library's object warn.
        kept = [sum(issubclass(type(one), kind) for one in gc.get_objects()) for kind in kinds]
        return [len(asyncio.all_tasks()), threading.active_count(), open_files, *kept]

    for _ in range(WARM_UP_CYCLES):
        await come_and_go()
    await asyncio.sleep(0)
    before, before_bytes = left_behind(), psutil.Process().memory_info().rss
    for _ in range(CYCLES - WARM_UP_CYCLES):
        await come_and_go()
    await until(
        lambda: all(now <= then for now, then in zip(left_behind(), before, strict=True)),
        f"{left_behind()} instead of {before}",
    )
    assert psutil.Process().memory_info().rss - before_bytes < GROWTH_BYTES_MAX
    assert house.broadcaster.figures()["viewers"] == 0
    assert house.broadcaster.streams() == {}


async def test_a_stream_that_is_over_lets_its_watchers_go_and_nobody_else(house: House) -> None:
    connecting = Peer()
    async with peer() as player, peer() as other:
        await player.watch(house.broadcaster, "player-1")
        await other.watch(house.broadcaster, "player-2")
        house.broadcaster.end("player-1")
        assert house.broadcaster.streams() == {"player-2": 1}
        assert house.watchers[-1] == ("player-1", 0)
        await house.broadcaster.watch("player-1", await connecting.offer())
        house.broadcaster.end("player-1")
        house.broadcaster.end("player-1")
        assert house.broadcaster.streams() == {"player-2": 1}
    await connecting.close()


@pytest.mark.parametrize("turns", [1, 3, 10])
async def test_a_stream_that_ends_while_an_offer_is_answered_leaves_nothing_behind(house: House, turns: int) -> None:
    player = Peer()
    answering = asyncio.create_task(house.broadcaster.watch("player-1", await player.offer()))
    for _ in range(turns):
        await asyncio.sleep(0)
    house.broadcaster.end("player-1")
    with pytest.raises(BroadcastError, match="has ended") as refusal:
        await answering
    assert refusal.value.status == 410
    assert house.broadcaster.streams() == {}
    assert house.watchers[-1] == ("player-1", 0)
    await player.close()
    await house.broadcaster.close()
    gc.collect()  # a socket that was left open would be told now


async def test_closing_says_goodbye_to_everybody() -> None:
    house = House()
    async with peer() as first, peer() as second:
        for viewer in (first, second):
            await viewer.watch(house.broadcaster)
            # Only now is the handshake done on both sides; before, there is nothing to say goodbye with.
            await until(lambda viewer=viewer: viewer.channel.readyState == "open", "the channel did not open")
        await house.broadcaster.close()
        for viewer in (first, second):
            await until(lambda viewer=viewer: viewer.connection.connectionState == "closed", "no goodbye came")
    assert house.watchers[-1] == (MAIN_STREAM, 0)


async def test_a_frame_of_a_stream_that_nobody_watches_costs_nothing(house: House) -> None:
    source = Source(house.broadcaster, "player-9")
    async with source.playing():
        await until(lambda: len(source.published) > 2, "nothing was published")
    assert house.keyframes_wanted == []


def _is_connected(house: House, watch_id: str) -> bool:
    return house.broadcaster._places[watch_id].viewer.is_connected
