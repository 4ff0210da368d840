"""The project's motions are what their program makes, and do what their names say."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from clip_maker.curves import sample
from clip_maker.motions import MOTIONS
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
