"""Files become avatars: bytes of a small file, the project's own characters, and other people's."""

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest
from shared import PROJECT, shared_data
from small_vrm import MORPHS, PLACE, pack, small_vrm

from avatar_live.avatar import Avatar, Rig, read_avatar
from avatar_live.avatar.model import Floats, Meta, Primitive
from avatar_live.avatar.read import avatar_from_bytes
from avatar_live.signals import ARKIT_SHAPES, HUMANOID_BONES, Pose

OWN = ("mirai.vrm", "kohaku.vrm")
SHARED = (
    "vrm0/Godette_vrm_v4.vrm",
    "vrm0/UniVRM_EmissionMigration_v0.107.0.vrm",
    "vrm1/VRMC_materials_mtoon_UV_Animation_Test.vrm",
    "vrm1/VRMC_vrm_expressions_isBinary_Overridden.vrm",
    "vrm1/VRMC_vrm_expressions_isBinary_Overrides.vrm",
    "vrm1/mtoon_default.vrm",
    "vrm1/mtoon_rimLightingMix_1.vrm",
    "vrm1/mtoon_shadingToony_1.vrm",
    "vrm1/smoke_spring.vrm",
    "vrm1/springbone_collider_capsule_x0p02_r0p1.vrm",
    "vrm1/springbone_extended_isphere_anglelimit_30.vrm",
    "vrm1/springbone_extended_plane_pmed.vrm",
    "vrm1/swing_springbone_stiffness_0p8.vrm",
    "vrm1/vrma_Example.vrm",
)


def skinned(primitive: Primitive, palette: Floats) -> Floats:
    """Return the vertices (V, 3) as the stage would draw them, without morphs."""
    matrices = np.einsum("vk,vkij->vij", primitive.weights, palette[primitive.joints])
    out: Floats = np.einsum("vij,vj->vi", matrices[:, :, :3], primitive.positions) + matrices[:, :, 3]
    return out


def assert_whole(avatar: Avatar) -> None:
    """Check what the contract promises about every avatar."""
    assert all(node.parent < number for number, node in enumerate(avatar.nodes))
    assert avatar.inverse_binds.shape == (len(avatar.palette_nodes), 4, 4)
    for primitive in avatar.primitives:
        count = len(primitive.positions)
        assert primitive.normals.shape == (count, 3)
        assert primitive.uvs.shape == (count, 2)
        assert primitive.triangles.max() < count
        assert primitive.joints.max() < len(avatar.palette_nodes)
        assert 0 <= primitive.material < len(avatar.materials)
        assert primitive.morph_positions.shape == primitive.morph_normals.shape == (len(primitive.morphs), count, 3)
        assert np.allclose(primitive.weights.sum(axis=1), 1.0, atol=1e-5)
        assert np.allclose(np.linalg.norm(primitive.normals, axis=1), 1.0, atol=1e-4)
        moved = np.abs(primitive.morph_positions).max(axis=(1, 2), initial=0.0)
        bent = np.abs(primitive.morph_normals).max(axis=(1, 2), initial=0.0)
        assert (np.maximum(moved, bent) > 0.0).all()
        for array in (primitive.positions, primitive.normals, primitive.uvs, primitive.weights):
            assert array.dtype == np.float32
            assert array.flags.c_contiguous
    for texture in avatar.textures:
        assert texture.pixels.dtype == np.uint8
        assert texture.pixels.shape[2] == 4


@pytest.mark.parametrize("name", OWN)
def test_the_own_characters_load_whole_and_stand_at_rest(name: str) -> None:
    avatar = read_avatar(PROJECT / "assets" / name)
    assert_whole(avatar)
    assert set(HUMANOID_BONES) - set(avatar.humanoid) == {"jaw"}
    assert set(ARKIT_SHAPES) <= set(avatar.morph_names)
    posture = Rig(avatar).animate(Pose(), 0.0)
    for primitive in avatar.primitives:
        assert np.abs(skinned(primitive, posture.palette) - primitive.positions).max() < 1e-4
    assert posture.palette.dtype == np.float32
    assert posture.palette.shape == (len(avatar.palette_nodes), 3, 4)


