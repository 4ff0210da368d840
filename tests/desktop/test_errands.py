"""What takes seconds is done beside the window's thread, and one that fails takes no other with it."""

import time
from typing import TYPE_CHECKING

import pytest
from patience import DEADLINE_S

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def test_an_errand_that_stumbles_is_logged_and_the_next_one_is_done(
    application: "QApplication", caplog: pytest.LogCaptureFixture
) -> None:
    from PySide6.QtCore import QObject

    from avatar_live.desktop.errand import Errands

    parent, done = QObject(), list[str]()
    errands = Errands(parent)
    errands.run(lambda: [""].pop(7), done.append)
    errands.run(lambda: "done", done.append)
    until_s = time.monotonic() + DEADLINE_S
    while not done:
        assert time.monotonic() < until_s, "the second errand was never done"
        application.processEvents()
    errands.close()
    assert done == ["done"]
    assert [record.exc_info is not None for record in caplog.records] == [True]
