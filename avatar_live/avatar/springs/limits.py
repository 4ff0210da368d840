"""How far joints may swing: VRMC_springBone_limit's cones, hinges and spherical limits.

A limit's frame has +Y along the joint at rest, turned there the shortest way from the joint's own +Y, and then by the
limit's rotation.
https://github.com/vrm-c/vrm-specification/tree/master/specification/VRMC_springBone_limit-1.0
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Doubles, SpringLimit
from avatar_live.avatar.quaternions import axes_of, between, multiply


class Limits:
    """Bound the directions of the joints (n) that have limits; `rest_directions` (n, 3) are in their own frames."""

    def __init__(self, limits: Sequence[SpringLimit | None], rest_directions: Doubles) -> None:
        up = np.tile([0.0, 1.0, 0.0], (len(limits), 1))
        turns = np.array([limit.rotation if limit else (0.0, 0.0, 0.0, 1.0) for limit in limits]).reshape(-1, 4)
        self._frames = axes_of(multiply(between(up, rest_directions), turns))
        self._rows = {
            kind: np.array([row for row, limit in enumerate(limits) if limit and limit.kind == kind], np.int64)
            for kind in ("cone", "hinge", "spherical")
        }
        self._angles = np.array([limit.angle_rad if limit else 0.0 for limit in limits])
        self._pitches = np.array([limit.pitch_rad if limit else 0.0 for limit in limits])
        self._yaws = np.array([limit.yaw_rad if limit else 0.0 for limit in limits])

    def bound(self, directions: Doubles) -> Doubles:
        """Return unit directions (n, 3), in the joints' own frames at rest, brought within the limits."""
        seen = np.einsum("nji,nj->ni", self._frames, directions)
        for rows, apply in (
            (self._rows["cone"], self._cone),
            (self._rows["hinge"], self._hinge),
            (self._rows["spherical"], self._spherical),
        ):
            if len(rows):
                seen[rows] = apply(rows, seen[rows])
        return np.asarray(np.einsum("nij,nj->ni", self._frames, seen))

    def _cone(self, rows: NDArray[np.int64], seen: Doubles) -> Doubles:
        across = np.hypot(seen[:, 0], seen[:, 2])
        angle = np.arctan2(across, seen[:, 1])
        kept = np.minimum(angle, self._angles[rows])
        is_known = across > 1e-9  # straight back any way across is the shortest
        x = np.where(is_known, seen[:, 0] / np.where(is_known, across, 1.0), 1.0)
        z = np.where(is_known, seen[:, 2] / np.where(is_known, across, 1.0), 0.0)
        return np.column_stack([np.sin(kept) * x, np.cos(kept), np.sin(kept) * z])

    def _hinge(self, rows: NDArray[np.int64], seen: Doubles) -> Doubles:
        angle = np.clip(np.arctan2(seen[:, 2], seen[:, 1]), -self._angles[rows], self._angles[rows])
        return np.column_stack([np.zeros(len(angle)), np.cos(angle), np.sin(angle)])

    def _spherical(self, rows: NDArray[np.int64], seen: Doubles) -> Doubles:
        pitch = np.clip(np.arctan2(seen[:, 2], seen[:, 1]), -self._pitches[rows], self._pitches[rows])
        yaw = np.clip(np.arcsin(np.clip(-seen[:, 0], -1.0, 1.0)), -self._yaws[rows], self._yaws[rows])
        return np.column_stack([-np.sin(yaw), np.cos(yaw) * np.cos(pitch), np.cos(yaw) * np.sin(pitch)])
