"""How loud the microphone is, as a thin bar: grey is too quiet to be let through, green is well, red is too loud."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from avatar_live.channels import Slot
from avatar_live.channels.processes import VOICE_SLOT
from avatar_live.desktop import style
from avatar_live.signals import VOICE_BYTES, voice_from_bytes

LOOK_MS: Final = 40
NEWS_LOOKS_MAX: Final = 10  # without a word from the microphone, which has fifty a second
FALL_DB_S: Final = 24.0  # a bar that falls with every pause between syllables flickers

BOTTOM_DBFS: Final = -66.0
QUIET_DBFS: Final = -48.0  # where the microphone's gate opens
LOUD_DBFS: Final = -10.0  # on average over 20 ms: the peaks of speech are 10 dB above, and clip
BAR_PX: Final = 4.0

OFF, QUIET, WELL, LOUD = "off", "quiet", "well", "loud"
COLORS: Final = {OFF: style.RAISED_MORE, QUIET: style.FAINT, WELL: style.GOOD, LOUD: style.BAD}
WORDS: Final = {
    OFF: "No microphone is heard.",
    QUIET: "It is quiet: viewers hear nothing.",
    WELL: "Viewers hear you well.",
    LOUD: "Too loud: turn the microphone down, or move away from it.",
}


class LevelMeter(QWidget):
    """Draw the level of the voice that the tracker hears."""

    def __init__(self, run_folder: Path) -> None:
        super().__init__()
        self._slot = Slot(run_folder / VOICE_SLOT, VOICE_BYTES)
        self._looks_without_news = NEWS_LOOKS_MAX
        self.level_dbfs = BOTTOM_DBFS
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Loudness of the microphone")
        self.setToolTip(WORDS[OFF])
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_MS)

    @property
    def state(self) -> str:
        """Return which of `OFF`, `QUIET`, `WELL` and `LOUD` it is."""
        if self._looks_without_news >= NEWS_LOOKS_MAX:
            return OFF
        if self.level_dbfs < QUIET_DBFS:
            return QUIET
        return WELL if self.level_dbfs < LOUD_DBFS else LOUD

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Ask for a bar's height."""
        return QSize(80, round(BAR_PX) + 2)

    def stop(self) -> None:
        """Let go of the slot."""
        self._timer.stop()
        self._slot.close()

    def _look(self) -> None:
        before = (self.state, self.level_dbfs)
        fallen_dbfs = max(self.level_dbfs - FALL_DB_S * LOOK_MS / 1_000.0, BOTTOM_DBFS)
        data = self._slot.read_new()
        if data is None:
            self._looks_without_news = min(self._looks_without_news + 1, NEWS_LOOKS_MAX)
            self.level_dbfs = fallen_dbfs
        else:
            self._looks_without_news = 0
            self.level_dbfs = max(voice_from_bytes(data).level_dbfs, fallen_dbfs)
        if (self.state, self.level_dbfs) != before:
            self.setToolTip(WORDS[self.state])
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draw the bar over its groove."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = QRectF(0.0, (self.height() - BAR_PX) / 2.0, self.width(), BAR_PX)
        painter.setBrush(QColor(style.RAISED_MORE))
        painter.drawRoundedRect(groove, BAR_PX / 2.0, BAR_PX / 2.0)
        share = min(max((self.level_dbfs - BOTTOM_DBFS) / -BOTTOM_DBFS, 0.0), 1.0)
        if self.state != OFF and share > 0.0:
            groove.setWidth(max(share * self.width(), BAR_PX))
            painter.setBrush(QColor(COLORS[self.state]))
            painter.drawRoundedRect(groove, BAR_PX / 2.0, BAR_PX / 2.0)
        painter.end()
