"""The small body that every viewer in the game wears: the product of `assets/body_maker`, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.stage.display import StageError

CROWD_FILE: Final = Path(__file__).parents[2] / "assets" / "bodies" / "crowd.npz"
EYES_M: Final = 0.645  # above the soles, in the body's own size


@dataclass(frozen=True, slots=True)
class Motion:
    """Find a motion in `Body.motions`: its place, the length of its cycle, and how far a cycle of walking gets."""

    place: int
    seconds: float
    stride_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Hold V vertices and T triangles; metres, +Y up, facing +Z.

    `joints` (V,) say which joint leads a vertex; `parts` and `slots` (V,) are places in the body's names of them.
    """

    positions: NDArray[np.float32]
    normals: NDArray[np.float32]
    joints: NDArray[np.uint8]
    parts: NDArray[np.uint8]
    slots: NDArray[np.uint8]
    triangles: NDArray[np.uint16]


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """Hold a body in two shapes, for large and small pictures of it, and C motions of F frames of J joints.

    The first M vertices of both shapes are the face's and have `morphs` (M, 3, 3): blink, aa, happy. `motions`
    (C, F, J, 3, 4) are the rows of skinning matrices.
    """

    fine: Shape
    coarse: Shape
    morphs: NDArray[np.float32]
    motions: NDArray[np.float16]
    part_names: tuple[str, ...]
    slot_names: tuple[str, ...]
    named_motions: Mapping[str, Motion]


@cache
def read_body(path: Path = CROWD_FILE) -> Body:
    """Return the crowd's body. Raises `StageError` when the file is missing."""
    try:
        with np.load(path, allow_pickle=False) as file:
            found = dict(file)
    except OSError as error:
        raise StageError(f"{path} is missing; take it from the repository, or run `python -m body_maker`.") from error
    pace = zip(found["motion_seconds"].tolist(), found["motion_strides_m"].tolist(), strict=True)
    return Body(
        fine=_shape(found, "fine"),
        coarse=_shape(found, "coarse"),
        morphs=found["morphs"],
        motions=found["motions"],
        part_names=tuple(found["part_names"].tolist()),
        slot_names=tuple(found["slot_names"].tolist()),
        named_motions={
            name: Motion(place, *numbers)
            for place, (name, numbers) in enumerate(zip(found["motion_names"].tolist(), pace, strict=True))
        },
    )


def _shape(found: Mapping[str, NDArray[Any]], name: str) -> Shape:
    return Shape(
        positions=found[f"{name}_positions"],
        normals=found[f"{name}_normals"].astype(np.float32) / np.float32(127.0),
        joints=found[f"{name}_joints"],
        parts=found[f"{name}_parts"],
        slots=found[f"{name}_slots"],
        triangles=found[f"{name}_triangles"],
    )
