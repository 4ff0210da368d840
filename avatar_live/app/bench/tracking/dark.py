"""Find faces in the dark: real clips seen by a sensor that gets too little light, before and after the input pass.

The truth is what the same landmarker sees in the clip as it was filmed. The sensor counts photons: each channel of a
pixel is a Poisson number of electrons, plus the noise of reading it, amplified, cut off at black and white, put on
sRGB's curve and rounded to 8 bits. Every clip begins with half a second of its first picture, which is not counted:
nobody walks in front of a camera that was switched on in the same instant.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.app.bench.person import FPS, HEIGHT_PX, WIDTH_PX, draw_person
from avatar_live.quality import Box, LowLight
from avatar_live.tracking.detectors import Detectors
from avatar_live.tracking.film import pictures_of
from avatar_live.tracking.models import Models

Pixels = NDArray[np.uint8]
Points = NDArray[np.float32]
Film = Callable[[], Iterator[Pixels]]  # plays from the beginning at each call
Look = Callable[[Pixels, Box | None], Pixels]

FOOTAGE: Final = (
    "asl_help.mkv",
    "asl_please.mkv",
    "asl_sister.mkv",
    "asl_thanks.mkv",
    "asl_yes.mkv",
    "head-pose-face-detection-female.gif",
    "pose_segmentation.mp4",
)
PERSON_PICTURES: Final = 60
LEAD_IN_PICTURES: Final = 15
FOUND_WITHIN_PERCENT: Final = 50.0  # a landmarker that is this far off has found something else
RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263
PAUSE_S: Final = 5.0  # between two films
COST_PICTURES: Final = 60
SAMPLES: Final = 4_096  # noisy values kept for each of the 256 clean ones


@dataclass(frozen=True, slots=True)
class Sensor:
    """Say how little light there is: its share of the film's, what a white pixel holds, and what the camera adds."""

    light: float
    gain: float
    well_electrons: float = 4_000.0
    read_electrons: float = 2.5


# A webcam at the end of its exposure and gain. Raw, the official model finds the face in about four of five pictures
# of the first and in one of six of the second.
DARK: Final = Sensor(light=0.02, gain=4.0)
VERY_DARK: Final = Sensor(light=0.005, gain=4.0)


@dataclass(slots=True)
class Score:
    """Count the pictures in which the film shows a face, those where it was found, and the sum of their errors."""

    pictures: int = 0
    found: int = 0
    errors_percent: float = 0.0

    def add(self, truth: Points | None, seen: Points | None) -> None:
        """Count one picture; errors are in percent of the distance between the outer corners of the eyes."""
        if truth is None:
            return
        self.pictures += 1
        if seen is None:
            return
        eyes_px = np.linalg.norm(truth[RIGHT_EYE_OUTER] - truth[LEFT_EYE_OUTER])
        error_percent = 100.0 * float(np.linalg.norm(seen - truth, axis=1).mean() / eyes_px)
        if error_percent < FOUND_WITHIN_PERCENT:
            self.found += 1
            self.errors_percent += error_percent

    @property
    def detection(self) -> float:
        """Return the share of pictures in which the face was found."""
        return self.found / max(self.pictures, 1)

    @property
    def error_percent(self) -> float:
        """Return the mean error where it was found."""
        return self.errors_percent / max(self.found, 1)


def measure_dark(models: Models, footage: Path | None = None, pictures: int = PERSON_PICTURES) -> dict[str, float]:
    """Return detection (0..1) and error (percent) in dark and very dark clips, raw and cleaned, and the pass's cost.

    The clips are `pictures` of the moving portrait of `person.py` and those of `FOOTAGE` that the folder has.
    `clean_change_points` is how far the pass moves the landmarks of the films as they are.
    """
    films = _films(footage, pictures)
    figures = {}
    with Detectors(models) as detectors:
        eye = _Eye(detectors)
        truths = {name: eye.look_at(film) for name, film in films.items()}
        for name, sensor in (("dark", DARK), ("very_dark", VERY_DARK)):
            exposed = {clip: _exposed(film, sensor) for clip, film in films.items()}
            for suffix, is_cleaned in (("", True), ("_raw", False)):
                score = _score(eye, exposed, truths, is_cleaned)
                figures[f"{name}_detection{suffix}"] = score.detection
                figures[f"{name}_error_percent{suffix}"] = score.error_percent
        change = _score(eye, films, truths, is_cleaned=True).error_percent
    return figures | {"clean_change_points": change, "low_light_ms": measure_cost_ms()}


