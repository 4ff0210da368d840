"""Whatever is wrong with a file, reading it ends quickly, in one sentence, and never in a traceback of another kind."""

import base64
import io
import random
import re
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from packed_vrm import packed_vrm
from PIL import Image
from shared import PROJECT, shared_data
from small_vrm import PLACE, small_vrm, small_vrm0

from avatar_live.app.bench import damage as damage_module
from avatar_live.app.bench.damage import SEED, measure_damage
from avatar_live.app.bench.mutants import Sample
from avatar_live.avatar import Avatar, AvatarError, meshes, read_avatar
from avatar_live.avatar.glb import FILE_BYTES_MAX, JSON_BYTES_MAX, OBJECTS_MAX, VALUES_MAX
from avatar_live.avatar.gltf import MATERIALS_MAX, NODES_MAX
from avatar_live.avatar.meshes import (
    MORPHED_VERTICES_MAX,
    MORPHS_MAX,
    PALETTE_MAX,
    PRIMITIVES_MAX,
    TRIANGLES_MAX,
    VERTICES_MAX,
)
from avatar_live.avatar.read import avatar_from_bytes
from avatar_live.avatar.textures import TEXTURES_MAX
from avatar_live.avatar.vrm_expressions import BINDS_MAX, EXPRESSIONS_MAX
from avatar_live.avatar.vrm_springs import COLLIDERS_MAX, COLLISIONS_MAX, GROUPED_MAX, SPRING_JOINTS_MAX

MUTANT_BYTES_MAX = 64 * 1024 * 1024


def refusal(data: bytes) -> str:
    with pytest.raises(AvatarError) as caught:
        avatar_from_bytes(data)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert re.search(r"export|choose|download", sentence), f"no next step in: {sentence}"
    return sentence


def broken(change: Callable[[Any], object]) -> bytes:
    file = small_vrm()
    change(file.document)
    return file.pack()


def test_a_picture_is_not_an_avatar(tmp_path: Path) -> None:
    path = tmp_path / "face.vrm"
    Image.new("RGB", (8, 8)).save(path, "PNG")
    with pytest.raises(AvatarError, match=r"^cannot use face\.vrm: the file is not a VRM avatar; choose a \.vrm file"):
        read_avatar(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AvatarError, match=r"nobody\.vrm: No such file or directory; choose another file"):
        read_avatar(tmp_path / "nobody.vrm")


def test_a_folder_is_not_an_avatar(tmp_path: Path) -> None:
    with pytest.raises(AvatarError, match="cannot read the avatar"):
        read_avatar(tmp_path)


def test_a_file_that_is_too_large_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "huge.vrm"
    with path.open("wb") as file:
        file.truncate(FILE_BYTES_MAX + 1)  # sparse: takes no room
    with pytest.raises(AvatarError, match="larger than 512 MiB"):
        read_avatar(path)


def test_a_model_without_a_humanoid_is_told_apart_from_a_broken_one() -> None:
    def without_names(document: Any) -> None:
        document.pop("extensions")
        for node in document["nodes"]:
            node.pop("name")

    assert "a 3D model but not an avatar" in refusal(broken(without_names))


