"""Where takes and recordings are kept, and how a new one is called."""

import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from avatar_live.app.faults import ShowError
from avatar_live.app.settings import path_of
from avatar_live.mocap.take import SUFFIX
from avatar_live.outlets.target import RECORDINGS


def new_take(where: str, wall_s: float) -> Path:
    """Return the path of a take that begins now: `where` is a file that is not there yet, or a folder, which is made.

    In a folder it is called by the time of day. Raises ShowError.
    """
    return _new_file(where, wall_s, (SUFFIX,), "take")


def new_video(where: str, wall_s: float) -> Path:
    """Return the path of a recording of the show that begins now, MP4 in a folder; else as `new_take` does."""
    return _new_file(where, wall_s, RECORDINGS, "recording")


def _new_file(where: str, wall_s: float, suffixes: Collection[str], what: str) -> Path:
    path = path_of(where)
    if path.suffix in suffixes:
        if path.exists():
            raise ShowError(f"There is a {what} at {path} already: name another file, or a folder to keep {what}s in.")
    else:
        path = path / f"{datetime.fromtimestamp(wall_s):%Y-%m-%d_%H-%M-%S}{next(iter(suffixes))}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ShowError(f"{path.parent} cannot be made ({error.strerror}): record into another folder.") from error
    if not os.access(path.parent, os.W_OK):
        raise ShowError(f"Nothing can be written in {path.parent}: record into another folder.")
    return path
