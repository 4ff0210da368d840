"""Calibration: what a face looks like at rest and at its limits is measured in three steps, and then believed."""

import itertools
import math
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from synthetic import face, seen
from test_footage import tracked_faces

from avatar_live.motion import Solver
from avatar_live.motion import quaternions as quat
from avatar_live.motion.calibration import LID_RISE_MIN, UNCALIBRATED, VERSION, Calibration, Lids
from avatar_live.motion.calibrator import STEP_S_MAX, Calibrator, spans
from avatar_live.motion.face import BLINKS, FaceShapes, Ranges, raw_weights
from avatar_live.motion.gate import admit
from avatar_live.signals import ARKIT_SHAPES, Pose, Readings
from avatar_live.signals.presence import CALIBRATION_STEPS, CalibrationStep

FRAME_S = 1.0 / 30.0
REST = {"eyeBlinkLeft": 0.30, "eyeBlinkRight": 0.12, "mouthSmileLeft": 0.15, "mouthSmileRight": 0.05}
SHUT = {**REST, "eyeBlinkLeft": 0.52, "eyeBlinkRight": 0.41}  # a face whose raw weights hardly move
PLACE_M = (0.1, -0.05, -0.7)


class Sitter:
    """Sit before the camera, head turned by 6 degrees and 9 down, and do what is asked."""

    def __init__(self, calibration: Calibration = UNCALIBRATED) -> None:
        self.calibrator = Calibrator(calibration)
        self.now_s = 50.0

    def see(self, shapes: dict[str, float], seconds: float = FRAME_S, yaw_deg: float = 6.0) -> bool:
        """Show a face for a while; True when a step has ended well."""
        is_done = False
        for _ in range(max(1, round(seconds * 30))):
            self.now_s += FRAME_S
            reading = face(yaw_deg, 9.0, at_s=self.now_s, place_m=PLACE_M, shapes=shapes)
            is_done |= self.calibrator.see(seen(reading), self.now_s)
        return is_done

    def blink(self) -> bool:
        return self.see(REST, 0.4) | self.see(SHUT, 0.13) | self.see(REST, 0.4)

    def do(self, step: CalibrationStep) -> bool:
        self.calibrator.start(step, self.now_s)
        match step:
            case "ahead":
                return self.see(REST, 2.2)
            case "blink":
                return self.blink() | self.blink()
            case "mouth":
                wide = {**REST, "jawOpen": 0.45}
                smile = {**REST, "mouthSmileLeft": 0.55, "mouthSmileRight": 0.4}
                pucker = {**REST, "mouthPucker": 0.5}
                return sum(self.see(shapes, 0.5) for shapes in (REST, wide, REST, smile, REST, pucker, REST)) > 0


def calibrated() -> Calibration:
    sitter = Sitter()
    assert all(sitter.do(step) for step in CALIBRATION_STEPS)
    return sitter.calibrator.calibration


def head_of(pose: Pose) -> np.ndarray:
    whole = quat.IDENTITY
    for bone in ("hips", "spine", "chest", "upperChest", "neck", "head"):
        whole = quat.multiply(whole, pose.rotations[bone])
    return np.degrees(quat.yaw_pitch_roll(whole))


def test_looking_straight_for_two_seconds_tells_what_straight_is() -> None:
    sitter = Sitter()
    sitter.calibrator.start("ahead", sitter.now_s)
    assert not sitter.see(REST, 1.0)
    assert sitter.calibrator.progress.share == pytest.approx(0.5, abs=0.05)
    sitter.see(SHUT, 0.1)  # a blink in between is left out
    assert sitter.see(REST, 1.2)
    assert sitter.calibrator.progress.outcome == "done"
    ahead = sitter.calibrator.calibration.ahead
    assert ahead is not None
    yaw, pitch, roll = np.degrees(quat.yaw_pitch_roll(quat.from_rotation_vector(np.array(ahead.rotation_rad))))
    assert (yaw, pitch, roll) == pytest.approx((6.0, 9.0, 0.0), abs=1.0)
    assert ahead.place_m == pytest.approx(PLACE_M, abs=0.05)
    assert ahead.shapes["eyeBlinkLeft"] == pytest.approx(0.30, abs=0.03) and len(ahead.shapes) == 52


