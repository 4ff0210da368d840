"""A VRMA file plays on any avatar, whatever rest pose it was recorded with, and a broken one is refused."""

import math
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from shared import PROJECT, shared_data
from small_vrm import Json, Writer

from avatar_live.avatar import AvatarError, Rig, read_avatar
from avatar_live.avatar.clips import Clip, hips_height_m
from avatar_live.avatar.model import Doubles
from avatar_live.avatar.quaternions import axes_of, multiply
from avatar_live.avatar.vrma import CHANNELS_MAX, KEYS_MAX, clip_from_bytes, read_clip
from avatar_live.signals import Pose

MUTANTS = 200

NODES: tuple[Json, ...] = (
    {"name": "Root", "children": [1, 5, 6, 7]},
    {"name": "Hips", "children": [2], "translation": [0.0, 0.8, 0.0]},
    {"name": "Chest", "children": [3, 4], "translation": [0.0, 0.4, 0.0]},
    {"name": "Head", "translation": [0.0, 0.3, 0.0]},
    {"name": "ArmL", "translation": [0.2, 0.2, 0.0]},
    {"name": "Happy"},
    {"name": "Sparkle"},
    {"name": "Gaze", "translation": [0.0, 1.56, 1.0]},
)
BONES = {"hips": 1, "chest": 2, "head": 3, "leftUpperArm": 4}
TIMES = np.array([0.0, 0.5, 1.0])


def about(axis: int, angle_deg: float) -> Doubles:
    half = math.radians(angle_deg) / 2.0
    return np.array([*(math.sin(half) * np.eye(3)[axis]), math.cos(half)])


class Recording:
    """Write a VRMA file channel by channel."""

    def __init__(self) -> None:
        self.file = Writer()
        self.document = self.file.document
        self.document["nodes"] = [dict(node) for node in NODES]
        self.document["animations"] = [{"channels": [], "samplers": []}]
        self.document["extensions"] = {
            "VRMC_vrm_animation": {
                "specVersion": "1.0",
                "humanoid": {"humanBones": {name: {"node": node} for name, node in BONES.items()}},
                "expressions": {"preset": {"happy": {"node": 5}}, "custom": {"sparkle": {"node": 6}}},
                "lookAt": {"node": 7, "offsetFromHeadBone": [0.0, 0.06, 0.0]},
            }
        }

    def move(self, node: int, path: str, values: object, times: Doubles = TIMES, mode: str = "LINEAR") -> "Recording":
        animation = self.document["animations"][0]
        table = np.asarray(values, np.float32)
        animation["samplers"].append(
            {
                "input": self.file.accessor(times.astype(np.float32)),
                "output": self.file.accessor(table.reshape(-1, table.shape[-1])),
                "interpolation": mode,
            }
        )
        target = {"node": node, "path": path}
        animation["channels"].append({"sampler": len(animation["samplers"]) - 1, "target": target})
        return self

    def clip(self) -> Clip:
        return clip_from_bytes(self.file.pack())


def turning_head() -> Recording:
    return Recording().move(3, "rotation", [about(1, 0.0), about(1, 60.0), about(1, 0.0)])


def yaw_deg(rotation: Doubles) -> float:
    forward = axes_of(rotation)[:, 2]
    return math.degrees(math.atan2(forward[0], forward[2]))


def test_a_rotation_is_sampled_between_its_keys() -> None:
    clip = turning_head().clip()
    assert clip.duration_s == 1.0
    for time_s, angle_deg in ((-1.0, 0.0), (0.25, 30.0), (0.5, 60.0), (0.75, 30.0), (9.0, 0.0)):
        assert yaw_deg(clip.at(time_s).rotations["head"]) == pytest.approx(angle_deg, abs=1e-4)


def test_only_bones_that_move_are_named() -> None:
    assert set(turning_head().clip().at(0.3).rotations) == {"head"}


def test_a_loop_starts_again() -> None:
    clip = turning_head().clip()
    assert yaw_deg(clip.at(3.25, is_looped=True).rotations["head"]) == pytest.approx(30.0, abs=1e-4)


def test_steps_hold_their_key() -> None:
    keys = [about(1, 10.0), about(1, 60.0), about(1, 0.0)]
    clip = Recording().move(3, "rotation", keys, mode="STEP").clip()
    assert yaw_deg(clip.at(0.49).rotations["head"]) == pytest.approx(10.0, abs=1e-4)
    assert yaw_deg(clip.at(0.5).rotations["head"]) == pytest.approx(60.0, abs=1e-4)


def test_a_cubic_spline_follows_its_tangents() -> None:
    """A parabola is a cubic, so its spline is exact between the keys."""

    def key(time_s: float) -> list[list[float]]:
        tangent = [2.0 * time_s - 0.5, 0.0, 0.0]
        return [tangent, [time_s * time_s - 0.5 * time_s + 0.4, 0.0, 0.0], tangent]

    clip = Recording().move(5, "translation", [key(time_s) for time_s in TIMES], mode="CUBICSPLINE").clip()
    for time_s in (0.1, 0.3, 0.62, 0.9):
        assert clip.at(time_s).expressions["happy"] == pytest.approx(time_s**2 - 0.5 * time_s + 0.4, abs=1e-6)


