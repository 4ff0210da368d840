"""The host before the camera, in the window: calibrating over the preview, the edge warning, what to show when away."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from desks import Desk
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from avatar_live.channels.processes import CalibrationState
from avatar_live.desktop.calibrate import CalibratePanel
from avatar_live.signals.presence import CALIBRATION_STEPS, CalibrationStep

WARNING = "You are leaving the picture on your left: move to your right."


@pytest.fixture
def desk(application: QApplication, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.close()


def opened(desk: Desk) -> CalibratePanel:
    picture = np.full((360, 640, 4), 255, np.uint8)
    picture[..., 0], picture[..., 1], picture[..., 2] = 120, 60, np.linspace(0, 255, 360)[:, None]
    desk.show.show_picture(picture)
    desk.wait(lambda: desk.window.preview.pictures > 0)
    desk.wait(desk.window.presence.calibrate_button.isEnabled)
    desk.click(desk.window.presence.calibrate_button)
    panel = desk.window.presence.panel
    assert panel is not None and panel.isVisible()
    return panel


def answer(desk: Desk, step: CalibrationStep, outcome: str, share: float = 0.0, words: str = "") -> None:
    """Wait until the panel has ordered the step, then have the engine say how it goes."""
    desk.wait(lambda: desk.show.calls[-1:] == [("calibrate", step)])
    state = CalibrationState(len(desk.show.calls), outcome, share, words)  # type: ignore[arg-type]
    desk.show.calibration = state


def test_mirror_and_drawn_heads_are_switched_with_a_click_and_show_how_the_show_began(
    application: QApplication, tmp_path: Path
) -> None:
    desk = Desk(tmp_path)
    mirror, drawn = desk.window.presence.mirror_button, desk.window.presence.drawn_button
    assert (mirror.isChecked(), drawn.isChecked(), desk.show.calls) == (True, False, [])
    desk.click(mirror)
    desk.click(drawn)
    assert desk.show.calls == [("use_mirror", False), ("use_drawn", True)]
    desk.click(mirror)
    assert desk.show.calls[-1] == ("use_mirror", True)
    desk.keep("switches")
    desk.close()


def test_three_steps_are_asked_for_one_after_another_and_the_result_is_told(desk: Desk) -> None:
    panel = opened(desk)
    assert panel.title.text() == "Look straight at the camera"
    assert desk.show.calls == [], "who still reads is not measured yet"
    desk.keep("calibrate-ahead")
    answer(desk, "ahead", "running", 0.6)
    desk.wait(lambda: panel.bar.share == 0.6)
    desk.keep("calibrate-running")
    for step, title in zip(CALIBRATION_STEPS, ("Look straight", "Blink twice", "Open your mouth wide"), strict=True):
        assert panel.title.text().startswith(title)
        answer(desk, step, "done", 1.0)
        desk.wait(lambda: panel.title.text() == "Got it")
        desk.keep(f"calibrate-{step}-done")
        desk.wait(lambda: panel.title.text() != "Got it")
    assert panel.title.text() == "Your avatar knows your face"
    assert "looking ahead, blinks, mouth" in panel.words.text() and not panel.bar.isVisible()
    desk.keep("calibrate-over")
    desk.click(panel.close_button)
    assert desk.window.presence.panel is None
    desk.show.calibration = CalibrationState(known=CALIBRATION_STEPS)
    desk.wait(lambda: desk.window.presence.calibrate_button.text() == "Calibrated ✓")


def test_a_step_may_be_skipped_before_and_while_it_runs(desk: Desk) -> None:
    panel = opened(desk)
    desk.click(panel.skip_button)
    assert panel.title.text() == "Blink twice" and desk.show.calls == []
    answer(desk, "blink", "running", 0.5)
    desk.wait(lambda: panel.bar.share == 0.5)
    desk.click(panel.skip_button)
    assert desk.show.calls[-1] == ("calibrate", "stop")
    answer_of_the_step_before = desk.show.calibration
    assert panel.title.text().startswith("Open your mouth") and answer_of_the_step_before.outcome == "running"
    answer(desk, "mouth", "done", 1.0)
    desk.wait(lambda: panel.title.text() == "Your avatar knows your face")
    assert "Skipped: looking ahead, blinks." in panel.words.text()


def test_a_step_that_failed_says_why_and_may_be_tried_again(desk: Desk) -> None:
    panel = opened(desk)
    words = "The camera did not see your face: sit before it, with light on you, and try again."
    answer(desk, "ahead", "failed", 0.0, words)
    desk.wait(panel.again_button.isVisible)
    assert words in panel.words.text()
    desk.keep("calibrate-failed")
    before = len(desk.show.calls)
    desk.click(panel.again_button)
    assert not panel.again_button.isVisible() and panel.title.text() == "Look straight at the camera"
    desk.wait(lambda: len(desk.show.calls) == before + 1)
    answer(desk, "ahead", "done", 1.0)
    desk.wait(lambda: panel.title.text() == "Blink twice")


def test_who_skips_all_is_told_that_nothing_was_measured(desk: Desk) -> None:
    panel = opened(desk)
    for _ in CALIBRATION_STEPS:
        desk.click(panel.skip_button)
    assert panel.title.text() == "Nothing was measured"
    desk.click(panel.forget_button)
    assert desk.show.calls == [("calibrate", "forget")] and panel.title.text() == "Forgotten"


def test_escape_gives_a_step_up_and_the_button_opens_the_panel_again(desk: Desk) -> None:
    panel = opened(desk)
    answer(desk, "ahead", "running", 0.3)
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert panel.isHidden() and desk.show.calls[-1] == ("calibrate", "stop")
    again = opened(desk)
    assert again is not panel and again.title.text() == "Look straight at the camera"


def test_the_panel_stays_within_the_preview_when_the_window_is_resized(desk: Desk) -> None:
    panel = opened(desk)
    desk.window.resize(1000, 700)
    desk.wait(lambda: desk.window.preview.rect().contains(panel.geometry()))
    middle = panel.geometry().center().x() - desk.window.preview.rect().center().x()
    assert abs(middle) <= 1


def test_the_edge_warning_lies_over_the_preview_and_goes(desk: Desk) -> None:
    opened(desk)
    desk.window.presence.close()
    before = desk.window.preview.grab().toImage()
    desk.show.warning = WARNING
    desk.wait(lambda: desk.window.preview.notice == WARNING)
    assert desk.window.preview.grab().toImage() != before
    desk.keep("edge-warning")
    desk.show.warning = ""
    desk.wait(lambda: desk.window.preview.notice == "")
    assert desk.window.preview.grab().toImage() == before


def test_a_damaged_calibration_is_told_under_the_preview(desk: Desk) -> None:
    desk.show.engine_notice = "The calibration in x.json cannot be read: calibrate again."
    desk.wait(lambda: desk.window.notice.isVisible())
    assert desk.window.notice.text() == desk.show.engine_notice


def test_what_is_shown_while_the_host_is_away_is_offered_and_chosen(desk: Desk) -> None:
    box = desk.window.presence.lost_box
    assert [box.itemData(row) for row in range(box.count())] == ["idle", "hold", "sleep"]
    assert box.currentText() == "Lives on"
    box.activated.emit(box.findData("sleep"))
    desk.wait(lambda: box.currentData() == "sleep")
    assert desk.show.calls == [("use_lost_policy", "sleep")] and box.currentText() == "Falls asleep"
