"""What the ledger asks of a database, and which one it gets."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, Protocol, TypeGuard
from urllib.parse import unquote, urlsplit

from avatar_live.server.ledger.book import Book, Changes, Names
from avatar_live.server.ledger.requests import Drain, Drained, Request
from avatar_live.server.ledger.settle import names_of, settle

_POSTGRESQL: Final = ("postgresql", "postgres")


class StoreError(Exception):
    """Say why the database did not do it; nothing of it is kept. `is_gone` where nothing else would work now either."""

    def __init__(self, reason: str, *, is_gone: bool = False) -> None:
        super().__init__(reason)
        self.is_gone = is_gone


class OutcomeUnknownError(StoreError):
    """Say that nobody can tell just now whether the database did it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, is_gone=True)


class Store(Protocol):
    """A database that holds the books; one thread uses it."""

    def transaction(self) -> AbstractContextManager[None]:
        """Make everything in the block one, alone among all writers, on the disk at its end. Raises StoreError."""

    def read(self, names: Names) -> Book:
        """Return what the books say of these."""

    def write(self, changes: Changes) -> None:
        """Write what a group changes."""

    def drain(self, asked: Drain) -> Drained:
        """Return what a room has not finished and which wallets were topped up, from a transfer on."""

    def close(self) -> None:
        """Let go of the database."""


def is_postgresql(where: Path | str) -> TypeGuard[str]:
    """Say whether the books are in PostgreSQL."""
    return isinstance(where, str) and urlsplit(where).scheme in _POSTGRESQL


def open_store(where: Path | str, pages_max: int | None = None) -> Store:
    """Open the books: a file's path, `sqlite:///path` or `postgresql://...`. Raises StoreError."""
    if is_postgresql(where):
        from avatar_live.server.ledger.postgresql import PostgresqlStore

        return PostgresqlStore(where)
    from avatar_live.server.ledger.sqlite import SqliteStore

    return SqliteStore(path_of(where), pages_max)


def path_of(where: Path | str) -> Path:
    """Return the file of `sqlite:///path` (four slashes begin a whole path). Raises StoreError for another URL."""
    if isinstance(where, Path):
        return where
    scheme, found, path = where.partition(":///")
    if scheme != "sqlite" or not found or not path:
        raise StoreError(f'"{where}" is no ledger: write sqlite:///file or postgresql://user@host/database.')
    return Path(unquote(path))


def perform(store: Store, group: Sequence[Request], now_s: float) -> tuple[list[object], bool]:
    """Do a group in one transaction; return its answers and whether the books were changed. Raises StoreError."""
    with store.transaction():
        answers, changes = settle(group, store.read(names_of(group)), now_s)
        if changes:
            store.write(changes)
        for at, asked in enumerate(group):
            if isinstance(asked, Drain):
                answers[at] = store.drain(asked)
    return answers, bool(changes)
