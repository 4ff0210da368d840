"""Face weights and gaze: rest at 0, reach 1, lids together unless one winks, eyes that agree."""

import math

import numpy as np
import pytest
from synthetic import HEIGHT_PX, WIDTH_PX, face

from avatar_live.motion import gaze as gazing
from avatar_live.motion.face import FaceShapes
from avatar_live.motion.head import fit_head
from avatar_live.signals import ARKIT_SHAPES, FaceReading

FRAME_S = 1.0 / 30.0
REST = {"eyeBlinkLeft": 0.36, "eyeBlinkRight": 0.30, "mouthSmileLeft": 0.1, "mouthSmileRight": 0.1, "browInnerUp": 0.2}


class Sitter:
    """Play raw weights through `FaceShapes` at 30 Hz."""

    def __init__(self) -> None:
        self.shapes = FaceShapes()
        self.frame = 0

    def show(self, raw: dict[str, float], seconds: float, yaw_rad: float = 0.0) -> dict[str, float]:
        for _ in range(max(1, round(seconds * 30))):
            self.shapes.see(face(shapes={**REST, **raw}, at_s=self.frame * FRAME_S), yaw_rad)
            weights = self.shapes.at(yaw_rad, FRAME_S)
            assert (weights >= 0.0).all() and (weights <= 1.0).all()
            self.frame += 1
        return dict(zip(ARKIT_SHAPES, weights.tolist(), strict=True))


def test_a_resting_face_rests_whatever_its_raw_weights() -> None:
    weights = Sitter().show({}, 3.0)
    assert max(weights.values()) < 0.05


def test_a_smile_reaches_far_and_stays_for_a_minute() -> None:
    sitter = Sitter()
    sitter.show({}, 3.0)
    smile = {"mouthSmileLeft": 0.7, "mouthSmileRight": 0.68}
    assert sitter.show(smile, 1.0)["mouthSmileLeft"] > 0.8
    assert sitter.show(smile, 59.0)["mouthSmileLeft"] > 0.4
    assert sitter.show({}, 1.0)["mouthSmileLeft"] < 0.1


def test_a_strong_face_does_not_pass_one_and_a_weak_one_is_stretched() -> None:
    sitter = Sitter()
    sitter.show({}, 3.0)
    assert sitter.show({"jawOpen": 1.0}, 0.5)["jawOpen"] > 0.97
    assert sitter.show({"jawOpen": 0.4}, 0.5)["jawOpen"] > 0.3


def test_lips_close_no_further_than_the_jaw_has_parted_them() -> None:
    sitter = Sitter()
    sitter.show({}, 3.0)
    assert sitter.show({"mouthClose": 0.35}, 0.5)["mouthClose"] < 0.05
    pressed = sitter.show({"mouthClose": 0.35, "jawOpen": 0.4}, 0.5)
    assert pressed["mouthClose"] == pytest.approx(pressed["jawOpen"])
    assert pressed["jawOpen"] > 0.3


def test_both_lids_close_together() -> None:
    sitter = Sitter()
    sitter.show({}, 3.0)
    closed = sitter.show({"eyeBlinkLeft": 0.75, "eyeBlinkRight": 0.62}, 0.1)
    assert closed["eyeBlinkLeft"] == pytest.approx(closed["eyeBlinkRight"])
    assert closed["eyeBlinkLeft"] > 0.95
    half = sitter.show({"eyeBlinkLeft": 0.58, "eyeBlinkRight": 0.52}, FRAME_S)["eyeBlinkLeft"]
    assert 0.1 < half < 0.6, "half-closed eyes do not look asleep"
    assert sitter.show({}, FRAME_S)["eyeBlinkLeft"] < 0.05


def test_a_wink_is_left_to_one_eye() -> None:
    sitter = Sitter()
    sitter.show({}, 3.0)
    wink = sitter.show({"eyeBlinkLeft": 0.8, "eyeBlinkRight": 0.33}, 0.3)
    assert wink["eyeBlinkLeft"] > 0.95
    assert wink["eyeBlinkRight"] < 0.1


