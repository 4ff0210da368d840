"""Avatars built by hand for what swings: a chain under one bone, and the load of a long-haired character."""

import numpy as np

from avatar_live.avatar.model import Avatar, Collider, Meta, Node, Spring, SpringJoint
from avatar_live.signals import HUMANOID_BONES

LONG_HAIR_NODES = 200
_CHAINS, _JOINTS = 15, 4  # 60 joints that swing, and a tip each chain


def node(name: str, parent: int, place: tuple[float, float, float] = (0.0, 0.0, 0.0), scale: float = 1.0) -> Node:
    return Node(name, parent, np.array(place), np.array([0.0, 0.0, 0.0, 1.0]), np.full(3, scale))


def avatar_of(
    nodes: list[Node], humanoid: dict[str, int], springs: tuple[Spring, ...], colliders: tuple[Collider, ...] = ()
) -> Avatar:
    """Return an avatar of bare nodes, every one of them in the palette."""
    return Avatar(
        meta=Meta(),
        nodes=tuple(nodes),
        palette_nodes=np.arange(len(nodes), dtype=np.int32),
        inverse_binds=np.tile(np.eye(4, dtype=np.float32), (len(nodes), 1, 1)),
        primitives=(),
        materials=(),
        textures=(),
        morph_names=(),
        humanoid=humanoid,
        springs=springs,
        colliders=colliders,
    )


def long_haired() -> Avatar:
    """Return 200 nodes as an exporter of long-haired characters writes them: 60 joints in 15 locks, 12 colliders."""
    nodes = [node("root", -1)]
    humanoid: dict[str, int] = {}
    parents = {"hips": "root", "spine": "hips", "chest": "spine", "upperChest": "chest", "neck": "upperChest"}
    parents |= {"head": "neck", "leftEye": "head", "rightEye": "head", "jaw": "head"}
    last: dict[str, str] = {}
    for name in HUMANOID_BONES:
        side = "left" if name.startswith("left") else "right"
        limb = "Leg" if name.endswith(("Leg", "Foot", "Toes")) else "Arm"
        finger = next((part for part in ("Thumb", "Index", "Middle", "Ring", "Little") if part in name), "")
        key = side + (finger or limb)
        parent = (
            parents.get(name)
            or last.get(key)
            or (last[f"{side}Arm"] if finger else "hips" if limb == "Leg" else "chest")
        )
        if name not in parents:
            last[key] = name
        place = (0.0, 0.9 if name == "hips" else 0.1, 0.0)
        at = humanoid.get(parent, 0)
        humanoid[name] = len(nodes)
        nodes.append(node(name, at, place))
    springs = []
    for lock in range(_CHAINS):
        angle = 2.0 * np.pi * lock / _CHAINS
        parent_at, joints = humanoid["head"], []
        for number in range(_JOINTS + 1):
            place = (0.09 * np.sin(angle), 0.1, 0.09 * np.cos(angle)) if number == 0 else (0.0, -0.08, 0.0)
            nodes.append(node(f"hair {lock} {number}", parent_at, place))
            parent_at = len(nodes) - 1
            joints.append(SpringJoint(parent_at, 0.8, 0.2, drag=0.4, hit_radius_m=0.02))
        springs.append(Spring(tuple(joints), tuple(range(12)), None))
    carriers = ("head", "neck", "upperChest", "chest", "spine", "hips", "leftUpperArm", "rightUpperArm")
    colliders = []
    for number in range(12):
        carrier = humanoid[carriers[number % len(carriers)]]
        colliders.append(Collider(carrier, (0.0, 0.05, 0.0), (0.0, 0.05 - 0.01 * (number % 3), 0.0), 0.08))
    while len(nodes) < LONG_HAIR_NODES:
        nodes.append(node(f"helper {len(nodes)}", 1 + len(nodes) % 54, (0.0, 0.05, 0.0)))
    return avatar_of(nodes, humanoid, tuple(springs), tuple(colliders))
