"""A pose moves the avatar: the same pose looks the same whatever bones and rest pose a file has."""

import math

import numpy as np
import pytest
from shared import PROJECT
from small_vrm import PLACE, small_vrm

from avatar_live.avatar import Avatar, Posture, Rig, read_avatar
from avatar_live.avatar.hierarchy import Hierarchy
from avatar_live.avatar.model import Doubles
from avatar_live.avatar.quaternions import axes_of, matrices
from avatar_live.avatar.read import avatar_from_bytes
from avatar_live.signals import HUMANOID_BONES, Pose


@pytest.fixture(scope="module")
def mirai() -> Avatar:
    return read_avatar(PROJECT / "assets" / "mirai.vrm")


@pytest.fixture(scope="module")
def small() -> Avatar:
    return avatar_from_bytes(small_vrm().pack())


def about(axis: str, angle_deg: float) -> Doubles:
    half = math.radians(angle_deg) / 2.0
    return np.array([*(math.sin(half) * np.eye(3)["xyz".index(axis)]), math.cos(half)])


def axes(matrix: Doubles) -> Doubles:
    return np.asarray(matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0))


def joint(avatar: Avatar, posture: Posture, bone: str) -> Doubles:
    """Return the world matrix of a bone of the palette."""
    at = avatar.palette_nodes.tolist().index(avatar.humanoid[bone])
    skin = np.vstack([posture.palette[at], [0, 0, 0, 1]]).astype(np.float64)
    return np.asarray(skin @ np.linalg.inv(avatar.inverse_binds[at].astype(np.float64)))


def test_the_head_turns_to_the_avatars_left(mirai: Avatar) -> None:
    posture = Rig(mirai).animate(Pose({"head": about("y", 30.0)}), 0.0)
    assert posture.head[:3, 2] == pytest.approx([0.5, 0.0, math.sqrt(0.75)], abs=1e-6)


def test_rotations_add_up_along_the_chain(mirai: Avatar) -> None:
    pose = Pose(
        {"hips": about("y", 10.0), "chest": about("y", 15.0), "neck": about("y", 20.0), "head": about("y", 5.0)}
    )
    posture = Rig(mirai).animate(pose, 0.0)
    assert axes(posture.head) == pytest.approx(axes_of(about("y", 50.0)[None])[0], abs=1e-6)


def test_a_lowered_arm_points_down(mirai: Avatar) -> None:
    posture = Rig(mirai).animate(Pose({"leftUpperArm": about("z", -90.0)}), 0.0)
    shoulder, hand = (joint(mirai, posture, bone)[:3, 3] for bone in ("leftUpperArm", "leftHand"))
    assert (hand - shoulder) / np.linalg.norm(hand - shoulder) == pytest.approx([0.0, -1.0, 0.0], abs=0.05)


def test_the_rest_pose_of_the_file_does_not_change_a_pose() -> None:
    plain = small_vrm()
    twisted = small_vrm()
    nodes = twisted.document["nodes"]
    # The neck's own axes are turned in the file, and its child is turned back: the body stands as before.
    nodes[PLACE["Neck"]]["rotation"] = about("x", 70.0).tolist()
    inverse = axes_of(about("x", -70.0)[None])[0]
    nodes[PLACE["Head"]]["rotation"] = about("x", -70.0).tolist()
    nodes[PLACE["Head"]]["translation"] = (inverse @ [0.0, 0.1, 0.0]).tolist()
    pose = Pose({"neck": about("z", 25.0), "head": about("y", 40.0)})
    expected, found = (Rig(avatar_from_bytes(file.pack())).animate(pose, 0.0) for file in (plain, twisted))
    assert found.head == pytest.approx(expected.head, abs=1e-9)


def test_a_bone_that_is_missing_hands_its_turn_to_the_next(small: Avatar) -> None:
    assert "chest" not in small.humanoid
    posture = Rig(small).animate(Pose({"chest": about("y", 20.0), "upperChest": about("y", 10.0)}), 0.0)
    assert axes(posture.head) == pytest.approx(axes_of(about("y", 30.0)[None])[0], abs=1e-6)


def test_the_hips_carry_the_whole_body(small: Avatar) -> None:
    rig = Rig(small)
    rest, moved = rig.animate(Pose(), 0.0), rig.animate(Pose(hips_offset_m=np.array([0.1, -0.2, 0.3])), 0.0)
    assert moved.head[:3, 3] - rest.head[:3, 3] == pytest.approx([0.1, -0.2, 0.3])