@pytest.mark.parametrize("name", SHARED)
def test_other_peoples_avatars_load_whole_and_move(name: str) -> None:
    avatar = read_avatar(shared_data("avatars", *name.split("/")))
    assert_whole(avatar)
    rig = Rig(avatar)
    pose = Pose({"head": np.array([0.0, 0.3, 0.0, 0.95])}, np.full(52, 0.5), 0.3, 0.2)
    for _ in range(10):
        posture = rig.animate(pose, 1 / 30)
    assert np.isfinite(posture.palette).all()
    assert np.isfinite(posture.morph_weights).all()


def test_a_small_file_gives_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "small.vrm"
    path.write_bytes(small_vrm().pack())
    avatar = read_avatar(path)
    assert_whole(avatar)
    assert (avatar.meta.name, avatar.meta.authors, avatar.meta.vrm_version) == ("Small", ("Someone",), "1")
    assert avatar.morph_names == MORPHS
    (primitive,) = avatar.primitives
    assert primitive.morphs.tolist() == [0, 1, 2]  # "nothing" moves nothing and is not stored
    assert primitive.morph_positions[0, 3].tolist() == pytest.approx([0.0, -0.05, 0.0])
    assert np.count_nonzero(primitive.morph_positions) == 3
    assert primitive.weights[3].tolist() == pytest.approx([0.25, 0.75, 0.0, 0.0])
    assert primitive.uvs[1].tolist() == [1.0, 0.0]
    assert avatar.nodes[avatar.humanoid["head"]].name == "Head"
    (texture,) = avatar.textures
    assert (texture.wrap_u, texture.wrap_v, texture.is_smooth) == ("clamp", "repeat", False)
    assert texture.pixels[0, 1].tolist() == [3, 4, 5, 255]
    (material,) = avatar.materials
    assert material.shade_color == (0.5, 0.25, 0.25)
    assert [joint.node for joint in avatar.springs[0].joints] == [
        next(i for i, node in enumerate(avatar.nodes) if node.name == name)
        for name in ("Hair1", "Hair2", "Hair3", "HairTip")
    ]


def test_quantised_interleaved_vertices_are_scaled() -> None:
    file = small_vrm()
    rows = np.zeros(6, np.dtype([("position", "<i2", 3), ("padding", "<i2")]))
    rows["position"] = np.array([[-100, 500, 0], [100, 500, 0], [0, 900, 0], [0, 1, 2], [3, 4, 5], [6, 7, 8]])
    view = file.view(rows.tobytes(), byteStride=8)
    accessor = {"bufferView": view, "componentType": 5122, "count": 6, "type": "VEC3", "normalized": True}
    file.document["accessors"].append(accessor)
    attributes = file.document["meshes"][0]["primitives"][0]["attributes"]
    attributes["POSITION"] = len(file.document["accessors"]) - 1
    (primitive,) = avatar_from_bytes(file.pack()).primitives
    assert np.allclose(primitive.positions, rows["position"] / 32767.0, atol=1e-6)


def test_a_rigid_mesh_hangs_on_its_node() -> None:
    file = small_vrm()
    del file.document["nodes"][PLACE["Mesh"]]["skin"]
    avatar = avatar_from_bytes(file.pack())
    (primitive,) = avatar.primitives
    assert primitive.weights.tolist() == [[1.0, 0.0, 0.0, 0.0]] * 6
    (node,) = avatar.palette_nodes
    assert avatar.nodes[node].name == "Mesh"


def test_vertices_that_no_triangle_uses_are_left_out() -> None:
    file = small_vrm()
    primitive = file.document["meshes"][0]["primitives"][0]
    primitive["indices"] = file.accessor(np.array([2, 3, 4], np.uint8))
    (read,) = avatar_from_bytes(file.pack()).primitives
    assert len(read.positions) == 3
    assert read.triangles.tolist() == [[0, 1, 2]]
    assert read.morph_positions.shape == (3, 3, 3)


