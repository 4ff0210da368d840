"""Read which bones follow other bones: VRMC_node_constraint 1.0, for twisting sleeves and helper joints.

https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_node_constraint-1.0/README.md
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from avatar_live.avatar.document import GltfNode, Part, decode, finite
from avatar_live.avatar.glb import damaged
from avatar_live.avatar.model import Constraint
from avatar_live.avatar.nodes import Skeleton, node_place

_AXES: Final[Mapping[str, tuple[float, float, float]]] = {
    "X": (1.0, 0.0, 0.0),
    "Y": (0.0, 1.0, 0.0),
    "Z": (0.0, 0.0, 1.0),
    "PositiveX": (1.0, 0.0, 0.0),
    "NegativeX": (-1.0, 0.0, 0.0),
    "PositiveY": (0.0, 1.0, 0.0),
    "NegativeY": (0.0, -1.0, 0.0),
    "PositiveZ": (0.0, 0.0, 1.0),
    "NegativeZ": (0.0, 0.0, -1.0),
}


class _Roll(Part, frozen=True):
    source: int
    roll_axis: Literal["X", "Y", "Z"]
    weight: float = 1.0


class _Aim(Part, frozen=True):
    source: int
    aim_axis: Literal["PositiveX", "NegativeX", "PositiveY", "NegativeY", "PositiveZ", "NegativeZ"]
    weight: float = 1.0


class _Rotation(Part, frozen=True):
    source: int
    weight: float = 1.0


class _Kinds(Part, frozen=True):
    roll: _Roll | None = None
    aim: _Aim | None = None
    rotation: _Rotation | None = None


class _NodeConstraint(Part, frozen=True):
    constraint: _Kinds


def read_constraints(sources: Sequence[GltfNode], skeleton: Skeleton) -> tuple[Constraint, ...]:
    """Return the constraints, each after those that it depends on. Raises AvatarError."""
    found: dict[int, Constraint] = {}
    for index, node in enumerate(sources):
        if "VRMC_node_constraint" in node.extensions:
            kinds = decode(node.extensions["VRMC_node_constraint"], _NodeConstraint).constraint
            place = skeleton.place[index]
            if kinds.roll is not None:
                source, weight = kinds.roll.source, kinds.roll.weight
                found[place] = Constraint(
                    "roll", place, node_place(source, skeleton), weight, _AXES[kinds.roll.roll_axis]
                )
            elif kinds.aim is not None:
                source, weight = kinds.aim.source, kinds.aim.weight
                found[place] = Constraint("aim", place, node_place(source, skeleton), weight, _AXES[kinds.aim.aim_axis])
            elif kinds.rotation is not None:
                source, weight = kinds.rotation.source, kinds.rotation.weight
                found[place] = Constraint("rotation", place, node_place(source, skeleton), weight)
    for constraint in found.values():
        finite(constraint.weight)
    return tuple(_ordered(found))


def _ordered(found: dict[int, Constraint]) -> list[Constraint]:
    order: list[Constraint] = []
    done: set[int] = set()
    for start in found:
        path: dict[int, None] = {}  # in order, and quick to look into
        node = start
        while node in found and node not in done:
            if node in path:
                raise damaged("some of its constraints follow themselves")
            path[node] = None
            node = found[node].source
        done.update(path)
        order += [found[node] for node in reversed(path)]
    return order
