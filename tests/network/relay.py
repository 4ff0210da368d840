"""A real TURN server, Debian's coturn, on loopback."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from patience import DEADLINE_S
from ports import free_port

SECRET = "a-secret-of-two"


@contextlib.contextmanager
def turn_server(folder: Path) -> Iterator[int]:
    """Run a relay that shares `SECRET` with the show, and yield its port; skip the test where there is no coturn."""
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("needs coturn (Debian: apt-get install coturn)")
    port = free_port()
    options = {
        "listening-ip": "127.0.0.1",
        "relay-ip": "127.0.0.1",
        "listening-port": str(port),
        "realm": "show.test",
        "static-auth-secret": SECRET,
        "userdb": str(folder / "turn.db"),
        "pidfile": str(folder / "turn.pid"),
        "log-file": str(folder / "turn.log"),
    }
    flags = ["use-auth-secret", "allow-loopback-peers", "no-cli", "no-tls", "no-dtls", "simple-log", "fingerprint"]
    command = [program, "-n", *(f"--{name}={value}" for name, value in options.items())]
    command += [f"--{flag}" for flag in flags]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()


def wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the relay answers on TCP, which it opens after UDP."""
    end_s = time.monotonic() + DEADLINE_S
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
            return
        assert server.poll() is None and time.monotonic() < end_s, "coturn did not come up"
        time.sleep(0.05)