def test_a_cubic_rotation_stays_a_rotation() -> None:
    zero = [0.0, 0.0, 0.0, 0.0]
    keys = [[zero, about(1, angle), zero] for angle in (0.0, 90.0, 0.0)]
    clip = Recording().move(3, "rotation", keys, mode="CUBICSPLINE").clip()
    found = clip.at(0.25).rotations["head"]
    assert np.linalg.norm(found) == pytest.approx(1.0)
    assert yaw_deg(found) == pytest.approx(45.0, abs=1e-4)


def test_the_rest_pose_of_the_recording_does_not_change_the_motion() -> None:
    plain = Recording().move(4, "rotation", [about(2, 0.0), about(2, -70.0), about(2, -30.0)])
    twisted = Recording()
    chest, arm = about(0, 50.0), about(1, 20.0)
    twisted.document["nodes"][2]["rotation"] = chest.tolist()
    twisted.document["nodes"][4]["rotation"] = arm.tolist()
    # The same turn in the model's axes, seen from the twisted chest: inverse(P) q P L.
    inverse = chest * np.array([-1.0, -1.0, -1.0, 1.0])
    turns = [multiply(multiply(inverse, about(2, angle)), multiply(chest, arm)) for angle in (0.0, -70.0, -30.0)]
    twisted.move(4, "rotation", turns)
    for time_s in (0.0, 0.2, 0.5, 0.8):
        expected, found = (file.clip().at(time_s).rotations["leftUpperArm"] for file in (plain, twisted))
        assert axes_of(found) == pytest.approx(axes_of(expected), abs=1e-5)


def test_the_hips_move_by_the_avatars_height() -> None:
    ways = [[0.0, 0.8, 0.0], [0.0, 0.4, 0.2], [0.0, 0.8, 0.0]]
    recording = Recording().move(1, "translation", ways)
    recording.document["nodes"][0]["scale"] = [2.0, 2.0, 2.0]  # recorded by a giant
    for height_m in (0.8, 1.2):
        moved = recording.clip().at(0.5, hips_height_m=height_m).hips_offset_m
        assert moved == pytest.approx(np.array([0.0, -0.5, 0.25]) * height_m, abs=1e-6)


def test_expressions_are_weights_by_name() -> None:
    clip = (
        Recording()
        .move(5, "translation", [[0.0, 9.0, 9.0], [1.0, 0.0, 0.0], [3.0, 0.0, 0.0]])
        .move(6, "translation", [[-1.0, 0.0, 0.0], [0.5, 0.0, 0.0], [0.5, 0.0, 0.0]])
        .clip()
    )
    assert clip.at(0.25).expressions == pytest.approx({"happy": 0.5, "sparkle": 0.0})
    assert clip.at(1.0).expressions == pytest.approx({"happy": 1.0, "sparkle": 0.5})


def test_a_gaze_is_a_rotation_against_the_head() -> None:
    up_left = multiply(about(1, 20.0), about(0, -10.0))
    pose = Recording().move(7, "rotation", [about(1, 0.0), up_left, about(1, 0.0)]).clip().at(0.5)
    assert math.degrees(pose.gaze_yaw_rad) == pytest.approx(20.0, abs=1e-4)
    assert math.degrees(pose.gaze_pitch_rad) == pytest.approx(10.0, abs=1e-4)


def test_eyes_stay_on_a_target_while_the_head_turns() -> None:
    ahead = [[0.0, 1.56, 5.0]] * 3  # at the height of the eyes
    clip = turning_head().move(7, "translation", ahead).clip()
    assert math.degrees(clip.at(0.0).gaze_yaw_rad) == pytest.approx(0.0, abs=1e-4)
    assert math.degrees(clip.at(0.25).gaze_yaw_rad) == pytest.approx(-30.0, abs=1e-4)


def test_a_real_recording_lowers_the_arm_of_a_real_avatar() -> None:
    clip = read_clip(shared_data("avatars", "gltf", "test.vrma"))
    avatar = read_avatar(PROJECT / "assets" / "mirai.vrm")
    assert clip.duration_s == 3.0
    assert clip.at(1.25).expressions == pytest.approx({"happy": 0.5})
    assert math.degrees(clip.at(2.5).gaze_yaw_rad) == pytest.approx(90.0, abs=1e-3)
    bones = Rig(avatar).animate(clip.at(0.5, hips_height_m=hips_height_m(avatar)), 0.0).bones
    arm = bones["rightHand"][:3, 3] - bones["rightUpperArm"][:3, 3]
    assert arm / np.linalg.norm(arm) == pytest.approx([0.0, -1.0, 0.0], abs=0.1)


