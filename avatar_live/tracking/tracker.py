"""One camera picture after another -> readings: the face at once, body and hands in turn."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, Protocol

import cv2
import numpy as np

from avatar_live import clock
from avatar_live.quality import Box, LowLight
from avatar_live.signals import BodyReading, FaceReading, HandReading, Readings
from avatar_live.tracking.costs import Costs
from avatar_live.tracking.regions import has_wrist
from avatar_live.tracking.source import WIDTH_PX_MAX, Picture, Pixels
from avatar_live.tracking.turns import Turns

DARK_WORDS: Final = "It is dark or noisy: the picture is cleaned before you are looked for; more light would be better."
WARM_PICTURES: Final = 6
WARM_PERIOD_S: Final = 0.2  # so far apart that every picture is somebody's turn
WARM_HEIGHT_PX: Final = 480
WARM_GREY: Final = 128  # a well-lit wall: a dark one would begin the show with cleaned pictures


class Seeing(Protocol):
    """Find the parts of a person in a picture, as `Detectors` does."""

    def face(self, pixels: Pixels, captured_s: float) -> FaceReading | None:
        """Return the face."""

    def body(self, pixels: Pixels, captured_s: float) -> BodyReading | None:
        """Return the body."""

    def hands(
        self, pixels: Pixels, captured_s: float, body: BodyReading | None
    ) -> tuple[HandReading | None, HandReading | None]:
        """Return the person's own left and right hand."""

    def use_drawn(self, is_on: bool) -> None:
        """Follow an avatar's head, or a person's."""

    def close(self) -> None:
        """Let go of the models."""


class Tracker:
    """Turn pictures into readings; what is not looked for in a picture is carried over from an earlier one.

    `now_s` times the looks and `cpu_s` what of them was work: the clock's, or a measurement's own.
    """

    def __init__(
        self,
        detectors: Seeing,
        costs: Costs,
        now_s: Callable[[], float] = clock.now_s,
        cpu_s: Callable[[], float] = clock.cpu_s,
    ) -> None:
        self._detectors = detectors
        self.costs = costs
        self._now_s, self._cpu_s = now_s, cpu_s
        self._low_light = LowLight()
        self._face: FaceReading | None = None
        self._body: BodyReading | None = None
        self._hands: tuple[HandReading | None, HandReading | None] = (None, None)
        self._turns = Turns()

    def readings(self, picture: Picture) -> Iterator[Readings]:
        """Yield the readings with the new face, then, when it is their turn, with the new body or the new hands."""
        captured_s = picture.captured_s
        self._turns.see(captured_s)
        pixels = self._cleaned(fitted(picture.pixels))
        height, width, _ = pixels.shape
        with self._spending("face"):
            self._face = face = self._detectors.face(pixels, captured_s)
        self.costs.frames += 1
        self.costs.faces += face is not None
        readings = Readings(width, height, captured_s, face, self._body, *self._hands)
        yield readings
        part = self._turns.take(are_hands_near=self._are_hands_near(width, height))
        if part is None:
            return
        with self._spending(part):
            if part == "body":
                self._body = self._detectors.body(pixels, captured_s)
            else:
                self._hands = self._detectors.hands(pixels, captured_s, self._body)
        yield replace(readings, body=self._body, left_hand=self._hands[0], right_hand=self._hands[1])

    @property
    def words(self) -> str:
        """Say for the host what is done to the pictures, where anything is."""
        return DARK_WORDS if self._low_light.is_on else ""

    def use_drawn(self, is_on: bool) -> None:
        """Follow an avatar's head from the next picture on, or a person's. Raises ModelError."""
        self._detectors.use_drawn(is_on)

    def close(self) -> None:
        """Let go of the models."""
        self._detectors.close()

    def _cleaned(self, pixels: Pixels) -> Pixels:
        """Return the picture that all detectors see; it is judged by the light on the face of the picture before."""
        box: Box | None = None
        if self._face is not None:
            (left, top, _), (right, bottom, _) = self._face.landmarks.min(0), self._face.landmarks.max(0)
            box = (float(left), float(top), float(right), float(bottom))
        with self._spending("light"):
            return self._low_light.look(pixels, box)

    def _are_hands_near(self, width_px: int, height_px: int) -> bool:
        """Tell whether a hand was found last time, or the body has a wrist in the picture."""
        if self._hands != (None, None):
            return True
        return self._body is not None and has_wrist(self._body, width_px, height_px)

    @contextlib.contextmanager
    def _spending(self, part: str) -> Iterator[None]:
        """Count what a look takes, and charge it to the account of turns."""
        start_s, cpu_start_s = self._now_s(), self._cpu_s()
        yield
        spent_s = self._now_s() - start_s
        self.costs.add(part, spent_s)
        self._turns.spend(spent_s, spent_s - (self._cpu_s() - cpu_start_s))


def warmed(tracker: Tracker) -> Tracker:
    """Show the tracker some pictures of nothing, so that the first real one is as quick as any other."""
    nothing = np.full((WARM_HEIGHT_PX, WIDTH_PX_MAX, 3), WARM_GREY, np.uint8)
    began_s = clock.now_s() - WARM_PICTURES * WARM_PERIOD_S
    for number in range(WARM_PICTURES):
        for _ in tracker.readings(Picture(nothing, began_s + number * WARM_PERIOD_S)):
            pass
    return tracker


def fitted(pixels: Pixels) -> Pixels:
    """Return the picture, scaled down where it is wider than `WIDTH_PX_MAX`."""
    height, width, _ = pixels.shape
    if width <= WIDTH_PX_MAX:
        return np.ascontiguousarray(pixels)
    size = (WIDTH_PX_MAX, max(1, round(height * WIDTH_PX_MAX / width)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