def test_who_turns_while_looking_straight_begins_the_two_seconds_anew() -> None:
    sitter = Sitter()
    sitter.calibrator.start("ahead", sitter.now_s)
    sitter.see(REST, 1.5)
    assert not sitter.see(REST, 1.5, yaw_deg=20.0)
    assert sitter.see(REST, 0.7, yaw_deg=20.0)


def test_the_range_of_each_eye_is_measured_from_two_blinks() -> None:
    sitter = Sitter()
    assert sitter.do("blink")
    lids = sitter.calibrator.calibration.lids
    assert lids is not None
    assert lids.opened == pytest.approx((0.30, 0.12), abs=0.03)
    assert lids.closed == pytest.approx((0.52, 0.41), abs=0.03)


def test_a_glance_down_between_is_no_blink() -> None:
    sitter = Sitter()
    sitter.calibrator.start("blink", sitter.now_s)
    lowered = {name: 0.4 * shut + 0.6 * REST[name] for name, shut in SHUT.items()}
    assert not (sitter.blink() | sitter.see(lowered, 1.0) | sitter.see(REST, 0.5))
    assert sitter.calibrator.progress.share == 0.5
    assert sitter.blink()


def test_the_range_of_the_mouth_is_measured_for_each_corner() -> None:
    sitter = Sitter()
    assert sitter.do("mouth")
    mouth = sitter.calibrator.calibration.mouth
    assert mouth is not None
    expected = {"jawOpen": 0.45, "mouthSmileLeft": 0.55, "mouthSmileRight": 0.4, "mouthPucker": 0.5}
    assert mouth.peaks == pytest.approx(expected)


def test_what_of_the_mouth_was_not_shown_keeps_its_usual_range() -> None:
    sitter = Sitter()
    sitter.calibrator.start("mouth", sitter.now_s)
    sitter.see(REST, 1.0)
    sitter.see({**REST, "jawOpen": 0.45}, 0.5)
    assert sitter.see(REST, STEP_S_MAX)
    mouth = sitter.calibrator.calibration.mouth
    assert mouth is not None and set(mouth.peaks) == {"jawOpen"}


@pytest.mark.parametrize(
    ("step", "words"), [("blink", "No blink was seen"), ("mouth", "mouth hardly moved"), ("ahead", "hold still")]
)
def test_a_step_that_never_sees_what_it_asked_for_ends_with_a_reason(step: CalibrationStep, words: str) -> None:
    sitter = Sitter()
    sitter.calibrator.start(step, sitter.now_s)
    for turn in range(int(STEP_S_MAX) + 1):
        sitter.see(REST, 1.0, yaw_deg=25.0 * (turn % 2))
    assert sitter.calibrator.progress.outcome == "failed" and words in sitter.calibrator.progress.words
    assert sitter.calibrator.calibration == UNCALIBRATED


def test_a_step_without_a_face_ends_and_one_that_is_stopped_leaves_nothing() -> None:
    sitter = Sitter()
    sitter.calibrator.start("ahead", 0.0)
    assert not sitter.calibrator.see(None, STEP_S_MAX - 0.01)
    assert sitter.calibrator.progress.words == ""
    sitter.calibrator.see(None, STEP_S_MAX)
    assert "did not see your face" in sitter.calibrator.progress.words
    sitter.calibrator.start("ahead", sitter.now_s)
    sitter.see(REST, 1.9)
    sitter.calibrator.stop()
    assert not sitter.see(REST, 3.0)
    assert sitter.calibrator.calibration == UNCALIBRATED and sitter.calibrator.progress.outcome == "idle"


def test_steps_add_to_each_other_and_one_done_again_replaces_itself_alone() -> None:
    whole = calibrated()
    assert whole.known == CALIBRATION_STEPS
    again = Sitter(whole)
    assert again.do("blink")
    assert again.calibrator.calibration == whole
    assert Calibrator().calibration.known == ()


def test_readings_that_are_no_numbers_are_not_measured() -> None:
    sitter = Sitter()
    sitter.calibrator.start("ahead", sitter.now_s)
    broken = face(at_s=sitter.now_s)
    landmarks = np.full_like(broken.landmarks, math.nan)
    wrong = seen(replace(broken, landmarks=landmarks))
    assert admit(wrong) is not None and not sitter.calibrator.see(wrong, sitter.now_s)
    assert sitter.see(REST, 2.2)


