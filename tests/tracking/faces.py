"""A real face to look at, and the real models to look with."""

from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from avatar_live import clock
from avatar_live.tracking import models

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="session")
def installed_models() -> models.Models:
    """Provision the models where the product does, once."""
    return models.provision(models.default_folder(), report=lambda what, fraction: None)


@pytest.fixture(scope="session")
def portrait() -> Callable[..., Pixels]:
    """Return a function that shows the astronaut in 640x480, tilted and moved."""
    photo = np.asarray(data.astronaut(), np.uint8)

    def shown(tilt_deg: float = 0.0, right_px: float = 0.0, size: float = 1.4) -> Pixels:
        place = cv2.getRotationMatrix2D((220.0, 120.0), tilt_deg, size)
        place[0, 2] += 100.0 + right_px
        place[1, 2] += 80.0
        return np.asarray(cv2.warpAffine(photo, place, (640, 480)), np.uint8)

    return shown


@pytest.fixture(scope="session")
def clip(portrait: Callable[..., Pixels], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a second of video in which the astronaut tilts her head."""
    path = tmp_path_factory.mktemp("clips") / "astronaut.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for number in range(30):
            tilt_deg = 10.0 * float(np.sin(number / 30.0 * 2.0 * np.pi))
            for packet in stream.encode(av.VideoFrame.from_ndarray(portrait(tilt_deg), format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


@pytest.fixture
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock: nothing that is played is ever late, however busy the machine."""
    monkeypatch.setattr(clock, "now_s", lambda: 100.0)
