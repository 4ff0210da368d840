"""Where takes are kept, and how a new one is called."""

import os
from datetime import datetime
from pathlib import Path

from avatar_live.app.faults import ShowError
from avatar_live.app.settings import path_of
from avatar_live.mocap.take import SUFFIX


def new_take(where: str, wall_s: float) -> Path:
    """Return the path of a take that begins now: `where` is a file that is not there yet, or a folder, which is made.

    In a folder it is called by the time of day. Raises ShowError.
    """
    path = path_of(where)
    if path.suffix == SUFFIX:
        if path.exists():
            raise ShowError(f"There is a take at {path} already: name another file, or a folder to keep takes in.")
    else:
        path = path / f"{datetime.fromtimestamp(wall_s):%Y-%m-%d_%H-%M-%S}{SUFFIX}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ShowError(f"{path.parent} cannot be made ({error.strerror}): record into another folder.") from error
    if not os.access(path.parent, os.W_OK):
        raise ShowError(f"Nothing can be written in {path.parent}: record into another folder.")
    return path
