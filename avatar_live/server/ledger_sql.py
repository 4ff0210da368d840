"""The ledger's tables and what one request does to them; every function runs inside the ledger's transaction."""

import sqlite3
from dataclasses import dataclass
from typing import Final, cast

from avatar_live.protocol.wire import GiftState

MINT: Final = "mint"
HOUSE: Final = "house:gifts"
SCHEMA_VERSION: Final = 1

_SCHEMA: Final = """
CREATE TABLE account (
    name TEXT PRIMARY KEY,
    balance_coins INTEGER NOT NULL CHECK (balance_coins >= 0 OR name = 'mint')
) STRICT, WITHOUT ROWID;
CREATE TABLE transfer (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    at_s REAL NOT NULL
) STRICT;
CREATE TABLE entry (
    transfer INTEGER NOT NULL REFERENCES transfer (id),
    account TEXT NOT NULL REFERENCES account (name),
    coins INTEGER NOT NULL,
    PRIMARY KEY (transfer, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE gift (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    viewer TEXT NOT NULL,
    name TEXT NOT NULL,
    gift TEXT NOT NULL,
    price_coins INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('committed', 'playing', 'done', 'refunded')),
    reason TEXT NOT NULL DEFAULT '',
    at_s REAL NOT NULL
) STRICT;
CREATE INDEX gift_unfinished ON gift (number) WHERE state IN ('committed', 'playing');
"""


@dataclass(frozen=True, slots=True)
class Paid:
    """The gift is committed, for the first time."""

    balance_coins: int


@dataclass(frozen=True, slots=True)
class PaidBefore:
    """The same viewer gave the same gift under this id before; it stands so."""

    state: GiftState
    balance_coins: int
    reason: str


@dataclass(frozen=True, slots=True)
class NotPaid:
    """Nothing was taken."""

    balance_coins: int
    reason: str


Answer = Paid | PaidBefore | NotPaid


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A gift that was paid and is neither done nor refunded."""

    viewer: str
    name: str
    id: str
    gift: str
    price_coins: int
    balance_coins: int


def prepare(db: sqlite3.Connection, pages_max: int | None) -> None:
    """Set the durable mode and make the tables of a new file. Raises sqlite3.Error, also for a foreign file."""
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA busy_timeout = 2000")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version not in (0, SCHEMA_VERSION):
        raise sqlite3.DatabaseError(f"it was written by another version, {version}")
    if version == 0:
        db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
    if pages_max is not None:
        db.execute(f"PRAGMA max_page_count = {int(pages_max)}")


def has_wallet(db: sqlite3.Connection, now_s: float, *, viewer: str) -> bool:
    """Say whether the viewer has a wallet."""
    return db.execute("SELECT 1 FROM account WHERE name = ?", (_wallet(viewer),)).fetchone() is not None


def open_wallet(db: sqlite3.Connection, now_s: float, *, viewer: str, coins: int) -> int:
    """Return the wallet's balance, after opening it with `coins` where there was none."""
    wallet = _wallet(viewer)
    if not has_wallet(db, now_s, viewer=viewer):
        db.execute("INSERT INTO account (name, balance_coins) VALUES (?, 0)", (wallet,))
        _move(db, now_s, f"open:{viewer}", MINT, wallet, coins)
    return _balance(db, wallet)


