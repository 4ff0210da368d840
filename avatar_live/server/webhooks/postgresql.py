"""The outbox of a room's webhooks in its ledger's PostgreSQL: whoever takes the room over goes on posting.

A server that has lost the room may post for a moment beside the next one: then a message arrives twice, with one id.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg

from avatar_live.server.ledger.postgresql import Connection, connect, first_line
from avatar_live.server.webhooks.store import FILE, SqliteStore, Store, StoreError, Webhook, row_of, webhook_of


class PostgresqlStore(Store):
    """Hold one connection, made anew when it broke; what lies in `folder` from before moves along."""

    def __init__(self, url: str, room: str, folder: Path) -> None:
        """Raises StoreError when the database cannot be used."""
        self._url = url
        self._room = room
        self._db: Connection | None = None
        if (folder / FILE).is_file():
            with contextlib.closing(SqliteStore(folder)) as before:
                self._take_over(before)

    def close(self) -> None:
        """Let go of the connection."""
        if self._db is not None:
            with contextlib.suppress(psycopg.Error):
                self._db.close()
            self._db = None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything in the block one, on the disk at its end. Raises StoreError."""
        with self._told(), self._connection().transaction():
            yield

    def webhooks(self) -> list[Webhook]:
        """Return all webhooks of the room, the oldest first."""
        question = "SELECT id, url, types, secret, is_gone FROM webhook WHERE room = ? ORDER BY number"
        return list(map(webhook_of, self._rows(question, self._room)))

    def add(self, webhook: Webhook) -> None:
        """Keep a new webhook."""
        self._add(webhook)

    def _add(self, webhook: Webhook) -> bool:
        return bool(self._do(_ADD_WEBHOOK, self._room, *row_of(webhook)))

    def _take_over(self, before: SqliteStore) -> None:
        """Let webhooks and their messages move here; one that stands here already was on its way when all broke off."""
        for webhook in before.webhooks():
            with self.transaction():
                for row in before.messages(webhook.id) if self._add(webhook) else ():
                    self._do(_ADD_MESSAGE, *row)
            with before.transaction():
                before.remove(webhook.id)

    def _do(self, statement: str, *values: object) -> int:
        return self._connection().execute(_in_psycopg(statement), values).rowcount

    def _rows(self, question: str, *values: object) -> list[Any]:
        with self._told():
            return self._connection().execute(_in_psycopg(question), values).fetchall()

    def _connection(self) -> Connection:
        if self._db is None or self._db.closed:
            self._db = connect(self._url)
        return self._db

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            self.close()
            raise StoreError(first_line(error)) from error


_ADD_WEBHOOK: Final = (
    "INSERT INTO webhook (room, id, url, types, secret, is_gone) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
)
_ADD_MESSAGE: Final = (
    "INSERT INTO message (webhook, id, body, tries, due_s, is_dead, reason) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


def _in_psycopg(statement: str) -> LiteralString:
    return statement.replace("?", "%s")
