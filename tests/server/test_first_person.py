"""A ticket, from the payment to the goodbye, with a real peer connection and a stage that only pretends to draw."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import msgspec
import numpy as np
import pytest
from patience import DEADLINE_S
from peer import Peer, peer
from show_server import Page, ShowServer, page, show_server

from avatar_live.channels.link import ServerLink
from avatar_live.channels.processes import EngineHello, KeyframeWanted, Watched
from avatar_live.encoder.video import VideoEncoder
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.view import GameView, PlayerView
from avatar_live.protocol.wire import GiftUpdate, GiveGift, Keys, LeaveGame, PlayEnd, PlayStart
from avatar_live.signals.encoded import MAIN_STREAM

SIZE_PX = 64


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    with show_server(tmp_path_factory.mktemp("show")) as running:
        yield running


class PretendStage:
    """An engine that encodes grey pictures: of the show always, of players while they are watched."""

    def __init__(self, server: ShowServer) -> None:
        self._link = ServerLink(Path(server.plan.run_folder), EngineHello(SIZE_PX, SIZE_PX, 30))
        self._encoders: dict[str, VideoEncoder] = {}
        self._count = 0
        self.watched: tuple[str, ...] = ()
        self.players: dict[str, PlayerView] = {}

    async def run(self) -> None:
        """Draw 30 times a second."""
        while True:
            wanted: set[str] = set()
            for message in self._link.receive():
                match message:
                    case Watched(players):
                        self.watched = players
                    case GameView():
                        self.players = {player.id: player for player in message.players}
                    case KeyframeWanted(stream):
                        wanted.add(stream)
                    case _:
                        pass
            self._count += 1
            for stream in (MAIN_STREAM, *self.watched):
                if stream not in self._encoders:
                    self._encoders[stream] = VideoEncoder(stream, SIZE_PX, SIZE_PX, 30, 100_000)
                encoder = self._encoders[stream]
                pixels = np.full((SIZE_PX, SIZE_PX, 4), self._count % 200, np.uint8)
                self._link.send(encoder.encode(pixels, time.monotonic(), self._count * 3_000, stream in wanted))
            await asyncio.sleep(1 / 30)

    def close(self) -> None:
        """Die."""
        self._link.close()
        for encoder in self._encoders.values():
            encoder.close()


@contextlib.asynccontextmanager
async def stage(server: ShowServer) -> AsyncIterator[PretendStage]:
    pretending = PretendStage(server)
    task = asyncio.create_task(pretending.run())
    try:
        yield pretending
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await asyncio.to_thread(pretending.close)


async def test_a_ticket_plays_steers_and_ends(server: ShowServer) -> None:
    async with stage(server) as drawing, page(server, "Ann") as ann, peer() as watcher:
        token = await play(server, ann, watcher, "play-1")
        (seen,) = drawing.watched
        assert ann.welcome.player is None
        async with page(server, "Ann", ann.welcome.viewer) as again:
            assert again.welcome.player == token
        start = drawing.players[seen]
        assert start.name == "Ann"
        assert (await watcher.picture()).width == SIZE_PX
        watcher.channel.send(msgspec.json.encode(Keys(n=1, up=True)).decode())
        await until(lambda: abs(drawing.players[seen].x - start.x) > 0.05, "the player did not walk")
        assert drawing.players[seen].is_walking
        await ann.send(LeaveGame())
        await ann.until(PlayEnd)
        assert (await ann.until(GiftUpdate)).state == "done"
        await until(lambda: drawing.watched == () and not drawing.players, "the player is still on the pitch")
        assert (await knock(server, token, "v=0")).status_code == 401
        await until(lambda: watching(server) == 0, "the stream outlived its game")


async def test_an_engine_that_dies_in_the_middle_of_a_game_refunds_it_once(server: ShowServer) -> None:
    async with page(server, "Bob") as bob:
        async with stage(server), peer() as watcher:
            await play(server, bob, watcher, "play-2")
        await bob.until(PlayEnd)
        assert (await bob.until(GiftUpdate)).balance_coins == START_BALANCE_COINS
        async with stage(server):
            await bob.sees(lambda one: one.is_live)
            await bob.send(GiveGift("play-2", "ticket"))
            update = await bob.until(GiftUpdate)
            assert (update.state, update.balance_coins) == ("refunded", START_BALANCE_COINS)
        assert len([one for one in bob.heard_of(GiftUpdate) if one.state == "refunded"]) == 2


async def play(server: ShowServer, player: Page, watcher: Peer, gift_id: str) -> str:
    """Buy a ticket, connect and wait until the show says that one plays; return the token."""
    await player.sees(lambda one: one.is_live)
    await player.send(GiveGift(gift_id, "ticket"))
    token = (await player.until(PlayStart)).token
    answer = await knock(server, token, await watcher.offer())
    assert answer.status_code == 201
    await watcher.accept(answer.text)
    await player.sees(lambda one: one.playing == (player.welcome.name,))
    return token


async def knock(server: ShowServer, token: str, offer: str) -> httpx.Response:
    """Ask for one's own stream."""
    async with httpx.AsyncClient(timeout=DEADLINE_S) as client:
        return await client.post(
            f"http://127.0.0.1:{server.port}/whep/player",
            content=offer,
            headers={"Content-Type": "application/sdp", "Authorization": f"Bearer {token}"},
        )


def watching(server: ShowServer) -> int:
    """Return how many streams the server sends, as it last said."""
    health = server.health()
    return int(health.figures["watch_viewers"]) if health is not None else -1


async def until(claim: Callable[[], bool], what: str) -> None:
    """Wait for a claim about the pretended stage."""
    deadline_s = time.monotonic() + DEADLINE_S
    while not claim():
        assert time.monotonic() < deadline_s, what
        await asyncio.sleep(0.01)
