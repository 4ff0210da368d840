"""What a source of motion is, whatever it plays: pictures, or what recorded senses said, each when it is due."""

import threading
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from avatar_live import clock
from avatar_live.mocap.replay import Sense

WIDTH_PX_MAX: Final = 640  # a wider picture brings a tracker no accuracy, only cost

Pixels = NDArray[np.uint8]  # (height, width, 3) RGB, not mirrored


class CameraError(Exception):
    """Say in one sentence why a source gives no pictures and what to do next."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Hold what a camera saw; it never leaves the tracker's process."""

    pixels: Pixels
    captured_s: float


class Source(Protocol):
    """Give pictures, or what recorded senses said, each when it is due."""

    @property
    def words(self) -> str:
        """Say for people what this source is."""

    def read(self, stop: threading.Event) -> Picture | Sense:
        """Wait for the next one; return early with any when `stop` is set. Raises CameraError."""

    def close(self) -> None:
        """Let go of the device or file."""


def wait_until(due_s: float, stop: threading.Event) -> None:
    """Sleep until the time has come or `stop` is set."""
    wait_s = due_s - clock.now_s()
    if wait_s > 0.0:
        stop.wait(wait_s)
