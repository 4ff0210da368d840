"""The forms that pieces are cut from, in as many corners as the picture of them deserves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .piece import Piece, loft
from .skeleton import Floats


@dataclass(frozen=True)
class Chisel:
    """Cut forms out of so many corners, or, where `fineness` is below 1, of as many fewer."""

    fineness: float = 1.0

    def corners(self, count: int, least: int = 5) -> int:
        """Return how many corners there are instead of `count`."""
        return max(min(count, least), round(self.fineness * count))

    def ball(self, center: Sequence[float], radii: Sequence[float], around: int, along: int, slot: str) -> Piece:
        """Return an ellipsoid with its poles on Y, `around` columns and `along` bands."""
        angle = np.linspace(0.0, np.pi, self.corners(along, 3) + 1)[1:-1]
        rings = np.stack([np.sin(angle), np.cos(angle)], axis=1)  # from the top down
        turn = _circle(self.corners(around))
        shell = np.stack(
            [
                rings[:, :1] * np.sin(turn),
                np.broadcast_to(rings[:, 1:], (len(rings), len(turn))),
                rings[:, :1] * np.cos(turn),
            ],
            axis=-1,
        )
        return loft(shell * radii + center, slot, (np.array([0, radii[1], 0]), np.array([0, -radii[1], 0])), center)

    def ring(self, y: float, radius_x: float, radius_z: float, around: int) -> Floats:
        """Return a level ring (around, 3), counter-clockwise seen from above."""
        turn = _circle(self.corners(around))
        return np.stack([radius_x * np.sin(turn), np.full(len(turn), y), radius_z * np.cos(turn)], axis=1)

    def tube(
        self, places: Sequence[Sequence[float]], radii: Sequence[Sequence[float]], around: int, slot: str
    ) -> Piece:
        """Return a bar along +X or downwards along Y; `radii` are (in the plane's first, second axis)."""
        line, widths = np.asarray(places, float), np.asarray(radii, float)
        turn = _circle(self.corners(around))
        is_upright = np.ptp(line[:, 1]) > np.ptp(line[:, 0])
        across, ahead = ((0, 1.0), (2, 1.0)) if is_upright else ((2, -1.0), (1, 1.0))
        ring = np.zeros((len(line), len(turn), 3))
        ring[..., across[0]] = across[1] * widths[:, :1] * np.sin(turn)
        ring[..., ahead[0]] = ahead[1] * widths[:, 1:] * np.cos(turn)
        rings = ring + line[:, None]
        return loft(rings, slot, (line[0], line[-1]))


def _circle(corners: int) -> Floats:
    """Return the angles (N,) of a circle's corners."""
    return np.linspace(0.0, 2.0 * np.pi, corners, endpoint=False)
