"""A VRMA that we write reads back as what was performed, and Khronos finds nothing wrong with it."""

import math
from pathlib import Path

import numpy as np
import pytest
from khronos import complaints
from performer import entries

from avatar_live.avatar.clips import Clip, Track
from avatar_live.avatar.vrma import clip_from_bytes
from avatar_live.mocap.body import BODY
from avatar_live.mocap.curves import Curves, FaceKind, curves_of
from avatar_live.mocap.replay import performed
from avatar_live.mocap.vrma import vrma_of
from avatar_live.motion import Solver
from avatar_live.signals import ARKIT_SHAPES, HUMANOID_BONES, Pose

HIPS_M = BODY["hips"].place_m[1]
CLOSE = 1e-5


@pytest.fixture(scope="module")
def performance() -> list[Pose]:
    return list(performed(entries(2.0), Solver(), 60.0))


def curve(tracks: "tuple[Track, ...] | list[Track]", name: str) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    track = next(track for track in tracks if name in track.names)
    return np.asarray(track.values[:, track.names.index(name)])


def same_rotations(clip: Clip, poses: list[Pose]) -> None:
    moved = {name for track in clip.rotations for name in track.names}
    for bone in {bone for pose in poses for bone in pose.rotations} - {"leftEye", "rightEye"}:
        turns = np.array([pose.rotations.get(bone, (0.0, 0.0, 0.0, 1.0)) for pose in poses])
        if bone in moved:
            read = curve(list(clip.rotations), bone)
            signs = np.sign(np.einsum("ni,ni->n", read, turns))[:, None]
            assert np.abs(read - signs * turns).max() < CLOSE, bone
        else:
            assert np.abs(turns[:, :3]).max() < CLOSE, bone


def test_a_performance_reads_back_as_it_was(performance: list[Pose]) -> None:
    clip = clip_from_bytes(vrma_of("wave", curves_of(performance, 60.0)))
    assert clip.duration_s == pytest.approx((len(performance) - 1) / 60.0, abs=1e-6)
    same_rotations(clip, performance)
    assert clip.hips is not None
    assert clip.hips.values[:, 0] * HIPS_M == pytest.approx(
        np.array([pose.hips_offset_m for pose in performance]), abs=CLOSE
    )
    shapes = np.array([pose.shapes for pose in performance])
    told = {name for track in clip.expressions for name in track.names}
    for number, shape in enumerate(ARKIT_SHAPES):
        weights = curve(list(clip.expressions), shape)[:, 0] if shape in told else np.zeros(len(shapes))
        assert weights == pytest.approx(shapes[:, number], abs=CLOSE), shape
    for frame in (0, 40, 90):
        back = clip.at(float(np.float32(frame / 60.0)))
        was = performance[frame]
        assert (back.gaze_yaw_rad, back.gaze_pitch_rad) == pytest.approx(
            (was.gaze_yaw_rad, was.gaze_pitch_rad), abs=CLOSE
        )


def test_every_bone_that_a_pose_may_name_is_written_but_for_the_eyes() -> None:
    dice = np.random.default_rng(5)
    poses = []
    for _ in range(4):
        turns = dice.normal(size=(len(HUMANOID_BONES), 4))
        turns /= np.linalg.norm(turns, axis=1, keepdims=True)
        poses.append(Pose(dict(zip(HUMANOID_BONES, turns, strict=True)), expressions={"happy": 0.5, "sparkle": 1.0}))
    clip = clip_from_bytes(vrma_of("all", curves_of(poses, 30.0)))
    same_rotations(clip, poses)
    assert {name for track in clip.rotations for name in track.names} == {*HUMANOID_BONES} - {"leftEye", "rightEye"}
    assert clip.at(0.0).expressions == pytest.approx({"happy": 0.5, "sparkle": 1.0})


@pytest.mark.parametrize("face", ["arkit", "vrm"])
def test_khronos_validator_finds_nothing_wrong(performance: list[Pose], face: FaceKind, tmp_path: Path) -> None:
    path = tmp_path / "out.vrma"
    path.write_bytes(vrma_of("wave", curves_of(performance, 60.0, face)))
    assert complaints(path) == []


def test_khronos_validator_finds_nothing_wrong_with_a_moment_of_stillness(tmp_path: Path) -> None:
    path = tmp_path / "out.vrma"
    path.write_bytes(vrma_of("still", curves_of([Pose({"head": np.array([0.0, 0.1, 0.0, math.sqrt(0.99)])})], 60.0)))
    assert complaints(path) == []
    still = Curves(np.zeros(1), {}, np.zeros((1, 3)), {})
    path.write_bytes(vrma_of("rest", still))
    assert complaints(path) == []
