"""The pictures of the stickers: drawn large, cut out with a white rim, and made small."""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from avatar_live.avatar.model import Texture
from avatar_live.protocol.cues import StickerName

_UNIT_PX: Final = 512  # half the drawn width of a picture; drawings are in units of it
_SMALLER: Final = 4
_RIM_PX: Final = 22

Point = tuple[float, float]
Color = tuple[int, int, int, int]
_INK: Final = (36, 24, 62, 255)


def draw_sticker(name: StickerName) -> Texture:
    """Return the picture of a sticker; around its rim it is transparent white."""
    draw, aspect = _DRAWINGS[name]
    canvas = _Canvas(aspect)
    draw(canvas)
    pixels = np.array(canvas.image)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _RIM_PX + 1, 2 * _RIM_PX + 1))
    cover = cv2.dilate(pixels[..., 3], disc)
    share = pixels[..., 3:].astype(np.float32) / 255.0
    cut = np.empty_like(pixels)
    cut[..., :3] = np.rint(pixels[..., :3] * share + 255.0 * (1.0 - share))
    cut[..., 3] = cover
    height, width = pixels.shape[:2]
    small: NDArray[np.uint8] = np.asarray(
        cv2.resize(cut, (width // _SMALLER, height // _SMALLER), interpolation=cv2.INTER_AREA), np.uint8
    )
    return Texture(small, "clamp", "clamp")


class _Canvas:
    """Draw in units: x from -1 to 1, y up, as high as the picture's aspect leaves."""

    def __init__(self, aspect: float) -> None:
        self.image = Image.new("RGBA", (2 * _UNIT_PX, round(2 * _UNIT_PX / aspect)), (255, 255, 255, 0))
        self._draw = ImageDraw.Draw(self.image)

    def fill(self, points: list[Point], color: Color) -> None:
        self._draw.polygon([self._dot(point) for point in points], fill=color)

    def line(self, points: list[Point], width: float, color: Color) -> None:
        self._draw.line(
            [self._dot(point) for point in points], fill=color, width=round(width * _UNIT_PX), joint="curve"
        )
        for point in (points[0], points[-1]):
            self.round(point, (width / 2.0, width / 2.0), color)

    def round(self, middle: Point, radius: Point, color: Color) -> None:
        (x, y), (across, up) = self._dot(middle), (radius[0] * _UNIT_PX, radius[1] * _UNIT_PX)
        self._draw.ellipse((x - across, y - up, x + across, y + up), fill=color)

    def _dot(self, point: Point) -> Point:
        return self.image.width / 2 + point[0] * _UNIT_PX, self.image.height / 2 - point[1] * _UNIT_PX


def _curve(*corners: Point, steps: int = 24) -> list[Point]:
    """Return a smooth line through the corners (Catmull and Rom's spline)."""
    points = np.array([corners[0], *corners, corners[-1]])
    t = np.linspace(0.0, 1.0, steps, endpoint=False)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(points[:-3], points[1:-2], points[2:-1], points[3:], strict=True)
    ]
    return [(float(x), float(y)) for x, y in np.concatenate([*parts, points[-1:]])]


def _grown(points: list[Point], share: float) -> list[Point]:
    return [(x * share, y * share) for x, y in points]


def _star(canvas: _Canvas) -> None:
    angles = np.pi / 2 + np.arange(10) * np.pi / 5
    corners = [(float(r * np.cos(a)), float(r * np.sin(a))) for a, r in zip(angles, [0.86, 0.47] * 5, strict=True)]
    round_off = _rounded(corners, 0.16)
    canvas.fill(round_off, _INK)
    canvas.fill(_grown(round_off, 0.92), (255, 196, 40, 255))
    canvas.fill([(x * 0.74, y * 0.74 + 0.03) for x, y in round_off], (255, 221, 92, 255))
    for side in (-1.0, 1.0):
        canvas.round((0.17 * side, 0.02), (0.055, 0.085), _INK)
        canvas.round((0.17 * side + 0.018, 0.045), (0.018, 0.026), (255, 255, 255, 255))
        canvas.round((0.31 * side, -0.09), (0.075, 0.045), (255, 140, 120, 255))
    canvas.line(_curve((-0.09, -0.10), (0.0, -0.16), (0.09, -0.10)), 0.035, _INK)


def _heart(canvas: _Canvas) -> None:
    t = np.linspace(0.0, 2.0 * np.pi, 120, endpoint=False)
    x = 16.0 * np.sin(t) ** 3
    y = 13.0 * np.cos(t) - 5.0 * np.cos(2 * t) - 2.0 * np.cos(3 * t) - np.cos(4 * t) + 2.4
    outline = [(float(a) / 19.5, float(b) / 19.5) for a, b in zip(x, y, strict=True)]
    canvas.fill(outline, _INK)
    canvas.fill(_grown(outline, 0.92), (240, 44, 96, 255))
    canvas.fill([(x * 0.80 - 0.01, y * 0.80 + 0.03) for x, y in outline], (255, 82, 130, 255))
    canvas.line(_curve((-0.52, 0.22), (-0.47, 0.40), (-0.32, 0.50)), 0.10, (255, 206, 222, 255))
    canvas.round((-0.54, 0.08), (0.045, 0.045), (255, 206, 222, 255))


def _glasses(canvas: _Canvas) -> None:
    frame = (255, 64, 128, 255)
    canvas.line([(-0.2, 0.06), (0.2, 0.06)], 0.11, _INK)
    canvas.line([(-0.2, 0.06), (0.2, 0.06)], 0.06, frame)
    lens = _rounded([(-0.40, 0.22), (-0.40, -0.06), (-0.20, -0.26), (0.22, -0.26), (0.38, -0.06), (0.42, 0.22)], 0.10)
    for side in (-1.0, 1.0):
        shape = [(side * (x + 0.48), y) for x, y in lens]
        middle = 0.48 * side
        for share, color in ((1.10, _INK), (1.04, frame), (0.83, _INK), (0.80, (44, 36, 92, 255))):
            canvas.fill([(middle + (x - middle) * share, -0.01 + (y + 0.01) * share) for x, y in shape], color)
        canvas.fill(
            [(middle - 0.24, 0.15), (middle - 0.11, 0.15), (middle - 0.25, -0.12), (middle - 0.31, -0.03)],
            (140, 120, 235, 255),
        )
        canvas.fill(
            [(middle - 0.05, 0.15), (middle, 0.15), (middle - 0.17, -0.17), (middle - 0.21, -0.15)],
            (140, 120, 235, 255),
        )


def _moustache(canvas: _Canvas) -> None:
    half = _curve(
        (0.0, 0.16),
        (0.18, 0.27),
        (0.42, 0.14),
        (0.62, 0.04),
        (0.80, 0.12),
        (0.83, 0.27),
        (0.93, 0.12),
        (0.88, -0.06),
        (0.66, -0.22),
        (0.36, -0.25),
        (0.12, -0.16),
        (0.0, -0.04),
    )
    outline = [*half, *((-x, y) for x, y in reversed(half))]
    canvas.fill(outline, (58, 34, 30, 255))
    for side in (-1.0, 1.0):
        for lift in (0.0, -0.09):
            strand = _curve((0.08 * side, 0.08 + lift), (0.30 * side, 0.09 + lift), (0.56 * side, -0.05 + lift * 0.7))
            canvas.line(strand, 0.026, (104, 66, 52, 255))


def _rounded(corners: list[Point], share: float) -> list[Point]:
    """Return a polygon with each corner cut off by a small arc; `share` of each edge goes to it."""
    points = np.array(corners)
    before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
    out: list[Point] = []
    for at, last, following in zip(points, before, after, strict=True):
        start, end = at + (last - at) * share, at + (following - at) * share
        for t in np.linspace(0.0, 1.0, 9):
            x, y = (1 - t) ** 2 * start + 2 * t * (1 - t) * at + t**2 * end
            out.append((float(x), float(y)))
    return out


_DRAWINGS: Final[dict[StickerName, tuple[Callable[[_Canvas], None], float]]] = {
    "star": (_star, 1.0),
    "heart": (_heart, 1.0),
    "glasses": (_glasses, 2.5),
    "moustache": (_moustache, 2.3),
}
