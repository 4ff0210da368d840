"""How finely a character is made: the counts, cells and pixels of the shipped one, scaled."""

import math
from dataclasses import dataclass
from typing import Final

PIXELS_LEAST: Final = 64
PIXELS_MOST: Final = 2048


@dataclass(frozen=True)
class Detail:
    """Scale what is made; `triangles` is 1 for the shipped files."""

    triangles: float = 1.0

    def faces(self, shipped: int) -> int:
        """Return how many triangles to keep of a solid."""
        return max(24, round(shipped * self.triangles))

    def count(self, shipped: int, least: int = 3) -> int:
        """Return how many points to take along a curve: with two curves, triangles go by their product."""
        return max(least, round(shipped * math.sqrt(self.triangles)))

    def cell(self, shipped: float) -> float:
        """Return the size of a cell, finer where more is to be shown."""
        return shipped / math.sqrt(self.triangles)

    def pixels(self, shipped: int) -> int:
        """Return the side of a picture, a power of two: twice as long for up to four times as many triangles."""
        factor = 2.0 ** math.ceil(math.log2(self.triangles) / 2)
        return int(min(max(PIXELS_LEAST, shipped * factor), PIXELS_MOST))
