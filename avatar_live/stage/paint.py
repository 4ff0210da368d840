"""A painter's tools: a canvas in linear light, measured in metres, and its way into a picture."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Texture

Canvas = NDArray[np.float32]  # (height, width, 3), linear light, red green blue

_SEED: Final = 7
_BRIGHTEST: Final = 4.0
_HALO: Final = ((0.03, 0.9), (0.12, 0.55), (0.4, 0.5))  # spread in metres and strength of a neon stroke's light


def srgb(code: str) -> NDArray[np.float32]:
    """Return the linear colour (3,) of `#rrggbb`."""
    encoded = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255.0
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(np.float32)


def finish(canvas: Canvas) -> Texture:
    """Return the canvas as a picture: soft shoulder for the lights, sRGB, a little noise against banding."""
    steps = np.linspace(0.0, _BRIGHTEST, 4096, dtype=np.float32)
    light = np.where(steps > 0.7, 0.7 + 0.3 * np.tanh((steps - 0.7) / 0.6), steps)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.power(light, 1 / 2.4) - 0.055) * 255.0
    curve = encoded.astype(np.float32)
    shape = canvas.shape[:2]
    noise = np.random.default_rng(_SEED).random((*shape, 1), np.float32)
    places = np.sqrt(np.clip(canvas, 0.0, _BRIGHTEST) / _BRIGHTEST)
    pixels = np.full((*shape, 4), 255, np.uint8)
    pixels[..., :3] = np.clip(np.interp(places, np.sqrt(steps / _BRIGHTEST), curve) + noise, 0.0, 255.0)
    return Texture(pixels, "clamp", "clamp")


class Board:
    """Paint on a canvas in metres: x to the right of the middle, y up from the bottom."""

    def __init__(self, width_m: float, height_m: float, dots_per_m: float, color: str) -> None:
        self.width_m, self.height_m, self._scale = width_m, height_m, dots_per_m
        shape = (round(height_m * dots_per_m), round(width_m * dots_per_m), 3)
        self.canvas: Canvas = np.broadcast_to(srgb(color), shape).astype(np.float32)
        ys, xs = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
        self.x = (xs + 0.5) / dots_per_m - width_m / 2
        self.y = height_m - (ys + 0.5) / dots_per_m

    def glow(self, x: float, y: float, radius_x: float, radius_y: float, color: str, strength: float) -> None:
        """Add light that falls off like a bell."""
        across = np.exp(-(((self.x[0] - x) / radius_x) ** 2))
        upward = np.exp(-(((self.y[:, 0] - y) / radius_y) ** 2))
        self.canvas += np.multiply.outer(upward * strength, np.multiply.outer(across, srgb(color)))

    def fill(self, points: NDArray[np.float64], color: str, opacity: float = 1.0, light: float = 1.0) -> None:
        """Fill a polygon (P, 2) with anti-aliased edges."""
        dots = self._dots(points)
        left, top = np.maximum(dots.min(axis=0) // 16 - 1, 0)
        right, bottom = dots.max(axis=0) // 16 + 2
        part = self.canvas[top:bottom, left:right]
        if part.size == 0:
            return
        mask = np.zeros(part.shape[:2], np.uint8)
        cv2.fillPoly(mask, [dots - np.array([left, top]) * 16], 255, cv2.LINE_AA, 4)
        part += (mask.astype(np.float32) * (opacity / 255.0))[..., None] * (srgb(color) * light - part)

    def round(self, x: float, y: float, radius_m: float, color: str, opacity: float = 1.0, light: float = 1.0) -> None:
        """Fill a circle."""
        angles = np.linspace(0.0, 2.0 * np.pi, 48, endpoint=False)
        ring = np.stack([x + radius_m * np.cos(angles), y + radius_m * np.sin(angles)], axis=1)
        self.fill(ring, color, opacity, light)

    def bar(self, x0: float, y0: float, x1: float, y1: float, color: str, opacity: float = 1.0) -> None:
        """Fill an upright rectangle."""
        self.fill(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), color, opacity)

    def neon(self, lines: list[NDArray[np.float64]], width_m: float, color: str, strength: float) -> None:
        """Draw glowing strokes: a pale core, a coloured body and the light they throw around them."""
        mask = np.zeros(self.canvas.shape[:2], np.uint8)
        for line in lines:
            cv2.polylines(mask, [self._dots(line)], False, 255, max(1, round(width_m * self._scale)), cv2.LINE_AA, 4)
        halo = np.zeros(mask.shape, np.float32)
        for spread_m, share in _HALO:
            halo += share * self._blurred(mask, spread_m)
        core = mask.astype(np.float32) * (strength / 255.0)
        self.canvas += np.multiply.outer(core, 0.55 * srgb(color) + np.float32(0.45))
        self.canvas += np.multiply.outer(halo * np.float32(strength / 255.0), srgb(color))

    def soften(self, sigma_m: float) -> None:
        """Blur everything, as a lens does behind the plane in focus."""
        self.canvas = np.asarray(cv2.GaussianBlur(self.canvas, (0, 0), sigma_m * self._scale), np.float32)

    def _blurred(self, mask: NDArray[np.uint8], sigma_m: float) -> NDArray[np.float32]:
        shrink = max(1, round(sigma_m * self._scale / 4))  # a wide blur needs no fine grid
        height, width = mask.shape
        small = cv2.resize(mask, (width // shrink, height // shrink), interpolation=cv2.INTER_AREA).astype(np.float32)
        soft = cv2.GaussianBlur(small, (0, 0), sigma_m * self._scale / shrink)
        return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)

    def _dots(self, points: NDArray[np.float64]) -> NDArray[np.int32]:
        """Return points in sixteenths of a dot, as cv2's `shift=4` wants them."""
        dots = np.stack([points[:, 0] + self.width_m / 2, self.height_m - points[:, 1]], axis=1) * self._scale
        return np.round(dots * 16).astype(np.int32)
