"""The small bodies that the project ships are what their program makes: light, valid, and able to do what they say."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from khronos import complaints
from shared import PROJECT

from avatar_live.avatar import Avatar, Rig, read_avatar
from avatar_live.signals import Pose
from avatar_live.stage.bodies import Shape, read_body
from avatar_live.stage.looks import look_of

ASSETS = PROJECT / "assets"
FILES = ("pip.vrm", "crowd.npz")
FILE_BYTES_MAX = 300_000
TRIANGLES_MAX = 2_000
NEEDED_BONES = {
    "hips",
    "spine",
    "head",
    *(f"{side}{part}" for side in ("left", "right") for part in ("UpperLeg", "LowerLeg", "Foot")),
    *(f"{side}{part}" for side in ("left", "right") for part in ("UpperArm", "LowerArm", "Hand")),
}


@pytest.fixture(scope="module")
def pip() -> Avatar:
    return read_avatar(ASSETS / "bodies" / "pip.vrm")


def test_a_rebuild_gives_the_committed_bytes(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "body_maker", "--into", str(tmp_path)]
    run = subprocess.run(command, cwd=ASSETS, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    for name in FILES:
        kept = (ASSETS / "bodies" / name).read_bytes()
        assert (tmp_path / name).read_bytes() == kept, f"{name} is stale: run `python -m body_maker` in assets/"
        assert len(kept) < FILE_BYTES_MAX


def test_the_validator_has_nothing_to_say() -> None:
    assert complaints(ASSETS / "bodies" / "pip.vrm") == []


def test_a_body_is_light_even_with_everything_it_may_wear(pip: Avatar) -> None:
    body = read_body()
    assert len(body.coarse.triangles) < 0.6 * len(body.fine.triangles) <= 0.6 * TRIANGLES_MAX
    for shape in (body.fine, body.coarse):
        assert shape.triangles.max() < len(shape.positions)
        assert shape.joints.max() < body.motions.shape[2]
    assert sum(len(primitive.triangles) for primitive in pip.primitives) < TRIANGLES_MAX


def test_pip_has_the_bones_that_vrm_asks_for_and_a_face(pip: Avatar) -> None:
    assert set(pip.humanoid) == NEEDED_BONES
    assert {"blink", "aa", "happy"} <= set(pip.expressions)
    moving = {name for name, expression in pip.expressions.items() if expression.morphs}
    assert {"blink", "aa", "happy"} <= moving


def test_pips_weights_sum_to_one(pip: Avatar) -> None:
    for primitive in pip.primitives:
        np.testing.assert_allclose(primitive.weights.sum(axis=1), 1.0, atol=1e-6)
        assert primitive.joints.max() < len(pip.palette_nodes)


def test_pip_stands_on_the_ground_and_faces_the_viewer(pip: Avatar) -> None:
    lowest = min(float(primitive.positions[:, 1].min()) for primitive in pip.primitives)
    assert abs(lowest) < 0.005
    face = pip.primitives[0].positions
    assert face[:, 2].min() > 0.1
    assert Rig(pip).animate(Pose(), 0.0).head[1, 3] > 0.4


def test_every_face_morph_moves_the_part_it_names() -> None:
    body = read_body()
    height = body.fine.positions[: len(body.morphs), 1]
    slots = np.array(body.slot_names)[body.fine.slots[: len(body.morphs)]]
    eyes = np.isin(slots, ("ink", "white")) & (height > 0.58)
    mouth = (slots == "ink") & ~eyes
    blink, aa, happy = (np.abs(body.morphs[:, k]).max(axis=1) > 1e-4 for k in range(3))
    assert blink[eyes].all() and not blink[~eyes].any()
    assert aa[mouth].any() and not aa[~mouth].any()
    assert happy[eyes].any() and happy[mouth].any()
    lids = (slots == "ink") & eyes
    assert np.ptp((height + body.morphs[:, 0, 1])[lids]) < 0.3 * np.ptp(height[lids])


@pytest.mark.parametrize("shape", [read_body().fine, read_body().coarse], ids=["fine", "coarse"])
def test_every_part_shows_its_outside(shape: Shape) -> None:
    """Sum the signed volumes of a part's triangles: turned inside out, they would be negative."""
    body = read_body()
    is_laid_on = (shape.triangles < len(body.morphs)).any(axis=1)
    for place, part in enumerate(body.part_names):
        chosen = shape.triangles[(shape.parts[shape.triangles[:, 0]] == place) & ~is_laid_on]
        corners = shape.positions[chosen].astype(float) - shape.positions[np.unique(chosen)].mean(axis=0)
        assert np.linalg.det(corners).sum() > 0.0, part


@pytest.mark.parametrize("motion", ["idle", "walk", "wave", "slump"])
def test_feet_stay_on_the_ground(motion: str) -> None:
    assert heights(motion).min() > -0.02
    assert heights(motion).max() < 0.03


def test_a_cheer_leaves_the_ground() -> None:
    assert heights("cheer").min() > -0.02
    assert heights("cheer").max() > 0.12


def heights(motion: str) -> np.ndarray:
    """Return how high (F,) the lowest point of the body is in each frame."""
    body = read_body()
    bare = body.fine.parts == body.part_names.index("body")
    skins = body.motions[body.named_motions[motion].place].astype(float)[:, body.fine.joints[bare]]
    points = np.append(body.fine.positions[bare], np.ones((int(bare.sum()), 1)), axis=1)
    return np.asarray(np.einsum("fvk,vk->fv", skins[:, :, 1], points).min(axis=1))


@pytest.mark.parametrize("motion", ["idle", "walk", "cheer", "wave", "slump"])
def test_a_motion_ends_where_it_begins(motion: str) -> None:
    frames = read_body().motions[read_body().named_motions[motion].place].astype(float)
    steps = np.abs(np.diff(np.concatenate([frames, frames[:1]]), axis=0)).max(axis=(1, 2, 3))
    assert steps[-1] <= 1.5 * steps[:-1].max() + 1e-3
    assert steps.max() < 0.4, "no jerk"


def test_a_look_follows_from_the_id_and_the_shirt_from_the_camp() -> None:
    red, blue = look_of("ann", "red"), look_of("ann", "blue")
    assert red == look_of("ann", "red")
    assert red.parts == blue.parts and red.colors["skin"] == blue.colors["skin"]
    assert red.colors["shirt"] != blue.colors["shirt"]


def test_looks_differ_and_name_what_the_body_has() -> None:
    body = read_body()
    looks = [look_of(f"viewer {k}", "red") for k in range(300)]
    assert len({(look.parts, *look.colors.values()) for look in looks}) > 280
    assert frozenset().union(*(look.parts for look in looks)) == set(body.part_names)
    for look in looks:
        assert set(look.colors) == set(body.slot_names)
        assert not (look.parts & {"cap", "beanie"} and look.parts & {"tuft", "buns"}), "nothing pokes through a hat"
