"""How many sockets this process may hold: systems start programs with far fewer than a full room needs."""

import contextlib
from typing import Final

OPEN_FILES: Final = 20_000  # a full edge, a hundred viewers of the stream with a few network sockets each


def allow_open_files() -> None:
    """Raise the soft limit to `OPEN_FILES`, or as far as the hard limit lets us; Windows has none to raise."""
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # macOS has another limit beside this one
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
