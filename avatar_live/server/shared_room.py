"""What a room with edges on other machines keeps in its ledger's PostgreSQL: its show and its documents.

So a server with other folders goes on where the one before it ended. Whoever takes the room begins another life of it,
and what an earlier life still wants to write is refused: it would undo what has happened since.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import psycopg

from avatar_live.server.document import DocumentError, FileDocument
from avatar_live.server.lease import NodesError
from avatar_live.server.ledger.postgresql import Connection, connect, first_line

SHOW_KEPT_S: Final = 600.0  # a room without a server for so long has another show then, as in Redis
BEAT_S: Final = 10.0
LOST: Final = "another server keeps this room now"


class SharedRoom:
    """Hold one life of a room."""

    def __init__(self, url: str, room: str, show: str, files: Sequence[Path], own: Sequence[Path] = ()) -> None:
        """Take the room, with the show that goes on, or another one; its first life takes over what lies in the files.

        What people write by hand are the `own` files of whoever takes the room; where they are missing, those of the
        last one who had them hold. Raises NodesError.
        """
        self._url = url
        self._room = room
        try:
            with _connected(url) as db, db.transaction():
                (self._life, self.show) = db.execute(_TAKE, (room, show, SHOW_KEPT_S)).fetchone() or (0, show)
                for file in (*(files if self._life == 1 else ()), *own):
                    if (body := FileDocument(file).load()) is not None:
                        db.execute(_SAVE, (file.name, body, room, self._life))
                self._bodies = dict(db.execute("SELECT name, body FROM document WHERE room = %s", (room,)))
        except DocumentError as error:
            raise NodesError(f'The room "{room}" cannot be taken in PostgreSQL ({error}): is it there?') from error

    def document(self, name: str) -> "SharedDocument":
        """Return one of the room's documents."""
        return SharedDocument(self, name, self._bodies.get(name))

    def save(self, name: str, body: bytes) -> None:
        """Write a document. Raises DocumentError, also when the room is somebody else's by now."""
        with _connected(self._url) as db:
            if not db.execute(_SAVE, (name, body, self._room, self._life)).rowcount:
                raise DocumentError(LOST)

    async def run(self) -> None:
        """Write down from time to time that the show goes on, until another life begins. Raises NodesError."""
        while True:
            await asyncio.sleep(BEAT_S)
            with contextlib.suppress(DocumentError):  # the next beat tells
                if not await asyncio.to_thread(self.beat):
                    raise NodesError("Another server has taken this room's show and documents: this one ends.")

    def beat(self) -> bool:
        """Write down that the show goes on; False when another life of the room has begun. Raises DocumentError."""
        with _connected(self._url) as db:
            return bool(db.execute(_BEAT, (self._room, self._life)).rowcount)


class SharedDocument:
    """A row of the room's."""

    def __init__(self, room: SharedRoom, name: str, body: bytes | None) -> None:
        self._room = room
        self._name = name
        self._body = body

    def __str__(self) -> str:
        return f"{self._name} in PostgreSQL"

    def load(self) -> bytes | None:
        """Return what there was when the room was taken."""
        return self._body

    def save(self, body: bytes) -> None:
        """Write it, while the room is ours."""
        self._room.save(self._name, body)


@contextlib.contextmanager
def _connected(url: str) -> Iterator[Connection]:
    try:
        with contextlib.closing(connect(url)) as db:
            yield db
    except psycopg.Error as error:
        raise DocumentError(first_line(error)) from error


_TAKE: Final = (
    "INSERT INTO holder (room, life, show, at) VALUES (%s, 1, %s, now()) ON CONFLICT (room) DO UPDATE SET "
    "life = holder.life + 1, at = now(), "
    "show = CASE WHEN holder.at > now() - make_interval(secs => %s) THEN holder.show ELSE excluded.show END "
    "RETURNING life, show"
)
# The holder's row is locked until the document is written: who takes the room meanwhile waits for it, and reads it.
_SAVE: Final = (
    "INSERT INTO document (room, name, body) "
    "SELECT room, %s, %s FROM holder WHERE room = %s AND life = %s FOR SHARE "
    "ON CONFLICT (room, name) DO UPDATE SET body = excluded.body"
)
_BEAT: Final = "UPDATE holder SET at = now() WHERE room = %s AND life = %s"
