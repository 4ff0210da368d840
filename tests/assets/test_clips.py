"""The project's motions are what their program makes, and do what their names say."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from clip_maker.curves import sample
from clip_maker.motions import MOTIONS
from khronos import complaints
from shared import PROJECT

from avatar_live.avatar import Avatar, Rig, read_avatar
from avatar_live.avatar.clips import Clip, hips_height_m
from avatar_live.avatar.model import Doubles
from avatar_live.avatar.vrma import read_clip

CLIPS = PROJECT / "assets" / "clips"
NAMES = tuple(motion.name for motion in MOTIONS)
RATE_HZ = 30
SPEED_M_PER_S_MAX = 9.0  # of a hand: faster ones are flung, not moved


def clip(name: str) -> Clip:
    return read_clip(CLIPS / f"{name}.vrma")


@pytest.fixture(scope="module")
def mirai() -> Avatar:
    return read_avatar(PROJECT / "assets" / "mirai.vrm")


def path(avatar: Avatar, name: str, bone: str) -> Doubles:
    """Return where a bone is (frames, 3) while the motion plays."""
    played, rig, height_m = clip(name), Rig(avatar), hips_height_m(avatar)
    frames = range(round(played.duration_s * RATE_HZ) + 1)
    return np.array(
        [
            rig.animate(played.at(frame / RATE_HZ, hips_height_m=height_m), 1 / RATE_HZ).bones[bone][:3, 3]
            for frame in frames
        ]
    )


def test_the_program_writes_the_committed_files(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "clip_maker", "--into", str(tmp_path)]
    run = subprocess.run(command, cwd=PROJECT / "assets", capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(file.name for file in CLIPS.iterdir())
    for file in tmp_path.iterdir():
        assert file.read_bytes() == (CLIPS / file.name).read_bytes(), "run `python -m clip_maker` in assets/"


@pytest.mark.parametrize("name", NAMES)
def test_khronos_validator_finds_nothing_wrong(name: str) -> None:
    assert complaints(CLIPS / f"{name}.vrma") == []


@pytest.mark.parametrize("name", NAMES)
def test_every_motion_is_short_smooth_and_ends_where_it_began(name: str, mirai: Avatar) -> None:
    played = clip(name)
    assert 1.0 <= played.duration_s <= 6.0
    first, last = played.at(0.0), played.at(played.duration_s)
    for bone, rotation in first.rotations.items():
        assert abs(float(rotation @ last.rotations[bone])) == pytest.approx(1.0, abs=2e-3), bone
    assert first.hips_offset_m == pytest.approx(last.hips_offset_m, abs=1e-3)
    for bone in ("leftHand", "rightHand", "head"):
        steps = np.linalg.norm(np.diff(path(mirai, name, bone), axis=0), axis=1)
        assert steps.max() * RATE_HZ < SPEED_M_PER_S_MAX


def test_a_wave_lifts_the_right_hand_beside_the_face_and_swings_it(mirai: Avatar) -> None:
    hand, head, left = (path(mirai, "wave", bone) for bone in ("rightHand", "head", "leftHand"))
    waving = slice(round(0.6 * RATE_HZ), round(1.6 * RATE_HZ))
    assert (hand[waving, 1] > head[waving, 1]).all()
    turns = np.diff(np.sign(np.diff(hand[waving, 0])))
    assert np.count_nonzero(turns) >= 3
    assert np.ptp(hand[waving, 0]) > 0.08
    assert np.ptp(left, axis=0).max() < 0.12  # it hangs from a body that leans


def test_a_cheer_throws_both_hands_over_the_head_and_jumps(mirai: Avatar) -> None:
    left, right, head, foot = (path(mirai, "cheer", bone) for bone in ("leftHand", "rightHand", "head", "leftFoot"))
    top = round(0.5 * RATE_HZ)
    assert left[top, 1] > head[top, 1] + 0.1 and right[top, 1] > head[top, 1] + 0.1
    assert 0.02 < foot[:, 1].max() - foot[0, 1] < 0.15
    assert foot[:, 1].min() > foot[0, 1] - 0.01


def test_a_bow_lowers_the_head_over_feet_that_stay_and_closes_the_eyes(mirai: Avatar) -> None:
    head, foot = path(mirai, "bow", "head"), path(mirai, "bow", "rightFoot")
    low = round(1.15 * RATE_HZ)
    assert head[low, 1] < head[0, 1] - 0.06
    assert head[low, 2] > head[0, 2] + 0.08
    assert np.linalg.norm(foot - foot[0], axis=1).max() < 0.02
    assert clip("bow").at(1.15).expressions["blink"] > 0.9


def test_a_dance_shifts_the_hips_on_every_beat_and_keeps_the_feet_on_the_floor(mirai: Avatar) -> None:
    hips, left, right = (path(mirai, "dance", bone) for bone in ("hips", "leftFoot", "rightFoot"))
    sides = [float(hips[round(beat * 0.5 * RATE_HZ), 0]) for beat in range(8)]
    assert [side < 0.0 for side in sides] == [True, False] * 4  # the avatar's right is on -X
    floor = min(left[:, 1].min(), right[:, 1].min())
    assert (np.minimum(left[:, 1], right[:, 1]) - floor).max() < 0.03  # one foot always bears the body


def test_a_dance_goes_round_without_a_seam() -> None:
    dance = clip("dance")
    before, after = (dance.at(dance.duration_s + late_s, is_looped=True) for late_s in (-0.01, 0.01))
    for bone, rotation in before.rotations.items():
        assert abs(float(rotation @ after.rotations[bone])) > 0.998, bone


def test_a_curve_meets_its_keys_and_stays_between_them() -> None:
    keys = [(0.0, 0.0), (1.0, 2.0), (1.5, 2.0), (3.0, -1.0)]
    at = np.linspace(0.0, 3.0, 301)
    values = sample(keys, at, None)
    assert sample(keys, np.array([time for time, _ in keys]), None) == pytest.approx([value for _, value in keys])
    assert values.max() <= 2.0 + 1e-9 and values.min() >= -1.0 - 1e-9
    assert values[:100].tolist() == sorted(values[:100])
    assert np.abs(np.diff(values, 2)).max() < 2e-3  # no kinks


def test_a_closed_curve_has_no_seam() -> None:
    keys = [(0.0, 1.0), (0.5, -1.0)]
    before, after = sample(keys, np.array([0.999, 1.001]), 1.0)
    assert before == pytest.approx(after, abs=1e-4)
