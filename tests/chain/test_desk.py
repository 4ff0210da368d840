"""The streamer's window on a virtual screen, over a real show: real tracker, engine, server and a viewer."""

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from patience import DEADLINE_S
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from running import show_settings
from websockets.sync.client import ClientConnection, connect

from avatar_live.app.desk import DeskShow
from avatar_live.app.show import LocalShow
from avatar_live.desktop.window import Window

PICTURES = os.environ.get("AVATAR_LIVE_SCREENSHOTS")
FULL_QUALITY_S_MAX = 90.0
SAID = (
    ("Chiyo", "blue can still win this"),
    ("Dee", "how do you make her wink?"),
    ("Bo", "@Dee just ask her, she reads the chat"),
    ("Eva", "first time here, what a room!"),
    ("Bo", "red red red"),
)


@pytest.fixture(scope="module")
def desk(application: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Window, LocalShow]]:
    settings = show_settings(tmp_path_factory.mktemp("desk"))
    if PICTURES:  # a still needs no tracker, nor a film's frame rate, but every pixel
        settings = replace(settings, camera="performance", width_px=1280, height_px=720, fps=12)
    with LocalShow(settings, has_preview=True) as show:
        show.rehearse()
        window = Window(DeskShow(show))
        window.show()
        yield window, show
        window.close()
        window.deleteLater()
        application.processEvents()


def wait(condition: Callable[[], object], what: str, seconds_max: float = DEADLINE_S) -> None:
    deadline_s = time.monotonic() + seconds_max
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


def keep(window: Window, show: LocalShow, folder: Path) -> None:
    """Keep a picture of the window while people talk."""
    with contextlib.ExitStack() as stack:
        lines = {
            name: stack.enter_context(connect(show.link.replace("http", "ws") + "ws", max_queue=None))
            for name in dict(SAID)
        }
        for name, line in lines.items():
            line.send(json.dumps({"type": "join", "name": name}))
        for number, (name, text) in enumerate(SAID):
            lines[name].send(json.dumps({"type": "say", "text": text}))
            wait(lambda text=text: any(text in told for told in window.feed_card.texts()), "a line")  # type: ignore[misc]
            lines[name].send(json.dumps({"type": "like", "count": 40 + 7 * number}))
        for name, gift in (("Dee", "rose"), ("Eva", "confetti")):
            lines[name].send(json.dumps({"type": "gift", "id": f"desk-{gift}", "gift": gift}))
        QTest.qWait(1_800)
        window.grab().save(str(folder / "desk.png"))


def test_a_streamer_rehearses_goes_live_meets_a_viewer_and_hides(desk: tuple[Window, LocalShow]) -> None:
    window, show = desk
    link = show.link
    wait(lambda: window.preview.pictures > 5, "the rehearsal shows")
    assert preview(window).std() > 30, "the preview shows a real picture"

    wait(window.live_button.isEnabled, "the engine says that it is ready")
    QTest.mouseClick(window.live_button, Qt.MouseButton.LeftButton)
    wait(lambda: window.live_button.text() == "End show", "the show is live")

    if PICTURES:
        wait(lambda: show.health()["engine"].figures["resolution"] == 1.0, "the stage in full", FULL_QUALITY_S_MAX)
    with connect(link.replace("http", "ws") + "ws", max_queue=None) as viewer:
        viewer.send(json.dumps({"type": "join", "name": "Ana"}))
        viewer.send(json.dumps({"type": "say", "text": "hello host"}))
        viewer.send(json.dumps({"type": "gift", "id": "desk-1", "gift": "confetti"}))
        wait(lambda: "Ana: hello host" in window.feed_card.texts(), "the chat reaches the window")
        wait(lambda: "Ana gave Confetti" in window.feed_card.texts(), "the gift reaches the window")
        wait(lambda: window.counts.text("watching") == "1", "the audience is counted")
        if PICTURES:
            keep(window, show, Path(PICTURES))
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
