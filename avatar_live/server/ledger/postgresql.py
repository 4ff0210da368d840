"""The books in PostgreSQL, for more than one machine: one writer at a time, as in SQLite, by an advisory lock.

The lock makes the order of the transfers plain and a group of requests safe from every other room's; it is let go when
the commit is on the disk. A connection that breaks while it commits leaves open whether it did: the writer's own row
tells, as soon as there is a connection again.
"""

import contextlib
import threading
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Final, LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict

from avatar_live import clock
from avatar_live.server.ledger.book import WALLET, Account, Book, Changes, KnownGift, KnownTopUp, Names
from avatar_live.server.ledger.postgresql_schema import SCHEMA, STEPS
from avatar_live.server.ledger.requests import PARTS_AT_ONCE, Drain, Drained, Filled, Round, Rule, Unfinished
from avatar_live.server.ledger.store import OutcomeUnknownError, StoreError

CONNECT_S_MAX: Final = 5
RETRY_S: Final = 0.25
OUTCOME_S_MAX: Final = 30.0  # how long requests wait to learn how a commit ended whose connection broke
PAUSE_S_MAX: Final = 10  # between two statements of a group: whose machine is gone does not hold the lock for hours
_LOCK: Final = 0x6176_6C65_6467_6572  # "avledger": the same for all who write this database's ledger

Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresqlStore:
    """Hold one connection, made anew when it broke. Raises StoreError when the database cannot be used."""

    def __init__(self, url: str, outcome_s_max: float = OUTCOME_S_MAX) -> None:
        self._url = url
        self._outcome_s_max = outcome_s_max
        self._id = uuid.uuid4().hex
        self._group = 0
        self._written_group = 0
        self._db: Connection | None = None
        try:
            with contextlib.closing(connect(url)) as db:
                migrate(db)
            self._connection()
        except psycopg.Error as error:
            self.close()
            raise StoreError(
                f"The ledger in PostgreSQL ({_place(url)}) cannot be used ({first_line(error)}); start the database, "
                "or look at the address in --ledger."
            ) from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything in the block one, alone among all writers, on the disk at its end. Raises StoreError."""
        try:
            self._begin()
            yield
        except (psycopg.Error, ValueError) as error:
            self._roll_back()
            raise StoreError(first_line(error), is_gone=isinstance(error, psycopg.OperationalError)) from error
        except BaseException:
            self._roll_back()
            raise
        try:
            self._connection().execute("COMMIT")
        except psycopg.Error as error:
            self._roll_back()
            if not self._has_committed():
                raise StoreError(first_line(error), is_gone=True) from error

    def read(self, names: Names) -> Book:
        """Return what the books say of these."""
        db = self._connection()
        with db.pipeline():
            last = db.execute(_LAST)
            accounts = db.execute(_ACCOUNTS, (names.accounts,))
            gifts = db.execute(_GIFTS, (names.gift_ids,)) if names.gift_ids else ()
            topups = db.execute(_TOPUPS, (names.topup_ids,)) if names.topup_ids else ()
            rules = db.execute(_RULES, (names.viewers,))
            rooms = [room for room, _ in names.follows]
            follows = db.execute(_FOLLOWS, (rooms, [viewer for _, viewer in names.follows])) if rooms else ()
            followers = db.execute(_FOLLOWERS, (rooms,)) if rooms else ()
            of_rounds = db.execute(_ROUNDS, (names.rounds,)) if names.rounds else ()
            of_parts = [list(column) for column in zip(*names.parts, strict=True)]
            parts = db.execute(_PARTS, of_parts) if of_parts else ()
            shows = [(key, db.execute(_SHOWS, (*key, PARTS_AT_ONCE))) for key in names.shows]
            reserve = db.execute(_UNFINISHED_COINS) if names.has_prize else None
        book = Book(*last.fetchone() or (0, 0))
        for row in accounts:
            book.accounts[row[1]] = Account(*row)
        for name, id, *rest in gifts:
            book.gifts[name[len(WALLET) :], id] = KnownGift(*rest)
        for provider, id, name, coins in topups:
            book.topups[provider, id] = KnownTopUp(name[len(WALLET) :], coins)
        for viewer, *terms in rules:
            book.rules[viewer] = Rule(*terms)
        book.following = {(room, viewer) for room, viewer in follows}
        book.followers = {room: int(count) for room, count in followers}
        for room, show, *round_ in of_rounds:
            book.rounds[room] = show, Round(*round_)
        for room, viewer, show, *part in parts:
            book.parts[room, viewer] = show, (viewer, *part)
        for key, found in shows:
            book.shows[key] = [(viewer, show) for viewer, show in found]
        if reserve is not None:
            book.unfinished_coins = int((reserve.fetchone() or (0,))[0])
        return book

    def write(self, changes: Changes) -> None:
        """Write what a group changes: a statement for each table, all sent together."""
        self._group += 1
        rules = [
            (viewer, rule.day_coins_max, rule.show_coins_max, rule.cool_off_until_s, rule.is_adult)
            for viewer, rule in changes.rules.items()
        ]
        db = self._connection()
        with db.pipeline():
            for statement, rows in (
                (_NEW_ACCOUNTS, changes.accounts),
                (_NEW_TRANSFERS, changes.transfers),
                (_NEW_ENTRIES, changes.entries),
                (_BALANCES, changes.balances_alone),
                (_BALANCES_SPENT, changes.balances_spent),
                (_NEW_GIFTS, changes.gifts),
                (_NEW_REFUNDS, changes.refunds),
                (_NEW_TOPUPS, changes.topups),
                (_NEW_OUTBOX, changes.outbox),
                (_STATES, [(number, *state) for number, state in changes.states.items()]),
                (_FINISHED, [(number,) for number in changes.finished]),
                (_RULE, rules),
                (_FOLLOW, [(*key, at_s) for key, at_s in changes.follows.items() if at_s is not None]),
                (_UNFOLLOW, [key for key, at_s in changes.follows.items() if at_s is None]),
                (_NEW_FOLLOWERS, list(changes.followers.items())),
                (_NEW_ROUND, changes.round_rows),
                (_FORGET_PARTS, changes.forgotten),
                (_KEEP_PART, changes.part_rows),
            ):
                if rows:
                    db.execute(statement, [list(column) for column in zip(*rows, strict=True)])
            db.execute(_GROUP, (self._id, self._group))
        self._written_group = self._group

    def drain(self, asked: Drain) -> Drained:
        """Return what a room has not finished and which wallets were topped up, from a transfer on."""
        db = self._connection()
        with db.pipeline():
            last = db.execute("SELECT coalesce(max(number), 0) FROM transfer")
            gifts = db.execute(_UNFINISHED, (asked.room, asked.after))
            filled = db.execute(_FILLED, (asked.after,)) if asked.after >= 0 else ()
        (number,) = last.fetchone() or (0,)
        return Drained(
            tuple(Unfinished(name[len(WALLET) :], *row) for name, *row in gifts),
            tuple(Filled(name[len(WALLET) :], coins) for name, coins in filled),
            number,
        )

    def close(self) -> None:
        """Let go of the database."""
        if self._db is not None:
            with contextlib.suppress(psycopg.Error):
                self._db.close()
            self._db = None

    def _connection(self) -> Connection:
        if self._db is None or self._db.closed:
            self._db = connect(self._url)
            self._db.execute(_BY_INDEX)
        return self._db

    def _begin(self) -> None:
        self._written_group = 0
        had_one = self._db is not None
        try:
            self._connection().execute(_BEGIN)
        except psycopg.OperationalError:
            self.close()
            if not had_one:
                raise
            self._connection().execute(_BEGIN)  # the old connection had broken while nobody used it

    def _roll_back(self) -> None:
        try:
            if self._db is not None:
                self._db.execute("ROLLBACK")
        except psycopg.Error:
            self.close()

    def _has_committed(self) -> bool:
        """Learn how a commit ended whose connection broke. Raises OutcomeUnknownError when nobody tells in time."""
        if not self._written_group:
            return True  # there was nothing to lose
        until_s = clock.now_s() + self._outcome_s_max
        while True:
            try:
                db = self._connection()
                db.execute(_BEGIN)  # waits until the broken connection's transaction has ended
                found = db.execute("SELECT last_group FROM writer WHERE id = %s", (self._id,)).fetchone()
                db.execute("COMMIT")
            except psycopg.Error as error:
                self.close()
                if clock.now_s() > until_s:
                    raise OutcomeUnknownError(first_line(error)) from error
                threading.Event().wait(RETRY_S)
            else:
                return found == (self._written_group,)


def connect(url: str) -> Connection:
    """Open a connection that sees the ledger's tables. Raises psycopg.Error."""
    db = psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_S_MAX, application_name="avatar_live ledger")
    db.execute(f"SET search_path TO {SCHEMA}; SET synchronous_commit TO on; SET client_encoding TO 'UTF8'")
    db.execute(f"SET idle_in_transaction_session_timeout TO '{PAUSE_S_MAX}s'")
    return db


