"""Edges elsewhere, a real Redis and a real PostgreSQL: each is killed while viewers give, and everything adds up."""

import asyncio
import contextlib
from pathlib import Path

import pytest
from node_edges import Scene
from patience import DEADLINE_S
from running import until
from show_server import Page

from avatar_live.app.bench.givers import Giver, Givers
from avatar_live.app.bench.private_postgresql import private_postgresql
from avatar_live.app.bench.private_redis import private_redis
from avatar_live.protocol.catalogue import GIFTS, START_BALANCE_COINS
from avatar_live.protocol.codec import to_viewer
from avatar_live.protocol.wire import Like, Show, Welcome
from avatar_live.server.keeper import digest
from avatar_live.server.ledger import Ledger
from avatar_live.server.ledger.book import WALLET
from avatar_live.server.ledger.reports import open_reader, reconcile

FILLED_COINS = 1_000_000
GIVERS = 8
LOAD_S = 1.0  # of load between two deaths
AWAY_S = 1.5  # how long Redis is gone


class Fan:
    """A page that likes all the time on one line, which has to stay open."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.likes = 0
        self.welcomes = 0
        self.shown = 0

    async def like(self, is_over: asyncio.Event) -> None:
        while not is_over.is_set():
            await self.page.send(Like(3))
            self.likes += 3
            await asyncio.sleep(0.05)

    async def listen(self) -> None:
        while True:
            message = to_viewer(await self.page.socket.recv(decode=False))
            if isinstance(message, Welcome):
                self.welcomes += 1
            elif isinstance(message, Show):
                self.shown = message.likes


@pytest.mark.timeout(600)
async def test_nothing_is_lost_or_doubled_when_each_of_them_is_killed(tmp_path: Path) -> None:
    givers = [Giver(f"secret-of-giver-{number:04}", number) for number in range(GIVERS)]
    with private_redis() as redis, private_postgresql() as postgresql:
        url = postgresql.database()
        with contextlib.closing(Ledger(url)) as ledger:
            for giver in givers:
                ledger.open_wallet(digest(giver.secret))
                ledger.top_up(digest(giver.secret), "test", giver.secret, FILLED_COINS).result()
        async with Scene(tmp_path, redis, url) as scene, asyncio.TaskGroup() as listening:
            crowd = Givers(givers, [f"ws://127.0.0.1:{edge.port}/ws" for edge in scene.edges])
            try:
                fans = [Fan(await scene.edges[0].page(f"Fan {number}")) for number in range(3)]
                ears = [listening.create_task(fan.listen()) for fan in fans]  # a line that is cut fails the test
                await _live_through(scene, fans)
            finally:
                await asyncio.to_thread(crowd.stop)
            said = sum(fan.likes for fan in fans)
            await asyncio.to_thread(
                until, lambda: all(fan.shown == said and fan.welcomes for fan in fans), "every like counts", DEADLINE_S
            )
            for ear in ears:
                ear.cancel()
        assert _account(url, givers) == {"lost": 0, "doubled": 0, "difference": 0}
        with open_reader(url) as reader:
            assert reconcile(reader).is_sound


async def _live_through(scene: Scene, fans: list[Fan]) -> None:
    """Let an edge, Redis and the room die and come back one after the other, while everybody goes on."""
    is_over = asyncio.Event()
    liking = [asyncio.create_task(fan.like(is_over)) for fan in fans]
    await asyncio.sleep(LOAD_S)
    scene.edges[1].kill()
    await asyncio.sleep(LOAD_S)
    scene.edges[1].start()
    await asyncio.to_thread(scene.edges[1].wait_until_ready)
    await asyncio.sleep(LOAD_S)
    scene.redis.kill()
    await asyncio.sleep(AWAY_S)
    await asyncio.to_thread(scene.redis.start)
    await asyncio.sleep(LOAD_S)
    scene.server.kill()
    await asyncio.sleep(LOAD_S)
    await asyncio.to_thread(scene.server.start)
    await asyncio.to_thread(scene.edges[0].wait_until_ready)
    await asyncio.sleep(LOAD_S)
    is_over.set()
    await asyncio.gather(*liking)


def _account(url: str, givers: list[Giver]) -> dict[str, int]:
    lost = doubled = difference = 0
    with open_reader(url) as reader:
        booked: dict[str, dict[str, tuple[str, str]]] = {digest(giver.secret): {} for giver in givers}
        for name, id, gift, state in reader.rows(
            "SELECT account.name, gift.id, gift, state FROM gift JOIN account ON number = wallet"
        ):
            booked[name.removeprefix(WALLET)][id] = (gift, state)
        rows = reader.rows("SELECT name, balance_coins FROM account WHERE kind = 'wallet'")
        wallets = {name.removeprefix(WALLET): coins for name, coins in rows}
    for giver in givers:
        gifts = booked[digest(giver.secret)]
        assert giver.told, "somebody has given something"
        lost += sum(state != "refused" and id not in gifts for id, state in giver.told.items())
        doubled += sum(giver.asked.get(id) != gift for id, (gift, _) in gifts.items())
        doubled += sum(giver.told.get(id) == "refused" for id in gifts)
        spent = sum(GIFTS[gift].price_coins for gift, state in gifts.values() if state != "refunded")
        difference += abs(START_BALANCE_COINS + FILLED_COINS - spent - wallets[digest(giver.secret)])
    return {"lost": lost, "doubled": doubled, "difference": difference}
