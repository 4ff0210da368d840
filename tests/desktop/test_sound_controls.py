"""Sound in the window: faders, mute, music and spoken thanks, driven with real clicks and keys."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from desks import Desk
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from avatar_live.desktop import style
from avatar_live.desktop.mixer import FADERS, MixerPanel
from avatar_live.desktop.scene import FILE
from avatar_live.signals.sound import SPEECH_MODES, SoundLevels
from avatar_live.sound.level import OFF_DB, TOP_DB


@pytest.fixture
def desk(application: QApplication, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.close()


def opened(desk: Desk) -> MixerPanel:
    desk.click(desk.window.sound.mixer_button)
    panel = desk.window.sound.panel
    assert panel is not None and panel.isVisible()
    return panel


def levels(desk: Desk) -> SoundLevels:
    name, value = desk.show.calls[-1]
    assert name == "use_levels" and isinstance(value, SoundLevels)
    return value


def test_every_part_has_a_fader_that_begins_where_the_show_is(desk: Desk) -> None:
    desk.show.levels = SoundLevels(music_db=-20.5)
    panel = opened(desk)
    assert set(panel.faders) == {name for name in SoundLevels.__struct_fields__ if name.endswith("_db")}
    assert [panel.faders[name].value() / 2 for name, _ in FADERS] == [0.0, 0.0, -20.5, 0.0, 0.0]


@pytest.mark.parametrize("name", [name for name, _ in FADERS])
def test_a_moved_fader_is_an_order_at_once_and_moves_no_other(desk: Desk, name: str) -> None:
    panel = opened(desk)
    before = panel.faders[name].value()
    panel.faders[name].setFocus()
    QTest.keyClick(panel.faders[name], Qt.Key.Key_Left)
    assert getattr(levels(desk), name) == before / 2 - 0.5
    QTest.keyClick(panel.faders[name], Qt.Key.Key_Home)
    assert getattr(levels(desk), name) == OFF_DB
    assert panel._values[name].text() == "off"
    QTest.keyClick(panel.faders[name], Qt.Key.Key_End)
    assert getattr(levels(desk), name) == TOP_DB
    assert panel._values[name].text() == "+12.0 dB"
    others = {other for other, _ in FADERS if getattr(desk.show.levels, other) != getattr(SoundLevels(), other)}
    assert others == {name}


def test_mute_is_one_click_or_one_key_and_leaves_the_faders(desk: Desk) -> None:
    desk.show.levels = SoundLevels(microphone_db=-3.0)
    desk.click(desk.window.sound.mute_button)
    assert levels(desk) == SoundLevels(microphone_db=-3.0, is_muted=True)
    assert desk.window.sound.mute_button.text() == "Muted"
    desk.window.activateWindow()
    desk.wait(desk.window.isActiveWindow)
    QTest.keyClick(desk.window, Qt.Key.Key_F8)
    desk.wait(lambda: levels(desk) == SoundLevels(microphone_db=-3.0))
    assert desk.window.sound.mute_button.text() == "Mute"


def test_a_music_file_is_asked_for_and_can_be_ended(desk: Desk) -> None:
    box = desk.window.sound.music_box
    box.activated.emit(box.findData(FILE))
    assert box.currentData() == "" and desk.show.calls == [], "the host changed their mind"
    desk.file_chosen = "/home/me/music/evening.mp3"
    box.activated.emit(box.findData(FILE))
    desk.wait(lambda: box.currentText() == "evening.mp3")
    assert desk.show.calls == [("use_music", "/home/me/music/evening.mp3")]
    box.activated.emit(box.findData(""))
    desk.wait(lambda: box.currentText() == "None")
    assert desk.show.calls[-1] == ("use_music", "")


def test_music_that_cannot_be_played_says_why(desk: Desk) -> None:
    desk.show.fault = 'There is no music "gone.mp3": name a file, such as an MP3.'
    desk.file_chosen = "gone.mp3"
    box = desk.window.sound.music_box
    box.activated.emit(box.findData(FILE))
    desk.wait(lambda: desk.window.notice.text() == desk.show.fault)
    assert box.currentData() == ""


def test_thanks_are_off_until_they_are_chosen(desk: Desk) -> None:
    panel = opened(desk)
    assert panel.speech_box.currentData() == "off"
    assert [panel.speech_box.itemData(row) for row in range(panel.speech_box.count())] == list(SPEECH_MODES)
    panel.speech_box.activated.emit(panel.speech_box.findData("names"))
    desk.wait(lambda: desk.show.speech == "names")


def test_the_bar_shows_what_viewers_hear(desk: Desk) -> None:
    panel = opened(desk)
    desk.show.sound_dbfs = -20.0
    desk.wait(lambda: panel.bar.level_dbfs == -20.0)
    assert panel.bar._color() == style.GOOD
    desk.show.sound_dbfs = -6.0
    desk.wait(lambda: panel.bar.level_dbfs == -6.0)
    assert panel.bar._color() == style.BAD
    shot = panel.bar.grab().toImage()
    assert shot.pixelColor(3, shot.height() // 2).name() == style.BAD


def test_the_mixer_lies_over_the_preview_and_goes_again(desk: Desk) -> None:
    picture = np.full((360, 640, 4), 255, np.uint8)
    picture[..., 0], picture[..., 1], picture[..., 2] = 120, 60, np.linspace(0, 255, 360)[:, None]
    desk.show.show_picture(picture)
    desk.wait(lambda: desk.window.preview.pictures > 0)
    desk.show.sound_dbfs = -22.0
    desk.show.levels = SoundLevels(music_db=-18.0, sounds_db=-3.0)
    panel = opened(desk)
    desk.wait(lambda: panel.bar.level_dbfs == -22.0)
    over = desk.window.preview.rect()
    assert over.contains(panel.geometry())
    desk.keep("mixer")
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert desk.window.sound.panel is None and not desk.window.sound.mixer_button.isChecked()
    opened(desk)
    desk.click(desk.window.sound.mixer_button)
    assert desk.window.sound.panel is None
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
