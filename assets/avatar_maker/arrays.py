"""The arrays that every module passes around."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]
Weights = NDArray[np.float32]  # (vertex, bone), rows sum to one
Surface = tuple[Floats, Floats, Whole]  # positions, normals, triangles
Field = Callable[[Floats], Floats]  # signed distances (N,) of points (N, 3), negative inside
