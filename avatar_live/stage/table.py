"""Where the pitch lies: a table top before the host, and the way from pitch units to the stage's metres."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

UNIT_M: Final = 0.42  # half the pitch's length
TABLE_HEIGHT_M: Final = 0.74
TABLE_MIDDLE_Z_M: Final = 0.53


def on_table(x: float, z: float, height: float = 0.0) -> NDArray[np.float64]:
    """Return where (3,) a point of the pitch is on the stage; all three in pitch units."""
    return np.array([x * UNIT_M, TABLE_HEIGHT_M + height * UNIT_M, TABLE_MIDDLE_Z_M + z * UNIT_M])


def placed(x: float, z: float, height: float = 0.0, turn: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return the (4, 4) pose of something built in pitch units that stands on the pitch, turned by (3, 3)."""
    pose = np.eye(4)
    pose[:3, :3] = UNIT_M * (np.eye(3) if turn is None else turn)
    pose[:3, 3] = on_table(x, z, height)
    return pose
