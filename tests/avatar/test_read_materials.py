"""Every word of MToon, of the glTF extensions and of 0.x's MToon arrives in the material."""

import math
from typing import Any

import pytest
from shared import shared_data
from small_vrm import small_vrm, small_vrm0

from avatar_live.avatar import read_avatar
from avatar_live.avatar.model import Material, Placing
from avatar_live.avatar.read import avatar_from_bytes

Json = dict[str, Any]


def turned(index: int, **transform: object) -> Json:
    return {"index": index, "extensions": {"KHR_texture_transform": transform}}


def material_of(**fields: object) -> Material:
    file = small_vrm()
    file.document["materials"] = [fields]
    return avatar_from_bytes(file.pack()).materials[0]


def mtoon(**fields: object) -> Material:
    return material_of(extensions={"VRMC_materials_mtoon": {"specVersion": "1.0", **fields}})


def mtoon0(floats: Json | None = None, vectors: Json | None = None, textures: Json | None = None) -> Material:
    file = small_vrm0()
    file.document["extensions"]["VRM"]["materialProperties"] = [
        {
            "shader": "VRM/MToon",
            "floatProperties": floats or {},
            "vectorProperties": vectors or {},
            "textureProperties": textures or {},
        }
    ]
    return avatar_from_bytes(file.pack()).materials[0]


def test_every_picture_of_mtoon_has_its_place() -> None:
    read = mtoon(
        shadeMultiplyTexture={"index": 0},
        shadingShiftTexture={"index": 0, "scale": 0.5},
        matcapTexture={"index": 0},
        rimMultiplyTexture={"index": 0},
        outlineWidthMultiplyTexture={"index": 0},
        uvAnimationMaskTexture={"index": 0},
    )
    slots = ("shade", "shading_shift", "matcap", "rim", "outline", "uv_mask")
    assert [getattr(read, f"{slot}_texture") for slot in slots] == [0] * 6
    assert read.shading_shift_texture_scale == 0.5


def test_uv_animation_and_its_speeds() -> None:
    read = mtoon(
        uvAnimationScrollXSpeedFactor=0.25, uvAnimationScrollYSpeedFactor=-2, uvAnimationRotationSpeedFactor=0.5
    )
    assert (read.uv_scroll_per_s, read.uv_turn_rad_per_s) == ((0.25, -2.0), 0.5)


def test_a_normal_map_keeps_its_scale() -> None:
    read = material_of(normalTexture={"index": 0, "scale": 0.75})
    assert (read.normal_texture, read.normal_scale) == (0, 0.75)


def test_the_base_picture_places_all_and_those_that_differ_say_so() -> None:
    read = material_of(
        pbrMetallicRoughness={"baseColorTexture": turned(0, offset=[0.5, 0.25], rotation=0.1)},
        emissiveTexture=turned(0, offset=[0.5, 0.25], rotation=0.1),
        extensions={
            "VRMC_materials_mtoon": {
                "shadeMultiplyTexture": turned(0, scale=[2, 3]),
                "rimMultiplyTexture": {"index": 0},
                "matcapTexture": turned(0, scale=[9, 9]),  # looked up by the normal
            }
        },
    )
    assert read.placing == Placing((0.5, 0.25), (1.0, 1.0), 0.1)
    assert read.placings == {"shade_texture": Placing(scale=(2.0, 3.0)), "rim_texture": Placing()}


@pytest.mark.parametrize(
    "extension",
    [
        {"KHR_materials_emissive_strength": {"emissiveStrength": 4}},
        {"VRMC_materials_hdr_emissiveMultiplier": {"emissiveMultiplier": 4}},
    ],
)
def test_emission_is_multiplied_by_its_strength(extension: Json) -> None:
    assert material_of(emissiveFactor=[0.5, 0.25, 0], extensions=extension).emissive_color == (2.0, 1.0, 0.0)


@pytest.mark.parametrize(
    ("alpha_mode", "has_z_write", "offset", "expected"),
    [
        ("BLEND", False, -3, -3),
        ("BLEND", False, 3, 0),
        ("BLEND", True, 12, 9),
        ("OPAQUE", False, -3, 0),
    ],
)
def test_the_render_queue_stays_where_the_specification_wants_it(
    alpha_mode: str, has_z_write: bool, offset: int, expected: int
) -> None:
    extension = {"transparentWithZWrite": has_z_write, "renderQueueOffsetNumber": offset}
    read = material_of(alphaMode=alpha_mode, extensions={"VRMC_materials_mtoon": extension})
    assert (read.render_queue_offset, read.writes_depth_when_transparent) == (expected, has_z_write)


def test_screen_outlines_are_counted_in_half_the_screen() -> None:
    assert mtoon(outlineWidthMode="screenCoordinates", outlineWidthFactor=0.01).outline_width_m == 0.02
    assert mtoon0({"_OutlineWidthMode": 2, "_OutlineWidth": 1}).outline_width_m == 0.01
    assert mtoon0({"_OutlineWidthMode": 1, "_OutlineWidth": 1}).outline_width_m == 0.01


def test_another_set_of_coordinates_is_taken_where_the_base_picture_lies_on_it() -> None:
    file = small_vrm()
    attributes = file.document["meshes"][0]["primitives"][0]["attributes"]
    attributes["TEXCOORD_1"] = attributes.pop("TEXCOORD_0")
    file.document["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"]["texCoord"] = 1
    assert avatar_from_bytes(file.pack()).primitives[0].uvs[1].tolist() == [1.0, 0.0]


