"""Where the cameras stand and what they see, in metres and radians of the stage's space."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.stage.axes import look_at
from avatar_live.stage.effects import HEAD_SCALE_MAX

Doubles = NDArray[np.float64]

NEAR_M: Final = 0.01
FAR_M: Final = 12.0
MAIN_FOV_RAD: Final = float(np.radians(24.0))
PLAYER_FOV_RAD: Final = float(np.radians(64.0))
_PLAYER_PITCH_RAD: Final = float(np.radians(9.0))  # looking up a little: the host is a giant
_EYE_M: Final = np.array([0.0, 1.16, 2.0])
_TARGET_M: Final = np.array([0.0, 0.945, 0.0])
_GIANT_EYE_M: Final = np.array([0.0, 1.24, 2.75])
_GIANT_TARGET_M: Final = np.array([0.0, 1.07, 0.0])


def main_shot(head_scale: float = 1.0) -> Doubles:
    """Return the (4, 4) pose of everybody's camera: head and upper body, the table in the lower fifth.

    It steps back as the head grows, so that the giant still fits.
    """
    share = (head_scale - 1.0) / (HEAD_SCALE_MAX - 1.0)
    return look_at(_EYE_M + share * (_GIANT_EYE_M - _EYE_M), _TARGET_M + share * (_GIANT_TARGET_M - _TARGET_M))


def player_shot(eyes_m: Doubles, yaw_rad: float) -> Doubles:
    """Return the (4, 4) pose of a player's camera; yaw 0 looks along -Z and positive turns left."""
    ahead = np.array(
        [
            -np.sin(yaw_rad) * np.cos(_PLAYER_PITCH_RAD),
            np.sin(_PLAYER_PITCH_RAD),
            -np.cos(yaw_rad) * np.cos(_PLAYER_PITCH_RAD),
        ]
    )
    return look_at(eyes_m, eyes_m + ahead)
