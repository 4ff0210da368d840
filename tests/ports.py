"""Find a port for a program that opens it in a while, and which nobody takes in the meantime."""

import contextlib
import secrets
import socket

FIRST, COUNT = 22_000, 10_000  # below those that systems give to whoever asks for any


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port of this machine that nobody has opened."""
    while True:
        port = FIRST + secrets.randbelow(COUNT)
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, kind) as probe:
            probe.bind(("127.0.0.1", port))
            return port
