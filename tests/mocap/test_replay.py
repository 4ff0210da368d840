"""What is replayed is what was performed: the same senses, and to the bit the same poses."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
from performer import START_S, entries, senses
from take_files import file_of, in_blocks, inside_out, read

from avatar_live.mocap.replay import Sense, entry_of, later, performed, poses, replay
from avatar_live.mocap.take import Entry
from avatar_live.motion import Solver
from avatar_live.signals import GivenPose, Pose, Readings, VoiceReading

SECONDS = 3.0


def frames(seconds: float) -> Iterator[tuple[float, float]]:
    """Yield the moments of a live run, which keeps no even pace, each with what has passed since the one before."""
    dice = random.Random(7)
    before_s = START_S
    for frame in range(round(seconds * 30.0)):
        now_s = START_S + frame / 30.0 + dice.choice((0.0, 0.0, 0.002, 0.021))
        yield now_s, min(now_s - before_s, 0.1)
        before_s = now_s


def live(said: list[tuple[float, Sense]]) -> list[Pose]:
    """Solve as the engine does, from whatever is newest at each frame."""
    solver = Solver(mirror=True, seed=1)
    shown = []
    for now_s, dt_s in frames(SECONDS):
        past = [sense for at_s, sense in said if at_s <= now_s]
        readings = next((sense for sense in reversed(past) if isinstance(sense, Readings)), None)
        voice = next((sense for sense in reversed(past) if isinstance(sense, VoiceReading)), None)
        given = next((sense for sense in reversed(past) if isinstance(sense, GivenPose)), None)
        shown.append(solver.solve(readings, now_s, dt_s, voice, given))
    return shown


def bits(pose: Pose) -> tuple[object, ...]:
    """Return all of a pose for an exact comparison."""
    rotations = {bone: rotation.tobytes() for bone, rotation in pose.rotations.items()}
    gaze = (pose.gaze_yaw_rad, pose.gaze_pitch_rad)
    told = (pose.is_tracked, pose.captured_s, dict(pose.expressions))
    return rotations, pose.shapes.tobytes(), gaze, pose.hips_offset_m.tobytes(), told


def recorded(said: list[tuple[float, Sense]]) -> list[Entry]:
    """Return what comes back from the file of what was said."""
    return read(file_of(*in_blocks([entry_of(sense, at_s) for at_s, sense in said])))


def test_a_replay_says_what_was_said_and_when() -> None:
    said = senses(1.0)
    again = list(replay(recorded(said)))
    assert [at_s for at_s, _ in again] == [at_s for at_s, _ in said]
    assert [entry_of(sense, 0.0) for _, sense in again] == [entry_of(sense, 0.0) for _, sense in said]


def test_a_replay_makes_the_poses_of_the_live_run_to_the_bit() -> None:
    said = senses(SECONDS)
    shown = live(said)
    assert sum(pose.is_tracked for pose in shown) > 80
    again = poses(recorded(said), Solver(mirror=True, seed=1), frames(SECONDS))
    assert [bits(pose) for pose in again] == [bits(pose) for pose in shown]


def test_two_replays_at_an_even_pace_are_one() -> None:
    first, second = ([bits(pose) for pose in performed(entries(SECONDS), Solver(mirror=False), 60.0)] for _ in range(2))
    assert first == second
    assert len(first) == round(SECONDS * 60.0)


def test_nothing_recorded_is_nothing_performed() -> None:
    assert list(performed([], Solver(), 60.0)) == []


def test_later_changes_the_times_and_nothing_else() -> None:
    for sense in (senses(0.1)[0][1], next(sense for _, sense in senses(0.5) if isinstance(sense, Readings))):
        moved = later(sense, 2.5)
        assert moved.captured_s == sense.captured_s + 2.5
        assert entry_of(later(moved, -2.5), 0.0) == entry_of(sense, 0.0)
    readings = next(sense for _, sense in senses(0.5) if isinstance(sense, Readings))
    moved = later(readings, 2.5)
    assert isinstance(moved, Readings)
    for part in ("face", "body", "left_hand"):
        before, after = getattr(readings, part), getattr(moved, part)
        assert after.captured_s == before.captured_s + 2.5
        assert np.array_equal(after.landmarks, before.landmarks)
    assert moved.right_hand is None
    alone = later(replace(readings, face=None, body=None, left_hand=None), 1.0)
    assert isinstance(alone, Readings) and alone.face is None


def test_a_take_with_nonsense_inside_performs_in_finite_numbers() -> None:
    said = entries(1.0)
    for number in range(40):
        mutant = read(inside_out(said, random.Random(number)))
        for pose in islice(performed(mutant, Solver(), 30.0), 60):
            assert np.isfinite(pose.shapes).all() and np.isfinite(pose.hips_offset_m).all()
            assert all(np.isfinite(rotation).all() for rotation in pose.rotations.values())
