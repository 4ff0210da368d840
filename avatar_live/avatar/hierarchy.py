"""Where nodes stand: local matrices multiplied down the tree, all nodes of a depth at once."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Avatar, Doubles
from avatar_live.avatar.quaternions import matrices

_Indices = NDArray[np.int64]


class Hierarchy:
    """Place an avatar's nodes; inside they stand in the order of their depths, so that a depth is one slice."""

    def __init__(self, avatar: Avatar) -> None:
        depths: list[int] = []
        for node in avatar.nodes:  # parents come before children
            depths.append(depths[node.parent] + 1 if node.parent >= 0 else 0)
        self._order = np.argsort(depths, kind="stable")
        self._place = np.argsort(self._order)
        parents = np.array([node.parent for node in avatar.nodes], np.int64)[self._order]
        ends = np.cumsum(np.bincount(depths)).tolist()
        self._levels = [(slice(first, last), self._place[parents[first:last]]) for first, last in pairwise(ends)]

    def world(self, translations: Doubles, rotations: Doubles, scales: Doubles) -> Doubles:
        """Return the nodes' matrices (N, 4, 4) in the avatar's space from their local placement."""
        world = matrices(translations, rotations, scales)[self._order]
        for rows, parents in self._levels:
            world[rows] = world[parents] @ world[rows]
        return np.asarray(world[self._place])

    def below(self, roots: _Indices) -> "Branches":
        """Return these nodes with all that hangs from them."""
        hangs = np.zeros(len(self._order), bool)
        hangs[self._place[roots]] = True
        for rows, parents in self._levels:
            hangs[rows] |= hangs[parents]
        levels = []
        for rows, parents in self._levels:
            if hangs[rows].any():
                levels.append((self._order[rows][hangs[rows]], self._order[parents[hangs[rows]]]))
        return Branches(np.flatnonzero(hangs[self._place]), levels)


class Branches:
    """Place some branches of an avatar anew; `nodes` are theirs."""

    def __init__(self, nodes: _Indices, levels: list[tuple[_Indices, _Indices]]) -> None:
        self.nodes = nodes
        self._levels = levels

    def place(self, world: Doubles, translations: Doubles, rotations: Doubles, scales: Doubles) -> None:
        """Write the branches' matrices into `world` (N, 4, 4), where all other nodes stand already."""
        world[self.nodes] = matrices(translations[self.nodes], rotations[self.nodes], scales[self.nodes])
        for nodes, parents in self._levels:
            world[nodes] = world[parents] @ world[nodes]
