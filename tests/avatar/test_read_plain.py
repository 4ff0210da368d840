"""A model without a VRM extension is an avatar when its bones and shapes are named as somebody usually names them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shared import shared_data
from small_vrm import MORPHS, PLACE, Writer, small_vrm

from avatar_live.avatar import Avatar, AvatarError, Rig, read_avatar
from avatar_live.avatar.bones_by_name import humanoid_by_name
from avatar_live.avatar.model import Node
from avatar_live.avatar.read import avatar_from_bytes, read_model
from avatar_live.signals import HUMANOID_BONES, Pose

# What each tool calls a humanoid's bones, in this order.
BONES = (
    "hips", "spine", "chest", "neck", "head", "leftEye", "leftShoulder", "leftUpperArm", "leftLowerArm",
    "leftHand", "leftThumbMetacarpal", "leftThumbProximal", "leftIndexProximal", "leftIndexIntermediate",
    "rightUpperLeg", "rightLowerLeg", "rightFoot", "rightToes",
)  # fmt: skip
PARENTS = (-1, 0, 1, 2, 3, 4, 2, 6, 7, 8, 9, 10, 9, 12, 0, 14, 15, 16)
HABITS = {
    "Mixamo": "mixamorig:Hips mixamorig:Spine mixamorig:Spine1 mixamorig:Neck mixamorig:Head mixamorig:LeftEye"
    " mixamorig:LeftShoulder mixamorig:LeftArm mixamorig:LeftForeArm mixamorig:LeftHand mixamorig:LeftHandThumb1"
    " mixamorig:LeftHandThumb2 mixamorig:LeftHandIndex1 mixamorig:LeftHandIndex2 mixamorig:RightUpLeg"
    " mixamorig:RightLeg mixamorig:RightFoot mixamorig:RightToeBase",
    "Rigify": "DEF-hips DEF-spine.001 DEF-spine.002 DEF-neck DEF-head DEF-eye.L DEF-shoulder.L DEF-upper_arm.L"
    " DEF-forearm.L DEF-hand.L DEF-thumb.01.L DEF-thumb.02.L DEF-f_index.01.L DEF-f_index.02.L DEF-thigh.R"
    " DEF-shin.R DEF-foot.R DEF-toe.R",
    "VRoid": "J_Bip_C_Hips J_Bip_C_Spine J_Bip_C_Chest J_Bip_C_Neck J_Bip_C_Head J_Adj_L_FaceEye J_Bip_L_Shoulder"
    " J_Bip_L_UpperArm J_Bip_L_LowerArm J_Bip_L_Hand J_Bip_L_Thumb1 J_Bip_L_Thumb2 J_Bip_L_Index1 J_Bip_L_Index2"
    " J_Bip_R_UpperLeg J_Bip_R_LowerLeg J_Bip_R_Foot J_Bip_R_ToeBase",
    "Unity": "Hips Spine Chest Neck Head LeftEye LeftShoulder LeftUpperArm LeftLowerArm LeftHand LeftThumbProximal"
    " LeftThumbIntermediate LeftIndexProximal LeftIndexIntermediate RightUpperLeg RightLowerLeg RightFoot RightToes",
    "Unreal": "pelvis spine_01 spine_02 neck_01 head eye_l clavicle_l upperarm_l lowerarm_l hand_l thumb_01_l"
    " thumb_02_l index_01_l index_02_l thigh_r calf_r foot_r ball_r",
    "3ds Max": "Bip001_Pelvis Bip001_Spine Bip001_Spine1 Bip001_Neck Bip001_Head Bip001_L_Eye Bip001_L_Clavicle"
    " Bip001_L_UpperArm Bip001_L_Forearm Bip001_L_Hand Bip001_L_Finger0 Bip001_L_Finger01 Bip001_L_Finger1"
    " Bip001_L_Finger11 Bip001_R_Thigh Bip001_R_Calf Bip001_R_Foot Bip001_R_Toe0",
    "plain English": "hips spine chest neck head left_eye left_shoulder left_arm left_elbow left_wrist thumb1_L"
    " thumb2_L index1_L index2_L right_leg right_knee right_ankle right_toe",
}


def chain(names: list[str], parents: tuple[int, ...] = PARENTS) -> list[Node]:
    zero, turn = np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0])
    return [Node(name, parent, zero, turn, np.ones(3)) for name, parent in zip(names, parents, strict=True)]


@pytest.mark.parametrize("habit", HABITS)
def test_bones_are_known_by_the_names_that_tools_give_them(habit: str) -> None:
    found = humanoid_by_name(chain(HABITS[habit].split()), frozenset())
    assert found == {name: place for place, name in enumerate(BONES)}
    assert found.keys() <= set(HUMANOID_BONES)


def test_helpers_are_not_taken_for_the_bones_they_help() -> None:
    names = HABITS["Unreal"].split()
    nodes = chain(["ik_hand_l", *names, "upperarm_twist_01_l", "head_end"], (-1, *(p + 1 for p in PARENTS), 8, 5))
    found = humanoid_by_name(nodes, frozenset())
    assert nodes[found["leftHand"]].name == "hand_l"
    assert nodes[found["leftUpperArm"]].name == "upperarm_l"
    assert nodes[found["head"]].name == "head"


def test_a_bone_that_carries_skin_comes_before_one_that_only_bears_the_name() -> None:
    names = HABITS["Rigify"].split()
    nodes = chain(["ORG-head", *names], (-1, *(p + 1 for p in PARENTS)))
    assert humanoid_by_name(nodes, set(range(1, len(nodes))))["head"] == 5


def test_a_long_spine_is_told_by_its_ends_and_its_middle() -> None:
    nodes = chain(["pelvis", *[f"spine_0{i}" for i in range(1, 6)], "neck_01", "head"], tuple(range(-1, 7)))
    found = humanoid_by_name(nodes, frozenset())
    assert [found[name] for name in ("hips", "spine", "chest", "upperChest", "neck", "head")] == [0, 1, 3, 5, 6, 7]


def test_without_head_or_hips_there_is_nobody() -> None:
    assert humanoid_by_name(chain(["table", "leg_l", "leg_r"], (-1, 0, 0)), frozenset()) == {}


def plain_file(hanging: bool = False, backwards: bool = False) -> Writer:
    """Return the small figure without its VRM extensions, its arms drawn out with hands."""
    file = small_vrm()
    document = file.document
    document["extensions"] = {}
    sign = -1.0 if backwards else 1.0
    for side, outwards in (("Left", 1.0), ("Right", -1.0)):
        arm = document["nodes"][PLACE[f"Arm{side[0]}"]]
        arm["name"] = f"{side}UpperArm"
        step = [0.0, -0.25, 0.0] if hanging else [outwards * sign * 0.25, 0.0, 0.0]
        first = len(document["nodes"])
        arm["children"] = [first]
        document["nodes"] += [
            {"name": f"{side}LowerArm", "translation": step, "children": [first + 1]},
            {"name": f"{side}Hand", "translation": step},
            {"name": f"{side}UpperLeg", "translation": [outwards * sign * 0.1, -0.1, 0.0]},
        ]
        document["nodes"][PLACE["Hips"]]["children"].append(first + 2)
    return file


def places(avatar: Avatar) -> dict[str, np.ndarray[Any, Any]]:
    posture = Rig(avatar).animate(Pose(), 0.0)
    assert np.isfinite(posture.palette).all()
    worlds: list[np.ndarray[Any, Any]] = []
    for node in avatar.nodes:
        x, y, z, w = node.rotation
        local = np.eye(4)
        local[:3, :3] = [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
        local[:3, 3] = node.translation
        worlds.append(worlds[node.parent] @ local if node.parent >= 0 else local)
    return {name: worlds[node][:3, 3] for name, node in avatar.humanoid.items()}


def test_a_plain_file_is_an_avatar_by_its_names() -> None:
    avatar = avatar_from_bytes(plain_file().pack())
    assert avatar.meta.vrm_version == "none"
    assert {"hips", "spine", "neck", "head", "leftEye", "rightHand"} <= avatar.humanoid.keys()
    assert avatar.morph_names == MORPHS


def test_hanging_arms_are_stretched_into_the_rest_that_poses_count_from() -> None:
    bones = places(avatar_from_bytes(plain_file(hanging=True).pack()))
    assert bones["leftHand"] - bones["leftUpperArm"] == pytest.approx(np.array([0.5, 0.0, 0.0]))
    assert bones["rightHand"] - bones["rightUpperArm"] == pytest.approx(np.array([-0.5, 0.0, 0.0]))


def test_a_model_that_looks_backwards_is_turned() -> None:
    bones = places(avatar_from_bytes(plain_file(backwards=True).pack()))
    assert bones["leftUpperLeg"][0] > bones["rightUpperLeg"][0]


def test_shapes_with_usual_names_become_expressions() -> None:
    file = plain_file()
    file.document["meshes"][0]["extras"]["targetNames"] = ["viseme_aa", "Fcl_EYE_Close_L", "vrc.v_ou", "Joy"]
    expressions = avatar_from_bytes(file.pack()).expressions
    assert {name: expression.morphs for name, expression in expressions.items()} == {
        "aa": ((0, 1.0),),
        "blinkLeft": ((1, 1.0),),
        "ou": ((2, 1.0),),
        "happy": ((3, 1.0),),
    }


def test_what_a_shop_wrote_beside_the_model_is_its_meta() -> None:
    file = plain_file()
    file.document["asset"] |= {
        "copyright": "(c) Someone",
        "extras": {"title": "Knight", "author": "Someone", "license": "CC-BY-4.0", "source": "https://example.org/"},
    }
    meta = avatar_from_bytes(file.pack()).meta
    assert (meta.name, meta.authors, meta.third_party_licenses) == ("Knight", ("Someone",), "CC-BY-4.0")
    assert meta.copyright_information == "(c) Someone"
    file.document["asset"]["extras"] = ["anything"]
    assert avatar_from_bytes(file.pack()).meta.name == ""


def test_a_model_that_is_nobody_is_still_something_to_draw(tmp_path: Path) -> None:
    file = plain_file()
    for name in ("Neck", "Head"):
        file.document["nodes"][PLACE[name]]["name"] = "Lamp"
    path = tmp_path / "lamp.glb"
    path.write_bytes(file.pack())
    with pytest.raises(AvatarError, match=r"^cannot use lamp\.glb: the file is a 3D model but not an avatar"):
        read_avatar(path)
    model = read_model(path)
    assert model.humanoid == {}
    assert [primitive.seen_by for primitive in model.primitives] == ["all"]


@pytest.mark.parametrize(("name", "bones", "triangles"), [("RiggedFigure.glb", 19, 256), ("Fox.glb", 19, 576)])
def test_other_peoples_figures_are_found_by_their_names(name: str, bones: int, triangles: int) -> None:
    avatar = read_avatar(shared_data("avatars", "gltf", name))
    assert len(avatar.humanoid) == bones
    assert sum(len(primitive.triangles) for primitive in avatar.primitives) == triangles
    rig = Rig(avatar)
    posture = rig.animate(Pose({"head": np.array([0.0, 0.4, 0.0, 0.9])}), 0.0)
    assert np.isfinite(posture.palette).all()
    found = places(avatar)
    assert found["leftHand"][0] > found["leftUpperArm"][0] > found["rightUpperArm"][0] > found["rightHand"][0]
    assert found["head"][1] > found["hips"][1]


def test_the_file_that_stresses_morphs_has_eight_of_them() -> None:
    model = read_model(shared_data("avatars", "gltf", "MorphStressTest.gltf"))
    assert model.morph_names == tuple(f"Key {number}" for number in range(1, 9))
    assert {len(primitive.morphs) for primitive in model.primitives} == {8, 0}
    assert len(model.textures) == 2


@pytest.mark.parametrize(
    ("name", "springs", "colliders", "constraints"),
    [
        ("nodeconstraint-cubes", 0, 0, 2),
        ("springbone-sphere-collider", 1, 1, 0),
        ("springbone-plane-collider", 1, 1, 0),
        ("springbone-inside-collider", 1, 1, 0),
    ],
)
def test_the_unit_files_of_springs_and_constraints_are_read(
    name: str, springs: int, colliders: int, constraints: int, tmp_path: Path
) -> None:
    """Their meshes lie in files that are not at hand: zeros of the right length take their place."""
    text = shared_data("avatars", "gltf", f"three-vrm-{name}.gltf").read_text()
    (tmp_path / "model.gltf").write_text(text)
    for buffer in json.loads(text)["buffers"]:
        (tmp_path / buffer["uri"]).write_bytes(bytes(buffer["byteLength"]))
    model = read_model(tmp_path / "model.gltf")
    assert (len(model.springs), len(model.colliders), len(model.constraints)) == (springs, colliders, constraints)
    if "plane" in name:
        assert model.colliders[0].normal == (0.0, 0.0, 1.0)
    if "inside" in name:
        assert (model.colliders[0].is_inside, model.colliders[0].radius_m) == (True, 1.25)
    for spring in model.springs:
        assert [joint.hit_radius_m for joint in spring.joints] == [0.25] * 4 + [0.0]
        assert [joint.drag for joint in spring.joints] == [0.4] * 4 + [0.5]
