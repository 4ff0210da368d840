"""A painter's tools: a canvas in linear light, measured in metres, and its way into a picture."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Texture
from avatar_live.stage.colors import srgb

Canvas = NDArray[np.float32]  # (height, width, 3), linear light, red green blue

_SEED: Final = 7
_BRIGHTEST: Final = 4.0
_DARKEST: Final = 1e-4
_CURVE_STEPS: Final = 8_192
_COARSE: Final = 4  # dots of the canvas to one of the air's grid
_HALO: Final = ((0.03, 0.9), (0.12, 0.55), (0.4, 0.5))  # spread in metres and strength of a neon stroke's light


def finish(board: "Board") -> Texture:
    """Return the board as a picture: soft shoulder for the lights, sRGB, a little noise against banding.

    Its alpha says how much of each dot's light is a lamp's own, which goes on shining when the room is dimmed.
    """
    board.settle()
    steps = np.linspace(0.0, 1.0, _CURVE_STEPS, dtype=np.float32) ** 2 * _BRIGHTEST
    light = np.where(steps > 0.7, 0.7 + 0.3 * np.tanh((steps - 0.7) / 0.6), steps)
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.power(light, 1 / 2.4) - 0.055) * 255.0
    places = np.sqrt(np.clip(board.canvas, 0.0, _BRIGHTEST) / _BRIGHTEST) * (_CURVE_STEPS - 1)
    shape = board.canvas.shape[:2]
    noise = np.random.default_rng(_SEED).random((*shape, 1), np.float32)
    pixels = np.empty((*shape, 4), np.uint8)
    pixels[..., :3] = np.minimum(curve.astype(np.float32)[places.astype(np.uint16)] + noise, 255.0)
    pixels[..., 3] = np.clip(board.lamps / np.maximum(board.canvas.max(axis=2), _DARKEST), 0.0, 1.0) * 255.0
    return Texture(pixels, "clamp", "clamp")


class Board:
    """Paint on a canvas in metres: x to the right of the middle, y up from the bottom.

    `lamps` (height, width) is how much of the canvas's light things give themselves.

    Light in the air varies slowly, so it is gathered on a coarse grid until `settle` lays it over what is painted.
    """

    def __init__(self, width_m: float, height_m: float, dots_per_m: float, color: str) -> None:
        self.width_m, self.height_m, self._scale = width_m, height_m, dots_per_m
        height, width = round(height_m * dots_per_m), round(width_m * dots_per_m)
        self.canvas: Canvas = np.broadcast_to(_light(color), (height, width, 3)).astype(np.float32)
        self.lamps: NDArray[np.float32] = np.zeros((height, width), np.float32)
        self.x = ((np.arange(width, dtype=np.float32) + 0.5) / dots_per_m - width_m / 2)[None, :]
        self.y = (height_m - (np.arange(height, dtype=np.float32) + 0.5) / dots_per_m)[:, None]
        self._air: Canvas = np.zeros((-(-height // _COARSE), -(-width // _COARSE), 4), np.float32)  # last: lamps' own

    def glow(
        self, x: float, y: float, radius_x: float, radius_y: float, color: str, strength: float, is_lamp: bool = False
    ) -> None:
        """Add light that falls off like a bell; a lamp's goes on when the room is dimmed."""
        middle = _COARSE // 2
        across = np.exp(-(((self.x[0, middle::_COARSE] - x) / radius_x) ** 2))
        upward = np.exp(-(((self.y[middle::_COARSE, 0] - y) / radius_y) ** 2)) * strength
        rows, columns = len(upward), len(across)
        self._air[:rows, :columns, :3] += np.multiply.outer(upward, np.multiply.outer(across, _light(color)))
        if is_lamp:
            self._air[:rows, :columns, 3] += np.multiply.outer(upward, across * _light(color).max())

    def settle(self) -> None:
        """Lay the light in the air over what is painted so far."""
        height, width = self.canvas.shape[:2]
        whole = (self._air.shape[1] * _COARSE, self._air.shape[0] * _COARSE)
        air = cv2.resize(self._air, whole, interpolation=cv2.INTER_LINEAR)[:height, :width]
        self.canvas += air[..., :3]
        self.lamps += air[..., 3]
        self._air[:] = 0.0

    def fill(
        self,
        points: NDArray[np.float64],
        color: str,
        opacity: float = 1.0,
        light: float = 1.0,
        is_lamp: bool = False,
    ) -> None:
        """Fill a polygon (P, 2) with anti-aliased edges."""
        dots = self._dots(points)
        left, top = np.maximum(dots.min(axis=0) // 16 - 1, 0)
        right, bottom = dots.max(axis=0) // 16 + 2
        part = self.canvas[top:bottom, left:right]
        if part.size == 0:
            return
        mask = np.zeros(part.shape[:2], np.uint8)
        cv2.fillPoly(mask, [dots - np.array([left, top]) * 16], 255, cv2.LINE_AA, 4)
        cover = mask.astype(np.float32) * (opacity / 255.0)
        part += cover[..., None] * (_light(color) * light - part)
        lamps = self.lamps[top:bottom, left:right]
        lamps += cover * ((_light(color).max() * light if is_lamp else 0.0) - lamps)

    def round(
        self,
        x: float,
        y: float,
        radius_m: float,
        color: str,
        opacity: float = 1.0,
        light: float = 1.0,
        is_lamp: bool = False,
    ) -> None:
        """Fill a circle."""
        angles = np.linspace(0.0, 2.0 * np.pi, 48, endpoint=False)
        ring = np.stack([x + radius_m * np.cos(angles), y + radius_m * np.sin(angles)], axis=1)
        self.fill(ring, color, opacity, light, is_lamp)

    def bar(
        self, x0: float, y0: float, x1: float, y1: float, color: str, opacity: float = 1.0, is_lamp: bool = False
    ) -> None:
        """Fill an upright rectangle."""
        self.fill(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), color, opacity, is_lamp=is_lamp)

    def neon(self, lines: list[NDArray[np.float64]], width_m: float, color: str, strength: float) -> None:
        """Draw glowing strokes: a pale core, a coloured body and the light they throw around them."""
        height, width = len(self.canvas), len(self.canvas[0])
        mask = np.zeros((height, width), np.uint8)
        for line in lines:
            cv2.polylines(mask, [self._dots(line)], False, 255, max(1, round(width_m * self._scale)), cv2.LINE_AA, 4)
        lit = mask > 0
        core = 0.55 * _light(color) + np.float32(0.45)
        self.canvas[lit] += np.multiply.outer(mask[lit] * np.float32(strength / 255.0), core)
        self.lamps[lit] += mask[lit] * np.float32(strength / 255.0) * core.max()
        rows, columns = len(self._air), len(self._air[0])
        below, beside = rows * _COARSE - height, columns * _COARSE - width
        padded = cv2.copyMakeBorder(mask, 0, below, 0, beside, cv2.BORDER_REPLICATE)
        coarse = cv2.resize(padded, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
        for spread_m, share in _HALO:
            soft = cv2.GaussianBlur(coarse, (0, 0), spread_m * self._scale / _COARSE)
            halo = np.append(_light(color), _light(color).max())
            self._air += np.multiply.outer(soft * np.float32(share * strength / 255.0), halo)

    def soften(self, sigma_m: float) -> None:
        """Blur everything, as a lens does behind the plane in focus."""
        self.settle()
        self.canvas = np.asarray(cv2.GaussianBlur(self.canvas, (0, 0), sigma_m * self._scale), np.float32)
        self.lamps = np.asarray(cv2.GaussianBlur(self.lamps, (0, 0), sigma_m * self._scale), np.float32)

    def _dots(self, points: NDArray[np.float64]) -> NDArray[np.int32]:
        """Return points in sixteenths of a dot, as cv2's `shift=4` wants them."""
        dots = np.stack([points[:, 0] + self.width_m / 2, self.height_m - points[:, 1]], axis=1) * self._scale
        return np.round(dots * 16).astype(np.int32)


def _light(color: str) -> NDArray[np.float32]:
    return np.array(srgb(color)[:3], np.float32)
