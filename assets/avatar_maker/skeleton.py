"""The VRM humanoid skeleton in T-pose, metres, facing +Z, left hand on +X; plus swinging chains."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Floats, Weights
from .detail import Detail
from .spec import CharacterSpec, Proportions

FINGERS = {  # name: (z offset at the knuckle, start along the hand, three lengths)
    "Index": (0.0235, 0.047, (0.023, 0.015, 0.012)),
    "Middle": (0.0075, 0.050, (0.025, 0.016, 0.013)),
    "Ring": (-0.0080, 0.048, (0.023, 0.015, 0.012)),
    "Little": (-0.0230, 0.042, (0.019, 0.012, 0.010)),
}
PARTS = ("Proximal", "Intermediate", "Distal")


@dataclass(frozen=True)
class SpringChain:
    """Name the joints of a chain, the last of which only marks its end, and how they swing."""

    name: str
    joints: list[str]
    stiffness: float
    drag: float
    gravity: float
    radius: float
    colliders: Sequence[str]


@dataclass(frozen=True)
class Follower:
    """Let a bone turn by a share of what another one turns, by VRMC_node_constraint's rotation constraint."""

    bone: str
    source: str
    weight: float


class Skeleton:
    """Hold bones by name: parents, places in the avatar's space, VRM's own, the chains that swing and the followers."""

    def __init__(self, spec: CharacterSpec) -> None:
        self.names: list[str] = []
        self.parents: list[int] = []
        self.positions: list[Floats] = []
        self.index: dict[str, int] = {}
        self.humanoid: dict[str, int] = {}
        self.tails: dict[str, Floats] = {}
        self.springs: list[SpringChain] = []
        self.followers: list[Follower] = []
        self.detail = Detail(spec.detail)
        p = spec.proportions
        self.shoulder_height = p.leg + p.torso
        self.head_base = self.shoulder_height + 0.062 * p.neck_length
        self.head_centre = np.array([0, self.head_base + 0.125 * p.head, 0.012])
        self.head_scale, self.girth, self.hand_scale = p.head, p.build, p.hands
        self.arm_root = 0.088 * p.build * p.shoulders  # of the middle line, as the two below
        self.arm_level = self.shoulder_height - 0.018 - 0.10 * max(p.shoulders - 1.0, 0.0)
        self.elbow, self.wrist = self.arm_root + p.arm * 0.5, self.arm_root + p.arm
        self._trunk(p)
        for side, sign in (("left", 1), ("right", -1)):
            self._arm(side, sign)
            self._leg(side, sign, p)

    def _trunk(self, p: Proportions) -> None:
        def up(t: float) -> float:
            return p.leg + p.torso * t

        bone = self.add_humanoid
        bone("hips", None, (0, up(0.06), 0))
        bone("spine", "hips", (0, up(0.24), 0.002))
        bone("chest", "spine", (0, up(0.46), 0))
        bone("upperChest", "chest", (0, up(0.70), -0.006))
        bone("neck", "upperChest", (0, self.shoulder_height + 0.022 * p.neck_length, -0.008))
        bone("head", "neck", (0, self.head_base, 0.0))

    def _arm(self, side: str, s: int) -> None:
        bone, level = self.add_humanoid, self.arm_level
        bone(side + "Shoulder", "upperChest", (s * 0.27 * self.arm_root, self.shoulder_height - 0.012, -0.006))
        bone(side + "UpperArm", side + "Shoulder", (s * self.arm_root, level, -0.008))
        bone(side + "LowerArm", side + "UpperArm", (s * self.elbow, level, -0.011))
        self.add_follower(side + "Elbow", side + "LowerArm")
        hand = np.array([s * self.wrist, level, -0.008])
        bone(side + "Hand", side + "LowerArm", hand)
        scale = self.hand_scale
        for finger, (z, start, lengths) in FINGERS.items():
            x, parent = start, side + "Hand"
            for part, length in zip(PARTS, lengths, strict=True):
                name = side + finger + part
                bone(name, parent, hand + scale * np.array((s * x, 0.001, z)))
                x, parent = x + length, name
                self.tails[name] = hand + scale * np.array((s * x, 0.001, z))
        at, step, parent = np.array([0.016, -0.006, 0.022]), np.array([0.62, -0.12, 0.775]), side + "Hand"
        for part, length in zip(("Metacarpal", "Proximal", "Distal"), (0.019, 0.016, 0.014), strict=True):
            name = side + "Thumb" + part
            bone(name, parent, hand + scale * at * np.array((s, 1, 1)))
            at = at + step * length
            parent = name
            self.tails[name] = hand + scale * at * np.array((s, 1, 1))

    def _leg(self, side: str, s: int, p: Proportions) -> None:
        bone, x = self.add_humanoid, 0.053 * p.build * p.hips
        bone(side + "UpperLeg", "hips", (s * x, p.leg - 0.012, 0.0))
        bone(side + "LowerLeg", side + "UpperLeg", (s * x, p.leg * 0.53, 0.004))
        self.add_follower(side + "Knee", side + "LowerLeg")
        bone(side + "Foot", side + "LowerLeg", (s * x, 0.066, -0.012))
        bone(side + "Toes", side + "Foot", (s * x, 0.022, 0.058))

    def add(self, name: str, parent: str | None, position: ArrayLike) -> str:
        """Add a bone at a place of the avatar's space and return its name."""
        self.index[name] = len(self.names)
        self.names.append(name)
        self.parents.append(self.index[parent] if parent else -1)
        self.positions.append(np.asarray(position, float))
        return name

    def add_humanoid(self, name: str, parent: str | None, position: ArrayLike) -> None:
        """Add a bone of VRM's humanoid."""
        self.add(name, parent, position)
        self.humanoid[name] = self.index[name]

    def add_follower(self, name: str, source: str) -> None:
        """Add a bone in a humanoid bone's place that turns half as far, so that a bent limb keeps its girth."""
        parent = self.names[self.parents[self.index[source]]]
        self.add(name, parent, self.at(source))
        self.followers.append(Follower(name, source, 0.5))

    def at(self, name: str) -> Floats:
        """Return a bone's place."""
        return self.positions[self.index[name]]

    def add_spring_chain(
        self,
        name: str,
        parent: str,
        points: Sequence[Floats] | Floats,
        stiffness: float,
        drag: float,
        gravity: float = 0.0,
        radius: float = 0.012,
        colliders: Sequence[str] = (),
    ) -> list[str]:
        """A chain of swinging bones through `points`; the last point is the chain's free end."""
        chain: list[str] = []
        for k, point in enumerate(points):
            parent = self.add(f"{name}_{k}", parent, point)
            chain.append(parent)
        self.springs.append(SpringChain(name, chain, stiffness, drag, gravity, radius, colliders))
        return chain

    def chain_weights(self, chain: list[str], parent: str, t: ArrayLike) -> Weights:
        """Weights of points at t in 0..1 along a chain, blending from `parent` at the root."""
        along = np.clip(np.asarray(t, float), 0, 1)
        bones = [parent, *chain[:-1]]
        out = np.zeros((len(along), len(self.names)), np.float32)
        place = along * (len(bones) - 1)
        low = np.minimum(place.astype(int), len(bones) - 2)
        rest = place - low
        for k in range(len(along)):
            out[k, self.index[bones[low[k]]]] += 1 - rest[k]
            out[k, self.index[bones[low[k] + 1]]] += rest[k]
        return out

    def segment_weights(
        self, positions: Floats, segments: Sequence[tuple[str, ArrayLike, ArrayLike]], sharpness: float = 4.0
    ) -> Weights:
        """Weights from the distance to bone segments: [(bone, start, end), ...]."""
        out = np.zeros((len(positions), len(self.names)), np.float32)
        for name, a, b in segments:
            start, span = np.asarray(a, float), np.asarray(b, float) - np.asarray(a, float)
            t = np.clip((positions - start) @ span / np.dot(span, span), 0, 1)
            d = np.linalg.norm(positions - (start + t[:, None] * span), axis=1)
            out[:, self.index[name]] += 1 / (d + 0.004) ** sharpness
        out /= out.sum(1, keepdims=True)
        return out
