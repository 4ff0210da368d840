"""Clean dark or noisy camera pictures before anybody looks for a person in them."""

from typing import Final

import cv2
import numpy as np

from avatar_live.quality.cleaning import Cleaner
from avatar_live.quality.light_meter import SIDE_PX_MIN, Box, Light, Pixels, measure_light

LEVEL_WANTED: Final = 118.0  # middle grey in sRGB
# Noise is judged as it is after the exposure is put right. Between the two limits of each pair nothing changes.
DARK_BELOW, LIT_ABOVE = 45.0, 60.0
NOISY_ABOVE, CALM_BELOW = 7.0, 5.5
MEASURED_EVERY: Final = 4  # pictures
SETTLING: Final = 0.3  # the share of a new measurement: a passing hand is not nightfall
CROSS_PICTURES: Final = 15  # half a second from the one picture to the other


class LowLight:
    """Give back pictures as they are while the light is good, and cleaned ones while it is not."""

    def __init__(self) -> None:
        self._light: Light | None = None
        self._pictures = 0
        self._is_wanted = False
        self._share = 0.0
        self._cleaner: Cleaner | None = None

    @property
    def is_on(self) -> bool:
        """Tell whether pictures are changed at all."""
        return self._share > 0.0

    def look(self, pixels: Pixels, face: Box | None = None) -> Pixels:
        """Return the picture to look at, RGB (height, width, 3); `face` is where one was in the picture before.

        A cleaned picture is overwritten by the next look.
        """
        if min(pixels.shape[:2]) < SIDE_PX_MIN:
            return pixels
        if face is None or self._light is None:
            self._come_on(measure_light(pixels, face))
        elif self._pictures % MEASURED_EVERY == 0:
            self._judge(measure_light(pixels, face))
        self._pictures += 1
        self._cross()
        if not self.is_on:
            self._cleaner = None
            return pixels
        height, width, _ = pixels.shape
        if self._cleaner is None or self._cleaner.size != (width, height):
            self._cleaner = Cleaner(width, height)
        cleaned = self._cleaner.clean(pixels, face)
        if self._share < 1.0:
            cv2.addWeighted(cleaned, self._share, pixels, 1.0 - self._share, 0.0, dst=cleaned)
        return cleaned

    def _come_on(self, seen: Light) -> None:
        """Judge the light while nobody is seen: then the pass may come on at once, as there is nobody to be moved."""
        if wants_cleaning(seen, is_on=False):
            self._light, self._is_wanted, self._share = seen, True, 1.0
        elif self._pictures % MEASURED_EVERY == 0:
            self._judge(seen)

    def _judge(self, seen: Light) -> None:
        light = self._light or seen
        self._light = Light(
            light.level + SETTLING * (seen.level - light.level), light.noise + SETTLING * (seen.noise - light.noise)
        )
        self._is_wanted = wants_cleaning(self._light, self._is_wanted)

    def _cross(self) -> None:
        """Go a step towards what is wanted."""
        step = 1.0 / CROSS_PICTURES
        self._share = float(np.clip(self._share + (step if self._is_wanted else -step), 0.0, 1.0))


def wants_cleaning(light: Light, is_on: bool) -> bool:
    """Tell whether this light asks for the pass, given whether it is on."""
    noise_seen = light.noise * max(LEVEL_WANTED / max(light.level, 1.0), 1.0)
    if is_on:
        return light.level < LIT_ABOVE or noise_seen > CALM_BELOW
    return light.level < DARK_BELOW or noise_seen > NOISY_ABOVE
