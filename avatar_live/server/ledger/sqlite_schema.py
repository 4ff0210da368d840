"""The tables in SQLite, as a list of steps: a file is taken from the version that it says to the newest, or not at all.

What is booked is never changed or deleted: triggers refuse it. Of a gift only the state moves, and only forwards.
"""

import sqlite3
from typing import Final

# Version 1 (avatar_live up to 0.3): accounts by name, a gift's id unique among all viewers, no outbox.
_SCHEMA_1: Final = """
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

_SCHEMA_2: Final = """
DROP INDEX gift_unfinished;
ALTER TABLE account RENAME TO account_1;
ALTER TABLE transfer RENAME TO transfer_1;
ALTER TABLE entry RENAME TO entry_1;
ALTER TABLE gift RENAME TO gift_1;

CREATE TABLE account (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('source', 'wallet', 'house')),
    balance_coins INTEGER NOT NULL DEFAULT 0
        CHECK (kind = 'source' OR balance_coins >= 0 AND (kind = 'house' OR balance_coins <= 9007199254740991)),
    day INTEGER NOT NULL DEFAULT 0,
    day_coins INTEGER NOT NULL DEFAULT 0,
    show TEXT NOT NULL DEFAULT '',
    show_coins INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE transfer (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('open', 'gift', 'refund', 'topup')),
    at_s REAL NOT NULL
) STRICT;
CREATE TABLE entry (
    transfer INTEGER NOT NULL REFERENCES transfer (number),
    account INTEGER NOT NULL REFERENCES account (number),
    coins INTEGER NOT NULL,
    PRIMARY KEY (transfer, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE gift (
    transfer INTEGER PRIMARY KEY REFERENCES transfer (number),
    wallet INTEGER NOT NULL REFERENCES account (number),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    gift TEXT NOT NULL,
    price_coins INTEGER NOT NULL CHECK (price_coins >= 0),
    room TEXT NOT NULL,
    show TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'committed' CHECK (state IN ('committed', 'playing', 'done', 'refunded')),
    reason TEXT NOT NULL DEFAULT '',
    UNIQUE (id, wallet)
) STRICT;
CREATE TABLE refund (
    transfer INTEGER PRIMARY KEY REFERENCES transfer (number),
    gift INTEGER NOT NULL UNIQUE REFERENCES gift (transfer)
) STRICT;
CREATE TABLE topup (
    transfer INTEGER PRIMARY KEY REFERENCES transfer (number),
    wallet INTEGER NOT NULL REFERENCES account (number),
    provider TEXT NOT NULL,
    id TEXT NOT NULL,
    coins INTEGER NOT NULL CHECK (coins > 0),
    UNIQUE (provider, id)
) STRICT;
CREATE TABLE outbox (
    transfer INTEGER PRIMARY KEY REFERENCES gift (transfer),
    room TEXT NOT NULL
) STRICT;
CREATE TABLE rule (
    viewer TEXT PRIMARY KEY,
    day_coins_max INTEGER,
    show_coins_max INTEGER,
    cool_off_until_s REAL,
    is_adult INTEGER CHECK (is_adult IN (0, 1))
) STRICT, WITHOUT ROWID;

INSERT INTO account (name, kind, balance_coins)
    SELECT name, CASE name WHEN 'mint' THEN 'source' WHEN 'house:gifts' THEN 'house' ELSE 'wallet' END, balance_coins
    FROM account_1;
INSERT INTO transfer SELECT id, substr(key, 1, instr(key, ':') - 1), at_s FROM transfer_1;
INSERT INTO entry SELECT transfer, number, coins FROM entry_1 JOIN account ON account.name = entry_1.account;
INSERT INTO gift (transfer, wallet, id, name, gift, price_coins, room, show, state, reason)
    SELECT transfer_1.id, account.number, gift_1.id, gift_1.name, gift, price_coins, 'main', '', state, reason
    FROM gift_1
    JOIN transfer_1 ON transfer_1.key = 'gift:' || gift_1.id
    JOIN account ON account.name = 'wallet:' || gift_1.viewer;
INSERT INTO refund
    SELECT back.id, paid.id FROM transfer_1 AS back
    JOIN transfer_1 AS paid ON back.key LIKE 'refund:%' AND paid.key = 'gift:' || substr(back.key, 8);
INSERT INTO outbox SELECT transfer, room FROM gift WHERE state IN ('committed', 'playing');

DROP TABLE gift_1;
DROP TABLE entry_1;
DROP TABLE transfer_1;
DROP TABLE account_1;
"""

_APPEND_ONLY: Final = "'what is booked stays as it is'"
_GUARDS_2: Final = "".join(
    f"CREATE TRIGGER {table}_stays_{when.lower()} BEFORE {when} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, {_APPEND_ONLY}); END;\n"
    for table in ("transfer", "entry", "refund", "topup")
    for when in ("UPDATE", "DELETE")
) + "".join(
    f"CREATE TRIGGER {table}_stays_{when.split()[0].lower()} BEFORE {when} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, {_APPEND_ONLY}); END;\n"
    for table, when in (
        ("gift", "DELETE"),
        ("gift", "UPDATE OF transfer, wallet, id, name, gift, price_coins, room, show"),
        ("account", "DELETE"),
        ("account", "UPDATE OF number, name, kind"),
    )
) + (
    "CREATE TRIGGER gift_goes_forwards BEFORE UPDATE OF state ON gift WHEN OLD.state IN ('done', 'refunded') "
    f"BEGIN SELECT RAISE(ABORT, {_APPEND_ONLY}); END;\n"
)  # fmt: skip

# Version 3: several of one gift at once.
_SCHEMA_3: Final = (
    "ALTER TABLE gift ADD COLUMN count INTEGER NOT NULL DEFAULT 1 CHECK (count > 0);\n"
    "CREATE TRIGGER gift_count_stays BEFORE UPDATE OF count ON gift "
    f"BEGIN SELECT RAISE(ABORT, {_APPEND_ONLY}); END;\n"
)

# Version 4: who follows which room, and how many do: to count hundreds of thousands takes longer than a group may.
_SCHEMA_4: Final = """
CREATE TABLE follower (
    room TEXT NOT NULL,
    viewer TEXT NOT NULL,
    at_s REAL NOT NULL,
    PRIMARY KEY (room, viewer)
) STRICT, WITHOUT ROWID;
CREATE TABLE followers (room TEXT PRIMARY KEY, count INTEGER NOT NULL CHECK (count >= 0)) STRICT, WITHOUT ROWID;
"""

# Version 5: the round whose givers are counted, and what part a viewer has had in the room's newest show.
_SCHEMA_5: Final = """
CREATE TABLE round (
    room TEXT PRIMARY KEY,
    show TEXT NOT NULL,
    number INTEGER NOT NULL,
    after INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE part (
    room TEXT NOT NULL,
    viewer TEXT NOT NULL,
    show TEXT NOT NULL,
    likes INTEGER NOT NULL,
    watched_s REAL NOT NULL,
    camp TEXT NOT NULL,
    PRIMARY KEY (room, viewer)
) STRICT, WITHOUT ROWID;
"""

STEPS: Final = (_SCHEMA_1, _SCHEMA_2 + _GUARDS_2, _SCHEMA_3, _SCHEMA_4, _SCHEMA_5)
VERSION: Final = len(STEPS)


def migrate(db: sqlite3.Connection) -> None:
    """Take the tables to the newest version, each step whole. Raises sqlite3.Error, also for what is no ledger."""
    db.execute("PRAGMA foreign_keys = OFF")  # a step may rename what others refer to; it cannot be set in a transaction
    db.execute("PRAGMA legacy_alter_table = ON")
    while (version := _version(db)) < VERSION:
        db.execute("BEGIN IMMEDIATE")
        try:
            if _version(db) == version:  # another process may have been faster
                for statement in _statements(STEPS[version]):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {version + 1}")
            db.execute("COMMIT")
        except sqlite3.Error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
    db.execute("PRAGMA legacy_alter_table = OFF")
    db.execute("PRAGMA foreign_keys = ON")


def _version(db: sqlite3.Connection) -> int:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if not 0 <= version <= VERSION:
        raise sqlite3.DatabaseError(f"it was written by another version, {version}")
    return int(version)


def _statements(script: str) -> list[str]:
    """Split a script into its statements: `executescript` would commit before it began."""
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