def test_every_truncation_is_refused() -> None:
    data = small_vrm().pack()
    for length in range(0, len(data), 97):
        refusal(data[:length])


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("no head bone", lambda d: d["extensions"]["VRMC_vrm"]["humanoid"]["humanBones"].pop("head")),
        ("node 99", lambda d: d["extensions"]["VRMC_vrm"]["humanoid"]["humanBones"].update(head={"node": 99})),
        ("two parents", lambda d: d["nodes"][0]["children"].append(PLACE["Head"])),
        ("own ancestors", lambda d: (d["nodes"][0]["children"].remove(1), d["nodes"][12].update(children=[1]))),
        ("does not exist", lambda d: d["nodes"][12].update(children=[-1])),
        ("lies outside", lambda d: d["bufferViews"][1].update(byteOffset=10**9)),
        ("lies outside", lambda d: d["bufferViews"][1].update(byteOffset=-4)),
        ("lies outside", lambda d: d["accessors"][1].update(byteOffset=-4)),
        ("lies outside", lambda d: d["accessors"][1].update(count=7)),
        ("component type", lambda d: d["accessors"][1].update(componentType=7)),
        ("wrong type", lambda d: d["accessors"][1].update(type="VEC2")),
        ("wrong type", lambda d: d["accessors"][1].update(count=-1)),
        ("in one piece", lambda d: d["accessors"][1].update(count=2**40, bufferView=None)),
        ("in one piece", lambda d: (d["accessors"][1].pop("bufferView"), d["accessors"][1].update(count=10**9))),
        ("different numbers", lambda d: d["accessors"][2].update(count=5)),
        ("joint that does not exist", lambda d: d["skins"][0]["joints"].pop()),
        ("fewer matrices", lambda d: d["skins"][0].update(joints=list(range(13)))),
        ("sparse indices", lambda d: d["accessors"][7]["sparse"]["indices"].update(componentType=5126)),
        ("more values than it has", lambda d: d["accessors"][7]["sparse"].update(count=7)),
        ("no place", lambda d: d["nodes"][3].update(rotation=[0, 0, 0, 0])),
        ("no place", lambda d: d["nodes"][3].update(translation=[1e300, 0, 0])),
        ("scaled more", lambda d: [node.update(scale=[99, 99, 99]) for node in d["nodes"]]),
        ("matrix", lambda d: d["nodes"][3].update(matrix=[1, 2, 3])),
        ("texture 5", lambda d: d["materials"][0]["pbrMetallicRoughness"].update(baseColorTexture={"index": 5})),
        ("another file", lambda d: d["images"][0].update(uri="skin.png", bufferView=None)),
        ("buffer 1", lambda d: d["bufferViews"][1].update(buffer=1)),
        ("meshoptimizer", lambda d: d.update(extensionsRequired=["EXT_meshopt_compression"])),
        ("nothing to draw", lambda d: d["meshes"][0].update(primitives=[])),
        ("not finite|wrong", lambda d: d["extensions"]["VRMC_springBone"]["colliders"][0].update(node="head")),
        ("collider that", lambda d: d["extensions"]["VRMC_springBone"]["colliderGroups"][0].update(colliders=[3])),
        ("collider group 4", lambda d: d["extensions"]["VRMC_springBone"]["springs"][0].update(colliderGroups=[4])),
        ("Expected `str`", lambda d: d["nodes"][3].update(name=7)),
    ],
)  # fmt: skip
def test_a_contradiction_is_named(reason: str, change: Callable[[Any], object]) -> None:
    assert re.search(reason, refusal(broken(change)))


def test_a_number_that_is_none_is_named() -> None:
    file = small_vrm()
    view = file.document["bufferViews"][1]["byteOffset"]
    file.binary[view : view + 4] = struct.pack("<f", float("nan"))
    assert "not finite" in refusal(file.pack())


def test_a_triangle_past_the_last_vertex_is_named() -> None:
    file = small_vrm()
    file.document["meshes"][0]["primitives"][0]["indices"] = file.accessor(np.array([0, 1, 6], np.uint8))
    assert "vertex that does not exist" in refusal(file.pack())


def test_a_broken_picture_is_named() -> None:
    file = small_vrm()
    start = file.document["bufferViews"][file.document["images"][0]["bufferView"]]["byteOffset"]
    file.binary[start : start + 4] = b"GIF8"
    assert "neither PNG, JPEG nor WebP" in refusal(file.pack())


def test_a_picture_that_claims_to_be_giant_is_not_decoded() -> None:
    file = small_vrm()
    stream = io.BytesIO()
    Image.new("1", (9_000, 10)).save(stream, "PNG")
    file.document["images"][0]["bufferView"] = file.view(stream.getvalue())
    assert "9000 x 10 px" in refusal(file.pack())


def with_nodes(count: int) -> bytes:
    file = small_vrm()
    nodes = file.document["nodes"]
    nodes += [{} for _ in range(count - len(nodes))]
    return file.pack()


def with_expressions(count: int) -> bytes:
    file = small_vrm()
    expressions = file.document["extensions"]["VRMC_vrm"]["expressions"]
    expressions["custom"] = {f"mood {number}": {} for number in range(count - len(expressions["preset"]))}
    return file.pack()


def with_spring_joints(count: int) -> bytes:
    file = small_vrm()
    springs = file.document["extensions"]["VRMC_springBone"]["springs"]
    springs.append({"joints": [{"node": PLACE["Hair1"]}] * (count - len(springs[0]["joints"]))})
    return file.pack()


def with_colliders(count: int) -> bytes:
    file = small_vrm()
    colliders = file.document["extensions"]["VRMC_springBone"]["colliders"]
    colliders += colliders * (count - 1)
    return file.pack()


def with_morphs(count: int) -> bytes:
    file = small_vrm()
    primitive = file.document["meshes"][0]["primitives"][0]
    primitive["targets"] = primitive["targets"][3:] * count
    return file.pack()


def with_joints(count: int) -> bytes:
    file = small_vrm()
    file.document["skins"][0] = {"joints": ([PLACE[name] for name in ("Hips", "Head", "Hair2")] * count)[:count]}
    return file.pack()


def with_triangles(count: int) -> bytes:
    file = small_vrm()
    primitive = file.document["meshes"][0]["primitives"][0]
    primitive["indices"] = file.accessor(np.tile(np.array([0, 1, 2], np.uint8), count))
    return file.pack()


