"""Gifts as small drawings, since a colour emoji font is not at hand on every machine."""

import math
from typing import Final

from PIL import Image, ImageDraw

_SCALE: Final = 4


def draw_icon(image: Image.Image, gift: str, x_px: int, y_px: int, radius_px: float) -> None:
    """Draw the icon of a gift around (x, y); a gift without one gets a star of confetti."""
    side = round(radius_px * 2) * _SCALE
    canvas = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    _DRAWINGS.get(gift, _confetti)(ImageDraw.Draw(canvas), side / 100.0)
    canvas = canvas.resize((side // _SCALE, side // _SCALE), Image.Resampling.LANCZOS)
    image.alpha_composite(canvas, (x_px - canvas.width // 2, y_px - canvas.height // 2))


def _box(unit: float, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    return left * unit, top * unit, right * unit, bottom * unit


def _tomato(draw: ImageDraw.ImageDraw, unit: float) -> None:
    draw.ellipse(_box(unit, 6, 16, 94, 98), fill=(238, 66, 50, 255))
    draw.ellipse(_box(unit, 20, 28, 44, 48), fill=(255, 150, 130, 255))
    leaf = ((50, 26), (28, 8), (46, 14), (50, 0), (56, 14), (74, 8))
    draw.polygon([(x * unit, y * unit) for x, y in leaf], fill=(82, 170, 70, 255))


def _confetti(draw: ImageDraw.ImageDraw, unit: float) -> None:
    colours = ((255, 214, 80), (255, 104, 130), (94, 214, 240), (150, 120, 255), (120, 230, 140))
    places = ((14, 20), (44, 6), (74, 22), (8, 58), (38, 40), (68, 52), (24, 80), (54, 76), (80, 84))
    for index, (x, y) in enumerate(places):
        draw.rounded_rectangle(_box(unit, x, y, x + 16, y + 16), 4 * unit, fill=(*colours[index % 5], 255))


def _giant_head(draw: ImageDraw.ImageDraw, unit: float) -> None:
    draw.ellipse(_box(unit, 18, 2, 82, 74), fill=(255, 118, 150, 255))
    draw.polygon([(x * unit, y * unit) for x, y in ((50, 68), (42, 82), (58, 82))], fill=(220, 80, 116, 255))
    draw.line((50 * unit, 82 * unit, 46 * unit, 100 * unit), fill=(255, 255, 255, 255), width=max(1, round(3 * unit)))
    draw.ellipse(_box(unit, 30, 14, 46, 32), fill=(255, 190, 208, 255))


def _ticket(draw: ImageDraw.ImageDraw, unit: float) -> None:
    draw.rounded_rectangle(_box(unit, 2, 24, 98, 78), 8 * unit, fill=(255, 206, 84, 255))
    for y in (30, 44, 58):
        draw.ellipse(_box(unit, 64, y, 71, y + 7), fill=(178, 120, 20, 255))
    draw.polygon([(x * unit, y * unit) for x, y in ((24, 38), (24, 66), (48, 52))], fill=(178, 120, 20, 255))


def _duck(draw: ImageDraw.ImageDraw, unit: float) -> None:
    draw.ellipse(_box(unit, 6, 48, 86, 96), fill=(255, 200, 40, 255))
    draw.polygon([(x * unit, y * unit) for x, y in ((4, 48), (24, 60), (8, 76))], fill=(255, 200, 40, 255))
    draw.ellipse(_box(unit, 38, 8, 86, 58), fill=(255, 217, 74, 255))
    draw.ellipse(_box(unit, 76, 30, 100, 46), fill=(255, 130, 50, 255))
    draw.ellipse(_box(unit, 64, 20, 74, 33), fill=(36, 21, 72, 255))
    draw.ellipse(_box(unit, 26, 58, 60, 78), fill=(240, 176, 26, 255))


def _rose(draw: ImageDraw.ImageDraw, unit: float) -> None:
    draw.line((52 * unit, 56 * unit, 46 * unit, 98 * unit), fill=(46, 150, 70, 255), width=max(1, round(7 * unit)))
    draw.ellipse(_box(unit, 52, 68, 82, 84), fill=(63, 174, 79, 255))
    draw.ellipse(_box(unit, 22, 8, 82, 64), fill=(200, 24, 70, 255))
    draw.ellipse(_box(unit, 30, 10, 74, 54), fill=(255, 61, 110, 255))
    draw.ellipse(_box(unit, 40, 18, 64, 42), fill=(255, 130, 160, 255))
    draw.ellipse(_box(unit, 47, 25, 57, 35), fill=(200, 24, 70, 255))


def _sticker(draw: ImageDraw.ImageDraw, unit: float) -> None:
    for radius, color in ((50.0, (255, 255, 255, 255)), (42.0, (245, 168, 28, 255)), (36.0, (255, 216, 77, 255))):
        corners = []
        for point in range(10):
            reach = radius if point % 2 == 0 else 0.56 * radius
            angle = math.pi * (point / 5.0 - 0.5)
            corners.append(((50.0 + reach * math.cos(angle)) * unit, (53.0 + reach * math.sin(angle)) * unit))
        draw.polygon(corners, fill=color)
    for x in (38, 55):
        draw.ellipse(_box(unit, x, 44, x + 7, 56), fill=(36, 21, 72, 255))


def _dance(draw: ImageDraw.ImageDraw, unit: float) -> None:
    def stroke(points: tuple[tuple[float, float], ...], color: tuple[int, int, int, int], width: float) -> None:
        draw.line(
            [(x * unit, y * unit) for x, y in points], fill=color, width=max(1, round(width * unit)), joint="curve"
        )

    pink, violet = (255, 127, 176, 255), (150, 110, 255, 255)
    stroke(((18, 14), (32, 36), (50, 34), (66, 46), (86, 34)), pink, 10)
    stroke(((50, 34), (46, 60), (64, 72), (60, 96)), violet, 12)
    stroke(((46, 60), (28, 76), (34, 96)), violet, 12)
    draw.ellipse(_box(unit, 44, 4, 70, 30), fill=(255, 217, 184, 255))
    draw.pieslice(_box(unit, 43, 2, 71, 28), 180, 360, fill=(70, 50, 140, 255))


def _barrage(draw: ImageDraw.ImageDraw, unit: float) -> None:
    for left, top, side, paper in ((4, 36, 50, (123, 92, 255)), (50, 8, 44, (255, 92, 138))):
        ribbon = (255, 209, 102, 255)
        middle = left + side / 2
        draw.rounded_rectangle(_box(unit, left, top + 14, left + side, top + side + 8), 4 * unit, fill=(*paper, 255))
        draw.rectangle(_box(unit, middle - 5, top + 14, middle + 5, top + side + 8), fill=ribbon)
        draw.ellipse(_box(unit, middle - 17, top, middle, top + 15), fill=ribbon)
        draw.ellipse(_box(unit, middle, top, middle + 17, top + 15), fill=ribbon)
    draw.ellipse(_box(unit, 62, 66, 96, 98), fill=(226, 59, 51, 255))
    draw.ellipse(_box(unit, 10, 2, 36, 28), fill=(255, 217, 74, 255))


def _fireworks(draw: ImageDraw.ImageDraw, unit: float) -> None:
    for x, y, reach, color in (
        (38, 40, 36, (255, 209, 102)),
        (74, 74, 25, (255, 92, 138)),
        (80, 22, 16, (90, 209, 255)),
    ):
        for ray in range(8):
            along, across = math.cos(math.pi * ray / 4.0), math.sin(math.pi * ray / 4.0)
            ends = [((x + share * reach * along) * unit, (y + share * reach * across) * unit) for share in (0.45, 1.0)]
            draw.line(ends, fill=(*color, 255), width=max(1, round(6 * unit)))
        draw.ellipse(_box(unit, x - reach / 5, y - reach / 5, x + reach / 5, y + reach / 5), fill=(255, 241, 196, 255))


_DRAWINGS: Final = {
    "tomato": _tomato,
    "duck": _duck,
    "rose": _rose,
    "sticker": _sticker,
    "confetti": _confetti,
    "giant_head": _giant_head,
    "dance": _dance,
    "ticket": _ticket,
    "barrage": _barrage,
    "fireworks": _fireworks,
}
