"""Avatars on their way into the show: read beside it, one after another, the last one asked for last."""

import threading
from collections.abc import Callable
from pathlib import Path

from avatar_live.avatar import Avatar, AvatarError, read_avatar
from avatar_live.channels import Latest


class _End:
    pass


class Wardrobe:
    """Read avatars on a thread of its own while the show goes on.

    One at a time, and of those asked for meanwhile only the last: a host who clicks through fifty characters must not
    have fifty of them read at once, nor see a slow one come after the one chosen later.
    """

    def __init__(self, read: Callable[[Path], Avatar] = read_avatar) -> None:
        self._read_avatar = read
        self._wanted: Latest[Path | _End] = Latest()
        self._fetched: Latest[Avatar | AvatarError] = Latest()
        threading.Thread(target=self._run, name="wardrobe", daemon=True).start()

    def fetch(self, path: Path) -> None:
        """Ask for the avatar in this file."""
        self._wanted.put(path)

    def take(self) -> Avatar | AvatarError | None:
        """Return the avatar that has come, or why it cannot be had, once; else None."""
        return self._fetched.take(0)

    def close(self) -> None:
        """End the thread when it has read what it is at."""
        self._wanted.put(_End())

    def _run(self) -> None:
        while isinstance(path := self._wanted.take(), Path):
            try:
                self._fetched.put(self._read_avatar(path))
            except AvatarError as error:
                self._fetched.put(error)
            except Exception as error:  # a fault of ours, or no memory left: the next avatar may still be read
                self._fetched.put(AvatarError(f"{path.name} could not be read ({type(error).__name__})."))