def test_a_squint_is_mostly_shared() -> None:
    sitter = Sitter()
    sitter.show({}, 3.0)
    squint = sitter.show({"eyeSquintLeft": 0.6, "eyeSquintRight": 0.3}, 1.0)
    assert 0.0 < squint["eyeSquintLeft"] - squint["eyeSquintRight"] < 0.2


def test_the_eye_that_a_turned_head_hides_follows_the_visible_one() -> None:
    sitter = Sitter()
    sitter.show({}, 3.0)
    to_own_left = sitter.show({"eyeBlinkLeft": 0.8}, 0.3, yaw_rad=0.7)
    assert to_own_left["eyeBlinkLeft"] < 0.05
    to_own_right = sitter.show({"eyeBlinkRight": 0.8}, 0.3, yaw_rad=-0.7)
    assert to_own_right["eyeBlinkRight"] < 0.05


def test_eye_direction_travels_as_gaze_alone() -> None:
    weights = Sitter().show({"eyeLookUpLeft": 0.9, "eyeLookOutRight": 0.9}, 0.2)
    assert all(weight == 0.0 for name, weight in weights.items() if name.startswith("eyeLook"))


def looking(yaw_deg: float, pitch_deg: float, head_yaw_deg: float = 0.0) -> tuple[FaceReading, np.ndarray]:
    """Return a face whose irises sit where eyes that look so far aside have them, and the measured directions."""
    straight = face(head_yaw_deg)
    fit = fit_head(straight, WIDTH_PX, HEIGHT_PX)
    assert fit is not None
    aside = gazing.EYE_RADIUS_M * np.sin(np.radians([yaw_deg, pitch_deg]))
    moved = straight.landmarks.copy()
    turn = math.radians(head_yaw_deg)
    for iris in (468, 473):
        moved[iris, :2] += fit.px_per_m * np.array([aside[0] * math.cos(turn), -aside[1]])
    shapes = straight.shapes.copy()
    for eye, ways in (("Left", ("Out", "In")), ("Right", ("In", "Out"))):
        way = ways[0] if yaw_deg > 0.0 else ways[1]
        shapes[ARKIT_SHAPES.index(f"eyeLook{way}{eye}")] = abs(yaw_deg) / 30.0
        shapes[ARKIT_SHAPES.index(f"eyeLook{'Up' if pitch_deg > 0.0 else 'Down'}{eye}")] = abs(pitch_deg) / 22.0
    reading = FaceReading(moved, shapes, 0.0)
    measured = gazing.measure(reading, fit)
    assert measured is not None
    return reading, np.degrees(measured)


@pytest.mark.parametrize("head_yaw_deg", [0.0, -25.0, 25.0])
@pytest.mark.parametrize(("yaw_deg", "pitch_deg"), [(20.0, 0.0), (-20.0, 5.0), (0.0, 12.0), (0.0, -12.0)])
def test_eyes_that_move_are_read_positive_to_the_left_and_up(
    yaw_deg: float, pitch_deg: float, head_yaw_deg: float
) -> None:
    _, moved = looking(yaw_deg, pitch_deg, head_yaw_deg)
    _, straight = looking(1e-9, 1e-9, head_yaw_deg)
    np.testing.assert_allclose((moved - straight).mean(axis=0), (yaw_deg, pitch_deg), atol=5.0)


def test_the_usual_direction_becomes_straight_ahead_and_closed_eyes_keep_the_last() -> None:
    follower = gazing.Gaze()
    usual, _ = looking(6.0, -8.0)
    fit = fit_head(usual, WIDTH_PX, HEIGHT_PX)
    assert fit is not None
    for frame in range(150):
        follower.see(FaceReading(usual.landmarks, usual.shapes, frame * FRAME_S), fit, 0.0)
        direction = follower.at(FRAME_S)
    assert np.abs(np.degrees(direction)).max() < 2.0
    shut = usual.shapes.copy()
    shut[[ARKIT_SHAPES.index("eyeBlinkLeft"), ARKIT_SHAPES.index("eyeBlinkRight")]] = 0.9
    wild = usual.landmarks.copy()
    wild[[468, 473], 1] += 8.0
    follower.see(FaceReading(wild, shut, 5.1), fit, 0.0)
    assert np.abs(np.degrees(follower.at(FRAME_S))).max() < 2.0
