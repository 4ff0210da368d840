"""The bridges that a host asks for, with their keys from the environment or from a file that only this user reads."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from avatar_live.app.faults import ShowError
from avatar_live.bridges.spec import BRIDGES_MAX, PREFIX, SpecError, parse_bridge
from avatar_live.channels.processes import BridgePlan

KEYS_FILE: Final = "bridges.env"
KEYS_BYTES_MAX: Final = 65_536


def checked_bridges(written: Sequence[str], data_folder: Path) -> tuple[BridgePlan, ...]:
    """Return the bridges that were asked for, one a platform. Raises ShowError for what is none."""
    if not written:
        return ()
    keys = {**_kept_keys(data_folder / KEYS_FILE), **{n: v for n, v in os.environ.items() if n.startswith(PREFIX)}}
    try:
        plans = tuple(parse_bridge(text, keys) for text in written)
    except SpecError as error:
        raise ShowError(str(error)) from error
    if len({plan.source for plan in plans}) < len(plans) or len(plans) > BRIDGES_MAX:
        raise ShowError("There can be one bridge to each platform: leave out the others.")
    return plans


def _kept_keys(path: Path) -> dict[str, str]:
    """Return what stands in a file of lines NAME=VALUE; lines that begin with # are left out. Raises ShowError."""
    try:
        if not path.is_file():
            return {}
        with path.open(encoding="utf-8") as file:
            text = file.read(KEYS_BYTES_MAX)
    except (OSError, UnicodeDecodeError) as error:
        raise ShowError(f"{path} cannot be read: write a line NAME=VALUE for each key.") from error
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip('"') for name, _, value in pairs}
