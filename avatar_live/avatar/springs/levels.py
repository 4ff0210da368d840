"""Joints that do not wait for each other, gathered so that one call computes them all.

A joint's axes are kept with half a turn about its direction at rest: with another half-turn, about the middle between
that direction and the one now, they make the shortest turn between the two.
"""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Avatar, Doubles
from avatar_live.avatar.quaternions import axes_of
from avatar_live.avatar.springs.chains import Joint
from avatar_live.avatar.springs.colliders import Colliders
from avatar_live.avatar.springs.limits import Limits


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Hold the joints (n) of one depth: the rooted ones stand in `roots`, the others hang from `ancestors` (rows)."""

    rows: slice
    rooted: NDArray[np.int64]  # places in the level
    roots: NDArray[np.int64]  # and their rows in the body's roots
    hanging: NDArray[np.int64]
    ancestors: NDArray[np.int64]
    places: Doubles  # (hanging, 4, 5) from the ancestor
    directions: Doubles  # at rest, in the joints' own frames
    touches: NDArray[np.bool_] | None  # the colliders that stop them
    limits: Limits | None


def places_of(avatar: Avatar, joints: list[Joint], directions: Doubles) -> Doubles:
    """Return the constants (n, 4, 5) that place a joint from its parent or ancestor: axes, head and span at rest."""
    out = np.zeros((len(joints), 4, 5))
    for row, joint in enumerate(joints):
        source = avatar.nodes[joint.node]
        axes = axes_of(source.rotation) * source.scale
        half = 2.0 * np.outer(directions[row], directions[row]) - np.eye(3)
        out[row, :3, :3], out[row, :3, 3], out[row, 3, 3] = axes @ half, source.translation, 1.0
        out[row, :3, 4] = axes @ joint.tail
        out[row] = joint.link @ out[row]
    return out


def rooted_rows(joints: list[Joint]) -> list[int]:
    """Return the joints that hang from no other."""
    return [row for row, joint in enumerate(joints) if joint.ancestor < 0]


def levels_of(joints: list[Joint], places: Doubles, directions: Doubles, colliders: Colliders) -> list[Level]:
    """Return the levels in the order in which they are computed; `directions` (n, 3) are the joints' at rest."""
    row_of = {joint.node: row for row, joint in enumerate(joints)}
    number_of = {row: number for number, row in enumerate(rooted_rows(joints))}
    levels = []
    for _, group in groupby(range(len(joints)), key=lambda row: joints[row].depth):
        members = list(group)
        first, rows = members[0], slice(members[0], members[-1] + 1)
        hanging = [row for row in members if joints[row].ancestor >= 0]
        roots = [row for row in members if joints[row].ancestor < 0]
        limits = [joints[row].source.limit for row in members]
        levels.append(
            Level(
                rows=rows,
                rooted=np.array([row - first for row in roots], np.int64),
                roots=np.array([number_of[row] for row in roots], np.int64),
                hanging=np.array([row - first for row in hanging], np.int64),
                ancestors=np.array([row_of[joints[row].ancestor] for row in hanging], np.int64),
                places=places[hanging],
                directions=directions[rows],
                touches=touches if (touches := colliders.touches(rows)).any() else None,
                limits=Limits(limits, directions[rows]) if any(limits) else None,
            )
        )
    return levels
