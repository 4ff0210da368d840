"""The streamer's window on a virtual screen, over a real show: real tracker, engine, server and a viewer."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from running import show_settings
from websockets.sync.client import ClientConnection, connect

from avatar_live.app.desk import DeskShow
from avatar_live.app.show import LocalShow
from avatar_live.desktop.window import Window

DEADLINE_S = 30.0


@pytest.fixture(scope="module")
def desk(application: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Window, str]]:
    settings = show_settings(tmp_path_factory.mktemp("desk"))
    with LocalShow(settings, has_preview=True) as show:
        show.rehearse()
        window = Window(DeskShow(show))
        window.show()
        yield window, show.link
        window.close()
        window.deleteLater()
        application.processEvents()


def wait(condition: Callable[[], object], what: str) -> None:
    deadline_s = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline_s, f"too late: {what}"
        QTest.qWait(10)


def hear(viewer: ClientConnection, what: str, claim: Callable[[dict[str, Any]], bool]) -> None:
    """Listen as a viewer until something is told."""
    deadline_s = time.monotonic() + DEADLINE_S
    while True:
        try:
            told = json.loads(viewer.recv(timeout=max(deadline_s - time.monotonic(), 0.0)))
        except TimeoutError:
            pytest.fail(f"the viewer did not hear {what}")
        if any(claim(one) for one in told.get("lines", [told])):
            return


def preview(window: Window) -> NDArray[np.uint8]:
    image = window.preview.grab().toImage().scaled(160, 90).convertToFormat(QImage.Format.Format_RGBA8888)
    return np.frombuffer(image.constBits(), np.uint8).reshape(90, 160, 4)[..., :3].copy()


def test_a_streamer_rehearses_goes_live_meets_a_viewer_and_hides(desk: tuple[Window, str]) -> None:
    window, link = desk
    wait(lambda: window.preview.pictures > 5, "the rehearsal shows")
    assert preview(window).std() > 30, "the preview shows a real picture"

    wait(window.live_button.isEnabled, "the engine says that it is ready")
    QTest.mouseClick(window.live_button, Qt.MouseButton.LeftButton)
    wait(lambda: window.live_button.text() == "End show", "the show is live")

    with connect(link.replace("http", "ws") + "ws") as viewer:
        viewer.send(json.dumps({"type": "join", "name": "Ana"}))
        viewer.send(json.dumps({"type": "say", "text": "hello host"}))
        viewer.send(json.dumps({"type": "gift", "id": "desk-1", "gift": "confetti"}))
        wait(lambda: "Ana: hello host" in window.feed_card.texts(), "the chat reaches the window")
        wait(lambda: "Ana gave Confetti" in window.feed_card.texts(), "the gift reaches the window")
        wait(lambda: window.counts.text("watching") == "1", "the audience is counted")
        if folder := os.environ.get("AVATAR_LIVE_SCREENSHOTS"):
            QTest.qWait(1_500)
            window.grab().save(str(Path(folder) / "desk.png"))
        QTest.keyClicks(window.room.say_edit, "hello Ana\r")
        hear(viewer, "the host's words", lambda told: told["type"] == "chat" and told["text"] == "hello Ana")
        QTest.mouseClick(window.room.freeze_button, Qt.MouseButton.LeftButton)
        hear(viewer, "that the room is frozen", lambda told: told["type"] == "show" and told["rest"] == "frozen")
        wait(lambda: window.room.freeze_button.text() == "Frozen", "the window knows it, too")
        QTest.mouseClick(window.room.freeze_button, Qt.MouseButton.LeftButton)
        hear(viewer, "that the room goes on", lambda told: told["type"] == "show" and not told["rest"])

        before = preview(window)
        QTest.mouseClick(window.panic_button, Qt.MouseButton.LeftButton)
        wait(lambda: np.abs(preview(window).astype(int) - before).mean() > 25, "the card hides the host")
        hear(viewer, "that the host hides", lambda told: told["type"] == "show" and told["rest"] == "hidden")
        viewer.send(json.dumps({"type": "gift", "id": "desk-2", "gift": "confetti"}))
        hear(viewer, "a refusal", lambda told: told["type"] == "gift_update" and told["state"] == "refused")
        QTest.mouseClick(window.panic_button, Qt.MouseButton.LeftButton)
        wait(lambda: preview(window).std() > 30, "the host is back")
        hear(viewer, "that the host is back", lambda told: told["type"] == "show" and not told["rest"])

    wait(window.live_button.isEnabled, "the show can be ended")
    QTest.mouseClick(window.live_button, Qt.MouseButton.LeftButton)
    wait(lambda: window.live_button.text() == "Go live", "the show has ended")
