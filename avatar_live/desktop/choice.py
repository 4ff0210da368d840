"""A box to choose from, with an arrow that a style sheet cannot draw without a picture file."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QToolTip

from avatar_live.desktop import style
from avatar_live.desktop.show import Choice

ARROW_PX = 9.0
ARROW_FROM_RIGHT_PX = 22.0
TEXT_FROM_LEFT_PX = 12


class ChoiceBox(QComboBox):
    """Offer choices by their words; a long file name does not widen it, and a tool tip says it whole."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def fill(self, choices: list[Choice]) -> None:
        """Offer these and no others."""
        self.clear()
        for choice, words in choices:
            self.addItem(words, choice)

    def event(self, event: QEvent) -> bool:
        """Tell the whole words where they do not fit, rather than what the box is for."""
        words = self.currentText()
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._fitting(words) != words:
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draw the choice, its end left out where it does not fit, and an arrow."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self._fitting(self.currentText())
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

    def room_px(self) -> int:
        """Return how wide words may be before their end is left out."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        return self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self).width()

    def _fitting(self, words: str) -> str:
        return self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, self.room_px())
