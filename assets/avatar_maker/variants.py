"""The same characters made finer or coarser, kept in a folder so that each is built once."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Final

from .build import build
from .characters import CHARACTERS

HEAVY: Final = 1.35  # about 40,000 triangles, pictures of up to 2048 pixels
LIGHT: Final = 0.05  # about 4,000
THUMBNAILS: Final = Path(__file__).parent / "thumbnails"


def build_character(name: str, detail: float = 1.0) -> bytes:
    """Return a character's VRM file; `detail` is its triangles against those of the shipped one."""
    return build(replace(CHARACTERS[name], detail=detail), (THUMBNAILS / f"{name}.png").read_bytes())


def variant(name: str, detail: float, folder: Path) -> Path:
    """Return a character's file at a detail, built into `folder` unless this very program has done so before.

    Raises KeyError for a character that is not there and ValueError for a detail out of range.
    """
    file = folder / f"{name}-{detail:g}-{_program()}.vrm"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".part")
        unfinished.write_bytes(build_character(name, detail))
        unfinished.replace(file)
    return file


def _program() -> str:
    """Return a short name of this program's state."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:10]
