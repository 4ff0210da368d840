"""What no answer brought: a gift whose answer was lost is shown once, whoever is faster."""

import asyncio
import contextlib
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fake_page import joined
from patience import DEADLINE_S

from avatar_live.app.bench.private_postgresql import PrivatePostgresql
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.wire import GiftGiven, GiftUpdate, GiveGift, Wallet
from avatar_live.server.keeper import Keeper, digest
from avatar_live.server.ledger import Answer, Ledger, LedgerError
from avatar_live.server.ledger.ledger import NOT_KNOWN
from avatar_live.server.ledger.postgresql import PostgresqlStore
from avatar_live.server.ledger.requests import Drained, OpenWallet, Unfinished
from avatar_live.server.ledger.store import OutcomeUnknownError, StoreError, perform
from avatar_live.server.outbox import Outbox


class ForgetfulLedger(Ledger):
    """A ledger that books a gift and loses its answer."""

    def pay(
        self, viewer: str, name: str, id: str, gift: str, price_coins: int, obstacle: str = "", count: int = 1
    ) -> Future[Answer]:
        super().pay(viewer, name, id, gift, price_coins, obstacle, count).result(DEADLINE_S)
        lost: Future[Answer] = Future()
        lost.set_exception(LedgerError(NOT_KNOWN))
        return lost


async def test_a_gift_whose_answer_was_lost_is_shown_from_the_outbox_once(tmp_path: Path) -> None:
    with contextlib.closing(ForgetfulLedger(tmp_path / "ledger.sqlite3")) as ledger:
        keeper = Keeper("Test show", ledger)
        await keeper.recover()
        async with joined(keeper, "Ann") as (ann, welcome):
            ann.say(GiveGift("gift-1", "tomato"))
            doubt = await ann.until(GiftUpdate)
            assert (doubt.state, doubt.reason) == ("refused", NOT_KNOWN)
            keeper.drain()
            assert (await ann.until(GiftGiven)).id == "gift-1"
            update = await ann.until(GiftUpdate)
            assert (update.state, update.balance_coins) == ("committed", START_BALANCE_COINS - 5)
            shown = len(keeper.room.cues)
            keeper.drain()
            # Answers come in order: after this one, the look before is over.
            await asyncio.wrap_future(ledger.top_up(digest(welcome.viewer), "test", "t-1", 7))
            keeper.drain()
            assert (await ann.until(Wallet)).balance_coins == START_BALANCE_COINS + 2
            assert len(keeper.room.cues) == shown


def unfinished(number: int) -> Unfinished:
    return Unfinished("ann", "Ann", f"gift-{number}", "tomato", 5, 0, number)


def test_a_gift_is_handed_over_once_whether_its_answer_or_the_outbox_is_faster() -> None:
    outbox = Outbox()
    assert outbox.take(1)
    assert [one.number for one in outbox.take_all(Drained((unfinished(1), unfinished(2)), (), 2))] == [2]
    assert outbox.seen == 2
    assert not outbox.take(2), "its answer came after the look that shared its group"
    assert outbox.take(3)
    assert [one.number for one in outbox.take_all(Drained((unfinished(3),), (), 3))] == []


class LosesTheAnswer:
    """A connection that breaks while it commits: before the database heard of it, or just after."""

    def __init__(self, db: Any, *, is_heard: bool) -> None:
        self._db = db
        self._is_heard = is_heard

    def execute(self, query: str, *rest: Any) -> Any:
        if query != "COMMIT":
            return self._db.execute(query, *rest)
        if self._is_heard:
            self._db.execute(query)
        self._db.close()
        raise psycopg.OperationalError("the connection is lost")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)


@pytest.mark.parametrize("is_heard", [True, False])
def test_a_commit_whose_answer_was_lost_is_told_as_it_ended(postgresql: PrivatePostgresql, is_heard: bool) -> None:
    url = postgresql.database()
    with contextlib.closing(PostgresqlStore(url)) as store:
        perform(store, [OpenWallet("bob", 1_000)], 1.0)
        store._db = LosesTheAnswer(store._db, is_heard=is_heard)  # type: ignore[assignment]
        if is_heard:
            assert perform(store, [OpenWallet("ann", 1_000)], 1.0) == ([1_000], True)
        else:
            with pytest.raises(StoreError, match="connection is lost") as failed:
                perform(store, [OpenWallet("ann", 1_000)], 1.0)
            assert failed.value.is_gone
        with contextlib.closing(Ledger(url)) as ledger:
            assert ledger.has_wallet("ann").result(DEADLINE_S) is is_heard


def test_an_end_that_nobody_can_tell_is_told_as_such(postgresql: PrivatePostgresql) -> None:
    with contextlib.closing(PostgresqlStore(postgresql.database(), outcome_s_max=0.0)) as store:
        perform(store, [OpenWallet("bob", 1_000)], 1.0)
        store._db = LosesTheAnswer(store._db, is_heard=True)  # type: ignore[assignment]
        store._url = "postgresql://127.0.0.1:1/gone"
        with pytest.raises(OutcomeUnknownError):
            perform(store, [OpenWallet("ann", 1_000)], 1.0)
