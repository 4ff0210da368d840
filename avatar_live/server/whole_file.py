"""Files that are there whole or as they were before, whenever the power goes, and that this user alone may read."""

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write beside the old file, onto the disk, and then take its place. Raises OSError; one thread at a time."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