def migrate(db: Connection) -> None:
    """Take the tables to the newest version, all steps or none. Raises psycopg.Error."""
    with db.transaction():
        db.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        db.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        db.execute("CREATE TABLE IF NOT EXISTS version (number bigint NOT NULL)")
        (version,) = db.execute("SELECT coalesce(max(number), 0) FROM version").fetchone() or (0,)
        if version > len(STEPS):
            raise psycopg.DataError(f"it was written by another version, {version}")
        for number, step in enumerate(STEPS[version:], version + 1):
            db.execute(step)
            db.execute("INSERT INTO version VALUES (%s)", (number,))


@contextlib.contextmanager
def reading(url: str) -> Iterator["PostgresqlReader"]:
    """Open a snapshot that changes nothing. Raises StoreError."""
    try:
        with contextlib.closing(connect(url)) as db:
            db.execute("SET idle_in_transaction_session_timeout TO 0")  # it holds nobody up
            db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield PostgresqlReader(db)
    except psycopg.Error as error:
        raise StoreError(f"The ledger in PostgreSQL ({_place(url)}) cannot be read ({first_line(error)}).") from error


class PostgresqlReader:
    """One snapshot of the books, to read from."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def rows(self, query: LiteralString, *values: str | float) -> Iterator[Sequence[Any]]:
        """Yield the rows of a query that both databases understand; `?` stands for a value."""
        yield from self._db.execute(query.replace("?", "%s"), values or None)


def _place(url: str) -> str:
    """Return the address without the password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return "not an address"
    return f"{parts.get('host', 'local')}/{parts.get('dbname', '')}"


