"""Our own characters as people before the camera: heads of known rotation that were drawn by the stage.

They say how a face is followed that is nobody's: the landmark models were made for people, so a drawn one is found less
often and read with errors of its own. What they must not do is to break the solver.
"""

from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np

from avatar_live.app.bench.tracking.head import FIELD_OF_VIEW_RAD, HEIGHT_PX, WIDTH_PX
from avatar_live.app.bench.tracking.turns import AXES, FPS, LOOKS, Doubles, rotation_of
from avatar_live.app.settings import builtin_avatars
from avatar_live.avatar import Avatar, Rig, read_avatar
from avatar_live.motion import quaternions as quat
from avatar_live.motion.head import fit_head
from avatar_live.signals import Pose
from avatar_live.stage.axes import look_at
from avatar_live.stage.studio import Studio
from avatar_live.tracking.detectors import Detectors
from avatar_live.tracking.models import Models

PEOPLE: Final = ("mirai", "kohaku", "hayate")
EYES_OVER_HEAD_M: Final = 0.07  # the bone called head ends a neck
AWAY_M: Final = 0.62
BACKGROUND: Final = (112, 104, 96)
NECK_SHARE: Final = 0.5
FOUND_MIN: Final = 5
_ARMS_DOWN: Final = {"leftUpperArm": quat.about(2, -1.25), "rightUpperArm": quat.about(2, 1.25)}


def measure_characters(models: Models, rotations_deg: Doubles, names: Sequence[str] = PEOPLE) -> list[dict[str, Any]]:
    """Return a row for each character: the share of pictures in which a face was `found`, and the mean absolute error
    of each axis, the middle of all errors taken off as a calibration does. Raises StageError.
    """
    rows = []
    with Studio(2 * WIDTH_PX, 2 * HEIGHT_PX, BACKGROUND) as studio:
        for name in names:
            avatar = read_avatar(builtin_avatars()[name])
            studio.set_avatar(avatar)
            rows.append({"character": name} | _row(studio, avatar, models, rotations_deg))
    return rows


def _row(studio: Studio, avatar: Avatar, models: Models, rotations_deg: Doubles) -> dict[str, Any]:
    rig = Rig(avatar)
    eyes_m = rig.animate(Pose(), 0.0).head[:3, 3] + np.array([0.0, EYES_OVER_HEAD_M, 0.0])
    camera = look_at(eyes_m + np.array([0.0, 0.0, AWAY_M]), eyes_m)
    fov_rad = 2.0 * np.arctan(HEIGHT_PX / WIDTH_PX * np.tan(0.5 * FIELD_OF_VIEW_RAD))
    shown = np.full(rotations_deg.shape, np.nan)
    with Detectors(models) as detectors:
        at_s = 0.0
        for place, angles in enumerate(rotations_deg):
            turn = quat.to_rotation_vector(quat.from_matrix(rotation_of(angles)))
            bones = {
                "neck": quat.from_rotation_vector(turn * NECK_SHARE),
                "head": quat.from_rotation_vector(turn * (1.0 - NECK_SHARE)),
            }
            drawn = studio.picture(rig.animate(Pose({**_ARMS_DOWN, **bones}), 0.0), camera, float(fov_rad))
            picture = np.asarray(
                cv2.resize(drawn[..., :3], (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA), np.uint8
            )
            face = None
            for _ in range(LOOKS):
                at_s += 1.0 / FPS
                face = detectors.face(picture, at_s)
            fit = fit_head(face, WIDTH_PX, HEIGHT_PX) if face is not None else None
            if fit is not None:
                shown[place] = np.degrees(quat.yaw_pitch_roll(fit.rotation))
    is_found = ~np.isnan(shown[:, 0])
    row: dict[str, Any] = {"found": round(float(is_found.mean()), 3)}
    if is_found.sum() >= FOUND_MIN:
        errors = (shown - rotations_deg)[is_found]
        spread = np.abs(errors - np.median(errors, axis=0)).mean(axis=0)
        row |= {f"{axis}_mae_deg": round(float(error), 2) for axis, error in zip(AXES, spread, strict=True)}
    return row
