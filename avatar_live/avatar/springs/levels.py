"""Joints that do not wait for each other, gathered so that one call computes them all.

A joint's axes are kept with half a turn about its direction at rest: with another half-turn, about the middle between
that direction and the one now, they make the shortest turn between the two.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Avatar, Doubles
from avatar_live.avatar.quaternions import axes_of
from avatar_live.avatar.springs.chains import Joint
from avatar_live.avatar.springs.colliders import Colliders
from avatar_live.avatar.springs.limits import Limits

_UNEVEN: Final = 1e-4  # of the scale: less is rounding


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
    skew: tuple[Doubles, Doubles] | None  # half-turns about those with the scale undone and done, where it is uneven
    touches: NDArray[np.bool_] | None  # the colliders that stop them
    limits: Limits | None


def places_of(avatar: Avatar, joints: list[Joint], directions: Doubles) -> Doubles:
    """Return the constants (n, 4, 5) that place a joint from its parent or ancestor: axes, head and span at rest."""
    out, halves = np.zeros((len(joints), 4, 5)), half_turns(directions)
    for row, joint in enumerate(joints):
        source = avatar.nodes[joint.node]
        axes = axes_of(source.rotation) * source.scale
        out[row, :3, :3], out[row, :3, 3], out[row, 3, 3] = axes @ halves[row], source.translation, 1.0
        out[row, :3, 4] = axes @ joint.tail
        out[row] = joint.link @ out[row]
    return out


def rooted_rows(joints: list[Joint]) -> list[int]:
    """Return the joints that hang from no other."""
    return [row for row, joint in enumerate(joints) if joint.ancestor < 0]


def is_even(avatar: Avatar, joints: list[Joint]) -> bool:
    """Say whether what carries the joints, and they themselves, are scaled alike in all directions."""
    nodes = {joint.node for joint in joints}
    for start in tuple(nodes):
        node = avatar.nodes[start].parent
        while node >= 0 and node not in nodes:
            nodes.add(node)
            node = avatar.nodes[node].parent
    scales = np.abs([avatar.nodes[node].scale for node in nodes]).reshape(-1, 3)
    return bool((np.ptp(scales, axis=1) <= _UNEVEN * scales.max(axis=1)).all())


def half_turns(axes: Doubles) -> Doubles:
    """Return the matrices (n, 3, 3) of half-turns about unit axes (n, 3): 2 a a' - I."""
    return np.asarray(2.0 * axes[:, :, None] * axes[:, None, :] - np.eye(3))


def levels_of(
    avatar: Avatar, joints: list[Joint], places: Doubles, directions: Doubles, colliders: Colliders
) -> list[Level]:
    """Return the levels in the order in which they are computed; `directions` (n, 3) are the joints' at rest."""
    row_of = {joint.node: row for row, joint in enumerate(joints)}
    number_of = {row: number for number, row in enumerate(rooted_rows(joints))}
    scales = np.array([avatar.nodes[joint.node].scale for joint in joints]).reshape(-1, 3)
    skews = None if is_even(avatar, joints) else _skews(directions, scales)
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
                skew=None if skews is None else (skews[0][rows], skews[1][rows]),
                touches=touches if (touches := colliders.touches(rows)).any() else None,
                limits=Limits(limits, directions[rows]) if any(limits) else None,
            )
        )
    return levels


def _skews(directions: Doubles, scales: Doubles) -> tuple[Doubles, Doubles]:
    halves = half_turns(directions)
    return halves / scales[:, None, :], halves * scales[:, None, :]
