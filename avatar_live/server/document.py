"""Documents that outlive the server: each is read when the server begins, and written whole, beside the show."""

from pathlib import Path
from typing import Protocol

from avatar_live.server.whole_file import write_whole


class DocumentError(Exception):
    """Say in a few words why a document cannot be read or written."""


class Document(Protocol):
    """A place for one document; as text it is what the operator hears of it."""

    def load(self) -> bytes | None:
        """Return what was saved last; None for nothing. Raises DocumentError."""

    def save(self, body: bytes) -> None:
        """Keep this from now on; it is kept when this returns. Raises DocumentError; one thread at a time."""


class FileDocument:
    """A file, for this user only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    def load(self) -> bytes | None:
        """Return what the file holds."""
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DocumentError(error.strerror or str(error)) from error

    def save(self, body: bytes) -> None:
        """Write the file."""
        try:
            write_whole(self._path, body)
        except OSError as error:
            raise DocumentError(error.strerror or str(error)) from error