def test_0_turns_in_turns_and_scrolls_upwards() -> None:
    read = mtoon0(
        {"_UvAnimScrollX": 0.5, "_UvAnimScrollY": 0.25, "_UvAnimRotation": 1}, None, {"_UvAnimMaskTexture": 0}
    )
    assert read.uv_scroll_per_s == (0.5, -0.25)
    assert read.uv_turn_rad_per_s == pytest.approx(math.tau)
    assert read.uv_mask_texture == 0


def test_0_keeps_its_normal_map_and_its_ambient_light() -> None:
    read = mtoon0({"_BumpScale": 0.5, "_IndirectLightIntensity": 0.25}, None, {"_BumpMap": 0})
    assert (read.normal_texture, read.normal_scale, read.gi_equalization) == (0, 0.5, 0.75)


def test_0_has_a_matcap_only_where_it_has_its_picture() -> None:
    assert mtoon0().matcap_color == (0.0, 0.0, 0.0)
    read = mtoon0(None, {"_RimColor": [0.5, 0.5, 0.5, 1]}, {"_SphereAdd": 0})
    assert (read.matcap_color, read.matcap_texture) == ((1.0, 1.0, 1.0), 0)
    assert read.rim_color == pytest.approx((0.214,) * 3, abs=1e-3)
    assert read.rim_lighting_mix == 1.0


@pytest.mark.parametrize(("exporter", "expected"), [("UniVRM-0.106.0", 0.2140), ("UniVRM-0.107.0", 0.5), ("", 0.5)])
def test_emission_of_old_exporters_was_not_linear(exporter: str, expected: float) -> None:
    file = small_vrm0()
    vrm = file.document["extensions"]["VRM"]
    vrm["exporterVersion"] = exporter
    vrm["materialProperties"] = [{"shader": "VRM_USE_GLTFSHADER"}]
    file.document["materials"] = [{"emissiveFactor": [0.5, 0.5, 0.5]}]
    assert avatar_from_bytes(file.pack()).materials[0].emissive_color[0] == pytest.approx(expected, abs=1e-4)


def test_the_emission_of_a_migrated_file_is_what_its_materials_say() -> None:
    avatar = read_avatar(shared_data("avatars", "vrm0", "UniVRM_EmissionMigration_v0.107.0.vrm"))
    by_name = {material.name: material for material in avatar.materials}
    assert by_name["Standard_Emission_0.5"].emissive_color == pytest.approx((0.21404,) * 3, abs=1e-4)
    assert by_name["Standard_Emission_2.0"].emissive_color == pytest.approx((4.594794,) * 3, abs=1e-4)
    assert by_name["MToon_Emission_0.5"].emissive_color == pytest.approx((0.5,) * 3, abs=1e-4)
    assert by_name["Unlit_SRGB_0.5"].shading == "unlit"
    assert by_name["Unlit_Linear_0.5"].base_color == pytest.approx((0.5, 0.5, 0.5, 1.0))


def test_the_conformance_files_of_mtoon_differ_in_what_they_are_named_after() -> None:
    read = {
        name: read_avatar(shared_data("avatars", "vrm1", f"mtoon_{name}.vrm")).materials[0]
        for name in ("default", "rimLightingMix_1", "shadingToony_1")
    }
    assert read["default"].shade_color == (0.5, 0.5, 0.5)
    assert read["default"].rim_lighting_mix == 0.0
    assert read["default"].shading_toony == pytest.approx(0.9)
    assert (read["rimLightingMix_1"].rim_lighting_mix, read["rimLightingMix_1"].rim_color) == (1.0, (1.0, 0.5, 0.0))
    assert read["shadingToony_1"].shading_toony == 1.0


def test_the_conformance_file_of_uv_animation_scrolls_and_turns() -> None:
    avatar = read_avatar(shared_data("avatars", "vrm1", "VRMC_materials_mtoon_UV_Animation_Test.vrm"))
    speeds = {m.name: (*m.uv_scroll_per_s, m.uv_turn_rad_per_s) for m in avatar.materials}
    assert speeds == {"ScrollX": (1.0, 0.0, 0.0), "ScrollY": (0.0, 1.0, 0.0), "ScrollRot": (0.0, 0.0, 1.0)}


def test_godettes_toon_is_migrated_by_the_documented_formulas() -> None:
    avatar = read_avatar(shared_data("avatars", "vrm0", "Godette_vrm_v4.vrm"))
    body = next(material for material in avatar.materials if material.name == "Body")
    # Shift -.239 and toony .8: the ramp runs from -.239 to 1 + (-.239 - 1) * .8 = .0088.
    assert body.shading_shift == pytest.approx(0.1151, abs=1e-4)
    assert body.shading_toony == pytest.approx(0.8761, abs=1e-4)
    assert body.gi_equalization == pytest.approx(0.75)
    assert body.outline_mode == "screen"
    assert body.outline_width_m == pytest.approx(0.005)
    assert body.outline_lighting_mix == pytest.approx(0.875)
    assert body.shade_texture == body.base_texture
    logo = next(material for material in avatar.materials if material.name == "GodotLogo")
    assert (logo.shading, logo.alpha_mode) == ("unlit", "blend")
