"""All pieces as one mesh."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from .body import body
from .chisel import Chisel
from .face import face
from .piece import MORPHS, PARTS, SLOTS, Piece, Whole
from .skeleton import Floats
from .wardrobe import wardrobe

DECIMALS: Final = 6  # micrometres: the last bits differ between processors, and a rebuild gives the same bytes


@dataclass(frozen=True, eq=False)
class WholeBody:
    """Hold V vertices and T triangles; what moves with the face comes first.

    `joints` (V, 2) and `shares` (V,) of the second; `parts` and `slots` (V,) index `PARTS` and `SLOTS`; `morphs`
    (F, M, 3) displace the first F vertices by each of `MORPHS`.
    """

    positions: Floats
    normals: Floats
    joints: Whole
    shares: Floats
    parts: Whole
    slots: Whole
    triangles: Whole
    morphs: Floats


def make(fineness: float = 1.0) -> WholeBody:
    """Return the body with everything it may wear, the face always as fine."""
    chisel, flat = Chisel(fineness), face()
    return gather([*flat, *body(chisel), *wardrobe(chisel)], sum(len(piece.positions) for piece in flat))


def gather(pieces: Sequence[Piece], moving: int) -> WholeBody:
    """Return one mesh of many pieces, of whose vertices the first `moving` have morphs."""
    counts = [len(piece.positions) for piece in pieces]
    starts = np.cumsum([0, *counts[:-1]])
    morphs = np.zeros((sum(counts), len(MORPHS), 3))
    for piece, start, count in zip(pieces, starts, counts, strict=True):
        for name, moves in piece.morphs.items():
            morphs[start : start + count, MORPHS.index(name)] = moves
    return WholeBody(
        _rounded(np.concatenate([piece.positions for piece in pieces])),
        _rounded(np.concatenate([piece.normals() for piece in pieces])),
        np.concatenate([np.tile(piece.joints(), (count, 1)) for piece, count in zip(pieces, counts, strict=True)]),
        _rounded(np.concatenate([piece.shares() for piece in pieces])),
        np.repeat([PARTS.index(piece.part) for piece in pieces], counts),
        np.repeat([SLOTS.index(piece.slot) for piece in pieces], counts),
        np.concatenate([piece.triangles + start for piece, start in zip(pieces, starts, strict=True)]),
        _rounded(morphs[:moving]),
    )


def _rounded(values: Floats) -> Floats:
    """Return rounded numbers without negative zeros."""
    return np.asarray(np.round(values, DECIMALS) + 0.0)
