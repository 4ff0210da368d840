"""A drawing surface and its colours; the only module that knows skia."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import skia

from .arrays import Floats

Point = tuple[float, float]


def rgb(colour: str) -> list[float]:
    """Return the parts of a colour like "#ffe3d3", 0..1."""
    return [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]


def mix(a: str, b: str, t: float) -> str:
    """Return the colour that is `t` of the way from a to b."""
    return "#" + "".join(f"{round(255 * (x + (y - x) * t)):02x}" for x, y in zip(rgb(a), rgb(b), strict=True))


def shaded(colour: str, shade: str) -> str:
    """Return a colour under a shade that multiplies it."""
    return "#" + "".join(f"{round(255 * x * y):02x}" for x, y in zip(rgb(colour), rgb(shade), strict=True))


def ink(colour: str, alpha: float = 1.0) -> Any:
    """Return skia's colour."""
    return skia.Color4f(*rgb(colour), alpha)


class Picture:
    """A small drawing surface with its own units: `scale` maps drawing units to pixels."""

    def __init__(
        self,
        width: int,
        height: int,
        ground: str,
        scale: float = 1.0,
        origin: tuple[float, float] = (0, 0),
        flip: bool = False,
    ) -> None:
        self.surface = skia.Surface(width, height)
        self.canvas = self.surface.getCanvas()
        self.canvas.clear(ink(ground))
        self.canvas.translate(*origin)
        self.canvas.scale(scale, -scale if flip else scale)

    @staticmethod
    def paint(
        colour: str | None = None,
        alpha: float = 1.0,
        blur: float = 0.0,
        width: float | None = None,
        shader: Any = None,
    ) -> Any:
        """Return skia's brush: filled, or a stroke where `width` is given."""
        p = skia.Paint(AntiAlias=True)
        if colour:
            p.setColor4f(ink(colour, alpha))
        if shader:
            p.setShader(shader)
            p.setAlphaf(alpha)
        if blur:
            p.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur, True))
        if width:
            p.setStyle(skia.Paint.kStroke_Style)
            p.setStrokeWidth(width)
            p.setStrokeCap(skia.Paint.kRound_Cap)
            p.setStrokeJoin(skia.Paint.kRound_Join)
        return p

    def oval(self, cx: float, cy: float, rx: float, ry: float, **style: Any) -> None:
        """Paint an oval about a point."""
        self.canvas.drawOval(skia.Rect.MakeLTRB(cx - rx, cy - ry, cx + rx, cy + ry), self.paint(**style))

    def box(self, left: float, top: float, right: float, bottom: float, **style: Any) -> None:
        """Paint a box, whichever of `top` and `bottom` is higher."""
        self.canvas.drawRect(skia.Rect.MakeLTRB(left, min(top, bottom), right, max(top, bottom)), self.paint(**style))

    def rounded(self, left: float, top: float, right: float, bottom: float, r: float, **style: Any) -> None:
        """Paint a box with round corners."""
        self.canvas.drawRoundRect(
            skia.Rect.MakeLTRB(left, min(top, bottom), right, max(top, bottom)), r, r, self.paint(**style)
        )

    def line(self, points: Sequence[Sequence[float]] | Floats, closed: bool = False, **style: Any) -> None:
        """Paint a stroke through points, or fill the outline that they close."""
        path = skia.Path()
        path.moveTo(*map(float, points[0]))
        for p in points[1:]:
            path.lineTo(*map(float, p))
        if closed:
            path.close()
        self.canvas.drawPath(path, self.paint(**style))

    @contextmanager
    def clipped(self, left: float, top: float, width: float, height: float) -> Iterator[None]:
        """Paint only inside a box; what is moved or scaled meanwhile is so no longer afterwards."""
        self.canvas.save()
        self.canvas.clipRect(skia.Rect.MakeXYWH(left, top, width, height))
        yield
        self.canvas.restore()

    def png(self) -> bytes:
        """Return the picture as a PNG file."""
        return bytes(self.surface.makeImageSnapshot().encodeToData(skia.kPNG, 100))


def gradient(start: Point, end: Point, colours: Sequence[str], stops: Sequence[float] | None = None) -> Any:
    """Return a shader that runs through colours from one point to another."""
    return skia.GradientShader.MakeLinear([start, end], [ink(c).toColor() for c in colours], stops)