def test_after_calibration_lids_close_and_open_fully_and_together_on_a_face_of_small_range() -> None:
    before, after = closing(UNCALIBRATED), closing(calibrated())
    assert before[0] < 0.5, "whose eyes did not close without it"
    assert after[0] >= 0.9 and after[1] <= 0.1 and after[2] <= 0.05


def closing(calibration: Calibration) -> tuple[float, float, float]:
    """Return how far lids close in a blink, how far they stay closed between, and the greatest difference."""
    shapes, shown = FaceShapes(), []
    shapes.use_calibration(calibration)
    for frame in range(300):
        raw = SHUT if frame % 100 in (50, 51, 52, 53) else REST
        shapes.see(face(at_s=frame * FRAME_S, shapes=raw), 0.0)
        shown.append(shapes.at(0.0, FRAME_S)[[ARKIT_SHAPES.index(f"eyeBlink{side}") for side in ("Left", "Right")]])
    lids = np.array(shown[200:])
    return lids[52].min(), lids[:45].max(), np.abs(lids[:, 0] - lids[:, 1]).max()


def test_a_wink_is_still_a_wink() -> None:
    shapes = FaceShapes()
    shapes.use_calibration(calibrated())
    for frame in range(60):
        raw = {**REST, "eyeBlinkLeft": SHUT["eyeBlinkLeft"]} if frame > 40 else REST
        shapes.see(face(at_s=frame * FRAME_S, shapes=raw), 0.0)
        weights = dict(zip(ARKIT_SHAPES, shapes.at(0.0, FRAME_S), strict=True))
    assert weights["eyeBlinkLeft"] >= 0.9 and weights["eyeBlinkRight"] <= 0.1


def test_lids_that_are_seen_to_move_little_close_and_open_all_the_way() -> None:
    opened, closed = np.array((0.0, 0.3)), np.array((0.01, 0.31)) + LID_RISE_MIN
    narrow = Lids((opened[0], opened[1]), (closed[0], closed[1]))
    ranges, raw = Ranges(msgspec.structs.replace(UNCALIBRATED, lids=narrow)), np.zeros(len(ARKIT_SHAPES))
    raw[BLINKS] = opened
    ranges.learn(raw, FRAME_S)
    assert (ranges.stretch(raw)[BLINKS] == 0.0).all()
    raw[BLINKS] = closed
    assert ranges.stretch(raw)[BLINKS] == pytest.approx(1.0)


def test_a_calibrated_mouth_reaches_one_where_the_host_reached_it() -> None:
    for calibration, expected in ((UNCALIBRATED, 0.8), (calibrated(), 1.0)):
        ranges = Ranges(calibration)
        ranges.learn(raw_weights(face(shapes=REST)), FRAME_S)
        weights = ranges.stretch(raw_weights(face(shapes={**REST, "mouthSmileLeft": 0.55, "mouthSmileRight": 0.4})))
        smile = weights[[ARKIT_SHAPES.index("mouthSmileLeft"), ARKIT_SHAPES.index("mouthSmileRight")]]
        assert (smile >= 0.97).all() if expected == 1.0 else (smile < expected).any()


