"""Gifts as small drawings, since a colour emoji font is not at hand on every machine."""

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


_DRAWINGS: Final = {"tomato": _tomato, "confetti": _confetti, "giant_head": _giant_head, "ticket": _ticket}
