"""The streamer's window, driven with real clicks on a virtual screen over a show that only pretends."""

import errno
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from desks import Desk
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QToolTip

from avatar_live.channels import Slot
from avatar_live.channels.processes import VOICE_SLOT
from avatar_live.desktop.audience import LINES_MAX
from avatar_live.desktop.errand import STUMBLED
from avatar_live.desktop.meter import COLORS, LOUD, OFF, QUIET, QUIET_DBFS, WELL
from avatar_live.desktop.scene import COLOR, FILE
from avatar_live.protocol.api import ApiEvent
from avatar_live.signals import VOICE_BYTES, VOWELS, VoiceReading, voice_to_bytes
from avatar_live.signals.scene import LIGHTS, SHOTS
from avatar_live.tracking.voice import OPEN_DBFS


@pytest.fixture
def desk(application: QApplication, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.close()


def test_the_preview_shows_the_engines_picture(desk: Desk) -> None:
    picture = np.zeros((360, 640, 4), np.uint8)
    picture[:, :] = (10, 200, 30, 255)  # blue, green, red
    desk.show.show_picture(picture)
    desk.wait(lambda: desk.window.preview.pictures == 1)
    shot = desk.window.preview.grab().toImage()
    middle = shot.pixelColor(shot.width() // 2, shot.height() // 2)
    assert (middle.red(), middle.green(), middle.blue()) == (30, 200, 10)


def test_going_live_and_ending_call_the_show_and_change_the_words(desk: Desk) -> None:
    desk.window.title_edit.setText("  Friday night  ")
    assert desk.window.live_button.text() == "Go live"
    assert "Opens when you go live" in desk.window.share.hint.text()
    desk.go_live()
    assert ("go_live", "Friday night") in desk.show.calls
    assert "192.168.1.23:8080" in desk.window.share.link.text() and "href" in desk.window.share.link.text()
    assert not desk.window.title_edit.isEnabled()
    desk.click(desk.window.live_button)
    desk.wait(lambda: desk.window.live_button.text() == "Go live")
    assert desk.show.calls[-1] == ("end_live", None)
    assert desk.window.title_edit.isEnabled()


def test_a_show_that_cannot_go_live_says_why_and_may_be_tried_again(desk: Desk) -> None:
    desk.show.fault = "Port 8080 is taken: choose another with --port 8081."
    desk.click(desk.window.live_button)
    desk.wait(lambda: desk.window.notice.isVisible())
    assert desk.window.notice.text() == desk.show.fault
    assert desk.window.live_button.isEnabled() and desk.window.live_button.text() == "Go live"
    desk.show.fault = None
    desk.go_live()
    assert not desk.window.notice.isVisible()


def test_a_show_that_stumbles_on_its_way_live_may_be_tried_again(desk: Desk) -> None:
    desk.show.surprise = OSError(errno.ENOSPC, "No space left on device")
    desk.click(desk.window.live_button)
    desk.wait(lambda: desk.window.notice.isVisible())
    assert desk.window.notice.text() == STUMBLED
    desk.show.surprise = None
    desk.go_live()


def test_hiding_is_an_order_at_once_and_so_is_coming_back(desk: Desk) -> None:
    desk.click(desk.window.panic_button)
    assert desk.show.calls == [("panic", True)]
    assert desk.window.panic_button.text() == "Come back"
    desk.window.activateWindow()  # there is no window manager to do it
    desk.wait(desk.window.isActiveWindow)
    QTest.keyClick(desk.window, Qt.Key.Key_F9)
    assert desk.show.calls == [("panic", True), ("panic", False)]
    assert desk.window.panic_button.text() == "Hide me"


def test_cameras_of_the_machine_are_offered_and_chosen(desk: Desk) -> None:
    box = desk.window.camera_box
    desk.wait(lambda: box.findData("2") >= 0)
    assert [box.itemData(row) for row in range(box.count())] == ["auto", "0", "2", "performance", FILE]
    assert box.currentData() == "auto"
    row = box.findData("2")
    box.setCurrentIndex(row)
    box.activated.emit(row)
    desk.wait(lambda: desk.show.camera == "2")
    assert ("use_camera", "2") in desk.show.calls


def test_a_microphone_is_off_until_it_is_chosen(desk: Desk) -> None:
    box = desk.window.microphone_box
    desk.wait(lambda: box.findData("3") >= 0)
    assert box.currentData() == "off" and box.currentText() == "Silent"
    box.activated.emit(box.findData("3"))
    desk.wait(lambda: box.currentText() == "USB Microphone")
    assert desk.show.calls == [("use_microphone", "3")]


def test_the_meter_shows_whether_the_voice_is_too_quiet_well_or_too_loud(desk: Desk, tmp_path: Path) -> None:
    slot, meter = Slot(tmp_path / VOICE_SLOT, VOICE_BYTES), desk.window.meter

    def show(level_dbfs: float, state: str) -> int:
        """Speak until the meter says so, and return how much of it is of the state's colour."""

        def speak() -> bool:
            slot.write(voice_to_bytes(VoiceReading(np.zeros(len(VOWELS), np.float32), level_dbfs, 0.0)))
            return meter.state == state and abs(meter.level_dbfs - level_dbfs) < 1.0

        desk.wait(speak)
        shot = meter.grab().toImage()
        row = [shot.pixelColor(x, shot.height() // 2).name() for x in range(shot.width())]
        return row.count(COLORS[state])

    assert meter.state == OFF and "No microphone" in meter.toolTip()
    widths = [show(level_dbfs, state) for level_dbfs, state in ((-55.0, QUIET), (-22.0, WELL), (-5.0, LOUD))]
    assert 0 < widths[0] < widths[1] < widths[2] <= meter.width()
    assert "Too loud" in meter.toolTip()
    show(-22.0, WELL)
    desk.keep("speaking")
    desk.wait(lambda: meter.state == OFF)  # the microphone is switched off
    slot.close()
    assert QUIET_DBFS == OPEN_DBFS, "what viewers do not hear is shown as heard"


def test_a_take_is_recorded_until_the_button_is_clicked_again_and_can_then_be_replayed(desk: Desk) -> None:
    button = desk.window.record_button
    assert not button.isChecked() and "no pictures, no sound" in button.toolTip()
    desk.click(button)
    desk.wait(button.isEnabled)
    assert button.isChecked() and button.toolTip() == "Records /home/me/takes/evening.take; click to end."
    desk.keep("recording")
    desk.click(button)
    desk.wait(button.isEnabled)
    assert not button.isChecked() and desk.show.calls == [("record", True), ("record", False)]
    box = desk.window.camera_box
    row = box.findData("/home/me/takes/evening.take")
    assert box.itemText(row) == "evening.take"
    box.activated.emit(row)
    desk.wait(lambda: desk.show.camera == "/home/me/takes/evening.take")


def test_a_take_that_cannot_be_recorded_says_why_and_the_button_stays_off(desk: Desk) -> None:
    desk.show.fault = "Nothing can be written in /takes: record into another folder."
    desk.click(desk.window.record_button)
    desk.wait(lambda: desk.window.notice.isVisible())
    assert desk.window.notice.text() == desk.show.fault and not desk.window.record_button.isChecked()


def test_a_take_that_broke_off_is_told(desk: Desk) -> None:
    desk.click(desk.window.record_button)
    desk.wait(lambda: desk.show.take)
    desk.show.told_take_broken = "camera 0; evening.take is not recorded further (No space left on device)"
    desk.wait(lambda: desk.window.notice.isVisible())
    assert desk.window.notice.text() == desk.show.told_take_broken


def test_backdrop_light_and_camera_are_offered_and_chosen(desk: Desk) -> None:
    scene = desk.window.scene
    assert scene.backdrop_box.currentText() == "Room"
    assert [scene.light_box.itemData(row) for row in range(scene.light_box.count())] == list(LIGHTS)
    assert [scene.shot_box.itemData(row) for row in range(scene.shot_box.count())] == list(SHOTS)
    for box, choice in ((scene.backdrop_box, "chroma:green"), (scene.light_box, "neon"), (scene.shot_box, "wide")):
        box.activated.emit(box.findData(choice))
    desk.wait(lambda: scene.shot_box.currentData() == "wide")
    assert desk.show.calls == [("use_backdrop", "chroma:green"), ("use_light", "neon"), ("use_shot", "wide")]
    assert scene.backdrop_box.currentText() == "Green screen" and scene.light_box.currentText() == "Neon"


def test_a_file_or_a_colour_behind_the_host_becomes_an_entry(desk: Desk) -> None:
    box = desk.window.scene.backdrop_box
    desk.file_chosen, desk.color_chosen = "/home/ann/beach.mp4", "#334455"
    box.activated.emit(box.findData(FILE))
    desk.wait(lambda: box.currentText() == "beach.mp4")
    box.activated.emit(box.findData(COLOR))
    desk.wait(lambda: box.currentText() == "#334455")
    assert desk.show.calls == [("use_backdrop", "/home/ann/beach.mp4"), ("use_backdrop", "#334455")]
    desk.file_chosen = ""
    box.activated.emit(box.findData(FILE))
    assert box.currentText() == "#334455" and len(desk.show.calls) == 2, "who cancels changes nothing"


def test_a_backdrop_that_cannot_be_shown_says_why_and_the_old_one_stays(desk: Desk) -> None:
    desk.show.fault = "notes.txt is no backdrop: use a picture."
    desk.file_chosen = "/home/ann/notes.txt"
    box = desk.window.scene.backdrop_box
    box.activated.emit(box.findData(FILE))
    desk.wait(lambda: desk.window.notice.isVisible())
    assert desk.window.notice.text() == desk.show.fault and box.currentText() == "Room"


def test_a_guest_is_placed_and_taken_away_and_the_way_in_is_told(desk: Desk) -> None:
    box = desk.window.scene.guest_box
    assert box.isEnabled() and "/whip" in box.toolTip() and "come-in" in box.toolTip()
    box.activated.emit(box.findData("top-right"))
    desk.wait(lambda: desk.show.layer == "top-right")
    box.activated.emit(box.findData(""))
    desk.wait(lambda: desk.show.layer == "")
    assert desk.show.calls == [("use_layer", "top-right"), ("use_layer", "")]
    desk.show.layer = "top-left:40"
    desk.window.scene.select()
    assert (box.currentData(), box.currentText()) == ("top-left:40", "Top left:40 %")


def test_the_director_is_called_and_sent_away_with_a_click(desk: Desk) -> None:
    button = desk.window.scene.director_button
    assert button.text() == "Off"
    desk.click(button)
    assert desk.show.calls == [("use_director", True)] and button.text() == "Follows the show"
    desk.click(button)
    assert desk.show.calls[-1] == ("use_director", False) and button.text() == "Off"


def test_a_chosen_file_becomes_an_entry_and_a_cancelled_choice_changes_nothing(desk: Desk) -> None:
    box = desk.window.avatar_box
    box.activated.emit(box.findData(FILE))
    assert box.currentData() == "mirai" and desk.show.calls == []
    desk.file_chosen = "/home/me/My Character.vrm"
    box.activated.emit(box.findData(FILE))
    desk.wait(lambda: box.currentData() == desk.file_chosen)
    assert box.currentText() == "My Character.vrm"


def test_an_avatar_that_is_none_is_told_and_the_box_goes_back(desk: Desk) -> None:
    desk.show.fault = "Cannot use x.vrm: the file is not a VRM avatar."
    desk.file_chosen = "/x.vrm"
    desk.window.avatar_box.activated.emit(desk.window.avatar_box.findData(FILE))
    desk.wait(lambda: desk.window.notice.isVisible())
    assert desk.window.notice.text() == desk.show.fault
    assert desk.window.avatar_box.currentData() == "mirai"


def test_what_the_author_of_an_avatar_asks_for_is_kept_in_view(desk: Desk) -> None:
    desk.show.told_licence = "Its author allows no profit: gifts stay play money."
    box = desk.window.avatar_box
    box.activated.emit(box.findData("kohaku"))
    desk.wait(lambda: desk.window.notice.isVisible())
    assert desk.window.notice.text() == desk.show.told_licence
    desk.show.told_licence = ""
    box.activated.emit(box.findData("mirai"))
    desk.wait(lambda: not desk.window.notice.isVisible())


def test_chat_gifts_and_the_audience_arrive_once_each_also_over_a_broken_line(desk: Desk) -> None:
    desk.go_live()
    desk.events.tell("viewer_joined", name="Ada", audience=7)
    desk.events.tell("chat", name="Ada", text="hello <b>you</b>", line=1, role="viewer", reply_to=0)
    desk.events.tell("gift", id="g1", name="Bo", gift="confetti", price_coins=20)
    desk.wait(lambda: len(desk.window.feed_card.texts()) == 2)
    desk.events.repeat(
        ApiEvent("epoch", 2, "chat", 0.0, {"name": "Ada", "text": "hello <b>you</b>", "line": 1, "role": "viewer"})
    )
    desk.events.hang_up()
    desk.wait(desk.events.joined.is_set)
    desk.events.tell("like", count=3, total=1234)
    desk.events.tell("goal", camp="red", red=1, blue=0)
    desk.wait(lambda: len(desk.window.feed_card.texts()) == 3)
    assert desk.window.feed_card.texts() == ["Ada: hello <b>you</b>", "Bo gave Confetti", "Goal for red: 1 to 0"]
    assert [desk.window.counts.text(name) for name in ("likes", "gifts", "coins")] == ["1,234", "1", "20"]
    desk.wait(lambda: desk.window.counts.text("watching") == "42")  # the server's own figure


def test_a_long_chat_is_bounded_and_stays_at_its_end(desk: Desk) -> None:
    desk.go_live()
    for number in range(LINES_MAX + 25):
        desk.events.tell("chat", name=f"viewer {number % 7}", text=f"line {number}", line=number, role="viewer")
    desk.wait(lambda: desk.window.feed_card.texts()[-1:] == [f"viewer {(LINES_MAX + 24) % 7}: line {LINES_MAX + 24}"])
    assert desk.window.feed_card.lines.count() == LINES_MAX
    bar = desk.window.feed_card.lines.verticalScrollBar()
    desk.wait(lambda: bar.value() == bar.maximum() > 0)


def test_the_health_line_tells_figures_and_a_refusal_is_told_in_words(desk: Desk) -> None:
    desk.wait(lambda: "30 fps" in desk.window.health.text("tracker"))
    assert "off" in desk.window.health.text("server")
    desk.show.told_refusals = {"tracker": "There is no camera 0: plug one in."}
    desk.wait(lambda: desk.window.notice.isVisible())
    assert desk.window.notice.text() == "There is no camera 0: plug one in."
    assert "stopped" in desk.window.health.text("tracker")


def test_the_link_is_copied(desk: Desk) -> None:
    desk.click(desk.window.share.copy_button)
    assert QGuiApplication.clipboard().text() == desk.show.link
    assert desk.window.share.copy_button.text() == "Copied"


def test_a_live_show_is_not_closed_by_a_slip(desk: Desk) -> None:
    desk.go_live()
    desk.window.close()
    assert desk.window.isVisible()
    box = desk.window.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    ends = [button for button in box.buttons() if button.text() == "End show"]
    ends[0].click()
    desk.wait(lambda: not desk.window.isVisible())


def test_qt_leaves_the_interpreters_constants_alone(desk: Desk) -> None:
    """PySide6 6.12.0 drops a reference of None or True with each call on Python 3.11, until the interpreter aborts."""
    before = [sys.getrefcount(constant) for constant in (None, True, False)]
    for _ in range(1_000):
        desk.window.update()
        desk.window.preview.set_badge("LIVE", "#ff0000")
        desk.window.live_button.isEnabled()
        desk.window.share.copy_button.released.emit()
    after = [sys.getrefcount(constant) for constant in (None, True, False)]
    assert max(abs(now - then) for now, then in zip(after, before, strict=True)) < 500


def test_the_window_as_a_person_sees_it(desk: Desk) -> None:
    rows = np.linspace(0, 255, 720, dtype=np.uint8)[:, None]
    picture = np.full((720, 1280, 4), 255, np.uint8)
    picture[..., 0], picture[..., 1], picture[..., 2] = 120, 60, rows
    desk.show.show_picture(picture)
    desk.wait(lambda: desk.window.preview.pictures == 1)
    desk.keep("rehearsal")
    desk.window.title_edit.setText("Friday night with Mirai")
    desk.go_live()
    for number, (name, text) in enumerate(
        [
            ("Ada", "hello from the train, the picture is great"),
            ("Bo", "red red red"),
            ("Chiyo", "how do you make the ears move? That is a long question that needs a second line, I think"),
        ]
        * 2
    ):
        desk.events.tell("chat", name=name, text=text, line=number, role="viewer")
        desk.events.tell("gift", id=f"g{number}", name=name, gift=GIFT_NAMES[number % 4], price_coins=20)
    desk.events.tell("goal", camp="red", red=3, blue=2)
    desk.events.tell("like", count=3, total=1234)
    desk.wait(lambda: len(desk.window.feed_card.texts()) == 13)
    desk.wait(lambda: desk.window.counts.text("watching") == "42")
    desk.keep("live")
    desk.click(desk.window.panic_button)
    desk.show.told_refusals = {"tracker": "Camera 0 stopped giving pictures: plug it in again, or choose another."}
    desk.wait(lambda: desk.window.notice.isVisible())
    desk.keep("hidden")
    shot = desk.window.grab().toImage()
    assert (shot.width(), shot.height()) == (desk.window.width(), desk.window.height())
    seen = {shot.pixelColor(x, y).name() for x in range(0, shot.width(), 16) for y in range(0, shot.height(), 16)}
    assert len(seen) > 50, "the window is empty"


GIFT_NAMES = ("tomato", "confetti", "giant_head", "ticket")


def test_a_choice_too_long_for_its_box_is_told_whole_to_who_points_at_it(desk: Desk) -> None:
    box = desk.window.camera_box
    words = "An external camera with the name that its maker wished for"
    box.insertItem(0, words, "7")
    box.setCurrentIndex(0)
    at = box.rect().center()
    QApplication.sendEvent(box, QHelpEvent(QEvent.Type.ToolTip, at, box.mapToGlobal(at)))
    assert QToolTip.text() == words
    QToolTip.hideText()


def test_what_the_program_itself_offers_fits_its_boxes(desk: Desk) -> None:
    window = desk.window
    for box in (window.camera_box, window.microphone_box, window.avatar_box):
        for words in (box.itemText(at) for at in range(box.count())):
            is_ours = words in {"First webcam", "Recorded show", "Silent", "VRM file ..."}
            assert not is_ours or box.fontMetrics().horizontalAdvance(words) <= box.room_px(), words
