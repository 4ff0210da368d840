"""Our own characters as people before the camera: heads of known rotation that were drawn by the stage.

They say how a face is followed that is nobody's. The landmark models were made for people, so a drawn one is found less
often, and where it is found they see a person's face instead: a nose that stands out where none does, and an eye that
is drawn around the side of a turned face higher than it is. No shape laid over such landmarks makes good for that, not
even their own, averaged at the known rotations. What drawn faces must not do is to break the solver.
"""

from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np

from avatar_live.app.bench.tracking.head import FIELD_OF_VIEW_RAD, HEIGHT_PX, WIDTH_PX
from avatar_live.app.bench.tracking.turns import AXES, FPS, Doubles, turns_of
from avatar_live.app.settings import builtin_avatars
from avatar_live.avatar import Avatar, Rig, read_avatar
from avatar_live.motion import quaternions as quat
from avatar_live.signals import Pose
from avatar_live.stage.axes import look_at
from avatar_live.stage.studio import Studio
from avatar_live.tracking.models import Models
from avatar_live.tracking.source import Pixels

PEOPLE: Final = ("mirai", "kohaku", "hayate")
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


def measure_characters(models: Models, rotations_deg: Doubles, names: Sequence[str] = PEOPLE) -> list[dict[str, Any]]:
    """Return a row for each character: the share of pictures in which a face was `found`, and the mean absolute error
    of each axis in them. Raises StageError.
    """
    rows = []
    with Studio(2 * WIDTH_PX, 2 * HEIGHT_PX, BACKGROUND) as studio:
        for name in names:
            person = DrawnPerson(studio, read_avatar(builtin_avatars()[name]))
            found = turns_of(person, models, rotations_deg).found
            row: dict[str, Any] = {"character": name, "found": round(len(found.known_deg) / len(rotations_deg), 3)}
            if len(found.known_deg) >= FOUND_MIN:
                row |= {f"{axis}_mae_deg": round(float(mae), 2) for axis, mae in zip(AXES, found.mae_deg, strict=True)}
            rows.append(row)
    return rows
