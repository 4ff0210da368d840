"""Nodes that follow others turn as the specification's examples say."""

import dataclasses
import math
from typing import Literal

import numpy as np
import pytest
from hairy import avatar_of
from hypothesis import assume, given
from hypothesis import strategies as st
from shared import shared_data
from small_vrm import PLACE, Json, small_vrm

from avatar_live.avatar import AvatarError, Rig
from avatar_live.avatar.constraints import read_constraints
from avatar_live.avatar.followers import WAITS_MAX, Followers
from avatar_live.avatar.gltf import Gltf
from avatar_live.avatar.model import Avatar, Constraint, Doubles, Node
from avatar_live.avatar.nodes import read_skeleton
from avatar_live.avatar.quaternions import axes_of, between, conjugate, matrices, multiply, slerp
from avatar_live.avatar.read import avatar_from_bytes
from avatar_live.signals import Pose

HELPERS = ("ArmL", "ArmR")


def arms(pose: Pose, **constraints: Json) -> Doubles:
    """Return the axes of the arms' nodes (2, 3, 3), where nodes by name bear constraints."""
    file = small_vrm()
    for name, constraint in constraints.items():
        file.document["nodes"][PLACE[name]]["extensions"] = {
            "VRMC_node_constraint": {"specVersion": "1.0", "constraint": constraint}
        }
    file.document["skins"] = [{"joints": [PLACE["ArmL"], PLACE["ArmR"], PLACE["Head"]]}]
    posture = Rig(avatar_from_bytes(file.pack())).animate(pose, 0.0)
    return posture.palette[:2, :, :3].astype(np.float64)


def turn(axis: int, angle_deg: float) -> Doubles:
    half = math.radians(angle_deg) / 2.0
    return np.array([*(math.sin(half) * np.eye(3)[axis]), math.cos(half)])


def yaw_deg(axes: Doubles) -> float:
    return math.degrees(math.atan2(axes[0, 2], axes[2, 2]))


def test_rotation_is_copied_by_its_weight() -> None:
    source = {"rotation": {"source": PLACE["Head"], "weight": 0.5}}
    left, _ = arms(Pose({"head": turn(1, 60.0)}), ArmL=source)
    assert yaw_deg(left) == pytest.approx(30.0)


def test_roll_takes_only_the_turn_about_its_axis() -> None:
    roll = {"roll": {"source": PLACE["Head"], "rollAxis": "Y"}}
    left, _ = arms(Pose({"head": turn(1, 40.0)}), ArmL=roll)
    assert yaw_deg(left) == pytest.approx(40.0)
    left, _ = arms(Pose({"head": turn(0, 40.0)}), ArmL=roll)
    assert left == pytest.approx(np.eye(3), abs=1e-6)


def test_aim_points_its_axis_at_the_source() -> None:
    aim = {"aim": {"source": PLACE["Head"], "aimAxis": "NegativeX"}}
    left, _ = arms(Pose(), ArmL=aim)
    towards = np.array([-0.2, 0.15, 0.0])  # from the arm to the head
    assert -left[:, 0] == pytest.approx(towards / np.linalg.norm(towards), abs=1e-6)


def test_a_chain_of_constraints_is_followed_in_order() -> None:
    follow_left = {"rotation": {"source": PLACE["ArmL"]}}
    follow_head = {"rotation": {"source": PLACE["Head"]}}
    left, right = arms(Pose({"head": turn(1, 50.0)}), ArmR=follow_left, ArmL=follow_head)
    assert yaw_deg(left) == yaw_deg(right) == pytest.approx(50.0)


def test_constraints_in_a_circle_are_refused() -> None:
    with pytest.raises(AvatarError, match="follow themselves"):
        arms(Pose(), ArmL={"rotation": {"source": PLACE["ArmR"]}}, ArmR={"rotation": {"source": PLACE["ArmL"]}})


def constrained(nodes: list[Node], *constraints: Constraint) -> Avatar:
    return dataclasses.replace(avatar_of(nodes, {}, ()), constraints=constraints)


