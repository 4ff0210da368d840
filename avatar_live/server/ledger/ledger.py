"""The ledger as the server uses it: every request a future, one thread that writes, groups that share a commit."""

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from avatar_live import clock
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.server.ledger import requests as rq
from avatar_live.server.ledger.book import PRIZES
from avatar_live.server.ledger.reports import (
    GiverSum,
    GiverSums,
    Reader,
    Report,
    Sale,
    givers,
    house_coins,
    open_reader,
    reconcile,
    round_givers,
    sales,
)
from avatar_live.server.ledger.store import OutcomeUnknownError, StoreError, open_store, perform

T = TypeVar("T")
GROUP_MAX: Final = 500  # transactions are shared by what waits, up to this many requests
GROUP_S: Final = 0.005  # from one commit to the next at least: the disk is not asked more often, and more share one
NOT_PAID: Final = "The ledger could not write, so it was not paid and nothing is lost; the streamer's disk may be full."
NOT_KNOWN: Final = "The ledger cannot be reached to tell whether it was paid; if it was, it will be shown or refunded."
STUMBLED: Final = "The ledger stumbled over this, so it was not paid and nothing is lost; the show's log says more."
CLOSE_S_MAX: Final = 1.0  # for a disk or a database at the end: the parent kills what goes on for three
NOT_CLOSED: Final = (
    "The ledger does not answer, so it is not waited for: what was answered is kept, and who got no answer asks again."
)
ROOM: Final = "main"
LEDGER_FILE: Final = "ledger.sqlite3"  # in the data folder, where no other books are named

_log: Final = logging.getLogger(__name__)


class LedgerError(Exception):
    """Say in one sentence that the ledger cannot be opened, or did not take a request; nothing of it is kept."""


