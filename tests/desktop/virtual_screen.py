"""A screen for Qt: Xvfb, started here, or Qt's own off-screen platform where there is none."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


@contextlib.contextmanager
def virtual_screen() -> Iterator[str]:
    """Give this process a screen and yield what kind."""
    if shutil.which("Xvfb") is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        yield "offscreen"
        return
    with xvfb("1600x1000x24") as screen:
        os.environ["DISPLAY"] = screen.name
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        # OpenCV, where a test before loaded it, points Qt at plugins of its own, which are of another version.
        os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)
        os.environ.pop("QT_QPA_FONTDIR", None)
        yield "xvfb"


@dataclass(frozen=True, slots=True)
class Server:
    """Hold a running X server and the name by which it is reached."""

    name: str
    process: subprocess.Popen[bytes]


@contextlib.contextmanager
def xvfb(size: str) -> Iterator[Server]:
    """Start Xvfb, which must be there, with one screen of `size`."""
    # -displayfd lets Xvfb pick a free number and tell it once it can be connected to.
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        os.close(writing)
        try:
            with os.fdopen(reading) as told:
                number = told.readline().strip()
            assert number, "Xvfb did not start"
            yield Server(f":{number}", process)
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def application() -> "Iterator[QApplication]":
    """Give every test the one application that a process may have, on one screen."""
    from PySide6.QtWidgets import QApplication  # most tests do without Qt

    with virtual_screen():
        yield QApplication(["test"])