def test_a_giant_head_grows_about_its_own_joint(mirai: Avatar) -> None:
    rest, giant = Rig(mirai).animate(Pose(), 0.0), Rig(mirai).animate(Pose(), 0.0, head_scale=2.5)
    assert giant.head[:3, 3] == pytest.approx(rest.head[:3, 3])
    assert np.linalg.norm(giant.head[:3, :3], axis=0) == pytest.approx([2.5, 2.5, 2.5])
    assert giant.eyes_m - giant.head[:3, 3] == pytest.approx(2.5 * (rest.eyes_m - rest.head[:3, 3]))
    assert joint(mirai, giant, "leftHand") == pytest.approx(joint(mirai, rest, "leftHand"), abs=1e-5)


def test_every_humanoid_bone_is_placed_for_what_may_hit_it(mirai: Avatar) -> None:
    posture = Rig(mirai).animate(Pose({"leftUpperArm": about("z", -90.0)}), 0.0)
    assert set(posture.bones) == set(mirai.humanoid)
    assert posture.bones["leftHand"] == pytest.approx(joint(mirai, posture, "leftHand"), abs=1e-5)
    assert posture.bones["head"] == pytest.approx(posture.head)


def test_the_eyes_are_between_the_eye_bones_or_before_the_head(small: Avatar) -> None:
    posture = Rig(small).animate(Pose(), 0.0)
    assert posture.eyes_m == pytest.approx([0.0, 1.66, 0.08])
    file = small_vrm()
    vrm = file.document["extensions"]["VRMC_vrm"]
    del vrm["humanoid"]["humanBones"]["leftEye"], vrm["humanoid"]["humanBones"]["rightEye"]
    vrm["lookAt"]["offsetFromHeadBone"] = [0.0, 0.1, 0.05]
    posture = Rig(avatar_from_bytes(file.pack())).animate(Pose({"head": about("y", 90.0)}), 0.0)
    assert posture.eyes_m == pytest.approx([0.05, 1.7, 0.0], abs=1e-6)


def test_eyes_turn_within_the_ranges_of_the_avatar() -> None:
    file = small_vrm()
    file.document["skins"][0]["joints"][1] = PLACE["EyeL"]  # so that the palette shows the eye
    avatar = avatar_from_bytes(file.pack())
    inner, outer = 45.0, 10.0  # of 90 degrees; the left eye looks outwards to the left
    for gaze_deg, turned_deg in ((45.0, outer / 2.0), (-45.0, -inner / 2.0), (170.0, outer)):
        posture = Rig(avatar).animate(Pose(gaze_yaw_rad=math.radians(gaze_deg)), 0.0)
        forward = joint(avatar, posture, "leftEye")[:3, 2]
        assert math.degrees(math.atan2(forward[0], forward[2])) == pytest.approx(turned_deg)
    posture = Rig(avatar).animate(Pose(gaze_pitch_rad=math.radians(90.0)), 0.0)
    assert joint(avatar, posture, "leftEye")[1, 2] == pytest.approx(math.sin(math.radians(10.0)))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_count_as_rest(mirai: Avatar, bad: float) -> None:
    rig = Rig(mirai)
    rest = Rig(mirai).animate(Pose(), 0.0)
    pose = Pose(
        {name: np.full(4, bad) for name in HUMANOID_BONES},
        np.full(52, bad),
        bad,
        bad,
        np.full(3, bad),
        expressions={"happy": bad},
    )
    for _ in range(3):
        posture = rig.animate(pose, bad, bad)
    assert np.isfinite(posture.palette).all()
    assert np.isfinite(posture.morph_weights).all()
    assert posture.head == pytest.approx(rest.head)


def test_a_name_that_is_no_bone_is_ignored(small: Avatar) -> None:
    rest, posture = Rig(small).animate(Pose(), 0.0), Rig(small).animate(Pose({"tail": about("x", 40.0)}), 0.0)
    assert posture.palette.tolist() == rest.palette.tolist()


def test_nodes_stand_where_their_ancestors_carry_them(mirai: Avatar) -> None:
    """Against the plain way: each node's own matrix after its parent's."""
    hierarchy = Hierarchy(mirai)
    dice = np.random.default_rng(2)
    translations, scales = dice.normal(size=(len(mirai.nodes), 3)), dice.uniform(0.5, 2.0, (len(mirai.nodes), 3))
    rotations = dice.normal(size=(len(mirai.nodes), 4))
    rotations /= np.linalg.norm(rotations, axis=1, keepdims=True)
    expected = matrices(translations, rotations, scales)
    for number, node in enumerate(mirai.nodes):
        if node.parent >= 0:
            expected[number] = expected[node.parent] @ expected[number]
    assert hierarchy.world(translations, rotations, scales) == pytest.approx(expected)
    branch = hierarchy.below(np.array([mirai.humanoid["head"], mirai.humanoid["leftHand"]]))
    placed = expected.copy()
    placed[branch.nodes] = 0.0
    branch.place(placed, translations, rotations, scales)
    assert placed == pytest.approx(expected)
    assert mirai.humanoid["leftEye"] in branch.nodes
    assert mirai.humanoid["rightHand"] not in branch.nodes