def worlds(avatar: Avatar, rotations: Doubles) -> Doubles:
    nodes = avatar.nodes
    out = matrices(np.array([n.translation for n in nodes]), rotations, np.array([n.scale for n in nodes]))
    for number, node in enumerate(nodes):
        if node.parent >= 0:
            out[number] = out[node.parent] @ out[number]
    return out


def followed(avatar: Avatar, **turned: Doubles) -> Doubles:
    """Return the local rotations (N, 4) once nodes of these names are turned and the others have followed."""
    rotations = np.array([turned.get(node.name, node.rotation) for node in avatar.nodes])
    Followers(avatar).follow(rotations, lambda: worlds(avatar, rotations))
    return rotations


def turn_of(rotation: Doubles, axis: int) -> float:
    return math.degrees(2.0 * math.atan2(rotation[axis], rotation[3]))


def test_the_cubes_of_the_reference_follow_as_they_are_told() -> None:
    gltf = Gltf(shared_data("avatars", "gltf", "three-vrm-nodeconstraint-cubes.gltf").read_bytes())
    skeleton = read_skeleton(gltf, is_turned=False)
    constraints = read_constraints(gltf.document.nodes, skeleton)
    cubes = constrained(list(skeleton.nodes), *constraints)
    _, rolled, copied = followed(cubes, CubeA=turn(1, 80.0))
    assert turn_of(rolled, 1) == pytest.approx(80.0)
    assert turn_of(copied, 1) == pytest.approx(40.0)
    _, rolled, copied = followed(cubes, CubeA=turn(2, 80.0))
    assert rolled == pytest.approx([0.0, 0.0, 0.0, 1.0], abs=1e-9)  # B rolls about Y alone
    assert turn_of(copied, 2) == pytest.approx(40.0)


_parts = st.floats(-1.0, 1.0)
_rotations = (
    st.tuples(_parts, _parts, _parts, _parts)
    .map(np.array)
    .filter(lambda q: float(np.linalg.norm(q)) > 0.1)
    .map(lambda q: q / np.linalg.norm(q))
)


def example(kind: Literal["roll", "aim", "rotation"], rests: tuple[Doubles, ...], weight: float) -> Avatar:
    """Return a parent, a source beside it and a follower under the parent."""
    one = np.ones(3)
    nodes = [
        Node("parent", -1, np.array([0.3, 0.1, 0.0]), rests[0], one),
        Node("source", 0, np.array([0.0, 0.5, 0.4]), rests[1], one),
        Node("follower", 0, np.array([-0.2, 0.0, 0.1]), rests[2], one),
    ]
    return constrained(nodes, Constraint(kind, 2, 1, weight, (0.0, 1.0, 0.0)))


@given(_rotations, _rotations, _rotations, _rotations, st.floats(0.0, 1.0))
def test_followers_do_what_the_pseudo_code_says(
    parent: Doubles, source_rest: Doubles, rest: Doubles, source: Doubles, weight: float
) -> None:
    axis = np.array([0.0, 1.0, 0.0])
    delta = multiply(conjugate(source_rest), source)
    in_parent = multiply(multiply(source_rest, delta), conjugate(source_rest))
    in_follower = multiply(multiply(conjugate(rest), in_parent), rest)
    assume(float((axes_of(in_follower) @ axis) @ axis) > -0.999)  # half a turn has no shortest way
    swing = between(axis[None], (axes_of(in_follower) @ axis)[None])[0]
    targets: dict[Literal["roll", "rotation"], Doubles] = {
        "rotation": multiply(rest, delta),
        "roll": multiply(multiply(rest, conjugate(swing)), in_follower),
    }
    for kind, target in targets.items():
        assume(abs(float(rest @ target)) > 1e-3)
        found = followed(example(kind, (parent, source_rest, rest), weight), source=source)[2]
        assert axes_of(found) == pytest.approx(axes_of(slerp(rest, target, weight)), abs=1e-5)


