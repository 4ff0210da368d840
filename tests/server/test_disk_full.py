"""A disk that is full while the show runs: the giver is told, nothing is lost, everybody else notices nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from avatar_live.protocol.wire import ChatLine, FromViewer, GiftUpdate, GiveGift, Join, Say, ToViewer, Welcome
from avatar_live.room.state import GIFT_ALLOWANCE
from avatar_live.server.keeper import Keeper
from avatar_live.server.ledger import NOT_PAID, Ledger, LedgerError
from avatar_live.server.member import serve_member
from avatar_live.server.sockets import Line

M = TypeVar("M", bound=msgspec.Struct)
DEADLINE_S = 10.0
_decoder: msgspec.json.Decoder[ToViewer] = msgspec.json.Decoder(ToViewer)


class FakePage:
    """A page without a socket: both its directions are queues."""

    def __init__(self) -> None:
        self.says: asyncio.Queue[Mapping[str, object]] = asyncio.Queue()
        self.hears: asyncio.Queue[ToViewer] = asyncio.Queue()

    def is_open(self) -> bool:
        return True

    def unsent_bytes(self) -> int:
        return 0

    def write(self, frame: bytes) -> None:
        start = frame.index(b"{")
        self.hears.put_nowait(_decoder.decode(frame[start:]))

    def close(self, code: int, reason: str) -> None:
        raise AssertionError(f"closed with {code}: {reason}")

    def say(self, message: FromViewer) -> None:
        self.says.put_nowait({"type": "websocket.receive", "text": msgspec.json.encode(message).decode()})

    async def until(self, kind: type[M]) -> M:
        async with asyncio.timeout(DEADLINE_S):
            while not isinstance(message := await self.hears.get(), kind):
                pass
            return message


@contextlib.asynccontextmanager
async def joined(keeper: Keeper, name: str) -> AsyncIterator[tuple[FakePage, Welcome]]:
    page = FakePage()
    serving = asyncio.create_task(serve_member(keeper, page.says.get, Line(page)))
    page.say(Join(name))
    yield page, await page.until(Welcome)
    page.says.put_nowait({"type": "websocket.disconnect"})
    await serving


async def test_a_gift_on_a_full_disk_is_not_paid_and_the_show_goes_on(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite3", pages_max=16)
    keeper = Keeper("Test show", ledger)
    async with joined(keeper, "Ann") as (ann, welcome):
        fill(ledger)
        balance_coins = welcome.balance_coins
        for number in range(int(GIFT_ALLOWANCE.burst)):  # the last free bytes may hold a gift or two
            ann.say(GiveGift(f"gift-{number}", "tomato"))
            update = await ann.until(GiftUpdate)
            if update.state == "refused":
                break
            balance_coins = update.balance_coins
        assert (update.reason, update.balance_coins) == (NOT_PAID, balance_coins)
        ann.say(Say("I can still talk"))
        assert (await ann.until(ChatLine)).text == "I can still talk"
        async with joined(keeper, "Bob") as (bob, bobs):
            assert bobs.balance_coins == 0
            bob.say(Say("and I can watch"))
            assert (await ann.until(ChatLine)).text == "and I can watch"
    assert ledger.reconcile().result(DEADLINE_S).is_sound
    ledger.close()


def fill(ledger: Ledger) -> None:
    """Open wallets until the ledger's file takes no more."""
    with contextlib.suppress(LedgerError):
        for number in range(10_000):
            ledger.open_wallet(f"viewer-{number}").result(DEADLINE_S)
