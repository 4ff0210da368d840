"""Moves over the performance: eased in and out, one at a time, few waiting, and the face stays the host's."""

from pathlib import Path

import numpy as np
import pytest
from shows import PlainStage, plain_show

from avatar_live.app.settings import CLIPS
from avatar_live.avatar.clips import Clip, Track
from avatar_live.engine.frame import make_frame
from avatar_live.engine.reactions import EASE_S, WAITING_MAX, Reactions, read_clips
from avatar_live.protocol.cues import MOVES, React
from avatar_live.signals import ARKIT_SHAPES, Pose

LENGTH_S = 2.0
FRAME_S = 1.0 / 30.0
RAISED = np.array([0.0, 0.0, np.sin(0.6), np.cos(0.6)])


class Watching(PlainStage):
    """Remember the poses that the stage was asked to flinch."""

    def __init__(self) -> None:
        super().__init__()
        self.poses: list[Pose] = []

    def flinch(self, pose: Pose, now_s: float) -> Pose:
        self.poses.append(pose)
        return pose


def clip(*bones: str, length_s: float = LENGTH_S) -> Clip:
    """Return a clip that holds these bones turned."""
    turns = np.tile(RAISED, (2, len(bones), 1))
    happy = Track(("happy",), np.array([0.0, length_s]), np.ones((2, 1, 1)))
    return Clip(length_s, (Track(bones, np.array([0.0, length_s]), turns),), expressions=(happy,))


def tracked() -> Pose:
    shapes = np.full(len(ARKIT_SHAPES), 0.3)
    return Pose({"head": np.array([0.1, 0.0, 0.0, 0.995])}, shapes, gaze_yaw_rad=0.2, is_tracked=True, captured_s=3.0)


def raised(pose: Pose, bone: str = "rightUpperArm") -> float:
    """Return how far a bone is turned, as a share of the clip's turn."""
    return float(np.arcsin(pose.rotations[bone][2])) / 0.6 if bone in pose.rotations else 0.0


def test_a_move_eases_in_and_out_over_the_tracked_arm() -> None:
    reactions = Reactions({"wave": clip("rightUpperArm")})
    reactions.start("wave", 10.0)
    ages = np.arange(0.0, LENGTH_S + 0.2, FRAME_S)
    shares = np.array([raised(reactions.over(tracked(), 10.0 + age)) for age in ages])
    assert shares[0] == 0.0 and shares[-1] == 0.0
    assert np.abs(np.diff(shares)).max() < 0.3, "no frame jumps"
    assert shares[(ages > EASE_S) & (ages < LENGTH_S - EASE_S)] == pytest.approx(1.0)


def test_face_gaze_and_tracking_stay_the_hosts() -> None:
    reactions = Reactions({"wave": clip("rightUpperArm")})
    reactions.start("wave", 0.0)
    before, after = tracked(), reactions.over(tracked(), 1.0)
    np.testing.assert_array_equal(after.shapes, before.shapes)
    np.testing.assert_array_equal(after.rotations["head"], before.rotations["head"])
    assert (after.gaze_yaw_rad, after.is_tracked, after.captured_s) == (0.2, True, 3.0)
    assert not after.expressions


def test_one_move_at_a_time_and_the_next_follows() -> None:
    reactions = Reactions({"wave": clip("rightUpperArm"), "bow": clip("leftUpperArm")})
    reactions.start("wave", 0.0)
    reactions.start("bow", 0.5)
    first = reactions.over(tracked(), 1.0)
    assert raised(first) == pytest.approx(1.0) and raised(first, "leftUpperArm") == 0.0
    reactions.over(tracked(), LENGTH_S)
    second = reactions.over(tracked(), LENGTH_S + 1.0)
    assert raised(second) == 0.0 and raised(second, "leftUpperArm") == pytest.approx(1.0)


def test_at_most_three_moves_wait() -> None:
    reactions = Reactions({"wave": clip("rightUpperArm")})
    for _ in range(1 + WAITING_MAX + 4):
        reactions.start("wave", 0.0)
    played, now_s = 0, 0.0
    while raised(reactions.over(tracked(), now_s + LENGTH_S / 2.0)):
        played += 1
        now_s += LENGTH_S
        reactions.over(tracked(), now_s)
    assert played == 1 + WAITING_MAX


def test_a_move_that_has_no_clip_is_not_made() -> None:
    reactions = Reactions({})
    reactions.start("dance", 0.0)
    pose = tracked()
    assert reactions.over(pose, 0.5) is pose


def test_files_that_are_no_clips_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "wave.vrma").write_bytes(b"glTF but broken")
    assert read_clips(tmp_path) == {}
    assert read_clips(tmp_path / "nowhere") == {}


def test_every_move_comes_with_the_program_and_moves_a_body_for_some_seconds() -> None:
    clips = read_clips(CLIPS)
    assert set(clips) == set(MOVES)
    for move, made in clips.items():
        assert 1.0 <= made.duration_s <= 10.0, move
        turned = {name for time_s in (0.3, 0.5, 0.7) for name in made.at(time_s * made.duration_s).rotations}
        assert turned & {"rightUpperArm", "leftUpperArm", "spine"}, move


def test_a_cue_makes_the_host_move_in_the_frame() -> None:
    stage = Watching()
    show = plain_show(stage)
    show.reactions = Reactions({"wave": clip("rightUpperArm")})
    show.take_cue(React("wave"), 1.0)
    make_frame(show, 2.0, FRAME_S)
    assert stage.cues == [React("wave")]
    assert raised(stage.poses[0]) == pytest.approx(1.0)