def measure_cost_ms(count: int = COST_PICTURES) -> float:
    """Return the median CPU time of the pass on a very dark 640x480 picture with a known face, on one core."""
    film = list(_exposed(_person(count), VERY_DARK)())
    low_light, spent_s = LowLight(), []
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # the clock below counts this thread alone
    try:
        for pixels in film:
            start_s = time.thread_time()
            low_light.look(pixels, (0.3 * WIDTH_PX, 0.2 * HEIGHT_PX, 0.7 * WIDTH_PX, 0.7 * HEIGHT_PX))
            spent_s.append(time.thread_time() - start_s)
    finally:
        cv2.setNumThreads(threads)
    return 1000.0 * float(np.median(spent_s[LEAD_IN_PICTURES:]))


def exposed_table(sensor: Sensor, seed: int = 1) -> Pixels:
    """Return, for each 8-bit value of a film, `SAMPLES` values (256, SAMPLES) that the sensor makes of it."""
    random = np.random.default_rng(seed)
    value = np.arange(256) / 255.0
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4) * sensor.light
    electrons = random.poisson(np.repeat(light[:, None] * sensor.well_electrons, SAMPLES, axis=1))
    read = electrons + random.normal(0.0, sensor.read_electrons, electrons.shape)
    out = np.clip(read * sensor.gain / sensor.well_electrons, 0.0, 1.0)
    srgb = np.where(out <= 0.0031308, 12.92 * out, 1.055 * out ** (1.0 / 2.4) - 0.055)
    return np.rint(255.0 * srgb).astype(np.uint8)


def box_of(landmarks: Points) -> Box:
    """Return the box around landmarks (478, 2)."""
    (left, top), (right, bottom) = landmarks.min(0), landmarks.max(0)
    return float(left), float(top), float(right), float(bottom)


class _Eye:
    """Watch one film after another with one landmarker, as if each were the first."""

    def __init__(self, detectors: Detectors) -> None:
        self._detectors = detectors
        self._now_s = 0.0

    def look_at(self, film: Film, look: Look | None = None) -> list[Points | None]:
        """Return the landmarks (478, 2) in each picture; `look` cleans it first, and is told where the face was."""
        self._forget()
        seen: list[Points | None] = []
        for pixels in film():
            before = seen[-1] if seen else None
            box = None if before is None else box_of(before)
            self._now_s += 1.0 / FPS
            face = self._detectors.face(pixels if look is None else look(pixels, box), self._now_s)
            seen.append(None if face is None else face.landmarks[:, :2].copy())
        return seen

    def _forget(self) -> None:
        """Show a wall, so that the landmarker lets go of the face before."""
        wall = np.full((HEIGHT_PX, WIDTH_PX, 3), 90, np.uint8)
        self._now_s += PAUSE_S
        for _ in range(2):
            self._now_s += 1.0 / FPS
            self._detectors.face(wall, self._now_s)
        self._now_s += PAUSE_S


def _score(eye: _Eye, films: Mapping[str, Film], truths: Mapping[str, list[Points | None]], is_cleaned: bool) -> Score:
    """Compare what is seen in each film with its truth; where the film has a lead-in, that is left out."""
    score = Score()
    for name, film in films.items():
        truth = truths[name]
        seen = eye.look_at(film, LowLight().look if is_cleaned else None)
        for true_points, points in zip(truth, seen[len(seen) - len(truth) :], strict=True):
            score.add(true_points, points)
    return score


def _films(footage: Path | None, pictures: int) -> dict[str, Film]:
    films = {"person": _person(pictures)}
    if footage is not None:
        films |= {name: _clip(footage / name) for name in FOOTAGE if (footage / name).exists()}
    return films


def _person(pictures: int) -> Film:
    from skimage import data

    portrait = data.astronaut()
    return lambda: (draw_person(portrait, number / FPS) for number in range(pictures))


def _clip(path: Path) -> Film:
    return lambda: (picture.pixels for picture in pictures_of(path))


def _exposed(film: Film, sensor: Sensor) -> Film:
    """Return the film as the sensor sees it, after its lead-in."""
    table = exposed_table(sensor).reshape(-1)

    def play() -> Iterator[Pixels]:
        random = np.random.default_rng(2)
        for number, pixels in enumerate(film()):
            for _ in range(LEAD_IN_PICTURES + 1 if number == 0 else 1):
                places = random.integers(0, SAMPLES, pixels.shape, np.int32)
                places += pixels.astype(np.int32) * SAMPLES
                yield table[places]

    return play
