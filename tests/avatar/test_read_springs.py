"""Extended colliders and limits arrive; what an exporter wrote for older readers does not stay in their way."""

import math
from typing import Any

import pytest
from shared import shared_data
from small_vrm import PLACE, small_vrm

from avatar_live.avatar import Avatar, AvatarError, read_avatar
from avatar_live.avatar.model import Collider, SpringLimit
from avatar_live.avatar.read import avatar_from_bytes

Json = dict[str, Any]


def with_collider(shape: Json, extended: Json | None = None) -> Collider:
    file = small_vrm()
    collider: Json = {"node": PLACE["Head"], "shape": shape}
    if extended is not None:
        collider["extensions"] = {
            "VRMC_springBone_extended_collider": {"specVersion": "1.0", "shape": extended},
        }
    file.document["extensions"]["VRMC_springBone"]["colliders"] = [collider]
    return avatar_from_bytes(file.pack()).colliders[0]


def limited(**limit: object) -> SpringLimit | None:
    return joint_limit({"VRMC_springBone_limit": {"specVersion": "1.0-draft", "limit": limit}})


def joint_limit(extensions: Json) -> SpringLimit | None:
    file = small_vrm()
    file.document["extensions"]["VRMC_springBone"]["springs"][0]["joints"][1]["extensions"] = extensions
    return avatar_from_bytes(file.pack()).springs[0].joints[1].limit


FAR = {"sphere": {"offset": [0, -10_000, 0], "radius": 0}}


def test_an_inside_collider_takes_the_place_of_its_fallback() -> None:
    ball = with_collider(FAR, {"sphere": {"radius": 0.5, "inside": True}})
    assert (ball.offset, ball.tail, ball.radius_m, ball.is_inside) == ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.5, True)
    capsule = with_collider(FAR, {"capsule": {"radius": 0.5, "tail": [0, 1, 0], "inside": True}})
    assert (capsule.tail, capsule.is_inside) == ((0.0, 1.0, 0.0), True)


def test_a_plane_has_a_normal_of_length_one() -> None:
    plane = with_collider(FAR, {"plane": {"offset": [0, 0.1, 0], "normal": [0, 3, 4]}})
    assert plane.offset == (0.0, 0.1, 0.0)
    assert plane.normal == pytest.approx((0.0, 0.6, 0.8))
    assert with_collider(FAR, {"plane": {}}).normal == (0.0, 0.0, 1.0)


def test_an_extension_without_a_shape_leaves_the_collider_alone() -> None:
    assert with_collider({"sphere": {"radius": 0.2}}, {}).radius_m == 0.2


def test_limits_are_read_and_kept_in_their_range() -> None:
    assert limited(cone={"angle": 0.5}) == SpringLimit("cone", 0.5)
    assert limited(hinge={"angle": 9, "rotation": [0, 0, 2, 0]}) == SpringLimit(
        "hinge", math.pi, rotation=(0.0, 0.0, 1.0, 0.0)
    )
    assert limited(spherical={"phi": 1, "theta": 3}) == SpringLimit("spherical", pitch_rad=1.0, yaw_rad=math.pi / 2)


def test_a_limit_of_a_whole_spring_holds_for_each_joint_without_its_own() -> None:
    file = small_vrm()
    (spring,) = file.document["extensions"]["VRMC_springBone"]["springs"]
    spring["extensions"] = {"VRMC_springBone_limit": {"cone": {"angle": 0.25}}}
    spring["joints"][0]["extensions"] = {"VRMC_springBone_limit": {"limit": {"cone": {"angle": 0.5}}}}
    limits = [joint.limit for joint in avatar_from_bytes(file.pack()).springs[0].joints]
    assert limits == [SpringLimit("cone", 0.5), *[SpringLimit("cone", 0.25)] * 3]


def test_a_limit_that_is_turned_by_nothing_is_named() -> None:
    with pytest.raises(AvatarError, match="no rotation"):
        limited(cone={"angle": 0.5, "rotation": [0, 0, 0, 0]})


def conformance(name: str) -> Avatar:
    return read_avatar(shared_data("avatars", "vrm1", f"{name}.vrm"))


def test_the_conformance_files_of_springs_say_what_they_are_named_after() -> None:
    stiff = conformance("swing_springbone_stiffness_0p8")
    assert [joint.stiffness for joint in stiff.springs[0].joints] == pytest.approx([0.8] * 4)
    (capsule,) = conformance("springbone_collider_capsule_x0p02_r0p1").colliders
    assert capsule.radius_m == pytest.approx(0.1)
    assert capsule.tail != capsule.offset
    (plane,) = conformance("springbone_extended_plane_pmed").colliders
    assert plane.normal == (0.0, 1.0, 0.0)
    assert plane.offset == pytest.approx((0.0, -0.08, 0.0))
    inside = conformance("springbone_extended_isphere_anglelimit_30")
    (ball,) = inside.colliders
    assert ball.is_inside
    assert ball.radius_m == pytest.approx(0.2)
    assert {joint.limit for joint in inside.springs[0].joints} == {SpringLimit("cone", math.radians(30.0))}
    assert conformance("smoke_spring").springs[0].joints[0].limit is None
