"""52 weights and named expressions move the right morph targets."""

import math
from dataclasses import replace

import numpy as np
import pytest
from shared import PROJECT
from small_vrm import PLACE, small_vrm

from avatar_live.avatar import Avatar, Rig, read_avatar
from avatar_live.avatar.face import preset_weights
from avatar_live.avatar.model import Doubles
from avatar_live.avatar.read import avatar_from_bytes
from avatar_live.signals import ARKIT_SHAPES, Pose


@pytest.fixture(scope="module")
def mirai() -> Avatar:
    return read_avatar(PROJECT / "assets" / "mirai.vrm")


@pytest.fixture
def small() -> Avatar:
    return avatar_from_bytes(small_vrm().pack())


def shapes(**weights: float) -> Doubles:
    out = np.zeros(len(ARKIT_SHAPES))
    for name, weight in weights.items():
        out[ARKIT_SHAPES.index(name)] = weight
    return out


def morphs(avatar: Avatar, pose: Pose, **expressions: float) -> dict[str, float]:
    """Return the morph targets that move, by name."""
    weights = Rig(avatar).animate(replace(pose, expressions=expressions), 0.0).morph_weights
    return {name: round(float(w), 4) for name, w in zip(avatar.morph_names, weights, strict=True) if w}


def test_arkit_shapes_drive_the_avatars_own(mirai: Avatar) -> None:
    for name in ARKIT_SHAPES:
        expected = {} if name.startswith("eyeLook") else {name: 0.75}
        assert morphs(mirai, Pose(shapes=shapes(**{name: 0.75}))) == expected


def test_a_blink_moves_the_lashes_down(mirai: Avatar) -> None:
    weights = Rig(mirai).animate(Pose(shapes=shapes(eyeBlinkLeft=1.0)), 0.0).morph_weights
    lowered = []
    for primitive in mirai.primitives:
        moved = np.einsum("m,mvi->vi", weights[primitive.morphs], primitive.morph_positions)
        changed = np.abs(moved).max(axis=1) > 1e-4
        assert (primitive.positions[changed, 0] > 0.0).all()  # the avatar's left is on +X
        lowered.append(moved[:, 1].min(initial=0.0))
    assert min(lowered) < -0.01


def test_gaze_turns_eye_bones_and_not_the_iris_shapes_too(mirai: Avatar) -> None:
    pose = Pose(shapes=shapes(eyeLookOutLeft=1.0, eyeLookInRight=1.0), gaze_yaw_rad=0.4)
    assert morphs(mirai, pose) == {}


def test_gaze_without_eye_bones_uses_the_look_expressions() -> None:
    file = small_vrm()
    vrm = file.document["extensions"]["VRMC_vrm"]
    vrm["lookAt"] = {"type": "expression", "rangeMapHorizontalOuter": {"inputMaxValue": 40, "outputScale": 1}}
    bind = {"node": PLACE["Mesh"], "index": 2}
    vrm["expressions"]["preset"]["lookLeft"] = {"morphTargetBinds": [bind]}
    avatar = avatar_from_bytes(file.pack())
    assert morphs(avatar, Pose(gaze_yaw_rad=math.radians(20.0))) == {"lidR": 0.5}
    assert morphs(avatar, Pose(gaze_yaw_rad=math.radians(-20.0))) == {}


def test_an_avatar_without_arkit_shapes_gets_presets(small: Avatar) -> None:
    assert morphs(small, Pose(shapes=shapes(eyeBlinkLeft=0.8))) == {"lidL": 0.8}
    assert morphs(small, Pose(shapes=shapes(jawOpen=0.5))) == {"jawDrop": 0.6}


@pytest.mark.parametrize(
    ("vowel", "weights"),
    [
        ("aa", {"jawOpen": 0.9}),
        ("oh", {"jawOpen": 0.4, "mouthFunnel": 0.8}),
        ("ou", {"mouthPucker": 0.9}),
        ("ih", {"jawOpen": 0.2, "mouthStretchLeft": 0.9, "mouthStretchRight": 0.9}),
        ("ee", {"jawOpen": 0.5, "mouthSmileLeft": 0.9, "mouthSmileRight": 0.9}),
    ],
)
def test_every_vowel_is_the_strongest_for_its_own_mouth(vowel: str, weights: dict[str, float]) -> None:
    mixed = preset_weights(shapes(**weights), blinks_apart=True)
    vowels = {name: mixed[name] for name in ("aa", "ih", "ou", "ee", "oh")}
    assert max(vowels, key=lambda name: vowels[name]) == vowel
    assert sum(vowels.values()) <= 1.0 + 1e-9


