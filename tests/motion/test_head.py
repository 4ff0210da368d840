"""The head's rotation from landmarks: exact on the template, close on a face of another shape, steady in time."""

import math

import numpy as np
import pytest
from shared import shared_data
from synthetic import HEIGHT_PX, WIDTH_PX, face, seen

from avatar_live.motion import Solver
from avatar_live.motion import quaternions as quat
from avatar_live.motion.head import LEVEL_RAD_MAX, HeadTracker, Level, fit_head
from avatar_live.motion.template import LANDMARKS
from avatar_live.signals import FaceReading, Pose

# Each landmark on its own; a camera's noise moves a photographed head by a third of what this does.
LANDMARK_NOISE_PX = 0.3
ANGLES = [(yaw, pitch, roll) for yaw in (-40, -20, 0, 20, 40) for pitch in (-30, 0, 30) for roll in (-40, 0, 40)]


def angles_of(reading: FaceReading) -> np.ndarray:
    fit = fit_head(reading, WIDTH_PX, HEIGHT_PX)
    assert fit is not None
    return np.degrees(quat.yaw_pitch_roll(fit.rotation))


def head_of(pose: Pose) -> np.ndarray:
    whole = quat.IDENTITY
    for bone in ("hips", "spine", "chest", "upperChest", "neck", "head"):
        whole = quat.multiply(whole, pose.rotations[bone])
    return whole


@pytest.mark.parametrize("distance_m", [0.35, 0.6, 1.5])
def test_known_head_turns_come_back_within_a_degree(distance_m: float) -> None:
    errors = [angles_of(face(*truth, place_m=(0.0, 0.0, -distance_m))) - truth for truth in ANGLES]
    assert np.abs(errors).mean(axis=0).max() <= 1.0
    assert np.abs(errors).max() <= 3.0


def test_a_face_of_another_shape_keeps_the_error_small() -> None:
    lines = shared_data("footage", "canonical_face_model.obj").read_text().splitlines()
    mesh_m = 0.01 * np.array([[float(c) for c in line.split()[1:]] for line in lines if line.startswith("v ")])
    points_m = mesh_m[LANDMARKS] - 0.5 * (mesh_m[33] + mesh_m[263])
    errors = [angles_of(face(*truth, points_m=points_m)) - truth for truth in ANGLES]
    assert np.abs(errors).mean(axis=0).max() <= 1.0


@pytest.mark.parametrize("depth", [0.8, 1.2])
@pytest.mark.parametrize("yaw_deg", [-30.0, 30.0])
def test_a_turned_face_whose_depth_is_guessed_wrongly_is_seen_as_turned_as_far(depth: float, yaw_deg: float) -> None:
    reading = face(yaw_deg)
    guessed = FaceReading(reading.landmarks * np.array((1.0, 1.0, depth), np.float32), reading.shapes, 0.0)
    assert angles_of(guessed)[0] == pytest.approx(yaw_deg, abs=1.5)


def test_the_distance_and_the_place_are_metric() -> None:
    fit = fit_head(face(10.0, 5.0, 0.0, place_m=(0.12, -0.05, -0.7)), WIDTH_PX, HEIGHT_PX)
    assert fit is not None
    np.testing.assert_allclose(fit.place_m, (0.12, -0.05, -0.7), atol=0.02)


def test_who_looks_into_the_camera_from_the_edge_looks_at_the_viewers() -> None:
    assert np.abs(angles_of(face(place_m=(0.25, 0.1, -0.7)))).max() < 1.0


@pytest.mark.parametrize("scale", [0.0, 1e-6])
def test_a_face_without_extent_is_no_head(scale: float) -> None:
    reading = face()
    broken = FaceReading(reading.landmarks * np.float32(scale), reading.shapes, 0.0)
    assert fit_head(broken, WIDTH_PX, HEIGHT_PX) is None


@pytest.mark.parametrize("rate_hz", [15.0, 30.0])
def test_a_nodding_head_is_followed_with_little_lag_and_no_overshoot(rate_hz: float) -> None:
    amplitude_deg, frequency_hz, late_s = 20.0, 0.8, 0.045
    tracker, shown, truth = HeadTracker(), [], []
    captured_s = -1.0
    for frame in range(120):
        now_s = frame / 30.0
        newest_s = math.floor((now_s - late_s) * rate_hz) / rate_hz
        if newest_s > captured_s:
            captured_s = newest_s
            yaw_deg = amplitude_deg * math.sin(2.0 * math.pi * frequency_hz * captured_s)
            fit = fit_head(face(yaw_deg), WIDTH_PX, HEIGHT_PX)
            assert fit is not None
            tracker.see(fit.rotation, fit.place_m, captured_s)
        shown.append(math.degrees(quat.yaw_pitch_roll(tracker.at(now_s, 1.0 / 30.0)[0])[0]))
        truth.append(amplitude_deg * math.sin(2.0 * math.pi * frequency_hz * now_s))
    wave = np.exp(-2j * math.pi * frequency_hz * np.arange(75) / 30.0)
    lag_rad = np.angle((truth[45:] * wave).sum()) - np.angle((shown[45:] * wave).sum())
    assert math.remainder(lag_rad, 2.0 * math.pi) / (2.0 * math.pi * frequency_hz) <= 0.075
    assert np.abs(shown[45:]).max() <= 1.1 * amplitude_deg


def test_a_still_head_with_noisy_landmarks_stays_still() -> None:
    noise = np.random.default_rng(5)
    solver, angles = Solver(mirror=False), []
    for frame in range(90):
        reading = face(10.0, at_s=frame / 30.0)
        jittered = reading.landmarks + noise.normal(0.0, LANDMARK_NOISE_PX, reading.landmarks.shape).astype(np.float32)
        pose = solver.solve(seen(FaceReading(jittered, reading.shapes, reading.captured_s)), frame / 30.0, 1.0 / 30.0)
        angles.append(math.degrees(quat.yaw_pitch_roll(head_of(pose))[0]))
    assert np.abs(np.diff(angles[30:])).max() < 0.5
    assert np.mean(angles[30:]) == pytest.approx(10.0, abs=1.0)


def test_who_reads_a_low_screen_for_long_looks_ahead_and_a_nod_is_still_a_nod() -> None:
    level = Level()
    for frame in range(1800):
        levelled = level.see(quat.from_yaw_pitch_roll(0.1, math.radians(8.0), 0.0), frame / 30.0)
    assert abs(quat.yaw_pitch_roll(levelled)[1]) < math.radians(1.0)
    nod = level.see(quat.from_yaw_pitch_roll(0.1, math.radians(28.0), 0.0), 60.0)
    assert math.degrees(quat.yaw_pitch_roll(nod)[1]) == pytest.approx(20.0, abs=1.0)


def test_levelling_has_a_limit_and_ignores_who_looks_aside() -> None:
    far, aside = Level(), Level()
    for frame in range(3000):
        down = far.see(quat.from_yaw_pitch_roll(0.0, math.radians(40.0), 0.0), frame / 30.0)
        away = aside.see(quat.from_yaw_pitch_roll(0.6, math.radians(20.0), 0.0), frame / 30.0)
    assert quat.yaw_pitch_roll(down)[1] == pytest.approx(math.radians(40.0) - LEVEL_RAD_MAX, abs=0.01)
    assert quat.yaw_pitch_roll(away)[1] == pytest.approx(math.radians(20.0), abs=1e-6)
