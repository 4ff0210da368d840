"""Pictures that take a while to paint, kept in a folder: an engine that is started again finds them done."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from avatar_live.avatar.model import Texture


class Paintings:
    """Paint each picture once for the folder's life; without a folder, every time."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, paint: Callable[[], Texture]) -> Texture:
        """Return what `paint` returns, known by the function's name; its edges do not repeat."""
        if self._folder is None:
            return paint()
        path = self._folder / f"{paint.__name__}.npy"
        with contextlib.suppress(OSError, ValueError):  # not painted yet, or cut short
            return Texture(np.load(path), "clamp", "clamp")
        painting = paint()
        with contextlib.suppress(OSError):  # a full disk costs the next engine a moment, nothing else
            self._folder.mkdir(exist_ok=True)
            unfinished = path.with_suffix(".part.npy")
            np.save(unfinished, painting.pixels)
            unfinished.replace(path)
        return painting
