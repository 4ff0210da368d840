"""Where the show goes besides its own viewers: what the host wrote, checked, with the keys out of sight."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from avatar_live.app.faults import ShowError
from avatar_live.app.settings import path_of
from avatar_live.outlets.target import OUTLETS_MAX, PLAYLIST, TargetError, parse_target

LISTED: Final = "@"  # before a file that holds a target a line
LIST_BYTES_MAX: Final = 65_536


def checked_targets(written: Sequence[str], playlist: str = "") -> tuple[str, ...]:
    """Return the places that were asked for, each once. Raises ShowError for what is none.

    A file after "@" keeps keys out of the list of processes and of the shell's history.
    """
    lines = [line for text in written for line in (_listed(text[1:]) if text.startswith(LISTED) else [text])]
    targets = [" ".join(line.split()) for line in lines]
    if playlist:
        targets.append(f"{PLAYLIST}{_made(path_of(playlist))}")
    for target in targets:
        try:
            if parse_target(target).kind == "recording":
                raise ShowError("Record the show with --record-video, and publish it to an address.")
        except TargetError as error:
            raise ShowError(str(error)) from error
    wanted = tuple(dict.fromkeys(targets))
    if len(wanted) > OUTLETS_MAX - 1:  # the recording is one, too
        raise ShowError(
            f"The show can go to at most {OUTLETS_MAX - 1} places: leave out {len(wanted) - OUTLETS_MAX + 1}."
        )
    return wanted


def _listed(name: str) -> list[str]:
    """Return the targets of a file, a line each; empty lines and those that begin with # are left out."""
    path = path_of(name)
    try:
        with path.open("rb") as file:
            data = file.read(LIST_BYTES_MAX + 1)
        if len(data) > LIST_BYTES_MAX:
            raise ShowError(f"{path} is too long for a list of places.")
        lines = [line.strip() for line in data.decode().splitlines()]
    except OSError as error:
        raise ShowError(f"{path} cannot be read ({error.strerror}): write the places into it, a line each.") from error
    except UnicodeDecodeError as error:
        raise ShowError(f"{path} is no text: write the places into it, a line each.") from error
    return [line for line in lines if line and not line.startswith("#")]


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ShowError(f"{folder} cannot be made ({error.strerror}): name another folder with --hls.") from error
    return folder
