"""Where the cameras stand and what they see, in metres and radians of the stage's space."""

from dataclasses import dataclass
from typing import Final, assert_never

import numpy as np
from numpy.typing import NDArray

from avatar_live.signals.scene import ShotName
from avatar_live.stage.axes import look_at
from avatar_live.stage.effects import HEAD_SCALE_MAX
from avatar_live.stage.fit import Stature

Doubles = NDArray[np.float64]

NEAR_M: Final = 0.01
FAR_M: Final = 12.0
MAIN_FOV_RAD: Final = float(np.radians(24.0))
PLAYER_FOV_RAD: Final = float(np.radians(64.0))
EYE_Z_MIN_M: Final = 0.95  # no hand of the host reaches so far, so no straight way between two shots meets the host
EYE_Z_MAX_M: Final = 3.45  # the room ends a little behind
_PLAYER_PITCH_RAD: Final = float(np.radians(9.0))  # looking up a little: the host is a giant
_GIANT_EYE_M: Final = np.array([0.0, 1.24, 2.75])
_GIANT_TARGET_M: Final = np.array([0.0, 1.07, 0.0])
_GIANT_TOP_M: Final = 1.7
_FACE_M: Final = np.array([0.0, 1.03, 0.0])
_AIR: Final = 1.14  # a whole body's picture is so much higher than the body


@dataclass(frozen=True, slots=True, eq=False)
class Framing:
    """Hold what a camera sees: it stands at `eye_m` (3,), looks at `target_m` (3,), `fov_rad` high."""

    eye_m: Doubles
    target_m: Doubles
    fov_rad: float = MAIN_FOV_RAD

    @property
    def numbers(self) -> Doubles:
        """The framing as one vector (7,)."""
        return np.concatenate([self.eye_m, self.target_m, [self.fov_rad]])

    @property
    def pose(self) -> Doubles:
        """The camera's (4, 4) pose."""
        return look_at(self.eye_m, self.target_m)


def framing_of(numbers: Doubles) -> Framing:
    """Return the framing that a vector (7,) holds."""
    return Framing(numbers[:3], numbers[3:6], float(numbers[6]))


BUST: Final = Framing(np.array([0.0, 1.16, 2.0]), np.array([0.0, 0.945, 0.0]))


def frame(shot: ShotName, stature: Stature) -> Framing:
    """Return what everybody's camera sees in a shot of a host of this stature.

    Every host's head is at the same height (see `fit.py`), so only the shots that show the body ask for it.
    """
    match shot:
        case "bust" | "handheld":
            return BUST
        case "close-up":
            return Framing(np.array([0.0, 1.075, 1.28]), np.array([0.0, 1.022, 0.0]), float(np.radians(21.0)))
        case "full":
            return _whole_body(stature)
        case "wide":
            return Framing(np.array([0.55, 1.48, 3.4]), np.array([0.03, 0.86, 0.0]), float(np.radians(33.0)))
        case _:
            assert_never(shot)


def frame_gifter(gifter_m: Doubles) -> Framing:
    """Return what is seen past somebody (3,) who gave something: from the audience over the shoulder, or, where they
    stand on the pitch, from right behind them."""
    back = np.array([0.12 * np.sign(gifter_m[0]), 0.14, 0.55])
    eye = gifter_m + back
    eye[2] = min(max(eye[2], EYE_Z_MIN_M), 2.1)
    eye[1] = max(eye[1], 0.98)
    return Framing(eye, 0.75 * _FACE_M + 0.25 * gifter_m, float(np.radians(34.0)))


def for_giant(framing: Framing, head_scale: float) -> Framing:
    """Return the framing for a head of this size: it steps back as the head grows, so that the giant still fits; who
    stands far away already looks up and opens the lens instead."""
    share = min(max((head_scale - 1.0) / (HEAD_SCALE_MAX - 1.0), 0.0), 1.2)
    if share == 0.0:
        return framing
    is_far = framing.eye_m[2] >= _GIANT_EYE_M[2]
    giant = _opened(framing) if is_far else Framing(_GIANT_EYE_M, _GIANT_TARGET_M)
    return framing_of(framing.numbers + share * (giant.numbers - framing.numbers))


def main_shot(head_scale: float = 1.0) -> Doubles:
    """Return the (4, 4) pose of everybody's camera as the show begins: head and upper body, the table in the lower
    fifth."""
    return for_giant(BUST, head_scale).pose


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


def _opened(framing: Framing) -> Framing:
    """Return the framing with its lower edge where it is and its upper edge over a giant's head."""
    away_m = float(np.hypot(framing.eye_m[0], framing.eye_m[2]))
    to_target_m = float(np.linalg.norm((framing.target_m - framing.eye_m)[[0, 2]]))
    pitch_rad = np.arctan2(framing.target_m[1] - framing.eye_m[1], to_target_m)
    low_rad, high_rad = pitch_rad - framing.fov_rad / 2.0, np.arctan2(_GIANT_TOP_M - framing.eye_m[1], away_m)
    high_rad = max(high_rad, pitch_rad + framing.fov_rad / 2.0)
    target = framing.target_m.copy()
    target[1] = framing.eye_m[1] + to_target_m * np.tan((low_rad + high_rad) / 2.0)
    return Framing(framing.eye_m, target, float(high_rad - low_rad))


def _whole_body(stature: Stature) -> Framing:
    """Return the view of everything from the soles to the top, from as far as the room allows, a little from above:
    seen along the table's top, the table hides but a hand's breadth of the host."""
    middle_m, half_m = (stature.high_m + stature.low_m) / 2.0, (stature.high_m - stature.low_m) / 2.0 * _AIR
    target = np.array([0.0, middle_m, 0.0])
    eye = np.array([0.0, max(middle_m, 0.95), EYE_Z_MAX_M])
    return Framing(eye, target, 2.0 * float(np.arctan2(half_m, np.linalg.norm(eye - target))))
