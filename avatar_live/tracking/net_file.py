"""How our small networks lie in files: arrays by name, the layers in half precision, and what each was made by."""

import contextlib
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatar_live.tracking.bundle import ModelError

Floats = NDArray[np.float32]
Arrays = Mapping[str, NDArray[np.generic]]
Layers = tuple[tuple[Floats, Floats], ...]  # slopes (out, in) and offsets (out,) of each

_DAMAGES = (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error)


def save_net(path: Path, recipe: str, arrays: Arrays, layers: Sequence[tuple[Floats, Floats]]) -> None:
    """Write a network with the fingerprint of what it was made by; the same bytes for the same network."""
    named = {"recipe": np.asarray(recipe), **arrays}
    for place, (slopes, offsets) in enumerate(layers):
        named[f"slopes {place}"], named[f"offsets {place}"] = slopes.astype(np.float16), offsets.astype(np.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **named)


@contextlib.contextmanager
def opened_net(path: Path) -> Iterator[tuple[Mapping[str, NDArray[np.float32]], Layers]]:
    """Yield a network's arrays and its layers. Raises ModelError when the file is missing or another one."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            count = sum(name.startswith("slopes") for name in file.files)
            yield (
                file,
                tuple(
                    (file[f"slopes {place}"].astype(np.float32), file[f"offsets {place}"].astype(np.float32))
                    for place in range(count)
                ),
            )
    except _DAMAGES as error:
        raise ModelError(f"{path} is missing or damaged: fetch this program anew, it comes with it.") from error