def test_strips_and_fans_become_triangles_that_turn_alike() -> None:
    wound = {}
    for mode in (5, 6):
        file = small_vrm()
        primitive = file.document["meshes"][0]["primitives"][0]
        primitive["mode"] = mode
        primitive["indices"] = file.accessor(np.array([0, 1, 2, 3, 4], np.uint8))
        wound[mode] = avatar_from_bytes(file.pack()).primitives[0].triangles.tolist()
    assert wound[5] == [[0, 1, 2], [2, 1, 3], [2, 3, 4]]
    assert wound[6] == [[0, 1, 2], [0, 2, 3], [0, 3, 4]]


def test_missing_normals_are_made_from_the_triangles() -> None:
    file = small_vrm()
    del file.document["meshes"][0]["primitives"][0]["attributes"]["NORMAL"]
    (primitive,) = avatar_from_bytes(file.pack()).primitives
    assert primitive.normals[0].tolist() == pytest.approx([0.0, 0.0, 1.0])


def test_a_plain_material_stays_physically_based_and_an_unlit_one_unlit() -> None:
    file = small_vrm()
    file.document["materials"] = [{"pbrMetallicRoughness": {"roughnessFactor": 0.4}}]
    (plain,) = avatar_from_bytes(file.pack()).materials
    assert (plain.shading, plain.metallic, plain.roughness) == ("pbr", 1.0, 0.4)
    file.document["materials"] = [{"extensions": {"KHR_materials_unlit": {}}}]
    (unlit,) = avatar_from_bytes(file.pack()).materials
    assert unlit.shading == "unlit"


def test_a_mesh_outside_the_scene_is_not_drawn() -> None:
    file = small_vrm()
    file.document["nodes"].append({"name": "Leftover", "mesh": 0})
    assert len(avatar_from_bytes(file.pack()).primitives) == 1


def test_a_node_may_give_its_place_as_a_matrix() -> None:
    file = small_vrm()
    node = file.document["nodes"][PLACE["ArmL"]]
    del node["translation"]
    turned = np.array([[0, -2, 0, 0.5], [2, 0, 0, 0.25], [0, 0, 2, 0.125], [0, 0, 0, 1]], float)
    node["matrix"] = turned.T.reshape(-1).tolist()
    avatar = avatar_from_bytes(pack(file.document, bytes(file.binary)))
    arm = avatar.nodes[avatar.humanoid["leftUpperArm"]]
    assert arm.translation.tolist() == [0.5, 0.25, 0.125]
    assert arm.scale.tolist() == [2.0, 2.0, 2.0]
    assert arm.rotation.tolist() == pytest.approx([0.0, 0.0, 0.5**0.5, 0.5**0.5])


def test_every_word_about_the_author_and_the_licence_is_kept() -> None:
    file = small_vrm()
    words = {
        "name": "Small",
        "version": "2.1",
        "authors": ["One", "Two"],
        "copyrightInformation": "(c) One",
        "contactInformation": "one@example.org",
        "references": ["a drawing"],
        "thirdPartyLicenses": "a font",
        "thumbnailImage": 0,
        "licenseUrl": "https://vrm.dev/licenses/1.0/",
        "otherLicenseUrl": "https://example.org/",
        "avatarPermission": "everyone",
        "commercialUsage": "corporation",
        "creditNotation": "unnecessary",
        "modification": "allowModification",
        "allowRedistribution": True,
        "allowExcessivelyViolentUsage": True,
        "allowExcessivelySexualUsage": True,
        "allowPoliticalOrReligiousUsage": True,
        "allowAntisocialOrHateUsage": True,
    }
    file.document["extensions"]["VRMC_vrm"]["meta"] = words
    avatar = avatar_from_bytes(file.pack())
    meta = avatar.meta
    assert meta == Meta(
        name="Small",
        version="2.1",
        authors=("One", "Two"),
        copyright_information="(c) One",
        contact_information="one@example.org",
        references=("a drawing",),
        third_party_licenses="a font",
        license_url="https://vrm.dev/licenses/1.0/",
        other_license_url="https://example.org/",
        avatar_permission="everyone",
        commercial_usage="corporation",
        credit_notation="unnecessary",
        modification="allowModification",
        allow_redistribution=True,
        allow_excessively_violent_usage=True,
        allow_excessively_sexual_usage=True,
        allow_political_or_religious_usage=True,
        allow_antisocial_or_hate_usage=True,
        thumbnail=1,
        vrm_version="1",
    )
    assert avatar.textures[1].pixels.shape == (4, 4, 4)


