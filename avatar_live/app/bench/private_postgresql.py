"""A PostgreSQL server of one's own: made in a temporary folder, reached by a local socket, gone at the end."""

import contextlib
import getpass
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from avatar_live.app.faults import ShowError

OWNER: Final = "postgres"  # initdb refuses to run as root; Debian's package makes this user
_BINARIES: Final = "postgresql/*/bin"
_SETTINGS: Final = """
listen_addresses = ''
fsync = on
synchronous_commit = on
max_connections = 40
"""


class PrivatePostgresql:
    """Make databases, and stop, kill and start the server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._names = itertools.count(1)
        how = ("--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C")
        self._run("initdb", "--pgdata", self._data, *how)
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(f"unix_socket_directories = '{folder}'\n{_SETTINGS}")
        self.start()

    def database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"books{next(self._names)}"
        self._run("createdb", "--host", self._folder, "--username", _superuser(), name)
        return f"postgresql://{_superuser()}@/{name}?host={self._folder}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._control("start", "--log", self._folder / "log")

    def stop(self, *, is_sudden: bool) -> None:
        """Stop the server: in order, or at once as a crash does."""
        self._control("stop", "--mode", "immediate" if is_sudden else "fast")

    def _control(self, command: str, *arguments: str | Path) -> None:
        self._run("pg_ctl", command, "--pgdata", self._data, "--wait", "--silent", *arguments)

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [*_as_owner(), str(_binary(program)), *map(str, arguments)]
        with tempfile.TemporaryFile() as said:  # a pipe would be held open by the server that pg_ctl leaves behind
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/", check=False)
            if done.returncode:
                said.seek(0)
                raise ShowError(f"{program} failed: {said.read().decode(errors='replace').strip()}")


@contextlib.contextmanager
def private_postgresql() -> Iterator[PrivatePostgresql]:
    """Run a server until the end of the block. Raises ShowError when none is installed."""
    folder = Path(tempfile.mkdtemp(prefix="avatar-live-"))
    try:
        if _is_root():
            shutil.chown(folder, OWNER)
        server = PrivatePostgresql(folder)
        try:
            yield server
        finally:
            server.stop(is_sudden=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def has_postgresql() -> bool:
    """Say whether a PostgreSQL server is installed."""
    return os.name != "nt" and _found("initdb") is not None


def _binary(program: str) -> Path:
    found = _found(program)
    if found is None:
        raise ShowError("No PostgreSQL server is installed here: install Debian's package `postgresql`.")
    return found


def _found(program: str) -> Path | None:
    # Debian's own folders first: what it has on the path asks which of several clusters is meant.
    debian = next(iter(sorted(Path("/usr/lib").glob(f"{_BINARIES}/{program}"), reverse=True)), None)
    on_path = shutil.which(program)
    return debian or (Path(on_path) if on_path is not None else None)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _as_owner() -> list[str]:
    return ["runuser", "-u", OWNER, "--"] if _is_root() else []


def _superuser() -> str:
    return OWNER if _is_root() else getpass.getuser()
