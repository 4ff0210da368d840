"""What swings on an avatar, in the order in which it is computed: ancestors and carriers of colliders first.

https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_springBone-1.0/README.md (calculation order)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from avatar_live.avatar.model import Avatar, Doubles, Spring, SpringJoint
from avatar_live.avatar.quaternions import matrices

LENGTH_M_MIN: Final = 1e-6


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
    ancestors = {node: nearest(avatar, avatar.nodes[node].parent, found) for node in found}
    depths = _depths(avatar, found, ancestors)
    joints = []
    for node, (spring, source, tail) in found.items():
        ancestor = ancestors[node]
        link = np.eye(4) if ancestor < 0 else link_between(avatar, ancestor, avatar.nodes[node].parent)
        joints.append(Joint(node, source, tail, spring.colliders, spring.center, ancestor, link, depths[node]))
    return sorted(joints, key=lambda joint: (joint.depth, joint.node))


def nearest(avatar: Avatar, node: int, found: Mapping[int, object]) -> int:
    """Return the first node of `found` from `node` upwards, -1 for none."""
    while node >= 0 and node not in found:
        node = avatar.nodes[node].parent
    return node


def link_between(avatar: Avatar, ancestor: int, node: int) -> Doubles:
    """Return the matrix (4, 4) that leads from an ancestor's frame to a node's, as they are at rest."""
    link = np.eye(4)
    while node != ancestor:
        source = avatar.nodes[node]
        link = matrices(source.translation[None], source.rotation[None], source.scale[None])[0] @ link
        node = source.parent
    return link


def _found(avatar: Avatar, rest_world: Doubles) -> dict[int, tuple[Spring, SpringJoint, Doubles]]:
    found: dict[int, tuple[Spring, SpringJoint, Doubles]] = {}
    for spring in avatar.springs:
        for joint, tip in pairwise(spring.joints):
            span = rest_world[tip.node, :3, 3] - rest_world[joint.node, :3, 3]
            axes = rest_world[joint.node, :3, :3]
            if joint.node not in found and np.linalg.norm(span) > LENGTH_M_MIN and abs(np.linalg.det(axes)) > 1e-12:
                found[joint.node] = (spring, joint, np.asarray(np.linalg.solve(axes, span), np.float64))
    return found


def _depths(
    avatar: Avatar, found: Mapping[int, tuple[Spring, SpringJoint, Doubles]], ancestors: Mapping[int, int]
) -> dict[int, int]:
    by_chain: dict[int, int] = {}
    for node in sorted(found):  # parents come before children
        by_chain[node] = by_chain[ancestors[node]] + 1 if ancestors[node] >= 0 else 0
    carriers = [nearest(avatar, collider.node, found) for collider in avatar.colliders]
    waits = {
        node: {carriers[number] for number in spring.colliders if carriers[number] >= 0}
        for node, (spring, _, _) in found.items()
    }
    if not any(waits.values()):
        return by_chain
    depths = dict(by_chain)
    for _ in range(len(found)):
        before = dict(depths)
        for node in sorted(found):
            needed = [depths[other] + 1 for other in (ancestors[node], *waits[node]) if other >= 0]
            depths[node] = max([depths[node], *needed])
        if depths == before:
            return depths
    return by_chain  # chains that wait for each other take each other's last place
