"""Expressions move colours and pictures too, in both versions."""

from typing import Any

import pytest
from shared import shared_data
from small_vrm import small_vrm, small_vrm0

from avatar_live.avatar import read_avatar
from avatar_live.avatar.model import ColorBind, Expression, PlacingBind
from avatar_live.avatar.read import avatar_from_bytes

Json = dict[str, Any]


def expression_of(materials: list[Json], **fields: object) -> Expression:
    file = small_vrm()
    file.document["materials"] = materials
    file.document["extensions"]["VRMC_vrm"]["expressions"] = {"custom": {"mood": fields}}
    return avatar_from_bytes(file.pack()).expressions["mood"]


def expression0_of(**value: object) -> Expression:
    file = small_vrm0()
    file.document["materials"][0]["name"] = "Skin"
    groups = [{"presetName": "unknown", "name": "mood", "materialValues": [{"materialName": "Skin", **value}]}]
    file.document["extensions"]["VRM"]["blendShapeMaster"] = {"blendShapeGroups": groups}
    return avatar_from_bytes(file.pack()).expressions["mood"]


@pytest.mark.parametrize(
    ("type_", "part"),
    [
        ("color", "base"),
        ("shadeColor", "shade"),
        ("matcapColor", "matcap"),
        ("rimColor", "rim"),
        ("outlineColor", "outline"),
    ],
)
def test_a_colour_bind_names_its_part(type_: str, part: str) -> None:
    bind = {"material": 0, "type": type_, "targetValue": [0.1, 0.2, 0.3, 0.4]}
    (found,) = expression_of([{}], materialColorBinds=[bind]).colors
    assert (found.material, found.part, found.target) == (0, part, (0.1, 0.2, 0.3, 0.4))


def test_an_emissive_target_is_as_strong_as_its_material() -> None:
    glowing = {"extensions": {"KHR_materials_emissive_strength": {"emissiveStrength": 2}}}
    bind = {"material": 0, "type": "emissionColor", "targetValue": [0.5, 0.25, 0, 1]}
    assert expression_of([glowing], materialColorBinds=[bind]).colors == (
        ColorBind(0, "emissive", (1.0, 0.5, 0.0, 1.0)),
    )


def test_binds_to_what_is_not_there_are_left_out() -> None:
    mood = expression_of(
        [{}],
        materialColorBinds=[
            {"material": 1, "type": "color", "targetValue": [0, 0, 0, 0]},
            {"material": 0, "type": "smell", "targetValue": [0, 0, 0, 0]},
        ],
        textureTransformBinds=[{"material": -1}, {"material": 0, "offset": [0.5, 0]}],
    )
    assert mood.colors == ()
    assert mood.placings == (PlacingBind(0, (1.0, 1.0), (0.5, 0.0)),)


def test_a_colour_of_0_is_told_in_linear_light() -> None:
    (bind,) = expression0_of(propertyName="_Color", targetValue=[0.5, 1, 0, 0.5]).colors
    assert bind.part == "base"
    assert bind.target == pytest.approx((0.2140, 1.0, 0.0, 0.5), abs=1e-4)
    (glow,) = expression0_of(propertyName="_EmissionColor", targetValue=[0.5, 1, 0, 1]).colors
    assert (glow.part, glow.target) == ("emissive", (0.5, 1.0, 0.0, 1.0))


def test_a_picture_of_0_moves_with_v_downwards_and_only_where_it_is_told() -> None:
    target = [0.25, 0.5, 0.125, 0.0625]  # scale x y, offset x y
    (both,) = expression0_of(propertyName="_MainTex_ST", targetValue=target).placings
    assert both == PlacingBind(0, (0.25, 0.5), (0.125, 0.4375))
    # The small file's own picture has scale .5 and, counted downwards, offset .1 .3.
    (across,) = expression0_of(propertyName="_MainTex_ST_S", targetValue=target).placings
    assert across.scale == (0.25, 0.5)
    assert across.offset == pytest.approx((0.125, 0.3))
    (down,) = expression0_of(propertyName="_MainTex_ST_T", targetValue=target).placings
    assert down.scale == (0.5, 0.5)
    assert down.offset == pytest.approx((0.1, 0.4375))


def test_a_property_that_nobody_draws_is_left_out() -> None:
    mood = expression0_of(propertyName="_Shininess", targetValue=[1, 1, 1, 1])
    assert not mood.colors
    assert not mood.placings


@pytest.mark.parametrize(
    ("name", "override", "blink_is_binary"),
    [("Overridden", "blend", True), ("Overrides", None, None)],
)
def test_the_conformance_files_of_binary_expressions_say_so(
    name: str, override: str | None, blink_is_binary: bool | None
) -> None:
    avatar = read_avatar(shared_data("avatars", "vrm1", f"VRMC_vrm_expressions_isBinary_{name}.vrm"))
    happy, blink = avatar.expressions["happy"], avatar.expressions["blink"]
    if override is not None:
        assert (happy.override_blink, happy.is_binary) == (override, False)
        assert blink.is_binary is blink_is_binary
    else:
        assert happy.is_binary
        assert happy.override_blink in ("block", "blend")
    assert [bind.material for bind in happy.placings][:1] == [0]
    assert happy.placings[0] == PlacingBind(0, (0.125, 0.125), (0.875, 0.0))
    assert avatar.materials[0].placing.scale == (0.125, 0.125)
