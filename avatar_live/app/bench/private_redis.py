"""A Redis server of one's own: in a temporary folder, at a free port of this machine, gone at the end."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from avatar_live import clock
from avatar_live.app.faults import ShowError

_START_S_MAX: Final = 20.0


class PrivateRedis:
    """Start, kill and start the server again; what it was told is in its file, as the deployment's is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port: int = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def pid(self) -> int:
        """The number of the server's process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the server and wait until it answers. Raises ShowError."""
        command = [_program(), "--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        command += ["--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction", "--loglevel", "warning"]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        until_s = clock.now_s() + _START_S_MAX
        while not self._answers():
            if self._process.poll() is not None or clock.now_s() > until_s:
                raise ShowError("The Redis server did not come up.")
            time.sleep(0.02)

    def kill(self) -> None:
        """End the server as a crash does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1.0) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")  # while it loads its file it says so
        return False


@contextlib.contextmanager
def private_redis() -> Iterator[PrivateRedis]:
    """Run a server until the end of the block. Raises ShowError when none is installed."""
    with tempfile.TemporaryDirectory(prefix="avatar-live-") as folder:
        server = PrivateRedis(Path(folder))
        try:
            yield server
        finally:
            server.kill()


def _program() -> str:
    found = shutil.which("redis-server") if os.name != "nt" else None
    if found is None:
        raise ShowError("No Redis server is installed here: install Debian's package `redis-server`.")
    return found
