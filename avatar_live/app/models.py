"""Have the tracking models ready before a show, without loading the tracker when they are."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from avatar_live import __version__
from avatar_live.app.faults import ShowError, sentence

MARK: Final = "ready.json"  # sizes of the files that were checked by hash and shape, written last

Report = Callable[[str, float], None]


def ensure_models(folder: Path, report: Report, named: Path | None = None) -> None:
    """Provide the models unless they lie there as they were last checked. Raises ShowError.

    The tracker checks hashes and tensor shapes itself; here sizes are enough, because importing it takes a second.
    """
    if named is None and _are_unchanged(folder):
        return
    from avatar_live.tracking import models

    try:
        models.provision(folder, report=report, named=named)
        sizes = {path.name: path.stat().st_size for path in sorted(folder.glob("*.task"))}
        (folder / MARK).write_text(json.dumps({"version": __version__, "sizes": sizes}))
    except models.ModelError as error:
        raise ShowError(sentence(error)) from error
    except OSError as error:
        raise ShowError(
            f"The models cannot be kept in {folder} ({error.strerror}): free some space, or choose another folder "
            "with --models-folder."
        ) from error


def describe_models(folder: Path) -> str:
    """Return in a sentence which models lie in the folder, after checking each. Raises ShowError."""
    from avatar_live.tracking import models

    try:
        return models.installed(folder).origin
    except models.ModelError as error:
        raise ShowError(sentence(error)) from error


def _are_unchanged(folder: Path) -> bool:
    with contextlib.suppress(OSError, ValueError, KeyError):
        mark = json.loads((folder / MARK).read_text())
        sizes: dict[str, int] = mark["sizes"]
        is_same = all((folder / name).stat().st_size == size for name, size in sizes.items())
        return mark["version"] == __version__ and bool(sizes) and is_same
    return False
