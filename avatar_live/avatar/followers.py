"""Bones that follow other bones, as VRMC_node_constraint 1.0 says; those that do not wait for each other turn at once.

https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_node_constraint-1.0/README.md (examples)
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Final

import numpy as np

from avatar_live.avatar.model import Avatar, Constraint, Doubles
from avatar_live.avatar.quaternions import between, conjugate, multiply, rotated, slerp

WAITS_MAX: Final = 32  # followers that wait for each other, one after another


class Followers:
    """Turn an avatar's constrained nodes."""

    def __init__(self, avatar: Avatar) -> None:
        depths = _depths(avatar)
        order = sorted(avatar.constraints, key=lambda item: (depths[item.node], item.kind))
        self._groups = [
            _Group(avatar, list(group)) for _, group in groupby(order, key=lambda item: (depths[item.node], item.kind))
        ]

    def follow(self, rotations: Doubles, world_of: Callable[[], Doubles]) -> None:
        """Turn the followers in `rotations` (N, 4); `world_of` places all nodes as they are turned by now."""
        for group in self._groups:
            group.follow(rotations, world_of)


class _Group:
    """Turn the constraints (n) of one kind that do not wait for each other."""

    def __init__(self, avatar: Avatar, constraints: list[Constraint]) -> None:
        self._kind = constraints[0].kind
        self._nodes = np.array([item.node for item in constraints], np.int64)
        self._sources = np.array([item.source for item in constraints], np.int64)
        self._parents = np.array([avatar.nodes[item.node].parent for item in constraints], np.int64)
        self._weights = np.clip([item.weight for item in constraints], 0.0, 1.0)[:, None]
        self._axes = np.array([item.axis for item in constraints], np.float64)
        self._rests = np.array([avatar.nodes[item.node].rotation for item in constraints])
        self._source_backs = conjugate(np.array([avatar.nodes[item.source].rotation for item in constraints]))

    def follow(self, rotations: Doubles, world_of: Callable[[], Doubles]) -> None:
        match self._kind:
            case "rotation":
                targets = multiply(self._rests, multiply(self._source_backs, rotations[self._sources]))
            case "roll":
                targets = self._rolled(rotations[self._sources])
            case "aim":
                targets = self._aimed(world_of())
        rotations[self._nodes] = slerp(self._rests, targets, self._weights)

    def _rolled(self, sources: Doubles) -> Doubles:
        in_parent = multiply(sources, self._source_backs)
        turns = multiply(multiply(conjugate(self._rests), in_parent), self._rests)
        swings = between(self._axes, rotated(turns, self._axes))
        return multiply(self._rests, multiply(conjugate(swings), turns))

    def _aimed(self, world: Doubles) -> Doubles:
        carriers = np.where((self._parents >= 0)[:, None, None], world[self._parents, :3, :3], np.eye(3))
        with np.errstate(all="ignore"):  # what has no size or lies on its source aims nowhere
            carriers = carriers / np.linalg.norm(carriers, axis=1, keepdims=True)
            spans = world[self._sources, :3, 3] - world[self._nodes, :3, 3]
            towards = spans / np.linalg.norm(spans, axis=1, keepdims=True)
            at_rest = np.matvec(carriers, rotated(self._rests, self._axes))
            turns = between(at_rest, towards)
            turns[:, :3] = np.vecmat(turns[:, :3], carriers)  # from the world into the parent's frame
            targets = multiply(turns, self._rests)
        return np.where(np.isfinite(targets).all(axis=1, keepdims=True), targets, self._rests)


def _depths(avatar: Avatar) -> Mapping[int, int]:
    """Return for each constrained node how many others it waits for, one after another, as far as any avatar goes."""
    depths: dict[int, int] = {item.node: 0 for item in avatar.constraints}
    for _ in range(WAITS_MAX):
        before = dict(depths)
        carried = _carried(avatar, depths)
        for item in avatar.constraints:
            waits = min(_waits(avatar, item, depths, carried), WAITS_MAX)
            depths[item.node] = max(depths[item.node], waits)
        if depths == before:
            break
    return depths


def _carried(avatar: Avatar, depths: Mapping[int, int]) -> list[int]:
    """Return for each node (N,) the depth after which it stands where it will: its own and its ancestors'."""
    carried: list[int] = []
    for number, node in enumerate(avatar.nodes):  # parents come before children
        own = depths.get(number, -1) + 1
        carried.append(max(own, carried[node.parent]) if node.parent >= 0 else own)
    return carried


def _waits(avatar: Avatar, item: Constraint, depths: Mapping[int, int], carried: Sequence[int]) -> int:
    if item.kind != "aim":
        return depths.get(item.source, -1) + 1
    parent = avatar.nodes[item.node].parent
    above = carried[parent] if parent >= 0 else 0
    if _hangs(avatar, item.source, item.node):
        return above  # a source that the follower itself carries is no reason to wait
    return max(above, carried[item.source])


def _hangs(avatar: Avatar, node: int, ancestor: int) -> bool:
    while node > ancestor:  # parents come before children
        node = avatar.nodes[node].parent
    return node == ancestor