def first_line(error: Exception) -> str:
    """Return what a database said, as far as it is for a sentence."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


# A group names few rows of many: a table that was small when its plan was made would be read whole for ever.
_BY_INDEX: Final = "SET enable_seqscan TO off; SET enable_hashjoin TO off; SET enable_mergejoin TO off"
_BEGIN: Final = f"BEGIN; SELECT pg_advisory_xact_lock({_LOCK})"
_LAST: Final = "SELECT (SELECT coalesce(max(number), 0) FROM transfer), (SELECT coalesce(max(number), 0) FROM account)"
_ACCOUNTS: Final = (
    "SELECT number, name, balance_coins, day, day_coins, show, show_coins FROM account WHERE name = ANY(%s)"
)
_GIFTS: Final = (
    "SELECT account.name, gift.id, gift.transfer, gift.gift, price_coins, state, reason, at_s, gift.show, count "
    "FROM gift "
    "JOIN account ON account.number = wallet JOIN transfer ON transfer.number = gift.transfer WHERE gift.id = ANY(%s)"
)
_TOPUPS: Final = (
    "SELECT provider, topup.id, account.name, coins FROM topup JOIN account ON account.number = wallet "
    "WHERE topup.id = ANY(%s)"
)
_RULES: Final = (
    "SELECT viewer, day_coins_max, show_coins_max, cool_off_until_s, is_adult FROM rule WHERE viewer = ANY(%s)"
)
_NEW_ACCOUNTS: Final = (
    "INSERT INTO account (number, name, kind) SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[])"
)
_NEW_TRANSFERS: Final = "INSERT INTO transfer SELECT * FROM unnest(%s::bigint[], %s::text[], %s::float8[])"
_NEW_ENTRIES: Final = "INSERT INTO entry SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])"
_BALANCES: Final = (
    "UPDATE account SET balance_coins = balance_coins + d.coins FROM unnest(%s::bigint[], %s::bigint[]) "
    "AS d (number, coins) WHERE account.number = d.number"
)
_BALANCES_SPENT: Final = (
    "UPDATE account SET balance_coins = balance_coins + d.coins, day = d.day, day_coins = d.day_coins, "
    "show = d.show, show_coins = d.show_coins "
    "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[]) "
    "AS d (number, coins, day, day_coins, show, show_coins) WHERE account.number = d.number"
)
_NEW_GIFTS: Final = (
    "INSERT INTO gift (transfer, wallet, id, name, gift, price_coins, room, show, count) SELECT * FROM unnest("
    "%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], "
    "%s::bigint[])"
)
_NEW_REFUNDS: Final = "INSERT INTO refund SELECT * FROM unnest(%s::bigint[], %s::bigint[])"
_NEW_TOPUPS: Final = (
    "INSERT INTO topup SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[])"
)
_NEW_OUTBOX: Final = "INSERT INTO outbox SELECT * FROM unnest(%s::bigint[], %s::text[])"
_STATES: Final = (
    "UPDATE gift SET state = d.state, reason = d.reason FROM unnest(%s::bigint[], %s::text[], %s::text[]) "
    "AS d (number, state, reason) WHERE gift.transfer = d.number"
)
_FINISHED: Final = "DELETE FROM outbox WHERE transfer = ANY(%s::bigint[])"
_RULE: Final = (
    "INSERT INTO rule SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::float8[], %s::boolean[]) "
    "ON CONFLICT (viewer) DO UPDATE SET day_coins_max = excluded.day_coins_max, "
    "show_coins_max = excluded.show_coins_max, cool_off_until_s = excluded.cool_off_until_s, "
    "is_adult = excluded.is_adult"
)
_FOLLOWS: Final = (
    "SELECT room, viewer FROM follower JOIN unnest(%s::text[], %s::text[]) AS asked (room, viewer) USING (room, viewer)"
)
_FOLLOWERS: Final = "SELECT room, count FROM followers WHERE room = ANY(%s::text[])"
_NEW_FOLLOWERS: Final = (
    "INSERT INTO followers SELECT * FROM unnest(%s::text[], %s::bigint[]) "
    "ON CONFLICT (room) DO UPDATE SET count = excluded.count"
)
_FOLLOW: Final = (
    "INSERT INTO follower SELECT * FROM unnest(%s::text[], %s::text[], %s::float8[]) ON CONFLICT DO NOTHING"
)
_UNFOLLOW: Final = (
    "DELETE FROM follower USING unnest(%s::text[], %s::text[]) AS asked (room, viewer) "
    "WHERE follower.room = asked.room AND follower.viewer = asked.viewer"
)
_ROUNDS: Final = "SELECT room, show, number, after FROM round WHERE room = ANY(%s::text[])"
_NEW_ROUND: Final = (
    "INSERT INTO round SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[]) "
    "ON CONFLICT (room) DO UPDATE SET show = excluded.show, number = excluded.number, after = excluded.after"
)
_PARTS: Final = (
    "SELECT room, viewer, show, likes, watched_s, camp FROM part "
    "JOIN unnest(%s::text[], %s::text[]) AS asked (room, viewer) USING (room, viewer)"
)
_SHOWS: Final = "SELECT viewer, show FROM part WHERE room = %s AND viewer > %s ORDER BY viewer LIMIT %s"
_FORGET_PARTS: Final = (
    "DELETE FROM part USING unnest(%s::text[], %s::text[]) AS asked (room, viewer) "
    "WHERE part.room = asked.room AND part.viewer = asked.viewer"
)
_KEEP_PART: Final = (
    "INSERT INTO part SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::float8[], %s::text[]) "
    "ON CONFLICT (room, viewer) DO UPDATE SET "
    "likes = CASE WHEN part.show = excluded.show THEN greatest(part.likes, excluded.likes) ELSE excluded.likes END, "
    "watched_s = CASE WHEN part.show = excluded.show THEN greatest(part.watched_s, excluded.watched_s) "
    "ELSE excluded.watched_s END, "
    "camp = CASE WHEN part.show = excluded.show AND excluded.camp = '' THEN part.camp ELSE excluded.camp END, "
    "show = excluded.show"
)
_UNFINISHED_COINS: Final = (
    "SELECT coalesce(sum(price_coins), 0) FROM outbox JOIN gift ON gift.transfer = outbox.transfer"
)
_GROUP: Final = "INSERT INTO writer VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET last_group = excluded.last_group"
_UNFINISHED: Final = (
    "SELECT account.name, gift.name, gift.id, gift.gift, price_coins, balance_coins, outbox.transfer, count "
    "FROM outbox JOIN gift ON gift.transfer = outbox.transfer JOIN account ON account.number = wallet "
    "WHERE outbox.room = %s AND outbox.transfer > %s ORDER BY outbox.transfer"
)
_FILLED: Final = (
    "SELECT DISTINCT name, balance_coins FROM topup JOIN account ON account.number = wallet WHERE transfer > %s"
)