@given(_rotations, _rotations)
def test_an_aim_is_the_shortest_turn_to_its_source(parent: Doubles, rest: Doubles) -> None:
    avatar = example("aim", (parent, np.array([0.0, 0.0, 0.0, 1.0]), rest), 1.0)
    rotations = followed(avatar)
    world, before = worlds(avatar, rotations), worlds(avatar, np.array([node.rotation for node in avatar.nodes]))
    span = world[1, :3, 3] - world[2, :3, 3]
    towards = span / np.linalg.norm(span)
    assert world[2, :3, 1] == pytest.approx(towards, abs=1e-6)
    turned = world[2, :3, :3] @ before[2, :3, :3].T
    angle = math.acos(max(-1.0, min(1.0, (float(np.trace(turned)) - 1.0) / 2.0)))
    assert angle == pytest.approx(math.acos(max(-1.0, min(1.0, float(before[2, :3, 1] @ towards)))), abs=1e-4)


def test_an_aim_waits_for_what_carries_its_source() -> None:
    """The hand's twist follows the head; the sleeve aims at the hand, whatever order the file has them in."""
    constraints = {
        "Hair1": {"aim": {"source": PLACE["EyeL"], "aimAxis": "PositiveY"}},
        "EyeL": {"rotation": {"source": PLACE["ArmL"]}},
        "Head": {"rotation": {"source": PLACE["ArmR"]}},
    }
    file = small_vrm()
    for name, constraint in constraints.items():
        file.document["nodes"][PLACE[name]]["extensions"] = {
            "VRMC_node_constraint": {"specVersion": "1.0", "constraint": constraint}
        }
    avatar = avatar_from_bytes(file.pack())
    place = {node.name: number for number, node in enumerate(avatar.nodes)}
    rotations = followed(avatar, ArmR=turn(2, 70.0))
    world = worlds(avatar, rotations)
    span = world[place["EyeL"], :3, 3] - world[place["Hair1"], :3, 3]
    assert world[place["Hair1"], :3, 1] == pytest.approx(span / np.linalg.norm(span), abs=1e-6)


def test_a_source_in_the_same_place_is_no_aim() -> None:
    follower = Node("follower", -1, np.ones(3), turn(2, 30.0), np.ones(3))
    source = Node("source", 0, np.zeros(3), turn(1, 0.0), np.ones(3))
    still = constrained([follower, source], Constraint("aim", 0, 1))
    assert followed(still)[0] == pytest.approx(turn(2, 30.0))


def test_aims_that_wait_in_a_circle_come_to_an_end() -> None:
    """Each aims at what the other carries: neither can be first, and both still aim."""
    nodes = [
        Node("first", -1, np.zeros(3), turn(1, 0.0), np.ones(3)),
        Node("second", -1, np.array([1.0, 0.5, 0.0]), turn(1, 0.0), np.ones(3)),
        Node("first end", 0, np.array([0.3, 0.0, 0.0]), turn(1, 0.0), np.ones(3)),
        Node("second end", 1, np.array([0.0, 0.2, 0.1]), turn(1, 0.0), np.ones(3)),
    ]
    circle = constrained(nodes, Constraint("aim", 0, 3), Constraint("aim", 1, 2))
    rotations = followed(circle)
    assert np.linalg.norm(rotations, axis=1) == pytest.approx(np.ones(4))
    assert np.abs(rotations[:2, :3]).max() > 0.05


def test_followers_of_followers_are_counted_up_to_a_limit() -> None:
    nodes = [Node("lead", -1, np.zeros(3), turn(1, 0.0), np.ones(3))]
    nodes += [Node(f"{number}", -1, np.zeros(3), turn(1, 0.0), np.ones(3)) for number in range(WAITS_MAX + 8)]
    chain = [Constraint("rotation", number, number - 1) for number in range(1, len(nodes))]
    rotations = followed(constrained(nodes, *chain), lead=turn(1, 50.0))
    assert rotations[WAITS_MAX] == pytest.approx(turn(1, 50.0))
