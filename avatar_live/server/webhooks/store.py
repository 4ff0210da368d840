"""The outbox of the webhooks: what is to be posted to whom, and what could not be; by default in one SQLite file.

A message that is in the outbox is posted, whatever dies. Deleted only once it was answered; a death between the answer
and that makes it arrive twice, with the same id.
"""

import contextlib
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import msgspec

FILE: Final = "webhooks.sqlite3"
BUSY_MS_MAX: Final = 2_000
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS webhook (
    id TEXT PRIMARY KEY, url TEXT NOT NULL, types TEXT NOT NULL, secret TEXT NOT NULL, is_gone INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY, webhook TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE, id TEXT NOT NULL,
    body BLOB NOT NULL, tries INTEGER NOT NULL, due_s REAL NOT NULL, is_dead INTEGER NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS message_due ON message (webhook, is_dead, due_s);
CREATE INDEX IF NOT EXISTS message_dead ON message (webhook, number) WHERE is_dead = 1;
CREATE INDEX IF NOT EXISTS message_id ON message (id);
PRAGMA user_version = 1;
"""
FORGET_OLDEST_DEAD: Final = (
    "DELETE FROM message WHERE webhook = ? AND is_dead = 1 AND number <= (SELECT number FROM message "
    "WHERE webhook = ? AND is_dead = 1 ORDER BY number DESC LIMIT 1 OFFSET ?)"
)


class StoreError(Exception):
    """Say in one sentence why the outbox cannot be used, and what to do."""


class Webhook(msgspec.Struct, frozen=True):
    """A program's address, the types of events that it wants, and the secret it shares with us."""

    id: str
    url: str
    types: tuple[str, ...]
    secret: str
    is_gone: bool = False  # it said so itself (410): nothing is posted any more


class Message(msgspec.Struct, frozen=True):
    """One event on its way to one program; `number` is the outbox's own, `id` the event's."""

    number: int
    id: str
    body: bytes
    tries: int


class DeadLetter(msgspec.Struct, frozen=True):
    """One event that did not arrive, and why."""

    number: int
    id: str
    tries: int
    reason: str
    event: msgspec.Raw


class Store(ABC):
    """Ask and change an outbox, in words that every database of ours understands; `?` stands for a value."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the database."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Make everything in the block one, on the disk at its end. Raises StoreError."""

    @abstractmethod
    def webhooks(self) -> list[Webhook]:
        """Return all webhooks, the oldest first. Raises StoreError."""

    @abstractmethod
    def add(self, webhook: Webhook) -> None:
        """Keep a new webhook."""

    @abstractmethod
    def _do(self, statement: str, *values: object) -> int:
        """Change something inside of a transaction, and return how many rows that were."""

    @abstractmethod
    def _rows(self, question: str, *values: object) -> list[Any]:
        """Return what is known. Raises StoreError."""

    def remove(self, id: str) -> None:
        """Forget a webhook and all that is on its way to it."""
        self._do("DELETE FROM webhook WHERE id = ?", id)

    def close_down(self, id: str, reason: str) -> None:
        """Post nothing more to a webhook; what was on its way is dead."""
        self._do("UPDATE webhook SET is_gone = 1 WHERE id = ?", id)
        self._do("UPDATE message SET is_dead = 1, reason = ? WHERE webhook = ? AND is_dead = 0", reason, id)

    def put(self, webhook: str, id: str, body: bytes, due_s: float, dead_because: str = "") -> None:
        """Put a message into the outbox, or at once among the dead."""
        self._do(
            "INSERT INTO message (webhook, id, body, tries, due_s, is_dead, reason) VALUES (?, ?, ?, 0, ?, ?, ?)",
            webhook,
            id,
            body,
            due_s,
            int(bool(dead_because)),
            dead_because,
        )

    def rewrite(self, id: str, body: bytes) -> None:
        """Let an event say something else to whom it was not posted yet."""
        self._do("UPDATE message SET body = ? WHERE id = ?", body, id)

    def due(self, webhook: str, now_s: float, count: int) -> list[Message]:
        """Return what is to be posted now, the longest due first."""
        rows = self._rows(
            "SELECT number, id, body, tries FROM message WHERE webhook = ? AND is_dead = 0 AND due_s <= ? "
            "ORDER BY due_s, number LIMIT ?",
            webhook,
            now_s,
            count,
        )
        return [Message(*row) for row in rows]

    def next_due_s(self, webhook: str) -> float | None:
        """Return when the next message is due; None when none waits."""
        ((due_s,),) = self._rows("SELECT min(due_s) FROM message WHERE webhook = ? AND is_dead = 0", webhook)
        return None if due_s is None else float(due_s)

    def arrived(self, number: int) -> None:
        """Forget a message that was answered."""
        self._do("DELETE FROM message WHERE number = ?", number)

    def failed(self, number: int, due_s: float, reason: str, *, is_dead: bool) -> None:
        """Count a try that failed."""
        self._do(
            "UPDATE message SET tries = tries + 1, due_s = ?, reason = ?, is_dead = ? WHERE number = ?",
            due_s,
            reason,
            int(is_dead),
            number,
        )

    def counts(self, webhook: str) -> tuple[int, int]:
        """Return how many messages wait and how many are dead."""
        ((waiting, dead),) = self._rows(
            "SELECT count(*) FILTER (WHERE is_dead = 0), count(*) FILTER (WHERE is_dead = 1) FROM message "
            "WHERE webhook = ?",
            webhook,
        )
        return waiting, dead

    def dead(self, webhook: str, count: int) -> list[DeadLetter]:
        """Return messages that did not arrive, the oldest first."""
        rows = self._rows(
            "SELECT number, id, tries, reason, body FROM message WHERE webhook = ? AND is_dead = 1 "
            "ORDER BY number LIMIT ?",
            webhook,
            count,
        )
        return [DeadLetter(number, id, tries, reason, msgspec.Raw(body)) for number, id, tries, reason, body in rows]

    def forget_oldest_dead(self, webhook: str, kept_max: int) -> int:
        """Drop dead messages beyond so many and return how many they were."""
        return self._do(FORGET_OLDEST_DEAD, webhook, webhook, kept_max)

    def replay(self, webhook: str, now_s: float) -> int:
        """Put all dead messages of a webhook back into the outbox and return how many they are."""
        self._do("UPDATE webhook SET is_gone = 0 WHERE id = ?", webhook)
        again = "UPDATE message SET is_dead = 0, tries = 0, due_s = ? WHERE webhook = ? AND is_dead = 1"
        return self._do(again, now_s, webhook)


class SqliteStore(Store):
    """Hold one file open, in WAL with synchronous=FULL. Raises StoreError when it cannot be."""

    def __init__(self, folder: Path) -> None:
        path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # it holds secrets
            with contextlib.ExitStack() as opened:
                self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
                opened.callback(self._db.close)
                self._db.execute(f"PRAGMA busy_timeout = {BUSY_MS_MAX}")
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
                self._db.execute("PRAGMA foreign_keys = ON")
                self._db.executescript(_SCHEMA)
                opened.pop_all()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{path} cannot be used ({error}): repair it, or move it away.") from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything in the block one, on the disk at its end. Raises StoreError."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(str(error)) from error
        finally:
            with contextlib.suppress(sqlite3.Error):
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def webhooks(self) -> list[Webhook]:
        """Return all webhooks, the oldest first."""
        return list(map(webhook_of, self._rows("SELECT id, url, types, secret, is_gone FROM webhook ORDER BY rowid")))

    def add(self, webhook: Webhook) -> None:
        """Keep a new webhook."""
        self._do("INSERT INTO webhook VALUES (?, ?, ?, ?, ?)", *row_of(webhook))

    def messages(self, webhook: str) -> list[Any]:
        """Return all that is kept for a webhook, for an outbox elsewhere."""
        question = (
            "SELECT webhook, id, body, tries, due_s, is_dead, reason FROM message WHERE webhook = ? ORDER BY number"
        )
        return self._rows(question, webhook)

    def _do(self, statement: str, *values: object) -> int:
        return self._db.execute(statement, values).rowcount

    def _rows(self, question: str, *values: object) -> list[Any]:
        try:
            return self._db.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(str(error)) from error


def webhook_of(row: Sequence[Any]) -> Webhook:
    """Read a row of a database."""
    id, url, types, secret, is_gone = row
    return Webhook(id, url, tuple(types.split()), secret, bool(is_gone))


def row_of(webhook: Webhook) -> tuple[str, str, str, str, int]:
    """Return a webhook as a row."""
    return webhook.id, webhook.url, " ".join(webhook.types), webhook.secret, int(webhook.is_gone)
