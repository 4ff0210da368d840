"""Nodes that follow others turn as the specification's examples say."""

import math

import numpy as np
import pytest
from small_vrm import PLACE, Json, small_vrm

from avatar_live.avatar import AvatarError, Rig
from avatar_live.avatar.model import Doubles
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