@pytest.mark.parametrize(
    ("mood", "weights"),
    [
        ("happy", {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9}),
        ("angry", {"browDownLeft": 0.9, "browDownRight": 0.9}),
        ("sad", {"mouthFrownLeft": 0.9, "mouthFrownRight": 0.9}),
        ("surprised", {"browOuterUpLeft": 0.9, "browOuterUpRight": 0.9, "eyeWideLeft": 0.9, "eyeWideRight": 0.9}),
    ],
)  # fmt: skip
def test_moods_show_for_their_own_faces(mood: str, weights: dict[str, float]) -> None:
    mixed = preset_weights(shapes(**weights), blinks_apart=True)
    moods = {name: mixed[name] for name in ("happy", "angry", "sad", "surprised")}
    assert moods[mood] > 0.4
    assert sorted(moods.values())[-2] < 0.1


def test_a_face_at_rest_moves_nothing(small: Avatar, mirai: Avatar) -> None:
    assert morphs(small, Pose()) == morphs(mirai, Pose()) == {}


def test_weights_beyond_their_range_are_clamped(small: Avatar) -> None:
    assert morphs(small, Pose(shapes=shapes(eyeBlinkLeft=7.0, eyeBlinkRight=-3.0))) == {"lidL": 1.0}


def test_both_eyes_blink_where_the_avatar_knows_one_blink() -> None:
    file = small_vrm()
    presets = file.document["extensions"]["VRMC_vrm"]["expressions"]["preset"]
    presets["blink"] = presets.pop("blinkLeft")
    del presets["blinkRight"]
    avatar = avatar_from_bytes(file.pack())
    assert morphs(avatar, Pose(shapes=shapes(eyeBlinkLeft=1.0, eyeBlinkRight=0.5))) == {"lidL": 0.75}


def test_a_shown_expression_overrides_blink_and_mouth(small: Avatar) -> None:
    blinking = Pose(shapes=shapes(eyeBlinkLeft=1.0))
    assert morphs(small, blinking, happy=0.1) == {"jawDrop": 0.05}
    assert morphs(small, Pose(shapes=shapes(jawOpen=0.5)), happy=0.5) == {"jawDrop": 0.55}  # half of .6, and half of .5


def test_a_shown_expression_overrides_arkit_shapes_too(mirai: Avatar) -> None:
    both = morphs(mirai, Pose(shapes=shapes(eyeBlinkLeft=1.0)), happy=1.0)
    assert "eyeBlinkLeft" not in both
    assert both["eyeJoyLeft"] == 1.0


def test_a_binary_expression_is_whole_or_nothing(small: Avatar) -> None:
    assert morphs(small, Pose(), surprised=0.5) == {}
    assert morphs(small, Pose(), surprised=0.51) == {"jawDrop": 1.0}


def test_an_expression_that_the_avatar_lacks_is_ignored(small: Avatar) -> None:
    assert morphs(small, Pose(), sparkle=1.0) == {}


def test_arkit_names_are_found_as_other_exporters_write_them() -> None:
    file = small_vrm()
    primitive = file.document["meshes"][0]["primitives"][0]
    primitive["targets"] = [primitive["targets"][0]] * len(ARKIT_SHAPES)
    names = [f"Face.{name[0].upper()}{name[1:]}" for name in ARKIT_SHAPES]
    names = [name.removesuffix("Left") + "_L" if name.endswith("BlinkLeft") else name for name in names]
    file.document["meshes"][0]["extras"]["targetNames"] = names
    del file.document["extensions"]["VRMC_vrm"]["expressions"]
    avatar = avatar_from_bytes(file.pack())
    assert morphs(avatar, Pose(shapes=shapes(jawOpen=0.5, eyeBlinkLeft=0.25))) == {
        "Face.JawOpen": 0.5,
        "Face.EyeBlink_L": 0.25,
    }