class Ledger:
    """Answer every request with a future, in order; a future's result is on the disk when it is there.

    `where` is a file's path or a URL, see `open_store`; `room` and `show` are written beside every gift, and the show
    may be another one until the first request.
    Raises LedgerError when the books cannot be opened or are none. `pages_max` bounds a file (4 KiB a page).
    """

    def __init__(
        self,
        where: Path | str,
        *,
        room: str = ROOM,
        show: str = "",
        group_s: float = GROUP_S,
        group_max: int = GROUP_MAX,
        pages_max: int | None = None,
    ) -> None:
        self.commits = 0
        self._where = where
        self._room = room
        self.show = show
        self._group_s = group_s
        self._group_max = group_max
        self._requests: queue.SimpleQueue[_Asked[Any] | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._committed_s = float("-inf")  # when the newest group was done
        try:
            self._store = open_store(where, pages_max)
        except StoreError as error:
            raise LedgerError(str(error)) from error
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()

    def house_coins(self) -> Future[int]:
        """Return what the house has earned and nobody can get back, beside the requests."""
        return self._read(house_coins)

    def open_wallet(self, viewer: str) -> Future[int]:
        """Return the wallet's coins; a new wallet opens with `START_BALANCE_COINS`."""
        return self._ask(_Asked[int](rq.OpenWallet(viewer, START_BALANCE_COINS)))

    def has_wallet(self, viewer: str) -> Future[bool]:
        """Say whether the ledger knows the viewer."""
        return self._ask(_Asked[bool](rq.HasWallet(viewer)))

    def pay(
        self, viewer: str, name: str, id: str, gift: str, price_coins: int, obstacle: str = "", count: int = 1
    ) -> Future[rq.Answer]:
        """Take the price for `count` of the viewer's gift `id`, once; a known id is answered with how it stands."""
        asked = rq.Pay(viewer, name, id, gift, price_coins, obstacle, self._room, self.show, count)
        return self._ask(_Asked[rq.Answer](asked))

    def mark(self, viewer: str, id: str, state: rq.Progress) -> Future[None]:
        """Write down that a committed gift is `playing` or `done`; a refunded one stays refunded."""
        return self._ask(_Asked[None](rq.Mark(viewer, id, state)))

    def refund(self, viewer: str, id: str, reason: str) -> Future[int | None]:
        """Give the price of a gift back that is not done, once; return the wallet after it, None without a change."""
        return self._ask(_Asked[int | None](rq.Refund(viewer, id, reason)))

    def top_up(self, viewer: str, provider: str, id: str, coins: int) -> Future[rq.ToppedUp | rq.NotToppedUp]:
        """Bring coins from outside into a wallet, once for each `id` of the provider."""
        return self._ask(_Asked[rq.ToppedUp | rq.NotToppedUp](rq.TopUp(viewer, provider, id, coins)))

    def award(self, viewer: str, id: str, coins: int) -> Future[rq.ToppedUp | rq.NotToppedUp]:
        """Bring coins out of what the house has earned into a wallet, once for each `id`."""
        return self.top_up(viewer, PRIZES, id, coins)

    def follow(self, viewer: str, is_following: bool | None) -> Future[rq.Following]:
        """Let a viewer follow this room, or no more; None only asks."""
        return self._ask(_Asked[rq.Following](rq.Follow(viewer, self._room, is_following)))

    def givers(self, since_s: float, after: int = 0) -> Future[GiverSums]:
        """Return what everybody gave in this room since a time of day, after a transfer, beside the requests."""
        return self._read(lambda reader: givers(reader, self._room, since_s, after))

    def open_round(self, *, is_another: bool) -> Future[rq.Round]:
        """Return the round of this show, or begin another one: in it count the gifts that are paid from then on."""
        return self._ask(_Asked[rq.Round](rq.OpenRound(self._room, self.show, is_another)))

    def round_givers(self, after: int) -> Future[tuple[GiverSum, ...]]:
        """Return what everybody gave in this room for good since a round began, beside the requests."""
        return self._read(lambda reader: round_givers(reader, self._room, after))

    def keep_parts(self, parts: tuple[rq.PartRow, ...]) -> Future[None]:
        """Write down what part viewers have had in this show."""
        return self._ask(_Asked[None](rq.KeepParts(self._room, self.show, parts)))

    def part(self, viewer: str) -> Future[rq.PartRow | None]:
        """Return what part a viewer has had in this show; None when nothing is known."""
        return self._ask(_Asked[rq.PartRow | None](rq.AskPart(self._room, self.show, viewer)))

    def forget_parts(self, after: str = "") -> Future[str | None]:
        """Delete what parts viewers had in this room's other shows, of some viewers; return the last who was looked
        at, after whom it goes on, or None when everybody was.

        Of a show that is over nobody can claim anything more: its free ticket and its camps ended with it.
        """
        return self._ask(_Asked[str | None](rq.ForgetParts(self._room, self.show, after)))

    def set_rule(self, viewer: str, rule: rq.Rule) -> Future[None]:
        """Say from now on what a viewer, or `EVERYBODY`, may spend."""
        return self._ask(_Asked[None](rq.SetRule(viewer, rule)))

    def drain(self, after: int = rq.FROM_THE_START) -> Future[rq.Drained]:
        """Return this room's gifts that are neither done nor refunded, oldest first, from a transfer on."""
        return self._ask(_Asked[rq.Drained](rq.Drain(self._room, after)))

    def reconcile(self) -> Future[Report]:
        """Count everything again, beside the requests and not between them."""
        return self._read(reconcile)

    def sales(self) -> Future[tuple[Sale, ...]]:
        """Return what outside games have done in this show, for each viewer, beside the requests."""
        return self._read(lambda reader: sales(reader, self._room, self.show))

    def _read(self, read: Callable[[Reader], T]) -> Future[T]:
        future: Future[T] = Future()

        def answer() -> None:
            try:
                with open_reader(self._where) as reader:
                    found = read(reader)
            except StoreError as error:
                future.set_exception(LedgerError(str(error)))
            except BaseException as fault:  # who waits for it gets it
                future.set_exception(fault)
            else:
                future.set_result(found)  # the reader has let go of the books

        threading.Thread(target=answer, name="ledger reader", daemon=True).start()
        return future

    def close(self) -> None:
        """Answer what waits, then close the books; a second time changes nothing.

        A disk or a database that says nothing for `CLOSE_S_MAX` is not waited for.
        """
        if self._closing.is_set():
            return
        self._requests.put(None)
        self._closing.set()
        while self._thread.is_alive():
            before_s = self._committed_s
            self._thread.join(CLOSE_S_MAX)
            if self._thread.is_alive() and self._committed_s == before_s:
                _log.warning(NOT_CLOSED)
                return
        self._store.close()

    def _ask(self, asked: "_Asked[T]") -> Future[T]:
        self._requests.put(asked)
        return asked.future

    def _run(self) -> None:
        is_open = True
        while is_open:
            group, is_open = self._next_group()
            if group and not self._commit(group):
                for asked in group:  # one by one: what only reads, or still fits, is answered
                    self._commit([asked])
            self._committed_s = clock.now_s()

    def _next_group(self) -> "tuple[list[_Asked[Any]], bool]":
        """Wait for a request and, close behind another group, for more; False when the ledger is to be closed."""
        group: list[_Asked[Any]] = []
        waiting = self._requests.get()
        early_s = self._committed_s + self._group_s - clock.now_s()
        if waiting is not None and early_s > 0.0 and self._requests.qsize() < self._group_max - 1:
            self._closing.wait(early_s)
        while waiting is not None:
            group.append(waiting)
            if len(group) == self._group_max:
                break
            try:
                waiting = self._requests.get_nowait()
            except queue.Empty:
                break
        return group, waiting is not None

    def _commit(self, group: "list[_Asked[Any]]") -> bool:
        """Perform a group in one transaction and answer it; False when each of it may still be done alone."""
        try:
            answers, is_changed = perform(self._store, [asked.request for asked in group], clock.wall_s())
        except Exception as error:  # also what nobody thought of: this thread pays for everybody
            if len(group) > 1 and not (isinstance(error, StoreError) and error.is_gone):
                return False
            for asked in group:
                asked.future.set_exception(_failure_of(error))
            return True
        self.commits += is_changed
        for asked, answer in zip(group, answers, strict=True):
            asked.future.set_result(answer)
        return True


def _failure_of(error: Exception) -> LedgerError:
    if not isinstance(error, StoreError):
        _log.error("a request could not be done", exc_info=error)
    known = NOT_KNOWN if isinstance(error, OutcomeUnknownError) else NOT_PAID
    failure = LedgerError(known if isinstance(error, StoreError) else STUMBLED)
    failure.__cause__ = error
    return failure


class _Asked(Generic[T]):
    def __init__(self, request: rq.Request) -> None:
        self.request = request
        self.future: Future[T] = Future()
        self.future.set_running_or_notify_cancel()  # from here on nobody can cancel what may be committed
