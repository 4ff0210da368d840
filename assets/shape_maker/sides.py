"""Which landmark and which shape is on the other side of a face."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.signals import ARKIT_SHAPES

_IRISES: Final = {468: 473, 469: 476, 470: 475, 471: 474, 472: 477}


def partners(canonical: Path) -> NDArray[np.int64]:
    """Return for each landmark (478,) the one on the other side of the canonical face mesh, an .obj file."""
    lines = [line.split() for line in canonical.read_text().splitlines() if line.startswith("v ")]
    mesh = np.array([[float(value) for value in line[1:4]] for line in lines])
    across = ((mesh[:, None] * (-1.0, 1.0, 1.0) - mesh[None]) ** 2).sum(axis=2).argmin(axis=1)
    irises = _IRISES | {left: right for right, left in _IRISES.items()}
    return np.concatenate([across, [irises[point] for point in sorted(irises)]])


def other_sides() -> NDArray[np.int64]:
    """Return for each shape (52,) the one of the other side of the face."""

    def other(name: str) -> str:
        for end, turned in (("Left", "Right"), ("Right", "Left")):
            if name.endswith(end):
                return name.removesuffix(end) + turned
        return name

    return np.array([ARKIT_SHAPES.index(other(name)) for name in ARKIT_SHAPES])