def pay(
    db: sqlite3.Connection,
    now_s: float,
    *,
    viewer: str,
    name: str,
    id: str,
    gift: str,
    price_coins: int,
    obstacle: str,
) -> Answer:
    """Commit a gift, once."""
    balance_coins = _balance(db, _wallet(viewer))
    known = db.execute("SELECT viewer, gift, state, reason FROM gift WHERE id = ?", (id,)).fetchone()
    if known is not None:
        owner, what, state, reason = known
        if (owner, what) != (viewer, gift):
            return NotPaid(balance_coins, "Another gift has this id already, so it was not paid; use a new id.")
        told = "committed" if state == "playing" else state
        return PaidBefore(cast(GiftState, told), balance_coins, reason)
    if obstacle:
        return NotPaid(balance_coins, obstacle)
    if balance_coins < price_coins:
        return NotPaid(balance_coins, f"It costs {price_coins} coins and you have {balance_coins}; it was not paid.")
    db.execute(
        "INSERT INTO gift (id, viewer, name, gift, price_coins, state, at_s) VALUES (?, ?, ?, ?, ?, 'committed', ?)",
        (id, viewer, name, gift, price_coins, now_s),
    )
    _move(db, now_s, f"gift:{id}", _wallet(viewer), HOUSE, price_coins)
    return Paid(balance_coins - price_coins)


def mark(db: sqlite3.Connection, now_s: float, *, id: str, state: str) -> None:
    """Bring a gift that is not finished to `state`."""
    db.execute("UPDATE gift SET state = ? WHERE id = ? AND state IN ('committed', 'playing')", (state, id))


def refund(db: sqlite3.Connection, now_s: float, *, id: str, reason: str) -> int | None:
    """Give an unfinished gift's price back; None when it is finished or unknown."""
    found = db.execute(
        "UPDATE gift SET state = 'refunded', reason = ? WHERE id = ? AND state IN ('committed', 'playing') "
        "RETURNING viewer, price_coins",
        (reason, id),
    ).fetchone()
    if found is None:
        return None
    viewer, price_coins = found
    _move(db, now_s, f"refund:{id}", HOUSE, _wallet(viewer), price_coins)
    return _balance(db, _wallet(viewer))


def unfinished(db: sqlite3.Connection, now_s: float) -> tuple[Unfinished, ...]:
    """Return what was paid and is neither done nor refunded, oldest first."""
    rows = db.execute(
        "SELECT viewer, gift.name, id, gift, price_coins, balance_coins FROM gift "
        "JOIN account ON account.name = 'wallet:' || viewer WHERE state IN ('committed', 'playing') ORDER BY number"
    )
    return tuple(Unfinished(*row) for row in rows)


def reconcile(db: sqlite3.Connection) -> tuple[int, tuple[str, ...], int, int]:
    """Return the sum of all entries, the accounts whose balance is not the sum of theirs, and how much there is."""
    (total,) = db.execute("SELECT coalesce(sum(coins), 0) FROM entry").fetchone()
    wrong = db.execute(
        "SELECT name FROM account WHERE balance_coins != "
        "(SELECT coalesce(sum(coins), 0) FROM entry WHERE account = name) ORDER BY name"
    ).fetchall()
    (wallets,) = db.execute("SELECT count(*) FROM account WHERE name LIKE 'wallet:%'").fetchone()
    (gifts,) = db.execute("SELECT count(*) FROM gift").fetchone()
    return total, tuple(name for (name,) in wrong), wallets, gifts


def _move(db: sqlite3.Connection, now_s: float, key: str, payer: str, payee: str, coins: int) -> None:
    """Book one transfer; its key makes a second one impossible, the account's check a negative balance."""
    db.execute("INSERT OR IGNORE INTO account (name, balance_coins) VALUES (?, 0), (?, 0)", (MINT, HOUSE))
    transfer = db.execute("INSERT INTO transfer (key, at_s) VALUES (?, ?)", (key, now_s)).lastrowid
    for account, change in ((payer, -coins), (payee, coins)):
        db.execute("INSERT INTO entry (transfer, account, coins) VALUES (?, ?, ?)", (transfer, account, change))
        db.execute("UPDATE account SET balance_coins = balance_coins + ? WHERE name = ?", (change, account))


def _balance(db: sqlite3.Connection, account: str) -> int:
    row = db.execute("SELECT balance_coins FROM account WHERE name = ?", (account,)).fetchone()
    return int(row[0]) if row is not None else 0


def _wallet(viewer: str) -> str:
    return f"wallet:{viewer}"
