"""The one place where our space meets panda's: everywhere on the stage +Y is up, +Z comes towards the audience.

Panda's own habit is +Z up. Its lenses take the coordinate system as a property, so the scene graph keeps glTF's axes
and only the lens and the matrices handed to a node pass through here.
"""

import math

import numpy as np
from numpy.typing import NDArray
from panda3d.core import CS_yup_right, LMatrix4f, NodePath, PerspectiveLens

Doubles = NDArray[np.float64]


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
    back = eye_m - target_m
    back = back / np.linalg.norm(back)
    x, y, z = back.tolist()
    across = math.hypot(x, z)
    right = (z / across, 0.0, -x / across)
    up = (-y * x / across, across, -y * z / across)
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1], pose[:3, 2], pose[:3, 3] = right, up, back, eye_m
    return pose


def place(node: NodePath, pose: Doubles) -> None:
    """Put a node at a (4, 4) pose of column vectors; panda multiplies row vectors from the left."""
    node.set_mat(LMatrix4f(*pose.T.ravel().tolist()))


def _open(lens: PerspectiveLens, fov_vertical_rad: float) -> None:
    fov = float(np.degrees(fov_vertical_rad))
    lens.set_min_fov(fov if lens.get_aspect_ratio() >= 1.0 else fov * lens.get_aspect_ratio())
