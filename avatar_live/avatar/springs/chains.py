"""What swings on an avatar, in the order in which it is computed: ancestors and carriers of colliders first.

https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_springBone-1.0/README.md (calculation order)
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from avatar_live.avatar.model import Avatar, Doubles, Spring, SpringJoint

LENGTH_M_MIN: Final = 1e-6
DEPTH_MAX: Final = 128  # joints in a row; what hangs deeper is stiff
WAITS_MAX: Final = 32  # chains that wait for each other's colliders, one after another

Found = tuple[Spring, SpringJoint, Doubles]  # a joint, its spring and its tail, by node


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """Hold one joint that swings.

    `tail` (3,) is where its child is in its own frame, `ancestor` the node of the nearest swinging ancestor (-1 for
    none), `link` (4, 4) leads from that ancestor, or from the joint's parent, to the joint's parent. Joints of equal
    `depth` do not depend on each other.
    """

    node: int
    source: SpringJoint
    tail: Doubles
    colliders: tuple[int, ...]
    center: int | None
    ancestor: int
    link: Doubles
    depth: int


def joints_of(avatar: Avatar, rest_world: Doubles) -> list[Joint]:
    """Return the joints that have a tail and a length, by depth; `rest_world` (N, 4, 4) places the nodes at rest."""
    found = _found(avatar, rest_world)
    carriers = carriers_of(avatar, found)
    ancestors = {node: _above(avatar, node, carriers) for node in found}
    depths = _depths(avatar, found, ancestors, carriers)
    joints = []
    for node, (spring, source, tail) in found.items():
        ancestor, parent = ancestors[node], avatar.nodes[node].parent
        link = np.eye(4) if ancestor < 0 else link_between(rest_world, ancestor, parent)
        joints.append(Joint(node, source, tail, spring.colliders, spring.center, ancestor, link, depths[node]))
    return sorted(joints, key=lambda joint: (joint.depth, joint.node))


def carriers_of(avatar: Avatar, swinging: Container[int]) -> list[int]:
    """Return for each node (N,) the nearest that swings, from itself upwards, -1 for none."""
    carriers: list[int] = []
    for number, node in enumerate(avatar.nodes):  # parents come before children
        carriers.append(number if number in swinging else carriers[node.parent] if node.parent >= 0 else -1)
    return carriers


def link_between(rest_world: Doubles, ancestor: int, node: int) -> Doubles:
    """Return the matrix (4, 4) that leads from an ancestor's frame to a node's, as they are at rest."""
    return np.asarray(np.linalg.solve(rest_world[ancestor], rest_world[node]))


def _found(avatar: Avatar, rest_world: Doubles) -> dict[int, Found]:
    found: dict[int, Found] = {}
    for spring in avatar.springs:
        for joint, tip in pairwise(spring.joints):
            span = rest_world[tip.node, :3, 3] - rest_world[joint.node, :3, 3]
            axes = rest_world[joint.node, :3, :3]
            if joint.node not in found and np.linalg.norm(span) > LENGTH_M_MIN and abs(np.linalg.det(axes)) > 1e-12:
                found[joint.node] = (spring, joint, np.asarray(np.linalg.solve(axes, span), np.float64))
    return _within_depth(avatar, found)


def _within_depth(avatar: Avatar, found: dict[int, Found]) -> dict[int, Found]:
    depths: list[int] = []
    for number, node in enumerate(avatar.nodes):
        depths.append((depths[node.parent] if node.parent >= 0 else 0) + (number in found))
    return {node: item for node, item in found.items() if depths[node] <= DEPTH_MAX}


def _above(avatar: Avatar, node: int, carriers: Sequence[int]) -> int:
    parent = avatar.nodes[node].parent
    return carriers[parent] if parent >= 0 else -1


def _depths(
    avatar: Avatar,
    found: Mapping[int, Found],
    ancestors: Mapping[int, int],
    carriers: Sequence[int],
) -> dict[int, int]:
    by_chain: dict[int, int] = {}
    for node in sorted(found):
        by_chain[node] = by_chain[ancestors[node]] + 1 if ancestors[node] >= 0 else 0
    carried = [carriers[collider.node] for collider in avatar.colliders]
    waits = {
        node: {carried[number] for number in spring.colliders if carried[number] >= 0}
        for node, (spring, _, _) in found.items()
    }
    if not any(waits.values()):
        return by_chain
    depths = dict(by_chain)
    for _ in range(WAITS_MAX):
        before = dict(depths)
        for node in sorted(found):
            needed = [depths[other] + 1 for other in (ancestors[node], *waits[node]) if other >= 0]
            depths[node] = max([depths[node], *needed])
        if depths == before:
            return depths
    return by_chain  # chains that wait for each other take each other's last place
