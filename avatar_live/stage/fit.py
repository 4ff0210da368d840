"""How an avatar of any build is brought before the camera: one scale and one lift, so that shot and props fit."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Avatar

Doubles = NDArray[np.float64]

HEAD_HEIGHT_M: Final = 0.927  # of the head bone above the floor, where the camera expects it
HEAD_SIZE_M: Final = (
    0.271  # from the head bone to where nine tenths of the head's vertices lie: ears and horns do not count
)
SCALE_MIN, SCALE_MAX = 0.001, 1000.0
FLOOR_M_MIN, FLOOR_M_MAX = -1.2, 0.45  # the walls end below, the table above
_HEAD_SHARE: Final = 0.7


@dataclass(frozen=True, slots=True)
class Fit:
    """Map a point of the avatar's space to the stage: scale about the origin, then lift."""

    scale: float = 1.0
    lift_m: float = 0.0

    def point(self, point_m: Doubles) -> Doubles:
        """Return a point (3,) of the avatar's space in the stage's."""
        moved = point_m * self.scale
        moved[1] += self.lift_m
        return moved

    def pose(self, pose: Doubles) -> Doubles:
        """Return a (4, 4) pose of the avatar's space in the stage's, scale included."""
        moved = pose.copy()
        moved[:3] *= self.scale
        moved[1, 3] += self.lift_m
        return moved


@dataclass(frozen=True, slots=True)
class Stature:
    """Say from where to where a host stands on the stage; the floor is at 0, or below for one who is taller."""

    low_m: float = 0.0
    high_m: float = 1.25


def stature_of(avatar: Avatar, fit: Fit) -> Stature:
    """Return how an avatar at rest stands on the stage; who has no head is taken to stand on the floor."""
    if "head" not in avatar.humanoid:
        return Stature()
    heights = _rest_heights(avatar, _rest_poses(avatar))
    if not len(heights):
        return Stature()
    low, high = (fit.scale * float(end) + fit.lift_m for end in (heights.min(), heights.max()))
    low = min(max(low, FLOOR_M_MIN), FLOOR_M_MAX)
    return Stature(low, high) if high > low else Stature()


def fit_avatar(avatar: Avatar) -> Fit:
    """Return the fit that puts the head bone at its height with a head between its own and the wanted size.

    Tall avatars have small heads: following the body alone would lose the face, following the head alone would fill
    the picture with shoulders, so the scale is a weighted geometric mean of both.
    """
    head = avatar.humanoid.get("head")
    if head is None:
        return Fit()
    poses = _rest_poses(avatar)
    head_m = float(poses[head, 1, 3])
    heights = _rest_heights(avatar, poses) - head_m
    above = heights[heights > 0.0]
    size_m = float(np.percentile(above, 90.0)) if len(above) else 0.0
    if head_m <= 0.0 or size_m <= 0.0:
        return Fit()
    scale = (HEAD_HEIGHT_M / head_m) ** (1.0 - _HEAD_SHARE) * (HEAD_SIZE_M / size_m) ** _HEAD_SHARE
    scale = min(max(scale, SCALE_MIN), SCALE_MAX)
    return Fit(scale, HEAD_HEIGHT_M - scale * head_m)


def _rest_heights(avatar: Avatar, poses: Doubles) -> Doubles:
    """Return how high all vertices (V,) are at rest, carried by their joints as when they are drawn."""
    rows = (poses[avatar.palette_nodes] @ avatar.inverse_binds)[:, 1]
    heights = [np.zeros(0)]
    for primitive in avatar.primitives:
        carried = np.einsum("vj,vjk->vk", primitive.weights, rows[primitive.joints])
        heights.append(np.einsum("vk,vk->v", carried[:, :3], primitive.positions) + carried[:, 3])
    return np.concatenate(heights)


def _rest_poses(avatar: Avatar) -> Doubles:
    """Return the poses (N, 4, 4) of the nodes at rest."""
    worlds = np.empty((len(avatar.nodes), 4, 4))
    for index, node in enumerate(avatar.nodes):
        x, y, z, w = node.rotation
        turn = np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
            ]
        )
        local = np.eye(4)
        local[:3, :3] = turn * node.scale
        local[:3, 3] = node.translation
        worlds[index] = local if node.parent < 0 else worlds[node.parent] @ local
    return worlds
