"""The books in one SQLite file: WAL with synchronous=FULL, so an answer means that the disk has it."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from avatar_live.server.ledger.book import WALLET, Account, Book, Changes, KnownGift, KnownTopUp, Names
from avatar_live.server.ledger.requests import PARTS_AT_ONCE, Drain, Drained, Filled, Round, Rule, Unfinished
from avatar_live.server.ledger.sqlite_schema import migrate
from avatar_live.server.ledger.store import StoreError

BUSY_MS_MAX: Final = 2_000  # the operator's program may be writing, too


class SqliteStore:
    """Hold the file open. Raises StoreError when it cannot be opened or is no ledger; `pages_max` bounds it (4 KiB a
    page).
    """

    def __init__(self, path: Path, pages_max: int | None = None) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # who gave what is nobody else's; SQLite makes the files beside it alike
            with contextlib.ExitStack() as opened:
                self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
                opened.callback(self.db.close)
                self.db.execute(f"PRAGMA busy_timeout = {BUSY_MS_MAX}")
                self.db.execute("PRAGMA journal_mode = WAL")
                self.db.execute("PRAGMA synchronous = FULL")
                migrate(self.db)
                if pages_max is not None:
                    self.db.execute(f"PRAGMA max_page_count = {int(pages_max)}")
                opened.pop_all()  # from here on `close` closes it
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"The ledger {path} cannot be used ({error}); free some disk space or choose another data folder."
            ) from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything in the block one, alone among all writers, on the disk at its end. Raises StoreError."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
            yield
            self.db.execute("COMMIT")
        except (sqlite3.Error, ValueError) as error:
            raise StoreError(str(error)) from error
        finally:
            with contextlib.suppress(sqlite3.Error):
                if self.db.in_transaction:  # SQLITE_FULL may have rolled back by itself
                    self.db.execute("ROLLBACK")

    def read(self, names: Names) -> Book:
        """Return what the books say of these."""
        book = Book(*self.db.execute(_LAST).fetchone())
        for row in self.db.execute(_ACCOUNTS, (json.dumps(names.accounts),)):
            book.accounts[row[1]] = Account(*row)
        if names.gift_ids:
            for name, id, *row in self.db.execute(_GIFTS, (json.dumps(names.gift_ids),)):
                book.gifts[name[len(WALLET) :], id] = KnownGift(*row)
        if names.topup_ids:
            for provider, id, name, coins in self.db.execute(_TOPUPS, (json.dumps(names.topup_ids),)):
                book.topups[provider, id] = KnownTopUp(name[len(WALLET) :], coins)
        for viewer, day, show, cool_off_until_s, is_adult in self.db.execute(_RULES, (json.dumps(names.viewers),)):
            book.rules[viewer] = Rule(day, show, cool_off_until_s, None if is_adult is None else bool(is_adult))
        if names.follows:
            book.following = set(self.db.execute(_FOLLOWS, (json.dumps(names.follows),)))
            book.followers = dict(self.db.execute(_FOLLOWERS, (json.dumps([room for room, _ in names.follows]),)))
        if names.rounds:
            for room, show, *round_ in self.db.execute(_ROUNDS, (json.dumps(names.rounds),)):
                book.rounds[room] = show, Round(*round_)
        if names.parts:
            for room, viewer, show, *part in self.db.execute(_PARTS, (json.dumps(names.parts),)):
                book.parts[room, viewer] = show, (viewer, *part)
        for room, after in names.shows:
            book.shows[room, after] = self.db.execute(_SHOWS, (room, after, PARTS_AT_ONCE)).fetchall()
        if names.has_prize:
            (book.unfinished_coins,) = self.db.execute(_UNFINISHED_COINS).fetchone()
        return book

    def write(self, changes: Changes) -> None:
        """Write what a group changes."""
        many = self.db.executemany
        many("INSERT INTO account (number, name, kind) VALUES (?, ?, ?)", changes.accounts)
        many("INSERT INTO transfer VALUES (?, ?, ?)", changes.transfers)
        many("INSERT INTO entry VALUES (?, ?, ?)", changes.entries)
        many(
            "UPDATE account SET balance_coins = balance_coins + ?2 WHERE number = ?1",
            changes.balances_alone,
        )
        many(
            "UPDATE account SET balance_coins = balance_coins + ?2, day = ?3, day_coins = ?4, show = ?5, "
            "show_coins = ?6 WHERE number = ?1",
            changes.balances_spent,
        )
        many(
            "INSERT INTO gift (transfer, wallet, id, name, gift, price_coins, room, show, count) "
            "VALUES (?,?,?,?,?,?,?,?,?)",
            changes.gifts,
        )
        many("INSERT INTO refund VALUES (?, ?)", changes.refunds)
        many("INSERT INTO topup VALUES (?, ?, ?, ?, ?)", changes.topups)
        many("INSERT INTO outbox VALUES (?, ?)", changes.outbox)
        many(
            "UPDATE gift SET state = ?, reason = ? WHERE transfer = ?",
            [(*state, number) for number, state in changes.states.items()],
        )
        many("DELETE FROM outbox WHERE transfer = ?", [(number,) for number in changes.finished])
        many(
            "INSERT OR REPLACE INTO rule VALUES (?, ?, ?, ?, ?)",
            [
                (viewer, rule.day_coins_max, rule.show_coins_max, rule.cool_off_until_s, rule.is_adult)
                for viewer, rule in changes.rules.items()
            ],
        )

        many(
            "INSERT OR IGNORE INTO follower VALUES (?, ?, ?)",
            [(*key, at_s) for key, at_s in changes.follows.items() if at_s is not None],
        )
        many(
            "DELETE FROM follower WHERE room = ? AND viewer = ?",
            [key for key, at_s in changes.follows.items() if at_s is None],
        )
        many("INSERT OR REPLACE INTO followers VALUES (?, ?)", list(changes.followers.items()))
        many("INSERT OR REPLACE INTO round VALUES (?, ?, ?, ?)", changes.round_rows)
        many("DELETE FROM part WHERE room = ? AND viewer = ?", changes.forgotten)
        many(_KEEP_PART, changes.part_rows)

    def drain(self, asked: Drain) -> Drained:
        """Return what a room has not finished and which wallets were topped up, from a transfer on."""
        (last,) = self.db.execute("SELECT coalesce(max(number), 0) FROM transfer").fetchone()
        gifts = self.db.execute(_UNFINISHED, (asked.room, asked.after))
        filled = self.db.execute(_FILLED, (asked.after,)) if asked.after >= 0 else ()
        return Drained(
            tuple(Unfinished(name[len(WALLET) :], *row) for name, *row in gifts),
            tuple(Filled(name[len(WALLET) :], coins) for name, coins in filled),
            last,
        )

    def close(self) -> None:
        """Close the file."""
        self.db.close()


_LAST: Final = "SELECT (SELECT coalesce(max(number), 0) FROM transfer), (SELECT coalesce(max(number), 0) FROM account)"
_ACCOUNTS: Final = (
    "SELECT number, name, balance_coins, day, day_coins, show, show_coins FROM json_each(?) "
    "CROSS JOIN account ON name = json_each.value"
)
_GIFTS: Final = (
    "SELECT account.name, gift.id, gift.transfer, gift.gift, price_coins, state, reason, at_s, gift.show, count "
    "FROM json_each(?) CROSS JOIN gift ON gift.id = json_each.value "
    "CROSS JOIN account ON account.number = wallet CROSS JOIN transfer ON transfer.number = gift.transfer"
)
_TOPUPS: Final = (
    "SELECT provider, topup.id, account.name, coins FROM topup JOIN account ON account.number = wallet "
    "WHERE topup.id IN (SELECT value FROM json_each(?))"
)
_RULES: Final = (
    "SELECT viewer, day_coins_max, show_coins_max, cool_off_until_s, is_adult FROM json_each(?) "
    "CROSS JOIN rule ON viewer = json_each.value"
)
_FOLLOWS: Final = (
    "SELECT room, viewer FROM json_each(?) CROSS JOIN follower "
    "ON room = json_extract(json_each.value, '$[0]') AND viewer = json_extract(json_each.value, '$[1]')"
)
_FOLLOWERS: Final = "SELECT room, count FROM json_each(?) CROSS JOIN followers ON room = json_each.value"
_ROUNDS: Final = "SELECT room, show, number, after FROM json_each(?) CROSS JOIN round ON room = json_each.value"
_PARTS: Final = (
    "SELECT room, viewer, show, likes, watched_s, camp FROM json_each(?) CROSS JOIN part "
    "ON room = json_extract(json_each.value, '$[0]') AND viewer = json_extract(json_each.value, '$[1]')"
)
_SHOWS: Final = "SELECT viewer, show FROM part WHERE room = ? AND viewer > ? ORDER BY viewer LIMIT ?"
_KEEP_PART: Final = (
    "INSERT INTO part VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (room, viewer) DO UPDATE SET "
    "likes = CASE WHEN show = excluded.show THEN max(likes, excluded.likes) ELSE excluded.likes END, "
    "watched_s = CASE WHEN show = excluded.show THEN max(watched_s, excluded.watched_s) ELSE excluded.watched_s END, "
    "camp = CASE WHEN show = excluded.show AND excluded.camp = '' THEN camp ELSE excluded.camp END, "
    "show = excluded.show"
)
_UNFINISHED_COINS: Final = (
    "SELECT coalesce(sum(price_coins), 0) FROM outbox JOIN gift ON gift.transfer = outbox.transfer"
)
_UNFINISHED: Final = (
    "SELECT account.name, gift.name, gift.id, gift.gift, price_coins, balance_coins, outbox.transfer, count "
    "FROM outbox JOIN gift ON gift.transfer = outbox.transfer JOIN account ON account.number = wallet "
    "WHERE outbox.room = ? AND outbox.transfer > ? ORDER BY outbox.transfer"
)
_FILLED: Final = (
    "SELECT DISTINCT name, balance_coins FROM topup JOIN account ON account.number = wallet WHERE transfer > ?"
)