def with_primitives(count: int) -> bytes:
    file = small_vrm()
    primitives = file.document["meshes"][0]["primitives"]
    primitives += [{"attributes": {}} for _ in range(count - 1)]
    return file.pack()


def with_materials(count: int) -> bytes:
    file = small_vrm()
    file.document["materials"] = [{} for _ in range(count)]
    return file.pack()


def with_textures(count: int) -> bytes:
    file = small_vrm()
    file.document["textures"] = [{"source": 0} for _ in range(count)]
    file.document["materials"] = [
        {"pbrMetallicRoughness": {"baseColorTexture": {"index": number}}} for number in range(count)
    ]
    return file.pack()


def with_binds(count: int) -> bytes:
    file = small_vrm()
    bind = {"node": PLACE["Mesh"], "index": 0}
    file.document["extensions"]["VRMC_vrm"]["expressions"] = {
        "preset": {"aa": {"morphTargetBinds": [bind] * (count // 2)}},
        "custom": {"mood": {"morphTargetBinds": [bind] * (count - count // 2)}},
    }
    return file.pack()


def with_binds_by_name(count: int) -> bytes:
    """Return a 0.x file where one word binds many materials, as they share their name."""
    file = small_vrm0()
    value = {"materialName": "skin", "propertyName": "_Color", "targetValue": [1, 1, 1, 1]}
    file.document["materials"] = [{"name": "skin"} for _ in range(1_024)]
    groups = [{"name": "mood", "materialValues": [value] * -(-count // 1_024)}]
    file.document["extensions"]["VRM"]["blendShapeMaster"] = {"blendShapeGroups": groups}
    return file.pack()


def with_vertices(count: int, targets: int = 0) -> bytes:
    """Return a file of a few kilobytes with this many vertices: one mesh of zeros that many nodes show."""
    file = small_vrm()
    document = file.document
    shown = 16
    nodes = document["nodes"]
    for number, size in enumerate((count // shown, count - count // shown * (shown - 1))):
        document["accessors"].append({"componentType": 5126, "count": size, "type": "VEC3"})
        primitive = {"attributes": {"POSITION": len(document["accessors"]) - 1}, "targets": [{}] * targets}
        document["meshes"] += [{"primitives": [primitive | {"indices": file.accessor(np.array([0, 1, 2], np.uint8))}]}]
        for _ in range((shown - 1, 1)[number]):
            nodes[0]["children"].append(len(nodes))
            nodes.append({"mesh": len(document["meshes"]) - 1})
    del nodes[PLACE["Mesh"]]["mesh"]
    return file.pack()


def with_morphed_vertices(count: int) -> bytes:
    return with_vertices(count // 100 + (count % 100 > 0), 100)


def with_collisions(count: int) -> bytes:
    """Return a file with as many pairs of joints and colliders, or a few more."""
    file = small_vrm()
    spring_bone = file.document["extensions"]["VRMC_springBone"]
    spring_bone["colliders"] *= COLLIDERS_MAX
    spring_bone["colliderGroups"] = [{"colliders": list(range(COLLIDERS_MAX))}]
    joints = [{"node": PLACE["Hair1"]}] * -(-count // COLLIDERS_MAX)
    spring_bone["springs"] = [{"joints": joints, "colliderGroups": [0]}]
    return file.pack()


def with_a_description_of(count: int) -> bytes:
    text = b"{}".ljust(count)
    chunk = struct.pack("<I4s", len(text), b"JSON") + text
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunk)) + chunk


@pytest.mark.parametrize(
    ("make", "limit"),
    [
        (with_nodes, NODES_MAX),
        (with_expressions, EXPRESSIONS_MAX),
        (with_spring_joints, SPRING_JOINTS_MAX),
        (with_colliders, COLLIDERS_MAX),
        (with_morphs, MORPHS_MAX),
        (with_joints, PALETTE_MAX),
        (with_triangles, TRIANGLES_MAX),
        (with_primitives, PRIMITIVES_MAX),
        (with_materials, MATERIALS_MAX),
        (with_textures, TEXTURES_MAX),
        (with_binds, BINDS_MAX),
        (with_binds_by_name, BINDS_MAX),
        (with_vertices, VERTICES_MAX),
        (with_morphed_vertices, MORPHED_VERTICES_MAX),
        (with_collisions, COLLISIONS_MAX),
    ],
)
def test_a_limit_is_kept_and_one_more_is_refused(make: Callable[[int], bytes], limit: int) -> None:
    avatar_from_bytes(make(limit))
    assert re.search(rf"(more than|or) {limit}\b", refusal(make(limit + 1)))


def test_a_description_past_its_limit_is_not_parsed() -> None:
    assert "64 MiB" in refusal(with_a_description_of(JSON_BYTES_MAX + 1))
    assert "not an avatar" in refusal(with_a_description_of(JSON_BYTES_MAX))


def test_deep_nesting_is_refused() -> None:
    text = b"[" * 200_000
    chunk = struct.pack("<I4s", len(text), b"JSON") + text
    assert "description" in refusal(struct.pack("<4sII", b"glTF", 2, 12 + len(chunk)) + chunk)


def test_a_small_file_cannot_claim_endless_morph_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    size = 2 * 6 * 3 * 4  # one target of the small file: positions and normals of six vertices
    monkeypatch.setattr(meshes, "MORPH_BYTES_MAX", 3 * size)
    avatar_from_bytes(small_vrm().pack())
    monkeypatch.setattr(meshes, "MORPH_BYTES_MAX", 3 * size - 1)
    assert "morph targets need more than" in refusal(small_vrm().pack())


def test_a_description_of_millions_of_parts_is_not_decoded() -> None:
    assert "millions of parts" in refusal(b'{"nodes":[' + b"{}," * OBJECTS_MAX + b"{}]}")
    assert "millions of parts" in refusal(b'{"weights":[' + b"0," * VALUES_MAX + b"0]}")


def test_a_refusal_quotes_no_more_of_a_file_than_a_log_can_bear() -> None:
    def shout(document: Any) -> None:
        document["textures"] = [{"extensions": {"\x1b[2J\n" + "A" * 100_000: {}}}]

    sentence = refusal(broken(shout))
    assert sentence.isprintable()
    assert len(sentence) < 700
    assert sentence.endswith("export it with PNG, JPEG or WebP")


def test_groups_that_name_each_other_endlessly_are_refused() -> None:
    def crowd(document: Any) -> None:
        document["extensions"]["VRMC_springBone"]["colliderGroups"] = [{"colliders": [0] * (GROUPED_MAX + 1)}]

    assert f"colliders more than {GROUPED_MAX} times" in refusal(broken(crowd))


def test_eight_thousand_mutants_of_small_files_are_refused_or_harmless() -> None:
    """Read, pose and show what is left of two small files, in both versions, a plain one and a loose one."""
    plain = small_vrm()
    plain.document["extensions"] = {}
    loose = small_vrm()
    uri = "data:application/octet-stream;base64," + base64.b64encode(loose.binary).decode()
    loose.document["buffers"] = [{"byteLength": len(loose.binary), "uri": uri}]
    samples = [
        Sample("1.0", small_vrm().pack()),
        Sample("0.x", small_vrm0().pack()),
        Sample("plain", plain.pack()),
        Sample("loose", msgspec.json.encode(loose.document)),
        Sample("packed", packed_vrm().pack()),
    ]
    damage = measure_damage(samples, mutants=8_000, seed=SEED)
    assert damage.findings == []
    assert damage.mutants == 8_000
    assert 1_000 < damage.refused < 7_500
    assert len(damage.sentences) > 100


def test_two_thousand_mutants_of_other_peoples_files_are_refused_or_harmless() -> None:
    files = sorted(shared_data("avatars").glob("vrm*/*.vrm")) + sorted(shared_data("avatars").glob("gltf/*.glb"))
    samples = [Sample(path.name, path.read_bytes()) for path in files]
    damage = measure_damage(samples, mutants=2_000, seed=SEED)
    assert damage.findings == []
    assert damage.refused + damage.read == 2_000


def test_the_own_characters_survive_a_few_mutations() -> None:
    sample = Sample("mirai", (PROJECT / "assets" / "mirai.vrm").read_bytes())
    assert measure_damage([sample], mutants=20, seed=SEED).findings == []


def test_the_mutants_use_no_memory_to_speak_of() -> None:
    sample = Sample("1.0", small_vrm().pack())
    tracemalloc.start()
    damage = measure_damage([sample], mutants=500, seed=SEED)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert damage.findings == []
    assert peak < MUTANT_BYTES_MAX


def test_the_same_seed_brings_forth_the_same_mutants() -> None:
    sample = Sample("1.0", small_vrm().pack())
    first = [sample.mutant(random.Random(number)) for number in range(50)]
    assert first == [sample.mutant(random.Random(number)) for number in range(50)]
    assert len(set(first)) > 45


def test_what_is_not_an_avatar_error_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(data: bytes) -> Avatar:
        raise IndexError("list index out of range")

    monkeypatch.setattr(damage_module, "avatar_from_bytes", trip)
    damage = measure_damage([Sample("1.0", small_vrm().pack())], mutants=1)
    (finding,) = damage.figures()["findings"]
    assert finding.startswith("0 of 1.0: IndexError: list index out of range (trip, line ")
