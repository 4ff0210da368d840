"""The torso leans with the face's place and with the shoulders, and forgets a new chair."""

import numpy as np
import pytest
from synthetic import body

from avatar_live.motion import quaternions as quat
from avatar_live.motion.torso import LEAN_RAD_MAX, Torso
from avatar_live.signals import BodyReading

FRAME_S = 1.0 / 30.0
HANGING = (np.array([0.03, -0.25, 0.0]), np.array([0.05, -0.49, 0.06]))
USUAL_M = np.array([0.0, 0.0, -0.7])


def moved(aside_m: float, up_m: float, closer_m: float) -> quat.Doubles:
    place_m: quat.Doubles = USUAL_M + np.array([aside_m, up_m, closer_m])
    return place_m


def settle(
    torso: Torso, place_m: np.ndarray, seconds: float, shoulders: BodyReading | None = None
) -> tuple[float, float, float]:
    """Return (yaw, pitch, roll) in degrees after the face has been at a place for a while."""
    for _ in range(round(30 * seconds)):
        rotation = torso.at(quat.IDENTITY, place_m, shoulders, FRAME_S)
    yaw, pitch, roll = np.degrees(quat.yaw_pitch_roll(rotation))
    return float(yaw), float(pitch), float(roll)


def tilted(roll_deg: float, visibility: float = 0.95) -> BodyReading:
    """Return a body whose left shoulder is raised."""
    reading = body(HANGING, HANGING)
    world = reading.world.copy()
    half = 0.17 * np.tan(np.radians(roll_deg))
    world[11, 1] -= half
    world[12, 1] += half
    return BodyReading(reading.landmarks, world, np.full(33, visibility, np.float32), 0.0)


@pytest.mark.parametrize("aside_m", [0.1, -0.1])
def test_a_face_that_moves_aside_leans_the_torso_that_way(aside_m: float) -> None:
    torso = Torso()
    settle(torso, USUAL_M, 2.0)
    _, _, roll = settle(torso, moved(aside_m, 0.0, 0.0), 1.0)
    assert -7.5 < np.sign(aside_m) * roll < -4.0


def test_a_face_that_comes_closer_bends_the_torso_forward() -> None:
    torso = Torso()
    settle(torso, USUAL_M, 2.0)
    _, pitch, _ = settle(torso, moved(0.0, 0.0, 0.1), 1.0)
    assert 4.0 < pitch < 7.5


def test_a_new_chair_becomes_the_usual_place() -> None:
    torso = Torso()
    settle(torso, USUAL_M, 2.0)
    angles = settle(torso, moved(0.15, 0.0, 0.1), 60.0)
    assert np.abs(angles).max() < 1.0


def test_a_lean_has_a_limit() -> None:
    torso = Torso()
    settle(torso, USUAL_M, 2.0)
    _, pitch, roll = settle(torso, moved(0.8, 0.0, 0.6), 1.0, tilted(-40.0))
    assert abs(roll) <= np.degrees(LEAN_RAD_MAX) + 0.1
    assert abs(pitch) <= np.degrees(LEAN_RAD_MAX) + 0.1


def test_tilted_shoulders_tilt_the_torso_when_they_are_seen() -> None:
    assert settle(Torso(), USUAL_M, 2.0, tilted(10.0))[2] == pytest.approx(8.0, abs=1.0)
    assert settle(Torso(), USUAL_M, 2.0, tilted(10.0, visibility=0.2))[2] == pytest.approx(0.0, abs=0.1)
