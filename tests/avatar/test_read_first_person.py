"""The wearer's own eyes must not see the inside of the head; everyone else sees all of it."""

from typing import Any

import numpy as np
import pytest
from shared import PROJECT
from small_vrm import PLACE, Writer, small_vrm, small_vrm0

from avatar_live.avatar import Avatar, read_avatar
from avatar_live.avatar.read import avatar_from_bytes


def with_body() -> Writer:
    """Return the small file with a second triangle strip that hangs on the hips alone."""
    file = small_vrm()
    primitive = file.document["meshes"][0]["primitives"][0]
    weights = np.array([[1, 0, 0, 0]] * 2 + [[0, 1, 0, 0]] * 3 + [[1, 0, 0, 0]], np.float32)
    primitive["attributes"]["WEIGHTS_0"] = file.accessor(weights)
    primitive["indices"] = file.accessor(np.array([0, 1, 5, 2, 3, 4], np.uint16))
    return file


def annotated(type_: str | None) -> Avatar:
    file = with_body()
    if type_ is not None:
        annotations = [{"node": PLACE["Mesh"], "type": type_}]
        file.document["extensions"]["VRMC_vrm"]["firstPerson"] = {"meshAnnotations": annotations}
    return avatar_from_bytes(file.pack())


@pytest.mark.parametrize("type_", ["auto", None])
def test_auto_divides_the_head_from_the_body(type_: str | None) -> None:
    head, body = annotated(type_).primitives
    assert (head.seen_by, body.seen_by) == ("others", "all")
    assert len(head.triangles) == len(body.triangles) == 1
    assert head.positions[:, 1].min() >= 1.6
    assert head.morphs.tolist() == [0, 1, 2]
    assert body.morphs.tolist() == []  # nothing of the face moves the body
    assert body.morph_positions.shape == (0, 3, 3)


@pytest.mark.parametrize(
    ("type_", "seen_by"), [("both", "all"), ("thirdPersonOnly", "others"), ("firstPersonOnly", "self")]
)
def test_a_word_in_the_file_counts_for_the_whole_mesh(type_: str, seen_by: str) -> None:
    (primitive,) = annotated(type_).primitives
    assert primitive.seen_by == seen_by
    assert len(primitive.triangles) == 2


def test_a_stiff_mesh_below_the_head_is_part_of_it() -> None:
    file = small_vrm()
    mesh = file.document["nodes"][PLACE["Mesh"]]
    del mesh["skin"]
    file.document["nodes"][0]["children"].remove(PLACE["Mesh"])
    file.document["nodes"][PLACE["Hair1"]]["children"].append(PLACE["Mesh"])
    (primitive,) = avatar_from_bytes(file.pack()).primitives
    assert primitive.seen_by == "others"


@pytest.mark.parametrize(
    ("flag", "seen_by"), [("Both", "all"), ("ThirdPersonOnly", "others"), ("FirstPersonOnly", "self")]
)
def test_0_says_it_by_mesh(flag: str, seen_by: str) -> None:
    file = small_vrm0()
    first_person: dict[str, Any] = file.document["extensions"]["VRM"]["firstPerson"]
    first_person["meshAnnotations"] = [{"mesh": 0, "firstPersonFlag": flag}]
    (primitive,) = avatar_from_bytes(file.pack()).primitives
    assert primitive.seen_by == seen_by


@pytest.mark.parametrize("name", ["mirai.vrm", "kohaku.vrm"])
def test_dividing_loses_no_triangle_and_no_part_of_the_head_remains(name: str) -> None:
    avatar = read_avatar(PROJECT / "assets" / name)
    head = avatar.humanoid["head"]
    below = set()
    for number, node in enumerate(avatar.nodes):
        if number == head or node.parent in below:
            below.add(number)
    on_head = np.array([node in below for node in avatar.palette_nodes])
    seen = {"all": 0, "others": 0, "self": 0}
    for primitive in avatar.primitives:
        seen[primitive.seen_by] += len(primitive.triangles)
        if primitive.seen_by == "all":
            assert not (on_head[primitive.joints] & (primitive.weights > 0)).any()
    assert seen["all"] > 1_000
    assert seen["others"] > 1_000
    assert seen["self"] == 0
