"""Where an avatar's head really is around its head bone: what props hit and what sticks to it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Avatar

Doubles = NDArray[np.float64]

_VERTICES_LEAST: Final = 24  # fewer say nothing about a head
_OWN_SHARE_LEAST: Final = 0.5
_SURFACE_POINTS_MAX: Final = 4_000
_PROUD_SHARE: Final = 0.25  # how far, of its radius, a strand may stand out before a patch cuts through it


@dataclass(frozen=True, slots=True, eq=False)
class Skull:
    """Hold a head as a ball in its bone's frame, in the avatar's metres; `surface` (P, 3) are its points, hair too."""

    center: Doubles
    radius_m: float
    surface: Doubles

    def height(self, outward: Doubles, reach: float) -> float:
        """Return how far from the middle, along `outward` (3,), a patch bent like the head just covers it.

        `reach` is the patch's radius in the avatar's metres.
        """
        points = self.surface - self.center
        along = points @ outward
        aside = np.maximum((points * points).sum(axis=1) - along * along, 0.0)
        under = (aside <= reach * reach) & (along > 0.0)
        if not under.any():
            return self.radius_m
        highest = float((along[under] + aside[under] / (2.0 * self.radius_m)).max())
        return min(highest, (1.0 + _PROUD_SHARE) * self.radius_m)


USUAL_SKULL: Final = Skull(np.array([0.0, 0.14, 0.0]), 0.14, np.zeros((0, 3)))


def skull_of(avatar: Avatar) -> Skull:
    """Return the head of an avatar, or a usual one where the file has too few vertices on its head bone."""
    head = avatar.humanoid.get("head")
    joints = np.flatnonzero(avatar.palette_nodes == head) if head is not None else np.zeros(0, int)
    if head is None or not len(joints):
        return USUAL_SKULL
    to_head = avatar.inverse_binds[joints[0]].astype(np.float64)
    hanging = _hanging_from(avatar, head)
    own = _points(avatar, np.isin(avatar.palette_nodes, [head])) @ to_head[:3, :3].T + to_head[:3, 3]
    if len(own) < _VERTICES_LEAST:
        return USUAL_SKULL
    surface = _points(avatar, np.isin(avatar.palette_nodes, hanging)) @ to_head[:3, :3].T + to_head[:3, 3]
    low, high = np.percentile(own, [2.0, 98.0], axis=0)  # a single horn or strand counts little
    step = max(1, len(surface) // _SURFACE_POINTS_MAX)
    return Skull((low + high) / 2.0, float((high - low).mean()) / 2.0, surface[::step])


def _hanging_from(avatar: Avatar, root: int) -> list[int]:
    """Return a node and all below it."""
    found = {root}
    for index, node in enumerate(avatar.nodes):  # parents come first
        if node.parent in found:
            found.add(index)
    return sorted(found)


def _points(avatar: Avatar, is_of: NDArray[np.bool_]) -> Doubles:
    """Return the vertices (P, 3) that hang mostly on these entries of the palette."""
    parts = [
        primitive.positions[(is_of[primitive.joints] * primitive.weights).sum(axis=1) > _OWN_SHARE_LEAST]
        for primitive in avatar.primitives
    ]
    return np.concatenate([np.zeros((0, 3)), *parts])
