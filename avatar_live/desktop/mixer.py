"""The mixer's panel over the preview: a fader for each part of the sound, how loud it all is, spoken thanks."""

from collections.abc import Callable
from typing import Final

import msgspec
from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from avatar_live.desktop import style
from avatar_live.desktop.choice import ChoiceBox
from avatar_live.desktop.errand import Errands
from avatar_live.desktop.show import Choice, Show
from avatar_live.signals.sound import SoundLevels
from avatar_live.sound.level import OFF_DB, SILENT_DBFS, TOP_DB

FADERS: Final = (
    ("microphone_db", "Microphone"),
    ("sounds_db", "Gifts and games"),
    ("music_db", "Music"),
    ("speech_db", "Spoken thanks"),
    ("guest_db", "Guest"),
)
SPEECH_WORDS: Final[list[Choice]] = [("off", "Off"), ("gifts", "Name the gift"), ("names", "Name gift and giver")]
STEPS_A_DB: Final = 2
MARGIN_PX: Final = 14
WIDTH_PX: Final = 420
BAR_PX: Final = 4.0
LOUD_DBFS: Final = -9.0
BOTTOM_DBFS: Final = -60.0


class Bar(QWidget):
    """Draw how loud the mix is."""

    def __init__(self) -> None:
        super().__init__()
        self.level_dbfs = SILENT_DBFS
        self.setAccessibleName("Loudness of what viewers hear")

    def set_level(self, level_dbfs: float) -> None:
        """Show a loudness."""
        self.level_dbfs = level_dbfs
        words = f"{level_dbfs:.0f} dB on average" if level_dbfs > BOTTOM_DBFS else "Nothing sounds."
        self.setToolTip(words)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Ask for a bar's height."""
        return QSize(80, 12)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draw the bar over its groove."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = QRectF(0.0, (self.height() - BAR_PX) / 2.0, self.width(), BAR_PX)
        share = min(max(1.0 - self.level_dbfs / BOTTOM_DBFS, 0.0), 1.0)
        for width, color in ((self.width(), style.RAISED_MORE), (share * self.width(), self._color())):
            if width > 0.0:
                groove.setWidth(max(width, BAR_PX))
                painter.setBrush(QColor(color))
                painter.drawRoundedRect(groove, BAR_PX / 2.0, BAR_PX / 2.0)
        painter.end()

    def _color(self) -> str:
        return style.BAD if self.level_dbfs > LOUD_DBFS else style.GOOD


class MixerPanel(QFrame):
    """Lie over the preview until closed; a moved fader is an order at once."""

    def __init__(
        self, over: QWidget, show: Show, errands: Errands, say: Callable[[str | None], None], closed: Callable[[], None]
    ) -> None:
        super().__init__(over)
        self._over, self._show, self._errands, self._say, self._closed = over, show, errands, say, closed
        self.faders: dict[str, QSlider] = {}
        self._values: dict[str, QLabel] = {}
        self.bar = Bar()
        self.speech_box = ChoiceBox()
        self.close_button = QPushButton("Done")
        self.setObjectName("over")
        self._lay_out()
        self.speech_box.fill(SPEECH_WORDS)
        self.speech_box.setCurrentIndex(self.speech_box.findData(show.speech))
        self.speech_box.activated.connect(self._choose_speech)
        self.close_button.clicked.connect(self.end)
        over.installEventFilter(self)
        self.show()
        self._place()

    def tell(self, loudness_dbfs: float) -> None:
        """Show how loud the mix is."""
        self.bar.set_level(loudness_dbfs)

    def end(self) -> None:
        """Close."""
        self._over.removeEventFilter(self)
        self.hide()
        self.deleteLater()
        self._closed()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """Stay at the lower edge of what the panel lies over."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        self.setFixedWidth(WIDTH_PX)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(1, 1)
        for row, (name, words) in enumerate(FADERS):
            fader, value = QSlider(Qt.Orientation.Horizontal), QLabel()
            fader.setRange(round(OFF_DB * STEPS_A_DB), round(TOP_DB * STEPS_A_DB))
            fader.setPageStep(3 * STEPS_A_DB)
            fader.setAccessibleName(words)
            fader.setValue(round(getattr(self._show.levels, name) * STEPS_A_DB))
            value.setObjectName("soft")
            value.setMinimumWidth(58)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.faders[name], self._values[name] = fader, value
            grid.addWidget(QLabel(words), row, 0)
            grid.addWidget(fader, row, 1)
            grid.addWidget(value, row, 2)
            self._write(name)
            fader.valueChanged.connect(lambda _, name=name: self._move(name))
        heading, hears = QLabel("SOUND"), QLabel("Viewers hear")
        heading.setObjectName("heading")
        hears.setObjectName("soft")
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(heading)
        top.addStretch(1)
        top.addWidget(hears)
        self.bar.setFixedWidth(120)
        top.addWidget(self.bar)
        bottom = QHBoxLayout()
        bottom.setSpacing(10)
        bottom.addWidget(QLabel("Speak thanks"))
        bottom.addWidget(self.speech_box, 1)
        bottom.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(11)
        column.addLayout(top)
        column.addLayout(grid)
        column.addLayout(bottom)

    def _place(self) -> None:
        self.adjustSize()
        self.move((self._over.width() - self.width()) // 2, self._over.height() - self.height() - MARGIN_PX)
        self.raise_()

    def _move(self, name: str) -> None:
        level_db = self.faders[name].value() / STEPS_A_DB
        levels: SoundLevels = msgspec.structs.replace(self._show.levels, **{name: level_db})
        self._show.use_levels(levels)
        self._write(name)

    def _write(self, name: str) -> None:
        level_db = self.faders[name].value() / STEPS_A_DB
        self._values[name].setText("off" if level_db <= OFF_DB else f"{level_db:+.1f} dB" if level_db else "0 dB")

    def _choose_speech(self, index: int) -> None:
        mode = self.speech_box.itemData(index)
        self._errands.order(lambda: self._show.use_speech(mode), self._after_speech)

    def _after_speech(self, fault: str | None) -> None:
        self.speech_box.setCurrentIndex(self.speech_box.findData(self._show.speech))
        self._say(fault)
