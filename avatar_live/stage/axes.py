"""The one place where our space meets panda's: everywhere on the stage +Y is up, +Z comes towards the audience.

Panda's own habit is +Z up. Its lenses take the coordinate system as a property, so the scene graph keeps glTF's axes
and only the lens and the matrices handed to a node pass through here.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import CS_yup_right, LMatrix4f, NodePath, PerspectiveLens

Doubles = NDArray[np.float64]

_NEAR_M: Final = 1e-9  # a shorter way leads nowhere


def make_lens(fov_vertical_rad: float, aspect: float, near_m: float, far_m: float) -> PerspectiveLens:
    """Return a lens that looks along its camera's -Z with +Y up, as glTF's cameras do."""
    lens = PerspectiveLens()
    lens.set_coordinate_system(CS_yup_right)
    lens.set_aspect_ratio(aspect)
    _open(lens, fov_vertical_rad)
    lens.set_near_far(near_m, far_m)
    return lens


def aim(camera: NodePath, pose: Doubles, fov_vertical_rad: float) -> None:
    """Put a camera at a (4, 4) pose and open its lens so far."""
    place(camera, pose)
    _open(camera.node().get_lens(), fov_vertical_rad)


def look_at(eye_m: Doubles, target_m: Doubles) -> Doubles:
    """Return the (4, 4) pose, column vectors, of a camera at `eye_m` whose -Z points at `target_m`, +Y up."""
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = facing(eye_m - target_m), eye_m
    return pose


def facing(way: Doubles) -> Doubles:
    """Return the rotation (3, 3) whose Z leads along a way (3,) and whose Y is as upright as can be."""
    x, y, z = (way / max(math.sqrt(way @ way), _NEAR_M)).tolist()
    level = math.hypot(x, z)
    sine, cosine = (x / level, z / level) if level > _NEAR_M else (0.0, 1.0)  # straight up, any side will do
    return np.array([[cosine, -y * sine, x], [0.0, level, y], [-sine, -y * cosine, z]])


def place(node: NodePath, pose: Doubles) -> None:
    """Put a node at a (4, 4) pose of column vectors; panda multiplies row vectors from the left."""
    node.set_mat(LMatrix4f(*pose.T.ravel().tolist()))


def _open(lens: PerspectiveLens, fov_vertical_rad: float) -> None:
    fov = float(np.degrees(fov_vertical_rad))
    lens.set_min_fov(fov if lens.get_aspect_ratio() >= 1.0 else fov * lens.get_aspect_ratio())
