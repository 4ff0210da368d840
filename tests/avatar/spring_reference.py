"""The specification's spring algorithm, joint by joint and word for word: slow, and the measure of the fast one.

https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_springBone-1.0/README.md (algorithm) and
VRMC_springBone_extended_collider-1.0 (reference implementations)
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from avatar_live.avatar.model import Avatar, Collider, Doubles, Spring, SpringJoint
from avatar_live.avatar.quaternions import axes_of, between, multiply


class ReferenceSprings:
    """Step all joints of an avatar once a frame with the frame's own dt, as the pseudo-code does."""

    def __init__(self, avatar: Avatar) -> None:
        self.avatar = avatar
        self.rotations = [node.rotation for node in avatar.nodes]
        self.translations = [node.translation for node in avatar.nodes]
        self.scales = [node.scale for node in avatar.nodes]
        pairs = [(spring, joint, tip) for spring in avatar.springs for joint, tip in pairwise(spring.joints)]
        self.joints = sorted(pairs, key=lambda item: item[1].node)  # parents come before children
        self.current = {}
        for _, joint, tip in self.joints:
            self.current[joint.node] = self.place(tip.node)
        self.previous = dict(self.current)
        self.centers = {
            spring.center: self.world(spring.center) for spring in avatar.springs if spring.center is not None
        }
        self.axes = {
            joint.node: self.unit(self.local(joint.node, self.place(tip.node))) for _, joint, tip in self.joints
        }

    def world(self, node: int) -> Doubles:
        local = np.eye(4)
        local[:3, :3] = axes_of(self.rotations[node]) * self.scales[node]
        local[:3, 3] = self.translations[node]
        parent = self.avatar.nodes[node].parent
        return local if parent < 0 else self.world(parent) @ local

    def place(self, node: int) -> Doubles:
        return self.world(node)[:3, 3]

    def local(self, node: int, point: Doubles) -> Doubles:
        return np.asarray((np.linalg.inv(self.world(node)) @ np.append(point, 1.0))[:3])

    def unit(self, vector: Doubles) -> Doubles:
        return np.asarray(vector / np.linalg.norm(vector))

    def step(self, dt_s: float) -> None:
        """Swing `dt_s` on, after the caller has set rotations and translations of the body."""
        for spring, joint, tip in self.joints:
            self._step(spring, joint, tip.node, dt_s)
        self.centers = {center: self.world(center) for center in self.centers}

    def _step(self, spring: Spring, joint: SpringJoint, tip: int, dt_s: float) -> None:
        node = joint.node
        self.rotations[node] = self.avatar.nodes[node].rotation
        head, at_rest = self.place(node), self.place(tip)
        length = float(np.linalg.norm(at_rest - head))
        current, previous = self.current[node], self.previous[node]
        if spring.center is not None:  # inertia in center space
            move = self.world(spring.center) @ np.linalg.inv(self.centers[spring.center])
            current, previous = ((move @ np.append(tail, 1.0))[:3] for tail in (current, previous))
        inertia = (current - previous) * (1.0 - joint.drag)
        stiffness = dt_s * self.unit(at_rest - head) * joint.stiffness
        external = dt_s * np.array(joint.gravity_direction) * joint.gravity_power
        following = current + inertia + stiffness + external
        following = head + self.unit(following - head) * length
        for number in spring.colliders:
            distance, way = self._collision(self.avatar.colliders[number], following, joint.hit_radius_m)
            if distance < 0.0:
                following = following - way * distance
                following = head + self.unit(following - head) * length
        self.previous[node], self.current[node] = current, following
        towards = self.unit(self.local(node, following))
        self.rotations[node] = multiply(self.rotations[node], between(self.axes[node][None], towards[None])[0])

    def _collision(self, collider: Collider, tail: Doubles, radius_m: float) -> tuple[float, Doubles]:
        world = self.world(collider.node)
        start, end = ((world @ np.append(point, 1.0))[:3] for point in (collider.offset, collider.tail))
        if collider.normal is not None:
            normal = self.unit(np.linalg.inv(world[:3, :3]).T @ np.array(collider.normal))
            return float((tail - start) @ normal) - radius_m, normal
        delta, span = tail - start, end - start
        dot = float(span @ delta)
        if dot > 0.0:
            delta = delta - span * min(dot / float(span @ span), 1.0)
        length = float(np.linalg.norm(delta))
        if collider.is_inside:
            return collider.radius_m - radius_m - length, -delta / length
        return length - radius_m - collider.radius_m, delta / length

    def tips(self) -> Doubles:
        """Return where the nodes that the joints end at are (n, 3), by joint."""
        return np.array([self.place(tip.node) for _, _, tip in self.joints])


def tip_nodes(avatar: Avatar) -> Sequence[int]:
    """Return the nodes that `ReferenceSprings.tips` places."""
    pairs = [pair for spring in avatar.springs for pair in pairwise(spring.joints)]
    return [tip.node for _, tip in sorted(pairs, key=lambda pair: pair[0].node)]
