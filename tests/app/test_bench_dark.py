"""The short form of the bench: a face is found in the dark as by day, and the day is left alone."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from shared import shared_data
from skimage import data

from avatar_live.app.bench.person import draw_person
from avatar_live.app.bench.tracking.dark import (
    DARK,
    SAMPLES,
    VERY_DARK,
    Score,
    Sensor,
    box_of,
    exposed_table,
    measure_cost_ms,
    measure_dark,
)
from avatar_live.quality import Box, LowLight
from avatar_live.tracking.detectors import Detectors
from avatar_live.tracking.models import Models, installed

PICTURES = 12


@pytest.fixture(params=["official", "this machine's"])
def models(request: pytest.FixtureRequest, installed_models: Models, tmp_path: Path) -> Models:
    if request.param != "official":
        return installed_models
    shutil.copy(shared_data("models", "face_landmarker.task"), tmp_path)
    for path in (installed_models.pose, installed_models.hand):
        shutil.copy(path, tmp_path)
    return installed(tmp_path)


def test_a_face_is_found_in_the_dark_where_it_is_by_day(models: Models) -> None:
    figures = measure_dark(models, pictures=PICTURES)
    assert figures["dark_detection"] == 1.0
    assert figures["very_dark_detection"] == 1.0
    assert figures["dark_error_percent"] <= 1.0  # a large face; the bar over all footage is 2 and 3
    assert figures["very_dark_error_percent"] <= 1.5
    assert figures["very_dark_error_percent"] < figures["very_dark_error_percent_raw"]
    assert figures["clean_change_points"] <= 0.05
    assert figures["low_light_ms"] > 0.0


def test_a_face_does_not_move_while_the_pass_comes_on(installed_models: Models) -> None:
    """The light is turned down on somebody who sits still, until the pass has taken over."""
    still, low_light = draw_person(np.asarray(data.astronaut(), np.uint8), 0.3), LowLight()
    random, seen = np.random.default_rng(0), []
    box: Box | None = None
    with Detectors(installed_models) as detectors:
        for number in range(70):
            if number <= 40 and number % 4 == 0:
                dimmed = exposed_table(Sensor(light=0.5 * 0.06 ** (max(number - 20, 0) / 20.0), gain=2.0))
            pixels = dimmed[still, random.integers(0, SAMPLES, still.shape)]
            face = detectors.face(low_light.look(pixels, box), 1.0 + number / 30.0)
            assert face is not None
            landmarks = face.landmarks[:, :2]
            box = box_of(landmarks)
            seen.append(landmarks)
            assert number > 20 or not low_light.is_on
    assert low_light.is_on
    eyes_px = float(np.linalg.norm(seen[19][33] - seen[19][263]))
    drift_px = [float(np.linalg.norm((landmarks - seen[19]).mean(0))) for landmarks in seen[19:]]
    assert max(drift_px) < 0.006 * eyes_px


def test_the_cost_is_of_pictures_that_were_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    look: Callable[..., object] = LowLight.look

    def counted(self: LowLight, *given: object) -> object:
        cleaned = look(self, *given)
        looks.append(self.is_on)
        return cleaned

    monkeypatch.setattr(LowLight, "look", counted)
    assert measure_cost_ms(count=5) > 0.0
    assert len(looks) >= 5
    assert all(looks)


@pytest.mark.parametrize("sensor", [DARK, VERY_DARK, Sensor(light=0.1, gain=1.0)])
def test_the_sensor_counts_photons(sensor: Sensor) -> None:
    """The mean of what comes out is the light that came in, and its spread is that of counting and of reading."""
    table = exposed_table(sensor)[200].astype(np.float64) / 255.0
    linear = np.where(table <= 0.04045, table / 12.92, ((table + 0.055) / 1.055) ** 2.4)
    electrons = linear * sensor.well_electrons / sensor.gain
    white = ((200.0 / 255.0 + 0.055) / 1.055) ** 2.4
    expected = white * sensor.light * sensor.well_electrons
    assert electrons.mean() == pytest.approx(expected, rel=0.05)
    assert electrons.std() == pytest.approx(np.sqrt(expected + sensor.read_electrons**2), rel=0.1)


def test_something_else_taken_for_a_face_is_not_a_find() -> None:
    truth = np.zeros((478, 2), np.float32)
    truth[33], truth[263] = (0.0, 0.0), (50.0, 0.0)
    score = Score()
    score.add(truth, truth + np.float32(1.0))
    score.add(truth, truth + np.float32(300.0))
    score.add(truth, None)
    score.add(None, truth)
    assert score.pictures == 3
    assert score.detection == pytest.approx(1.0 / 3.0)
    assert score.error_percent == pytest.approx(100.0 * np.sqrt(2.0) / 50.0)
