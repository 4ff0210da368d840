"""The face comes out at once; body and hands follow in turn and never make it wait."""

import numpy as np
import pytest

from avatar_live.signals import BodyReading, FaceReading, HandReading
from avatar_live.tracking.costs import Costs
from avatar_live.tracking.source import WIDTH_PX_MAX, Picture, Pixels
from avatar_live.tracking.tracker import Tracker, fitted

FRAME_S = 1.0 / 30.0


class Seeing:
    """Find everything and write down the order of the questions."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def face(self, pixels: Pixels, captured_s: float) -> FaceReading | None:
        self.asked.append("face")
        return FaceReading(np.zeros((478, 3), np.float32), np.zeros(52, np.float32), captured_s)

    def body(self, pixels: Pixels, captured_s: float) -> BodyReading | None:
        self.asked.append("body")
        points = np.zeros((33, 3), np.float32)
        return BodyReading(points, points, np.ones(33, np.float32), captured_s)

    def hands(
        self, pixels: Pixels, captured_s: float, body: BodyReading | None
    ) -> tuple[HandReading | None, HandReading | None]:
        self.asked.append("hands")
        points = np.zeros((21, 3), np.float32)
        return HandReading(points, points, 1.0, captured_s), None

    def use_drawn(self, is_on: bool) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self.asked.append("close")


def picture(captured_s: float, width: int = 64, height: int = 48) -> Picture:
    return Picture(np.zeros((height, width, 3), np.uint8), captured_s)


def test_the_face_is_told_before_anything_else_is_looked_for() -> None:
    seeing = Seeing()
    coming = Tracker(seeing, Costs()).readings(picture(1.0))
    first = next(coming)
    assert seeing.asked == ["face"]
    assert first.face is not None
    assert first.body is None
    second = next(coming)
    assert second.face is first.face
    assert second.body is not None
    with pytest.raises(StopIteration):
        next(coming)


def idle() -> float:
    return 0.0


def test_hands_that_are_seen_are_looked_for_fifteen_times_a_second_and_the_body_between() -> None:
    costs = Costs()
    tracker = Tracker(Seeing(), costs, idle, idle)
    for number in range(60):
        list(tracker.readings(picture(number * FRAME_S)))
    assert costs.calls["light"] == costs.calls["face"] == 60
    assert costs.calls["hands"] == pytest.approx(30, abs=2)
    assert 14 <= costs.calls["body"] <= 20


@pytest.mark.parametrize(("wrist_px", "looks"), [((32.0, 24.0), 15), ((32.0, 60.0), 3)])
def test_hands_that_nobody_found_are_looked_for_seldom_unless_a_wrist_is_there(
    wrist_px: tuple[float, float], looks: int
) -> None:
    class Handless(Seeing):
        def body(self, pixels: Pixels, captured_s: float) -> BodyReading | None:
            points = np.zeros((33, 3), np.float32)
            points[:, :2] = wrist_px
            return BodyReading(points, points, np.ones(33, np.float32), captured_s)

        def hands(
            self, pixels: Pixels, captured_s: float, body: BodyReading | None
        ) -> tuple[HandReading | None, HandReading | None]:
            return None, None

    costs = Costs()
    tracker = Tracker(Handless(), costs, idle, idle)
    for number in range(60):
        list(tracker.readings(picture(number * FRAME_S)))
    assert costs.calls["hands"] / 2.0 == pytest.approx(looks, abs=1.0)


def test_looks_that_cost_more_than_there_is_time_for_are_taken_seldomer() -> None:
    """A face of 20 ms and turns of 40 ms: of each 33 ms 7 are left, so a turn fits every fifth picture or so."""

    def now_s() -> float:
        return sum(0.020 if part == "face" else 0.040 for part in seeing.asked)

    seeing, costs = Seeing(), Costs()
    tracker = Tracker(seeing, costs, now_s, now_s)
    for number in range(120):
        list(tracker.readings(picture(number * FRAME_S)))
    assert costs.calls["face"] == 120
    assert 20 <= costs.calls["body"] + costs.calls["hands"] <= 30


def test_looks_that_wait_for_a_core_leave_it_to_others() -> None:
    """The same looks, of which half was waiting, come less often."""

    def now_s() -> float:
        return sum(0.010 if part == "face" else 0.030 for part in seeing.asked)

    looks = []
    for work in (1.0, 0.5):
        seeing, costs = Seeing(), Costs()
        tracker = Tracker(seeing, costs, now_s, lambda work=work: work * now_s())  # type: ignore[misc]
        for number in range(120):
            list(tracker.readings(picture(number * FRAME_S)))
        looks.append(costs.calls["body"] + costs.calls["hands"])
    assert looks[1] < 0.7 * looks[0]


def test_what_is_not_looked_for_is_carried_over_with_its_own_time() -> None:
    tracker = Tracker(Seeing(), Costs())
    list(tracker.readings(picture(0.0)))
    carried, _ = tracker.readings(picture(FRAME_S))
    assert carried.captured_s == FRAME_S
    assert carried.body is not None
    assert carried.body.captured_s == 0.0


def test_a_wide_picture_is_scaled_down_and_says_so() -> None:
    (first, _) = Tracker(Seeing(), Costs()).readings(picture(0.0, 1920, 1080))
    assert (first.width_px, first.height_px) == (WIDTH_PX_MAX, 360)


@pytest.mark.parametrize("width", [WIDTH_PX_MAX - 1, WIDTH_PX_MAX])
def test_a_picture_that_fits_keeps_its_pixels(width: int) -> None:
    pixels = np.arange(2 * width * 3, dtype=np.uint8).reshape(2, width, 3)
    assert np.array_equal(fitted(pixels), pixels)
    assert fitted(np.zeros((2, WIDTH_PX_MAX + 1, 3), np.uint8)).shape[1] == WIDTH_PX_MAX


def test_figures_are_means_since_they_were_last_cleared() -> None:
    costs = Costs(frames=30, faces=15)
    costs.add("face", 0.010)
    costs.add("face", 0.020)
    figures = costs.figures(2.0)
    assert figures["fps"] == 15.0
    assert figures["face_found"] == 0.5
    assert figures["face_ms"] == pytest.approx(15.0)
    costs.clear()
    assert set(costs.figures(1.0).values()) == {0.0}


def test_in_the_dark_every_detector_sees_the_same_cleaned_picture_and_it_is_said() -> None:
    seen: list[Pixels] = []

    class Looking(Seeing):
        def face(self, pixels: Pixels, captured_s: float) -> FaceReading | None:
            seen.append(pixels.copy())
            return super().face(pixels, captured_s)

        def body(self, pixels: Pixels, captured_s: float) -> BodyReading | None:
            seen.append(pixels.copy())
            return super().body(pixels, captured_s)

    costs = Costs()
    tracker = Tracker(Looking(), costs)
    night = np.full((48, 64, 3), 12, np.uint8)
    assert tracker.words == ""
    list(tracker.readings(Picture(night, 0.0)))
    assert np.array_equal(seen[0], seen[1])
    assert seen[0].mean() > 5.0 * night.mean()
    assert "dark" in tracker.words
    assert costs.calls["light"] == 1


def test_in_good_light_the_detectors_see_the_cameras_own_picture() -> None:
    class Looking(Seeing):
        def face(self, pixels: Pixels, captured_s: float) -> FaceReading | None:
            assert np.array_equal(pixels, day)
            return super().face(pixels, captured_s)

    day = np.full((48, 64, 3), 140, np.uint8)
    tracker = Tracker(Looking(), Costs())
    list(tracker.readings(Picture(day, 0.0)))
    assert tracker.words == ""
