"""What viewers see, as the engine publishes it for this machine."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from avatar_live.channels import PictureSlot
from avatar_live.channels.processes import PREVIEW_PIXELS_MAX, PREVIEW_SLOT
from avatar_live.desktop import style

LOOK_MS: Final = 30  # the engine publishes every second frame
RADIUS_PX: Final = 14.0


class Preview(QWidget):
    """Show the newest picture, with a badge that says whether viewers see it, too."""

    def __init__(self, run_folder: Path) -> None:
        super().__init__()
        self._slot = PictureSlot(run_folder / PREVIEW_SLOT, PREVIEW_PIXELS_MAX)
        self._pixels: NDArray[np.uint8] | None = None
        self._badge = ("REHEARSAL", style.RAISED_MORE)
        self.notice = ""
        self.pictures = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(480, 270)
        self.setAccessibleName("Preview")
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_MS)

    def set_badge(self, text: str, color: str) -> None:
        """Say in a word who sees the picture."""
        self._badge = (text, color)
        self.update()

    def set_notice(self, text: str) -> None:
        """Tell the host something over the picture, which nobody else sees."""
        if text != self.notice:
            self.notice = text
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Ask for 16:9."""
        return QSize(832, 468)

    def stop(self) -> None:
        """Let go of the slot."""
        self._timer.stop()
        self._slot.close()

    def _look(self) -> None:
        pixels = self._slot.read_new()
        if pixels is not None:
            self._pixels = pixels
            self.pictures += 1
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draw the picture in rounded corners and the badge over it."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        place = self._place()
        shape = QPainterPath()
        shape.addRoundedRect(place, RADIUS_PX, RADIUS_PX)
        painter.setClipPath(shape)
        painter.fillRect(place, QColor(style.PANEL))
        if self._pixels is None:
            painter.setPen(QColor(style.SOFT))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "Setting the stage ...")
        else:
            painter.drawImage(place, _image(self._pixels))
        beside_px = self._draw_badge(painter, place)
        if self.notice:
            self._draw_notice(painter, place, beside_px)
        painter.end()

    def _place(self) -> QRectF:
        width, height = 16.0, 9.0
        if self._pixels is not None:
            height, width = self._pixels.shape[:2]
        scale = min(self.width() / width, self.height() / height)
        return QRectF(
            (self.width() - width * scale) / 2.0, (self.height() - height * scale) / 2.0, width * scale, height * scale
        )

    def _draw_badge(self, painter: QPainter, place: QRectF) -> float:
        """Draw the badge and return where it ends."""
        text, color = self._badge
        font = QFont(self.font())
        font.setPixelSize(12)
        font.setWeight(QFont.Weight.Bold)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.8)
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(text) + 24.0
        pill = QRectF(place.left() + 14.0, place.top() + 14.0, width, 26.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(pill, 13.0, 13.0)
        painter.setPen(QColor("white"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
        return pill.right()

    def _draw_notice(self, painter: QPainter, place: QRectF, begin_px: float) -> None:
        font = QFont(self.font())
        font.setPixelSize(13)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        room_px = place.right() - begin_px - 24.0
        text = painter.fontMetrics().elidedText(self.notice, Qt.TextElideMode.ElideRight, int(room_px - 28.0))
        width = painter.fontMetrics().horizontalAdvance(text) + 28.0
        pill = QRectF(begin_px + 10.0, place.top() + 12.0, width, 30.0)
        painter.setPen(QPen(QColor(style.FAIR), 1.2))
        painter.setBrush(QColor(51, 39, 15, 230))
        painter.drawRoundedRect(pill, 15.0, 15.0)
        painter.setPen(QColor(style.FAIR))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


def _image(pixels: NDArray[np.uint8]) -> QImage:
    """Return a view of BGRA pixels; Qt's RGB32 is BGRX in memory on little-endian machines."""
    height, width, _ = pixels.shape
    return QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