def test_a_thumbnail_that_is_not_there_costs_nobody_the_avatar() -> None:
    file = small_vrm()
    file.document["extensions"]["VRMC_vrm"]["meta"]["thumbnailImage"] = 7
    assert avatar_from_bytes(file.pack()).meta.thumbnail is None


def test_the_robot_has_every_preset_and_nothing_that_moves_them() -> None:
    avatar = read_avatar(shared_data("avatars", "vrm1", "vrma_Example.vrm"))
    assert len(avatar.humanoid) == 53
    assert len(avatar.expressions) == 18
    assert all(not expression.morphs for expression in avatar.expressions.values())
    assert avatar.look_at.offset_m == (0.0, 0.0, 0.0)
    assert (avatar.meta.avatar_permission, avatar.meta.authors) == ("onlyAuthor", ("undefined",))
    assert sum(len(primitive.triangles) for primitive in avatar.primitives) == 1_612


@pytest.mark.parametrize("place", ["meshes", "nodes"])
def test_only_weights_that_no_expression_binds_are_kept(place: str) -> None:
    file = small_vrm()
    file.document["extensions"]["VRMC_vrm"]["expressions"] = {"preset": {"aa": {"morphTargetBinds": []}}}
    holder = file.document[place][0 if place == "meshes" else PLACE["Mesh"]]
    holder["weights"] = [0.5, 1.0, 0.0, 0.0]
    rest = avatar_from_bytes(small_vrm().pack()).primitives[0].positions
    (free,) = avatar_from_bytes(file.pack()).primitives
    moved = free.positions - rest
    assert moved[3].tolist() == pytest.approx([0.0, -0.025, 0.0])
    assert moved[4].tolist() == pytest.approx([0.0, -0.02, 0.0])
    bind = {"node": PLACE["Mesh"], "index": 0}
    file.document["extensions"]["VRMC_vrm"]["expressions"]["preset"]["aa"]["morphTargetBinds"] = [bind]
    (bound,) = avatar_from_bytes(file.pack()).primitives
    assert np.count_nonzero(bound.positions - rest) == 1


def test_what_exporters_write_loosely_is_understood() -> None:
    file = small_vrm()
    vrm = file.document["extensions"]["VRMC_vrm"]
    vrm["meta"] |= {"references": None, "thumbnailImage": None, "allowRedistribution": 1, "version": None}
    vrm["lookAt"]["rangeMapVerticalUp"] = None
    vrm["expressions"]["custom"] = None
    vrm["humanoid"]["humanBones"]["head"]["node"] = float(PLACE["Head"])
    file.document["nodes"][PLACE["Neck"]]["children"] = [float(PLACE["Head"])]
    file.document["nodes"][PLACE["HairTip"]] |= {"children": None, "mesh": None, "extensions": None}
    avatar = avatar_from_bytes(file.pack())
    assert avatar.nodes[avatar.humanoid["head"]].name == "Head"
    assert avatar.meta.allow_redistribution
    assert avatar.look_at.vertical_up == (90.0, 10.0)


def test_reading_leaves_nothing_behind() -> None:
    """A host may try on hundreds of avatars in one show."""
    avatar = avatar_from_bytes(small_vrm().pack())
    arrays = [weakref.ref(array) for array in (avatar.primitives[0].positions, avatar.textures[0].pixels)]
    assert all(array() is not None for array in arrays)
    del avatar
    gc.collect()
    assert all(array() is None for array in arrays)
