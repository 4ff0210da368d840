"""VRM 0.x looks and moves like 1.0 once it is read."""

import numpy as np
import pytest
from shared import shared_data
from small_vrm import PLACE, small_vrm, small_vrm0

from avatar_live.avatar import Rig, read_avatar
from avatar_live.avatar.read import avatar_from_bytes
from avatar_live.signals import Pose


def test_the_same_body_in_0_and_1_is_the_same_avatar() -> None:
    new, old = avatar_from_bytes(small_vrm().pack()), avatar_from_bytes(small_vrm0().pack())
    pose = Pose({"head": np.array([0.0, 0.3, 0.1, 0.9]), "leftUpperArm": np.array([0.0, 0.0, -0.5, 0.8])})
    expected, found = Rig(new).animate(pose, 0.0), Rig(old).animate(pose, 0.0)
    assert found.head == pytest.approx(expected.head)
    assert old.primitives[0].positions == pytest.approx(new.primitives[0].positions)
    assert old.humanoid == new.humanoid
    assert old.meta.vrm_version == "0"


def test_presets_bear_the_names_of_1() -> None:
    avatar = avatar_from_bytes(small_vrm0().pack())
    assert list(avatar.expressions) == ["aa", "happy", "surprised", "blinkLeft"]
    assert avatar.expressions["happy"].morphs == ((0, 0.5),)


def test_thumbs_are_named_by_their_anatomy() -> None:
    file = small_vrm0()
    bones = file.document["extensions"]["VRM"]["humanoid"]["humanBones"]
    for number, bone in enumerate(("leftThumbProximal", "leftThumbIntermediate", "leftThumbDistal")):
        bones.append({"bone": bone, "node": PLACE["Hair1"] + number})
    humanoid = avatar_from_bytes(file.pack()).humanoid
    names = ("leftThumbMetacarpal", "leftThumbProximal", "leftThumbDistal")
    assert [humanoid[name] for name in names] == sorted(humanoid[name] for name in names)


def test_unity_vectors_are_turned() -> None:
    avatar = avatar_from_bytes(small_vrm0().pack())
    assert avatar.look_at.offset_m == (-0.01, 0.06, 0.08)
    assert avatar.colliders[0].offset == (-0.01, 0.02, 0.03)


def test_a_bone_group_swings_everything_below_and_seven_centimetres_more() -> None:
    avatar = avatar_from_bytes(small_vrm0().pack())
    (spring,) = avatar.springs
    names = [avatar.nodes[joint.node].name for joint in spring.joints]
    assert names == ["Hair1", "Hair2", "Hair3", "HairTip", "HairTip_end"]
    assert np.linalg.norm(avatar.nodes[-1].translation) == pytest.approx(0.07)
    assert avatar.nodes[avatar.nodes[-1].parent].name == "HairTip"


def test_a_branch_swings_as_a_chain_of_its_own() -> None:
    file = small_vrm0()
    nodes = file.document["nodes"]
    nodes.append({"name": "Branch", "translation": [0.05, -0.05, 0.0]})
    nodes[PLACE["Hair2"]]["children"].append(len(nodes) - 1)
    avatar = avatar_from_bytes(file.pack())
    chains = [[avatar.nodes[joint.node].name for joint in spring.joints] for spring in avatar.springs]
    assert chains == [["Hair1", "Hair2", "Hair3", "HairTip", "HairTip_end"], ["Branch", "Branch_end"]]
    rig = Rig(avatar)
    for _ in range(20):
        assert np.isfinite(rig.animate(Pose(), 1 / 30).palette).all()


def test_mtoon_of_0_is_told_in_the_terms_of_1() -> None:
    (material,) = avatar_from_bytes(small_vrm0().pack()).materials
    assert material.base_color == pytest.approx((0.2140, 0.2140, 0.2140, 0.8), abs=1e-4)  # sRGB 0.5, alpha as it is
    assert (material.alpha_mode, material.alpha_cutoff, material.is_double_sided) == ("mask", 0.4, True)
    assert (material.outline_mode, material.outline_width_m) == ("world", 0.0025)
    # The ramp from -0.2 to 1 + (-0.2 - 1) / 2 = 0.4 has its middle at 0.1 and is 0.6 wide.
    assert (material.shading_shift, material.shading_toony) == pytest.approx((-0.1, 0.7))
    assert material.placing.scale == (0.5, 0.5)
    assert material.placing.offset == pytest.approx((0.1, 0.3))
    assert material.shade_texture == material.base_texture == 0


def test_the_order_of_transparent_surfaces_is_kept() -> None:
    file = small_vrm0()
    properties = file.document["extensions"]["VRM"]["materialProperties"]
    queues = (3000, 2990, 3005, 3000)
    file.document["materials"] = [{"name": str(queue)} for queue in queues]
    properties[:] = [
        {"shader": "VRM/MToon", "renderQueue": queue, "floatProperties": {"_BlendMode": 2}} for queue in queues
    ]
    assert [m.render_queue_offset for m in avatar_from_bytes(file.pack()).materials] == [-1, -2, 0, -1]


@pytest.mark.parametrize(
    ("shader", "alpha_mode", "writes_depth"),
    [
        ("VRM/UnlitTexture", "opaque", False),
        ("VRM/UnlitCutout", "mask", False),
        ("VRM/UnlitTransparentZWrite", "blend", True),
    ],
)
def test_old_unlit_shaders_stay_unlit(shader: str, alpha_mode: str, writes_depth: bool) -> None:
    file = small_vrm0()
    file.document["extensions"]["VRM"]["materialProperties"][0] = {"shader": shader}
    (material,) = avatar_from_bytes(file.pack()).materials
    assert (material.shading, material.alpha_mode) == ("unlit", alpha_mode)
    assert material.writes_depth_when_transparent == writes_depth


def test_the_license_is_told_in_the_words_of_1() -> None:
    meta = avatar_from_bytes(small_vrm0().pack()).meta
    assert meta.license_url == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert (meta.avatar_permission, meta.commercial_usage) == ("everyone", "personalNonProfit")
    assert meta.allow_redistribution


def test_godette_faces_the_viewer() -> None:
    avatar = read_avatar(shared_data("avatars", "vrm0", "Godette_vrm_v4.vrm"))
    rig = Rig(avatar)
    posture = rig.animate(Pose(), 0.0)
    assert posture.eyes_m[2] > posture.head[2, 3] + 0.1  # her eyes are before her head, on +Z
    nodes = dict(zip(avatar.palette_nodes.tolist(), range(len(avatar.palette_nodes)), strict=True))
    rest = np.linalg.inv(avatar.inverse_binds.astype(np.float64))[:, :3, 3]
    toes, foot, hand = (rest[nodes[avatar.humanoid[name]]] for name in ("leftToes", "leftFoot", "leftHand"))
    assert toes[2] > foot[2] + 0.05
    assert hand[0] > 0.3  # her left hand is on +X
