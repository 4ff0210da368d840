"""What happens to members on bad days: a full disk, a full room, a page that says nothing."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from fake_client import FakeClient
from fake_page import edge_of, joined
from patience import DEADLINE_S

from avatar_live.edge.edge import Edge
from avatar_live.edge.origin import is_from_here
from avatar_live.protocol.wire import (
    CLOSE_FULL,
    CLOSE_RESTARTING,
    ChatLine,
    GiftUpdate,
    GiveGift,
    Join,
    Say,
    Welcome,
)
from avatar_live.room import events as ev
from avatar_live.room.state import GIFT_ALLOWANCE
from avatar_live.server import entrance
from avatar_live.server.entrance import Entrance
from avatar_live.server.keeper import Keeper
from avatar_live.server.ledger import NOT_PAID, Ledger, LedgerError


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite3", pages_max=16)
    yield opened
    assert opened.reconcile().result(DEADLINE_S).is_sound
    opened.close()


async def test_a_gift_on_a_full_disk_is_not_paid_and_the_show_goes_on(ledger: Ledger) -> None:
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


class SilentLedger(Ledger):
    """A ledger that can answer nobody for a while."""

    is_silent = False

    def has_wallet(self, viewer: str) -> Future[bool]:
        if not self.is_silent:
            return super().has_wallet(viewer)
        failed: Future[bool] = Future()
        failed.set_exception(LedgerError(NOT_PAID))
        return failed


async def test_a_page_keeps_the_key_to_its_coins_while_the_ledger_does_not_answer(tmp_path: Path) -> None:
    with contextlib.closing(SilentLedger(tmp_path / "silent.sqlite3")) as ledger:
        keeper = Keeper("Test show", ledger)
        async with joined(keeper, "Ann") as (_, before):
            pass
        ledger.is_silent = True
        async with joined(keeper, "Ann", before.viewer) as (_, meanwhile):
            assert (meanwhile.viewer, meanwhile.balance_coins) == (before.viewer, 0)
        ledger.is_silent = False
        async with joined(keeper, "Ann", before.viewer) as (_, after):
            assert (after.viewer, after.balance_coins) == (before.viewer, before.balance_coins)


class MoodyLedger(Ledger):
    """A ledger whose disk is full for the first refund."""

    refusals = 1

    def refund(self, viewer: str, id: str, reason: str) -> Future[int | None]:
        if self.refusals == 0:
            return super().refund(viewer, id, reason)
        self.refusals -= 1
        refused: Future[int | None] = Future()
        refused.set_exception(LedgerError(NOT_PAID))
        return refused


async def test_a_refund_that_the_disk_refuses_is_made_later(tmp_path: Path) -> None:
    ledger = MoodyLedger(tmp_path / "ledger.sqlite3")
    keeper = Keeper("Test show", ledger, retry_s=0.01)
    async with joined(keeper, "Ann") as (ann, welcome):
        keeper.handle(ev.EngineCame())
        keeper.handle(ev.Ticked(0.0, 0, 0, is_live=True))
        ann.say(GiveGift("gift-1", "ticket"))
        assert (await ann.until(GiftUpdate)).state == "committed"
        keeper.handle(ev.Ticked(0.0, 0, 0, is_live=True))
        keeper.handle(ev.EngineLeft())
        update = await ann.until(GiftUpdate)
        assert (update.state, update.balance_coins) == ("refunded", welcome.balance_coins)
        assert ledger.refusals == 0
    ledger.close()


async def test_a_gift_that_left_the_catalogue_before_it_was_shown_is_refunded(ledger: Ledger) -> None:
    coins = ledger.open_wallet("ann").result(DEADLINE_S)
    ledger.pay("ann", "Ann", "gift-1", "yacht", 500)
    keeper = Keeper("Test show", ledger)
    await keeper.recover()
    assert ledger.open_wallet("ann").result(DEADLINE_S) == coins
    assert ledger.drain().result(DEADLINE_S).gifts == ()
    assert not keeper.room.cues


async def test_a_full_room_sends_the_next_one_away_for_a_moment(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entrance, "MEMBERS_MAX", 1)
    keeper = Keeper("Test show", ledger)
    async with joined(keeper, "Ann"):
        late = FakeClient(edge_of(keeper).receive)
        late.say(Join("Bob"))
        assert await late.closed() == CLOSE_FULL


class BrokenLedger(Ledger):
    """A ledger with a fault that nobody thought of."""

    def open_wallet(self, viewer: str) -> Future[int]:
        failed: Future[int] = Future()
        failed.set_exception(RuntimeError("nobody thought of this"))
        return failed


async def test_a_page_is_not_left_waiting_by_a_fault_that_nobody_thought_of(tmp_path: Path) -> None:
    with contextlib.closing(BrokenLedger(tmp_path / "broken.sqlite3")) as ledger:
        page = FakeClient(edge_of(Keeper("Test show", ledger)).receive)
        page.say(Join("Ann"))
        assert await page.closed() == CLOSE_RESTARTING


async def test_a_page_that_goes_while_the_ledger_looks_was_never_there(ledger: Ledger) -> None:
    keeper = Keeper("Test show", ledger)
    hasty = FakeClient(edge_of(keeper).receive)
    hasty.say(Join("Ann"))
    hasty.leave()
    async with joined(keeper, "Bob") as (_, welcome):
        assert welcome.show.audience == 1
    assert len(keeper.crowd) == 0


async def test_an_edge_that_is_gone_takes_its_pages_along(ledger: Ledger) -> None:
    keeper = Keeper("Test show", ledger)
    door = Entrance(keeper)
    edge = Edge(door, is_from_here=is_from_here)
    door.attach(edge)
    page = FakeClient(edge.receive)
    page.say(Join("Ann"))
    await page.until(Welcome)
    assert keeper.room.audience == 1
    door.detach()
    assert (keeper.room.audience, len(keeper.crowd), keeper.crowd.ports) == (0, 0, [])
    page.leave()


def fill(ledger: Ledger) -> None:
    """Open wallets until the ledger's file takes no more."""
    with contextlib.suppress(LedgerError):
        for number in range(10_000):
            ledger.open_wallet(f"viewer-{number}").result(DEADLINE_S)