def test_the_height_of_the_hips_is_known() -> None:
    avatar = read_avatar(PROJECT / "assets" / "mirai.vrm")
    assert hips_height_m(avatar) == pytest.approx(Rig(avatar).animate(Pose(), 0.0).bones["hips"][1, 3])


def wrong(change: Callable[[Json], object]) -> bytes:
    recording = turning_head()
    change(recording.document)
    return recording.file.pack()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(animations=[]), "holds no motion"),
        (lambda d: d.update(extensions={}), "no motion for humanoids"),
        (lambda d: d.update(animations=5), "description is wrong"),
        (lambda d: d["accessors"][0].update(count=2), "as many values as times"),
        (lambda d: d["accessors"][0].update(count=0), "as many values as times"),
        (lambda d: d["accessors"][1].update(type="VEC3"), "wrong type"),
        (lambda d: d["animations"][0]["channels"][0].update(sampler=7), "animation sampler 7"),
        (lambda d: d["animations"][0]["samplers"][0].update(interpolation="WARP"), "description is wrong"),
        (lambda d: d["animations"][0]["samplers"][0].update(input=1, output=1), "wrong type"),
        (lambda d: d["nodes"][3].update(children=[0]), "own ancestors"),
        (
            lambda d: d["extensions"]["VRMC_vrm_animation"]["expressions"]["preset"]["happy"].update(node=99),
            "node 99",
        ),
        (
            lambda d: d["extensions"]["VRMC_vrm_animation"]["humanoid"]["humanBones"]["hips"].update(node=-1),
            "node -1",
        ),
        (
            lambda d: d["animations"][0].update(channels=d["animations"][0]["channels"] * (CHANNELS_MAX + 1)),
            "channels",
        ),
    ],
)
def test_a_broken_motion_is_refused_in_one_sentence(change: Callable[[Json], object], words: str) -> None:
    with pytest.raises(AvatarError, match=words) as caught:
        clip_from_bytes(wrong(change))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("times", [[0.5, 0.1, 1.0], [-1.0, 0.0, 1.0], [0.0, math.nan, 1.0]])
def test_times_that_go_backwards_are_refused(times: list[float]) -> None:
    recording = Recording().move(3, "rotation", [about(1, 0.0)] * 3, times=np.array(times))
    with pytest.raises(AvatarError):
        recording.clip()


def test_two_keys_at_one_time_are_a_jump() -> None:
    keys = [about(1, 0.0), about(1, 40.0), about(1, 10.0)]
    clip = Recording().move(3, "rotation", keys, times=np.array([0.0, 0.5, 0.5])).clip()
    assert yaw_deg(clip.at(0.49).rotations["head"]) == pytest.approx(39.2, abs=0.01)
    assert yaw_deg(clip.at(0.5).rotations["head"]) == pytest.approx(10.0, abs=1e-4)


def test_a_motion_that_claims_more_keys_than_any_is_refused_before_they_are_read() -> None:
    recording = turning_head()
    for accessor in recording.document["accessors"]:
        del accessor["bufferView"]  # zeros, which cost the file nothing
        accessor["count"] = KEYS_MAX + 1
    with pytest.raises(AvatarError, match="more than 4,000,000 keys"):
        recording.clip()


def test_a_rotation_without_length_is_refused() -> None:
    with pytest.raises(AvatarError, match="rotation without length"):
        Recording().move(3, "rotation", [np.zeros(4)] * 3).clip()


def test_other_files_are_no_motion(tmp_path: Path) -> None:
    path = tmp_path / "dance.vrma"
    with pytest.raises(AvatarError, match=r"cannot read the motion .*dance\.vrma"):
        read_clip(path)
    path.write_bytes(b"FBX" * 100)
    with pytest.raises(AvatarError, match=r"cannot play dance\.vrma: the file is not a VRM animation; choose a \.vrma"):
        read_clip(path)
    with pytest.raises(AvatarError, match=r"mirai\.vrm: the file holds no motion for humanoids"):
        read_clip(PROJECT / "assets" / "mirai.vrm")


def test_mutants_play_or_are_refused() -> None:
    whole = turning_head().move(1, "translation", [[0.0, 0.8, 0.0]] * 3).move(7, "rotation", [about(1, 9.0)] * 3)
    data = whole.file.pack()
    dice = random.Random(3)
    refused = 0
    for _ in range(MUTANTS):
        mutant = bytearray(data[: dice.choice((len(data), dice.randrange(len(data))))])
        for _ in range(dice.randrange(1, 9)):
            mutant[dice.randrange(len(mutant))] = dice.randrange(256)
        try:
            pose = clip_from_bytes(bytes(mutant)).at(0.4)
        except AvatarError:
            refused += 1
        else:
            assert all(np.isfinite(rotation).all() for rotation in pose.rotations.values())
            assert np.isfinite(pose.hips_offset_m).all()
    assert 0 < refused < MUTANTS
