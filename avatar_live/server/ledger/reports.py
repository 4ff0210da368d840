"""What the books tell, read beside the ledger's thread in one snapshot; the same SQL for both databases."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from avatar_live.server.ledger.book import WALLET
from avatar_live.server.ledger.store import StoreError, is_postgresql, path_of

_NO_TRANSFER: Final = 2**62  # is after all of them

_FAULTS: Final = (
    (
        "transfers whose entries do not sum to zero",
        "SELECT transfer FROM entry GROUP BY transfer HAVING sum(coins) <> 0",
    ),
    (
        "transfers without two entries",
        "SELECT number FROM transfer LEFT JOIN entry ON transfer = number GROUP BY number HAVING count(account) <> 2",
    ),
    (
        "gifts whose wallet did not pay their price",
        "SELECT g.transfer FROM gift g LEFT JOIN entry e ON e.transfer = g.transfer AND e.account = g.wallet "
        "WHERE e.coins IS NULL OR e.coins <> -price_coins",
    ),
    (
        "refunds that are not the price of their gift",
        "SELECT r.transfer FROM refund r JOIN gift g ON g.transfer = r.gift LEFT JOIN entry e "
        "ON e.transfer = r.transfer AND e.account = g.wallet WHERE e.coins IS NULL OR e.coins <> price_coins",
    ),
    (
        "gifts that are refunded in one place only",
        "SELECT g.transfer FROM gift g LEFT JOIN refund r ON r.gift = g.transfer "
        "WHERE (state = 'refunded') <> (r.gift IS NOT NULL)",
    ),
    (
        "gifts that are finished and in the outbox, or neither",
        "SELECT g.transfer FROM gift g LEFT JOIN outbox o ON o.transfer = g.transfer "
        "WHERE (state IN ('committed', 'playing')) <> (o.transfer IS NOT NULL)",
    ),
    (
        "top-ups that did not reach their wallet",
        "SELECT t.transfer FROM topup t LEFT JOIN entry e ON e.transfer = t.transfer AND e.account = t.wallet "
        "WHERE e.coins IS NULL OR e.coins <> t.coins",
    ),
)


@dataclass(frozen=True, slots=True)
class Report:
    """What `reconcile` found; `coins` says where they are: opened, topped up, in wallets, in the house."""

    entries_sum_coins: int
    accounts_wrong: tuple[str, ...]
    wallets: int
    gifts: int
    unfinished: int
    wallets_coins: int
    house_coins: int
    opened_coins: int
    topped_up_coins: int
    faults: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Say that nothing was made or lost: all entries sum to zero, every balance is the sum of its entries, every
        gift, refund and top-up is booked at its price, and what came in is what is there.
        """
        return (
            self.entries_sum_coins == 0
            and not self.accounts_wrong
            and not self.faults
            and self.wallets_coins + self.house_coins == self.opened_coins + self.topped_up_coins
        )


@dataclass(frozen=True, slots=True)
class Sale:
    """How many of an effect were done for a viewer, and when the last of them was paid."""

    viewer: str
    gift: str
    count: int
    wall_s: float


@dataclass(frozen=True, slots=True)
class GiverSum:
    """What a viewer gave, under the name of the last gift."""

    viewer: str
    name: str
    coins: int


@dataclass(frozen=True, slots=True)
class GiverSums:
    """What was given for good, up to the transfer `settled_to`, and after it what may still come back."""

    settled: tuple[GiverSum, ...]
    open: tuple[GiverSum, ...]
    settled_to: int


class Reader(Protocol):
    """One snapshot of the books, to read from."""

    def rows(self, query: str, *values: str | float) -> Iterator[Sequence[Any]]:
        """Yield the rows of a query that both databases understand; `?` stands for a value."""


@contextlib.contextmanager
def open_reader(where: Path | str) -> Iterator[Reader]:
    """Open a snapshot of the books that changes nothing. Raises StoreError."""
    if is_postgresql(where):
        from avatar_live.server.ledger.postgresql import reading

        with reading(where) as reader:
            yield reader
        return
    path = path_of(where)
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("PRAGMA query_only = ON")
            db.execute("BEGIN")
            yield _SqliteReader(db)
    except sqlite3.Error as error:
        raise StoreError(f"The ledger {path} cannot be read ({error}).") from error


class _SqliteReader:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def rows(self, query: str, *values: str | float) -> Iterator[Sequence[Any]]:
        yield from self._db.execute(query, values)


