"""Where the cameras stand and what they see, in metres and radians of the stage's space."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.stage.axes import look_at

Doubles = NDArray[np.float64]

NEAR_M: Final = 0.02
FAR_M: Final = 30.0
MAIN_FOV_RAD: Final = np.radians(24.0)
MAIN_EYE_M: Final = np.array([0.0, 1.12, 2.0])
MAIN_TARGET_M: Final = np.array([0.0, 0.93, 0.0])


def main_shot() -> Doubles:
    """Return the (4, 4) pose of everybody's camera: head and upper body, the table in the lower fifth."""
    return look_at(MAIN_EYE_M, MAIN_TARGET_M)
