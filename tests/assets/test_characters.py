"""The characters that the project ships are what their program makes, and what their licence says."""

import importlib.util
import json
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from khronos import complaints
from shared import PROJECT
from triangles import largest_areas

from avatar_live.avatar import Rig, read_avatar
from avatar_live.avatar.read import avatar_from_bytes
from avatar_live.signals import ARKIT_SHAPES, HUMANOID_BONES, Pose

ASSETS = PROJECT / "assets"
NAMES = ("mirai", "kohaku", "hayate", "pico", "yuki")
TRIANGLES_MAX = 40_000
FILE_BYTES_MAX = 3_000_000


def committed(name: str) -> bytes:
    return (ASSETS / f"{name}.vrm").read_bytes()


def description(data: bytes) -> Any:
    (length,) = struct.unpack_from("<I", data, 12)
    return json.loads(data[20 : 20 + length])


@pytest.mark.parametrize("name", NAMES)
def test_a_rebuild_gives_the_committed_file(name: str, tmp_path: Path) -> None:
    """Compare bytes; where they differ, say what, so that a stale file is told from a foreign paint library."""
    if importlib.util.find_spec("skia") is None:
        pytest.skip("needs the extra `assets`: pip install -e '.[assets]'")
    # One at a time: five in one test would come near the time that no test may take on a busy machine.
    command = [sys.executable, "-W", "error", "-m", "avatar_maker", name, "--into", str(tmp_path)]
    run = subprocess.run(command, cwd=ASSETS, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    fresh_bytes = (tmp_path / f"{name}.vrm").read_bytes()
    if fresh_bytes == committed(name):
        return
    fresh, kept = avatar_from_bytes(fresh_bytes), avatar_from_bytes(committed(name))
    for new, old in zip(fresh.primitives, kept.primitives, strict=True):
        assert new.triangles.tolist() == old.triangles.tolist(), "run `python -m avatar_maker` in assets/"
        assert np.allclose(new.positions, old.positions, atol=1e-6), "run `python -m avatar_maker` in assets/"
        assert new.morphs.tolist() == old.morphs.tolist(), "run `python -m avatar_maker` in assets/"
    for painted, shown in zip(fresh.textures, kept.textures, strict=True):
        assert np.array_equal(painted.pixels, shown.pixels), "run `python -m avatar_maker` in assets/"
    pytest.fail("the descriptions differ: run `python -m avatar_maker` in assets/")


@pytest.mark.parametrize("name", NAMES)
def test_a_character_can_do_all_that_a_performance_asks(name: str) -> None:
    avatar = read_avatar(ASSETS / f"{name}.vrm")
    assert set(HUMANOID_BONES) - set(avatar.humanoid) == {"jaw"}
    assert set(ARKIT_SHAPES) <= set(avatar.expressions)
    assert {"aa", "ih", "ou", "ee", "oh", "blink", "happy", "angry", "sad", "relaxed", "surprised"} <= set(
        avatar.expressions
    )
    assert len(avatar.springs) >= 3
    assert sum(len(primitive.triangles) for primitive in avatar.primitives) < TRIANGLES_MAX
    assert len(committed(name)) < FILE_BYTES_MAX


@pytest.mark.parametrize("name", NAMES)
def test_a_character_stands_on_the_ground_and_faces_the_viewer(name: str) -> None:
    avatar = read_avatar(ASSETS / f"{name}.vrm")
    lowest = min(float(primitive.positions[:, 1].min()) for primitive in avatar.primitives)
    assert abs(lowest) < 0.01
    posture = Rig(avatar).animate(Pose(), 0.0)
    assert posture.eyes_m[2] > posture.head[2, 3]


@pytest.mark.parametrize("name", NAMES)
def test_every_shape_moves_something_unless_bones_do_it(name: str) -> None:
    avatar = read_avatar(ASSETS / f"{name}.vrm")
    moved = {avatar.morph_names[place] for primitive in avatar.primitives for place in primitive.morphs}
    assert set(ARKIT_SHAPES) <= moved


@pytest.mark.parametrize("name", NAMES)
def test_shapes_of_one_side_stay_on_their_side(name: str) -> None:
    avatar = read_avatar(ASSETS / f"{name}.vrm")
    for primitive in avatar.primitives:
        for place, delta in zip(primitive.morphs, primitive.morph_positions, strict=True):
            shape = avatar.morph_names[place]
            if shape.startswith(("eye", "brow")) and shape.endswith(("Left", "Right")):
                sign = 1.0 if shape.endswith("Left") else -1.0  # the avatar's left is on +X
                far = np.abs(delta).max(axis=1) > 1e-4
                assert (primitive.positions[far, 0] * sign > -0.005).all(), shape


def test_a_character_that_does_not_exist_is_named() -> None:
    pytest.importorskip("skia", reason="the maker needs the extra `assets`")
    command = [sys.executable, "-m", "avatar_maker", "nobody"]
    run = subprocess.run(command, cwd=ASSETS, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "there is no character 'nobody'; choose from mirai, kohaku, hayate, pico, yuki" in run.stderr


@pytest.mark.parametrize("name", NAMES)
def test_the_written_licence_is_the_one_in_the_file(name: str) -> None:
    meta = description(committed(name))["extensions"]["VRMC_vrm"]["meta"]
    text = (ASSETS / "LICENSE.md").read_text()
    assert meta["licenseUrl"] in text
    written = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", text, re.MULTILINE))
    stated = {key: str(value).lower() if isinstance(value, bool) else value for key, value in meta.items()}
    assert written == {key: stated[key] for key in written}
    assert {key for key in stated if key.startswith(("allow", "avatarP", "commercial", "credit", "modif"))} == set(
        written
    )


def test_every_asset_has_a_licence() -> None:
    text = (ASSETS / "LICENSE.md").read_text()
    for path in ASSETS.iterdir():
        if not path.name.startswith((".", "__")) and path.name != "LICENSE.md":
            assert path.name in text, f"say in assets/LICENSE.md what {path.name} may be used for"


@pytest.mark.parametrize("name", NAMES)
def test_the_validator_finds_nothing_wrong(name: str) -> None:
    assert complaints(ASSETS / f"{name}.vrm") == []


@pytest.mark.parametrize("name", NAMES)
def test_every_vertex_follows_bones_and_every_triangle_has_an_area(name: str) -> None:
    for piece in read_avatar(ASSETS / f"{name}.vrm").primitives:
        np.testing.assert_allclose(piece.weights.sum(axis=1), 1.0, atol=1e-6)
        assert (largest_areas(piece) > 0.0).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_character_says_all_that_vrm_can_say(name: str) -> None:
    extensions = description(committed(name))["extensions"]
    vrm, springs = extensions["VRMC_vrm"], extensions["VRMC_springBone"]
    assert vrm["lookAt"]["type"] == "bone"
    assert len(vrm["firstPerson"]["meshAnnotations"]) >= 2
    assert vrm["expressions"]["preset"].keys() >= {"neutral", "lookUp", "blinkLeft", "aa", "relaxed"}
    assert all(spring["colliderGroups"] for spring in springs["springs"] if spring["name"].startswith("fringe"))
    materials = description(committed(name))["materials"]
    outlined = [m for m in materials if m["extensions"]["VRMC_materials_mtoon"]["outlineWidthMode"] != "none"]
    assert len(outlined) == len(materials) - 1, "all but the parts of the face, which are strokes themselves"


@pytest.mark.parametrize("name", NAMES)
def test_chains_swing_when_the_head_turns_and_come_to_rest_where_they_hung(name: str) -> None:
    avatar = read_avatar(ASSETS / f"{name}.vrm")
    rig = Rig(avatar)
    palette = list(avatar.palette_nodes)
    ends = [(spring.joints[0].node, spring.joints[-1].node) for spring in avatar.springs]
    parents = [palette.index(avatar.nodes[first].parent) for first, _ in ends]
    roots, tips = ([palette.index(pair[k]) for pair in ends] for k in (0, 1))
    rest = np.linalg.inv(avatar.inverse_binds)

    def swing(pose: Pose) -> tuple[Any, Any]:
        """Return the tips (N, 3) after a frame, and how far each is from where a stiff chain would hold it."""
        now = rig.animate(pose, 1.0 / 30.0).palette
        places = (now[tips] @ rest[tips][:, :, 3:])[:, :, 0]
        return places, np.linalg.norm(places - (now[parents] @ rest[tips][:, :, 3:])[:, :, 0], axis=1)

    turned = np.array([0.0, np.sin(0.4), 0.0, np.cos(0.4)])
    hung = [swing(Pose()) for _ in range(60)][-1][0]
    lag_m = [swing(Pose({"hips": turned, "head": turned})) for _ in range(2)][-1][1]
    settled = [swing(Pose()) for _ in range(150)][-1][0]
    assert (lag_m > 0.002).all()
    np.testing.assert_allclose(settled, hung, atol=0.003)
    for spring, tip, root in zip(avatar.springs, hung, rest[roots][:, 1, 3], strict=True):
        if spring.joints[0].gravity_power > 0.0:
            assert tip[1] < root
