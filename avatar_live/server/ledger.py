"""Keep the coins: double entry in SQLite, written by one thread, in groups, before anybody is told.

Every transfer moves coins between two accounts, so all entries sum to zero: `mint` opens wallets, `wallet:<viewer>`
pays `house:gifts`, a refund goes back. A gift's id is the client's own and its primary key; the state of a gift
(`committed`, `playing`, `done`, `refunded`) is what a restarted server goes on from.
WAL with synchronous=FULL: an answer means that the disk has it.
"""

import contextlib
import functools
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from avatar_live import clock
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.server import ledger_sql as sql
from avatar_live.server.ledger_sql import Answer, Unfinished

T = TypeVar("T")
GROUP_MAX: Final = 500  # transactions are shared by what waits, up to this many requests
NOT_PAID: Final = "The ledger could not write, so it was not paid and nothing is lost; the streamer's disk may be full."


class LedgerError(Exception):
    """Say in one sentence that the ledger cannot be opened, or did not take a request; nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Report:
    """What `reconcile` found: sound when the entries sum to zero and every balance is the sum of its entries."""

    entries_sum_coins: int
    accounts_wrong: tuple[str, ...]
    wallets: int
    gifts: int

    @property
    def is_sound(self) -> bool:
        """Say that nothing was made or lost."""
        return self.entries_sum_coins == 0 and not self.accounts_wrong


class Ledger:
    """Answer every request with a future, in order; a future's result is on the disk when it is there.

    Raises LedgerError when the file cannot be opened or is no ledger. `pages_max` bounds the file (4 KiB a page).
    """

    def __init__(self, path: Path, pages_max: int | None = None) -> None:
        self._requests: queue.SimpleQueue[_Request[object] | None] = queue.SimpleQueue()
        self.commits = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # who gave what is nobody else's; SQLite makes the files beside it alike
            with contextlib.ExitStack() as opened:
                self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
                opened.callback(self._db.close)
                sql.prepare(self._db, pages_max)
                opened.pop_all()  # from here on `close` closes it
        except (OSError, sqlite3.Error) as error:
            raise LedgerError(
                f"The ledger {path} cannot be used ({error}); free some disk space or choose another data folder."
            ) from error
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()

    def open_wallet(self, viewer: str) -> Future[int]:
        """Return the wallet's coins; a new wallet opens with `START_BALANCE_COINS`."""
        return self._ask(functools.partial(sql.open_wallet, viewer=viewer, coins=START_BALANCE_COINS))

    def has_wallet(self, viewer: str) -> Future[bool]:
        """Say whether the ledger knows the viewer."""
        return self._ask(functools.partial(sql.has_wallet, viewer=viewer))

    def pay(self, viewer: str, name: str, id: str, gift: str, price_coins: int, obstacle: str = "") -> Future[Answer]:
        """Take the price for the gift `id`, once; an id that is known is answered with how it stands."""
        return self._ask(
            functools.partial(
                sql.pay, viewer=viewer, name=name, id=id, gift=gift, price_coins=price_coins, obstacle=obstacle
            )
        )

    def mark(self, id: str, state: str) -> Future[None]:
        """Write down that a committed gift is `playing` or `done`; a refunded one stays refunded."""
        return self._ask(functools.partial(sql.mark, id=id, state=state))

    def refund(self, id: str, reason: str) -> Future[int | None]:
        """Give the price of a gift back that is not done, once; return the wallet after it, None without a change."""
        return self._ask(functools.partial(sql.refund, id=id, reason=reason))

    def unfinished(self) -> Future[tuple[Unfinished, ...]]:
        """Return the gifts that are neither done nor refunded, oldest first."""
        return self._ask(sql.unfinished)

    def reconcile(self) -> Future[Report]:
        """Count everything again."""
        return self._ask(_reconcile)

    def close(self) -> None:
        """Answer what waits, then close the file; a second time changes nothing."""
        if not self._thread.is_alive():
            return
        self._requests.put(None)
        self._thread.join()
        self._db.close()

    def _ask(self, act: Callable[[sqlite3.Connection, float], T]) -> Future[T]:
        request = _Request(act)
        self._requests.put(request)  # type: ignore[arg-type]  # a request knows its own type of answer
        return request.future

    def _run(self) -> None:
        is_open = True
        while is_open:
            group: list[_Request[object]] = []
            waiting = self._requests.get()
            while waiting is not None:
                group.append(waiting)
                if len(group) == GROUP_MAX:
                    break
                try:
                    waiting = self._requests.get_nowait()
                except queue.Empty:
                    break
            is_open = waiting is not None
            if group and not self._commit(group) and len(group) > 1:
                for request in group:  # one by one: what only reads, or still fits, is answered
                    self._commit([request])

    def _commit(self, group: "list[_Request[object]]") -> bool:
        """Perform a group in one transaction and answer it; False when it did not and a single one was not answered."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            now_s = clock.wall_s()
            answers = [request.act(self._db, now_s) for request in group]
            self._db.execute("COMMIT")
        except (sqlite3.Error, ValueError) as error:
            with contextlib.suppress(sqlite3.Error):
                if self._db.in_transaction:  # SQLITE_FULL may have rolled back by itself
                    self._db.execute("ROLLBACK")
            if len(group) == 1:
                failure = LedgerError(NOT_PAID)
                failure.__cause__ = error
                group[0].future.set_exception(failure)
            return False
        self.commits += 1
        for request, answer in zip(group, answers, strict=True):
            request.future.set_result(answer)
        return True


class _Request(Generic[T]):
    def __init__(self, act: Callable[[sqlite3.Connection, float], T]) -> None:
        self.act = act
        self.future: Future[T] = Future()
        self.future.set_running_or_notify_cancel()  # from here on nobody can cancel what may be committed


def _reconcile(db: sqlite3.Connection, now_s: float) -> Report:
    total, wrong, wallets, gifts = sql.reconcile(db)
    return Report(total, wrong, wallets, gifts)