def test_what_was_calibrated_changes_slowly_and_what_was_not_as_before() -> None:
    droop = {**REST, "eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.32, "browInnerUp": 0.2}
    calm, quick = Ranges(msgspec.structs.replace(calibrated(), ahead=None)), Ranges()
    for ranges in (calm, quick):
        ranges.learn(raw_weights(face(shapes=REST)), FRAME_S)
        for _ in range(6 * 30):
            ranges.learn(raw_weights(face(shapes=droop)), FRAME_S)
    blink = ARKIT_SHAPES.index("eyeBlinkLeft")
    raw = raw_weights(face(shapes=droop))
    assert quick.stretch(raw)[blink] == 0.0
    assert calm.stretch(raw)[blink] > 0.05
    brow = ARKIT_SHAPES.index("browInnerUp")
    assert calm.stretch(raw)[brow] == quick.stretch(raw)[brow] == 0.0


def test_straight_ahead_is_straight_ahead_from_the_first_frame_and_a_nod_is_a_nod() -> None:
    solver = Solver(mirror=False)
    solver.use_calibration(calibrated())
    for frame in range(60):
        now_s = frame * FRAME_S
        readings = seen(face(6.0, 9.0, at_s=now_s, place_m=PLACE_M, shapes=REST))
        pose = solver.solve(readings, now_s, FRAME_S)
        if frame == 0:
            assert np.abs(head_of(pose)).max() < 2.0
            assert abs(pose.gaze_yaw_rad) < 0.02 and abs(pose.gaze_pitch_rad) < 0.02
    for frame in range(60, 90):
        now_s = frame * FRAME_S
        pose = solver.solve(seen(face(6.0, 24.0, at_s=now_s, place_m=PLACE_M, shapes=REST)), now_s, FRAME_S)
    assert head_of(pose) == pytest.approx((0.0, 15.0, 0.0), abs=1.5)


def test_a_calibration_that_comes_while_the_host_performs_is_crossed_without_a_pop() -> None:
    solver, shown = Solver(mirror=False), []
    for frame in range(90):
        now_s = frame * FRAME_S
        if frame == 45:
            solver.use_calibration(calibrated())
        shown.append(solver.solve(seen(face(6.0, 9.0, at_s=now_s, place_m=PLACE_M, shapes=REST)), now_s, FRAME_S))
        assert shown[-1].is_tracked
    steps = [np.abs(head_of(b) - head_of(a)).max() for a, b in itertools.pairwise(shown)]
    assert max(steps[40:]) < 2.5
    assert np.abs(head_of(shown[-1])).max() < 2.0 < np.abs(head_of(shown[44])).max()


def test_who_sits_where_they_were_calibrated_leans_from_there_and_who_sits_elsewhere_sits_anew() -> None:
    for aside_m, leans in ((0.1, True), (0.4, False)):
        solver = Solver(mirror=False)
        solver.use_calibration(calibrated())
        place_m = (PLACE_M[0] + aside_m, *PLACE_M[1:])
        for frame in range(30):
            pose = solver.solve(seen(face(at_s=frame * FRAME_S, place_m=place_m)), frame * FRAME_S, FRAME_S)
        assert bool(abs(pose.rotations["spine"][2]) > 0.01) is leans


def test_a_calibration_is_the_same_after_its_json() -> None:
    whole = calibrated()
    assert msgspec.json.decode(msgspec.json.encode(whole), type=Calibration) == whole


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"version": 2}',
        '{"version": 1, "lids": {"opened": [0.3, 0.3], "closed": [0.35, 0.6]}}',
        '{"version": 1, "mouth": {"peaks": {"jawOpen": 7.0}}}',
        '{"version": 1, "ahead": {"rotation_rad": [0, 0], "gaze_rad": [0, 0], "place_m": [0, 0, -1], "shapes": {}}}',
    ],
)
def test_what_no_calibration_can_be_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=Calibration)


def test_lids_at_the_limit_are_lids() -> None:
    assert Calibration(version=VERSION, lids=Lids((0.3, 0.2), (0.43, 0.33))).known == ("blink",)


def test_spans_are_found_above_the_rest_and_end_half_way_back() -> None:
    assert spans([], 0.1) == []
    values = [0.1] * 6 + [0.3, 0.5, 0.31, 0.29] + [0.1] * 3 + [0.4]
    first, second = spans(values, 0.15)
    assert (first.begin, first.end, first.is_over) == (6, 9, True) and first.rise == pytest.approx(0.4)
    assert (second.begin, second.end, second.is_over) == (13, 14, False)


def test_a_filmed_woman_who_turns_her_head_is_not_looking_straight() -> None:
    calibrator = Calibrator()
    faces = list(tracked_faces())
    calibrator.start("ahead", 0.0)
    for showing, reading in itertools.product(range(4), faces):
        now_s = showing * 2.0 + reading.captured_s
        calibrator.see(Readings(480, 270, now_s, replace(reading, captured_s=now_s)), now_s)
    assert calibrator.progress.outcome == "running" and calibrator.progress.share < 0.5
    straight = min(faces, key=lambda reading: abs(reading.landmarks[1, 0] - reading.landmarks[[234, 454], 0].mean()))
    for frame in range(70):
        now_s = 8.0 + frame * FRAME_S
        calibrator.see(Readings(480, 270, now_s, replace(straight, captured_s=now_s)), now_s)
    assert calibrator.calibration.ahead is not None
    assert np.degrees(np.linalg.norm(calibrator.calibration.ahead.rotation_rad)) < 25.0
