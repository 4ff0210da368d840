"""Bones that follow other bones, as VRMC_node_constraint 1.0 says; those that do not wait for each other turn at once.

https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_node_constraint-1.0/README.md (examples)
"""

from collections.abc import Callable, Mapping
from itertools import groupby

import numpy as np

from avatar_live.avatar.model import Avatar, Constraint, Doubles
from avatar_live.avatar.quaternions import between, conjugate, multiply, rotated, slerp


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
    """Return for each constrained node how many others it waits for, one after another."""
    waits = {item.node: _needed(avatar, item) for item in avatar.constraints}
    depths: dict[int, int] = dict.fromkeys(waits, 0)
    for _ in waits:
        before = dict(depths)
        for node, needed in waits.items():
            depths[node] = max((depths[other] + 1 for other in needed if other in depths), default=0)
        if depths == before:
            return depths
    return {item.node: number for number, item in enumerate(avatar.constraints)}  # they wait in a circle: file order


def _needed(avatar: Avatar, constraint: Constraint) -> set[int]:
    """Return the nodes whose rotation decides where a follower turns."""
    if constraint.kind != "aim":
        return {constraint.source}
    needed: set[int] = set()
    for start in (constraint.source, avatar.nodes[constraint.node].parent):
        node = start
        while node >= 0:
            needed.add(node)
            node = avatar.nodes[node].parent
    return needed - {constraint.node}
