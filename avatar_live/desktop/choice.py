"""A box to choose from, with an arrow that a style sheet cannot draw without a picture file."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

from avatar_live.desktop import style
from avatar_live.desktop.show import Choice

ARROW_PX = 9.0
ARROW_FROM_RIGHT_PX = 22.0
TEXT_FROM_LEFT_PX = 12


class ChoiceBox(QComboBox):
    """Offer choices by their words; a long file name does not widen it."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def fill(self, choices: list[Choice]) -> None:
        """Offer these and no others."""
        self.clear()
        for choice, words in choices:
            self.addItem(words, choice)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draw the choice, its end left out where it does not fit, and an arrow."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room_px = self.width() - round(ARROW_FROM_RIGHT_PX) - TEXT_FROM_LEFT_PX - 6
        option.currentText = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room_px)
        drawn = QStylePainter(self)
        drawn.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        drawn.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        drawn.end()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = QColor(style.SOFT if self.isEnabled() else style.FAINT)
        painter.setPen(QPen(color, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        middle = QPointF(self.width() - ARROW_FROM_RIGHT_PX + ARROW_PX / 2.0, self.height() / 2.0 + ARROW_PX / 4.0)
        half = QPointF(ARROW_PX / 2.0, -ARROW_PX / 2.0)
        painter.drawPolyline([middle + half, middle, middle - QPointF(half.x(), -half.y())])
        painter.end()