def reconcile(reader: Reader) -> Report:
    """Count everything again."""
    wrong = reader.rows(
        "SELECT name FROM account "
        "LEFT JOIN (SELECT account, sum(coins) AS coins FROM entry GROUP BY account) AS summed "
        "ON account = number WHERE balance_coins <> coalesce(coins, 0) ORDER BY name"
    )
    return Report(
        entries_sum_coins=_one(reader, "SELECT coalesce(sum(coins), 0) FROM entry"),
        accounts_wrong=tuple(str(name) for (name,) in wrong),
        wallets=_one(reader, "SELECT count(*) FROM account WHERE kind = 'wallet'"),
        gifts=_one(reader, "SELECT count(*) FROM gift"),
        unfinished=_one(reader, "SELECT count(*) FROM outbox"),
        wallets_coins=_one(reader, "SELECT coalesce(sum(balance_coins), 0) FROM account WHERE kind = 'wallet'"),
        house_coins=_one(reader, "SELECT coalesce(sum(balance_coins), 0) FROM account WHERE kind = 'house'"),
        opened_coins=_one(
            reader,
            "SELECT coalesce(sum(coins), 0) FROM entry JOIN transfer ON number = transfer "
            "WHERE kind = 'open' AND coins > 0",
        ),
        topped_up_coins=_one(reader, "SELECT coalesce(sum(coins), 0) FROM topup WHERE provider <> 'prizes'"),
        faults=tuple(
            f"{count} {words}"
            for words, query in _FAULTS
            if (count := _one(reader, f"SELECT count(*) FROM ({query}) AS found"))  # noqa: S608  (they stand above)
        ),
    )


def sales(reader: Reader, room: str, show: str) -> tuple[Sale, ...]:
    """Return what was done in a show of what outside games sell; what is on its way is not counted."""
    done = reader.rows(
        "SELECT account.name, gift, count(*), max(at_s) FROM gift JOIN account ON account.number = wallet "
        "JOIN transfer ON transfer.number = gift.transfer "
        "WHERE gift LIKE ? AND state = ? AND room = ? AND gift.show = ? GROUP BY account.name, gift",
        "%/%",
        "done",
        room,
        show,
    )
    return tuple(Sale(name.removeprefix(WALLET), *row) for name, *row in done)


def givers(reader: Reader, room: str, since_s: float, after: int = 0) -> GiverSums:
    """Return what everybody gave in a room since a time of day, of the gifts after a transfer.

    What came back is not counted; what still may stands for itself, so that a reader who adds up what is settled reads
    each gift of a season once, and not all of them at every look.
    """
    ((first_open,),) = reader.rows("SELECT coalesce(min(transfer), ?) FROM outbox WHERE room = ?", _NO_TRANSFER, room)
    sums = reader.rows(
        "SELECT account.name, coins, gift.name, last FROM ("
        "SELECT wallet, sum(price_coins) AS coins, max(gift.transfer) AS last, gift.transfer >= ? AS is_open FROM gift "
        "JOIN transfer ON number = gift.transfer "
        "WHERE gift.transfer > ? AND state <> 'refunded' AND room = ? AND at_s >= ? GROUP BY wallet, is_open"
        ") AS summed JOIN gift ON gift.transfer = last JOIN account ON number = summed.wallet ORDER BY last",
        first_open,
        after,
        room,
        since_s,
    )
    settled, open_, settled_to = list[GiverSum](), list[GiverSum](), after
    for viewer, coins, name, last in sums:
        giver = GiverSum(viewer.removeprefix(WALLET), name, int(coins))
        if last >= first_open:
            open_.append(giver)
        else:
            settled.append(giver)
            settled_to = last
    return GiverSums(tuple(settled), tuple(open_), settled_to)


def round_givers(reader: Reader, room: str, after: int) -> tuple[GiverSum, ...]:
    """Return what everybody gave in a room for good after a transfer; what may still come back is not counted."""
    sums = reader.rows(
        "SELECT account.name, gift.name, coins FROM ("
        "SELECT wallet, sum(price_coins) AS coins, max(transfer) AS last FROM gift "
        "WHERE transfer > ? AND state = 'done' AND room = ? GROUP BY wallet"
        ") AS summed JOIN gift ON gift.transfer = last JOIN account ON account.number = summed.wallet ORDER BY last",
        after,
        room,
    )
    return tuple(GiverSum(viewer.removeprefix(WALLET), name, int(coins)) for viewer, name, coins in sums)


def house_coins(reader: Reader) -> int:
    """Return what the house has earned and nobody can get back."""
    earned = _one(reader, "SELECT coalesce(sum(balance_coins), 0) FROM account WHERE kind = 'house'")
    open_coins = "SELECT coalesce(sum(price_coins), 0) FROM outbox JOIN gift ON gift.transfer = outbox.transfer"
    return earned - _one(reader, open_coins)


def _one(reader: Reader, query: str) -> int:
    (row,) = reader.rows(query)
    return int(row[0])
