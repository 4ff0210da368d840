"""What is compared and measured: poses, expressions, a motion, and the cameras that look at them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.app.bench.peer import Moment, Shot
from avatar_live.avatar import Avatar, Rig
from avatar_live.signals import Pose
from avatar_live.stage.axes import look_at

FOV_RAD: Final = float(np.radians(24.0))
MOTION_S: Final = 3.0
STEP_S: Final = 1.0 / 60.0

_AWAY: Final = np.array([0.25, 0.12, 1.0])  # a little from the side and above
_FILLED: Final = 0.94  # of half the picture's height

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Name a pose with expressions, say how it is looked at, and how long its materials have moved by then."""

    name: str
    is_close: bool
    moment: Moment
    material_s: float = 0.0


def scenes(avatar: Avatar) -> list[Scene]:
    """Return what is compared: at rest, bent in every large joint, and with the expressions that the avatar has."""
    bent = {
        "hips": turned(1, 0.25),
        "spine": turned(0, 0.2),
        "neck": turned(2, 0.15),
        "head": turned(1, -0.4),
        "leftUpperArm": turned(2, -1.1),
        "rightUpperArm": turned(1, 0.7),
        "leftLowerArm": turned(1, -1.0),
        "rightLowerArm": turned(1, 1.2),
        "leftUpperLeg": turned(0, -0.6),
        "leftLowerLeg": turned(0, 0.9),
        "rightUpperLeg": turned(2, -0.25),
    }
    out = [
        Scene("rest", False, Moment()),
        Scene("rest-face", True, Moment()),
        Scene("posed", False, Moment(bent)),
    ]
    for name, weights in (("happy", {"happy": 1.0}), ("speaking", {"aa": 0.8, "blink": 0.6})):
        if any(weight_name in avatar.expressions for weight_name in weights):
            out.append(Scene(name, True, Moment({}, weights)))
    if any(any(material.uv_scroll_per_s) or material.uv_turn_rad_per_s for material in avatar.materials):
        out.append(Scene("moving", False, Moment(), 0.35))
    return out


def swaying() -> list[Moment]:
    """Return three seconds of a body that sways and a head that shakes and nods, never still."""
    moments = []
    for number in range(round(MOTION_S / STEP_S)):
        t = number * STEP_S
        moments.append(
            Moment(
                {
                    "hips": turned(1, 0.4 * np.sin(2.1 * t)),
                    "spine": turned(2, 0.25 * np.sin(3.3 * t)),
                    "head": turned(1, 0.6 * np.sin(4.7 * t)),
                    "neck": turned(0, 0.3 * np.sin(3.9 * t)),
                },
                dt_s=STEP_S,
            )
        )
    return moments


def frame(avatar: Avatar, is_close: bool) -> Shot:
    """Return the camera that holds the whole avatar, or what is above its neck, in a square picture."""
    points = rest_points(avatar)
    if is_close and "head" in avatar.humanoid:
        above = points[points[:, 1] > Rig(avatar).animate(Pose(), 0.0).head[1, 3]]
        low, high = np.percentile(above, [2.0, 98.0], axis=0) if len(above) else (points, points)
        within = points[((low <= points) & (points <= high)).all(axis=1)]
        points = within if len(within) else points
    middle = (points.min(axis=0) + points.max(axis=0)) / 2.0
    pose = look_at(middle + _AWAY, middle)
    in_camera = (points - middle) @ pose[:3, :3]
    reach = np.abs(in_camera[:, :2]).max(axis=1) / (_FILLED * np.tan(FOV_RAD / 2.0))
    pose[:3, 3] = middle + pose[:3, 2] * (in_camera[:, 2] + reach).max()
    return Shot(pose, FOV_RAD)


def rest_points(avatar: Avatar) -> Doubles:
    """Return where the vertices (V, 3) are at rest."""
    palette = Rig(avatar).animate(Pose(), 0.0).palette.astype(np.float64)
    pieces = []
    for primitive in avatar.primitives:
        skins = np.einsum("vk,vkij->vij", primitive.weights.astype(np.float64), palette[primitive.joints])
        points = primitive.positions.astype(np.float64)
        pieces.append(np.einsum("vij,vj->vi", skins[:, :, :3], points) + skins[:, :, 3])
    return np.concatenate(pieces)


def pose_of(moment: Moment) -> Pose:
    """Return a moment as our own renderer takes it."""
    return Pose(rotations=dict(moment.rotations), expressions=dict(moment.expressions))


def turned(axis: int, angle_rad: float) -> Doubles:
    """Return the quaternion (x y z w) of a turn about x, y or z."""
    rotation = np.zeros(4)
    rotation[axis], rotation[3] = np.sin(angle_rad / 2.0), np.cos(angle_rad / 2.0)
    return rotation
