"""Our own characters as people before the camera: heads of known rotation that were drawn by the stage.

They say how a drawn head is followed by a tracker that is told so (`--drawn`). Its network has never seen these
characters, but others that the same program made by chance and the same stage drew.
"""

from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np

from avatar_live.app.bench.tracking.head import FIELD_OF_VIEW_RAD, HEIGHT_PX, WIDTH_PX
from avatar_live.app.bench.tracking.turns import AXES, FPS, Doubles, Turns, turns_of
from avatar_live.app.settings import builtin_avatars
from avatar_live.avatar import Avatar, Rig, read_avatar
from avatar_live.motion import quaternions as quat
from avatar_live.signals import Pose
from avatar_live.stage.axes import look_at
from avatar_live.stage.studio import Studio
from avatar_live.tracking.models import Models
from avatar_live.tracking.source import Pixels

PEOPLE: Final = ("mirai", "kohaku", "hayate", "pico", "yuki")
AWAY_M: Final = 0.62
BACKGROUND: Final = (112, 104, 96)
NECK_SHARE: Final = 0.5
TURNING_S: Final = 0.5  # slower than their hair
HANGING_S: Final = 1.0  # then it has come to rest
FOUND_MIN: Final = 5
_ARMS_DOWN: Final = {"leftUpperArm": quat.about(2, -1.25), "rightUpperArm": quat.about(2, 1.25)}


class DrawnPerson:
    """Draw a character that turns its head before the camera, its hair at rest."""

    def __init__(self, studio: Studio, avatar: Avatar) -> None:
        studio.set_avatar(avatar)
        self._studio, self._avatar = studio, avatar

    def draw(self, rotation: Doubles) -> Pixels:
        """Return the picture (480, 640, 3) RGB of the head turned by `rotation` (3, 3), the camera level with its eyes.

        A head turns about its neck, which takes the face out of the picture's middle, and the line from the camera to
        the face is what a rotation is measured against: so the camera goes with the eyes.
        """
        rig, turn = Rig(self._avatar), quat.to_rotation_vector(quat.from_matrix(rotation))
        for count in range(round((TURNING_S + HANGING_S) * FPS)):
            so_far = turn * min(1.0, count / (TURNING_S * FPS))
            bones = {
                "neck": quat.from_rotation_vector(so_far * NECK_SHARE),
                "head": quat.from_rotation_vector(so_far * (1.0 - NECK_SHARE)),
            }
            posture = rig.animate(Pose({**_ARMS_DOWN, **bones}), 1.0 / FPS)
        camera = look_at(posture.eyes_m + np.array([0.0, 0.0, AWAY_M]), posture.eyes_m)
        fov_rad = 2.0 * np.arctan(HEIGHT_PX / WIDTH_PX * np.tan(0.5 * FIELD_OF_VIEW_RAD))
        drawn = self._studio.picture(posture, camera, float(fov_rad))
        return np.asarray(cv2.resize(drawn[..., :3], (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA), np.uint8)


def measure_characters(models: Models, rotations_deg: Doubles, names: Sequence[str] = PEOPLE) -> dict[str, Any]:
    """Return `characters`, a row for each, and means over those who were detected in `FOUND_MIN` pictures or more.

    A row says in which share of the pictures the landmark model has `detected` a face, and how far off it was
    (`landmarks_yaw_mae_deg` ...); in which one was `found` by a tracker that knows of drawn heads, the mean absolute
    error of each axis in them, and its gain where turns about that axis alone were found. The means are called
    `characters_yaw_mae_deg` ..., and `characters_gain_min` and `_max` are of the axes' mean gains. Raises StageError.
    """
    rows, detected = [], []
    with Studio(2 * WIDTH_PX, 2 * HEIGHT_PX, BACKGROUND) as studio:
        for name in names:
            person = DrawnPerson(studio, read_avatar(builtin_avatars()[name]))
            by_landmarks = turns_of(person, models, rotations_deg).found
            found = turns_of(person, models, rotations_deg, drawn=True).found
            row: dict[str, Any] = {"character": name, "detected": _share(by_landmarks, rotations_deg)}
            if len(by_landmarks.known_deg):
                row |= {f"landmarks_{key}": value for key, value in _errors(by_landmarks.mae_deg).items()}
            row["found"] = _share(found, rotations_deg)
            if len(found.known_deg):
                gains = {f"{axis}_gain": gain for axis, gain in zip(AXES, found.gains.tolist(), strict=True)}
                row |= _errors(found.mae_deg)
                row |= {key: round(gain, 3) for key, gain in gains.items() if np.isfinite(gain)}
            rows.append(row)
            if len(by_landmarks.known_deg) >= FOUND_MIN:
                detected.append(found)
    figures: dict[str, Any] = {"characters": rows}
    if detected:
        errors = np.mean([one.mae_deg for one in detected], axis=0)
        gains_of_all = np.nanmean([one.gains for one in detected], axis=0)
        figures |= {f"characters_{key}": value for key, value in _errors(errors).items()}
        figures["characters_gain_min"] = round(float(gains_of_all.min()), 4)
        figures["characters_gain_max"] = round(float(gains_of_all.max()), 4)
    return figures


def _share(found: Turns, rotations_deg: Doubles) -> float:
    return round(len(found.known_deg) / len(rotations_deg), 3)


def _errors(mae_deg: Doubles) -> dict[str, float]:
    return {f"{axis}_mae_deg": round(float(mae), 3) for axis, mae in zip(AXES, mae_deg, strict=True)}
