"""A streamer's window on a pretended show, driven with real clicks."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from fake_show import FakeEvents, FakeShow
from patience import DEADLINE_S
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QWidget

from avatar_live.desktop.window import Window


class Desk:
    """A window on a pretended show."""

    def __init__(self, folder: Path) -> None:
        self.show = FakeShow(folder)
        self.events = FakeEvents()
        self.show.event_url = self.events.url
        self.file_chosen = ""
        self.color_chosen = ""
        self.place_written = ""
        self.window = Window(
            self.show,
            ask=lambda parent, title, kinds: self.file_chosen,
            ask_color=lambda parent, color: self.color_chosen,
            ask_place=lambda parent: self.place_written,
        )
        self.window.show()

    def wait(self, condition: Callable[[], object]) -> None:
        """Let the window work until something holds."""
        deadline_s = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline_s, "too late"
            QTest.qWait(10)

    def click(self, button: QPushButton) -> None:
        """Click as soon as that does something: while what it began before is done, a button is not enabled."""
        self.wait(button.isEnabled)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def press(self, row: QWidget) -> None:
        QTest.mousePress(row, Qt.MouseButton.LeftButton)

    def go_live(self) -> None:
        self.click(self.window.live_button)
        self.wait(lambda: self.window.live_button.text() == "End show")
        self.wait(self.events.joined.is_set)

    def keep(self, name: str) -> None:
        """Keep a screenshot where the caller asked for one."""
        if folder := os.environ.get("AVATAR_LIVE_SCREENSHOTS"):
            self.window.grab().save(str(Path(folder) / f"{name}.png"))

    def keep_menu(self, name: str, menu: QMenu) -> None:
        """Keep a picture of a menu, too."""
        if folder := os.environ.get("AVATAR_LIVE_SCREENSHOTS"):
            menu.popup(self.window.mapToGlobal(self.window.rect().center()))
            menu.grab().save(str(Path(folder) / f"{name}.png"))
            menu.close()

    def keep_widget(self, name: str, widget: QWidget) -> None:
        """Keep a picture of a dialog, too."""
        if folder := os.environ.get("AVATAR_LIVE_SCREENSHOTS"):
            widget.grab().save(str(Path(folder) / f"{name}.png"))

    def close(self) -> None:
        self.show.is_live = False
        self.window.close()
        self.events.close()
        self.show.preview.close()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
