"""The panel over the preview that measures the host's face: what to do now, how far it is, and what came of it."""

from collections.abc import Callable
from typing import Final, Literal

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from avatar_live.channels.processes import CalibrationState
from avatar_live.desktop import style
from avatar_live.desktop.show import Show
from avatar_live.signals.presence import CALIBRATION_STEPS, CalibrationStep

TICK_MS: Final = 50
LEAD_TICKS: Final = 36  # who reads what to do does not do it yet
SHOWN_TICKS: Final = 18  # that a step is done
ANSWER_TICKS_MAX: Final = 500  # more than a step takes, and an engine needs that starts again
WIDTH_PX: Final = 430
MARGIN_PX: Final = 16  # below the panel, which leaves the avatar's face in view

ASKS: Final[dict[CalibrationStep, tuple[str, str]]] = {
    "ahead": ("Look straight at the camera", "Sit as you usually do, face relaxed, and hold still for two seconds."),
    "blink": ("Blink twice", "Close both eyes fully, without hurry, and open them again."),
    "mouth": ("Open your mouth wide, then smile", "Then purse your lips as for a kiss. Relax in between."),
}
PARTS: Final[dict[CalibrationStep, str]] = {"ahead": "looking ahead", "blink": "blinks", "mouth": "mouth"}

Phase = Literal["lead", "asked", "shown", "failed", "over"]


class CalibratePanel(QFrame):
    """Go through the steps, each of which may be skipped; `ended` is called when the panel closes."""

    def __init__(self, over: QWidget, show: Show, ended: Callable[[], None], tick_ms: int = TICK_MS) -> None:
        super().__init__(over)
        self._over, self._show, self._ended = over, show, ended
        self._phase: Phase = "lead"
        self._at = 0
        self._ticks = 0
        self._id = 0
        self._done: list[CalibrationStep] = []
        self.setObjectName("calibrate")
        self.setAccessibleName("Calibration")
        self.setStyleSheet(_SHEET)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedWidth(WIDTH_PX)
        self.dots = _Dots()
        self.title, self.words, self.bar = QLabel(), QLabel(), _Bar()
        self.skip_button, self.again_button = QPushButton("Skip"), QPushButton("Try again")
        self.forget_button, self.close_button = QPushButton("Forget all"), QPushButton("Cancel")
        self._lay_out()
        self.skip_button.clicked.connect(self._skip)
        self.again_button.clicked.connect(self._begin)
        self.forget_button.clicked.connect(self._forget)
        self.close_button.clicked.connect(self.end)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._timer.start(tick_ms)
        over.installEventFilter(self)
        self._begin()
        self.show()
        self._place()
        self.setFocus()

    def end(self) -> None:
        """Close; a step under way is given up."""
        self._timer.stop()
        if self._phase == "asked":
            self._show.calibrate("stop")
        self._over.removeEventFilter(self)
        self.hide()
        self.deleteLater()
        self._ended()

    # --- how it looks ---------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.title.setObjectName("ask")
        self.words.setObjectName("soft")
        self.words.setWordWrap(True)
        self.words.setMinimumHeight(36)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.dots, alignment=Qt.AlignmentFlag.AlignVCenter)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.forget_button)
        buttons.addStretch(1)
        for button in (self.again_button, self.skip_button, self.close_button):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.words)
        column.addWidget(self.bar)
        column.addSpacing(4)
        column.addLayout(buttons)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """Stay in the middle of what the panel lies over."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        else:
            super().keyPressEvent(event)

    def _place(self) -> None:
        self.adjustSize()
        self.move((self._over.width() - self.width()) // 2, self._over.height() - self.height() - MARGIN_PX)
        self.raise_()

    def _dress(self, title: str, words: str, share: float, *, is_fault: bool = False) -> None:
        self.title.setText(title)
        self.words.setText(f'<span style="color:{style.FAIR}">{words}</span>' if is_fault else words)
        self.bar.set_share(share)
        is_over = self._phase == "over"
        self.dots.set_steps(self._at, self._done)
        self.bar.setVisible(not is_over)
        self.again_button.setVisible(self._phase == "failed")
        self.skip_button.setVisible(not is_over)
        self.skip_button.setEnabled(self._phase != "shown")
        self.forget_button.setVisible(is_over)
        self.close_button.setText("Done" if is_over else "Cancel")
        self._place()

    # --- the steps ------------------------------------------------------------------------------------------------

    @property
    def _step(self) -> CalibrationStep:
        return CALIBRATION_STEPS[self._at]

    def _begin(self) -> None:
        self._phase, self._ticks = "lead", 0
        self._dress(*ASKS[self._step], share=0.0)

    def _tick(self) -> None:
        self._ticks += 1
        if self._phase == "lead" and self._ticks >= LEAD_TICKS:
            self._phase, self._ticks = "asked", 0
            self._id = self._show.calibrate(self._step)
        elif self._phase == "asked":
            self._hear()
        elif self._phase == "shown" and self._ticks >= SHOWN_TICKS:
            self._go_on()

    def _hear(self) -> None:
        """Show what the engine answers to this step."""
        health = self._show.health()
        state = health["engine"].calibration if "engine" in health else CalibrationState()
        if state.id != self._id:
            if self._ticks >= ANSWER_TICKS_MAX:
                self._fail("The stage did not answer.")
        elif state.outcome == "running":
            self.bar.set_share(state.share)
        elif state.outcome == "done":
            self._phase, self._ticks = "shown", 0
            self._done.append(self._step)
            self._dress("Got it", "", share=1.0)
        else:
            self._fail(state.words)

    def _fail(self, words: str) -> None:
        self._phase = "failed"
        self._dress(ASKS[self._step][0], words, share=0.0, is_fault=True)

    def _skip(self) -> None:
        if self._phase == "asked":
            self._show.calibrate("stop")
        self._go_on()

    def _go_on(self) -> None:
        self._at += 1
        if self._at < len(CALIBRATION_STEPS):
            self._begin()
            return
        self._phase = "over"
        left_out = [PARTS[step] for step in CALIBRATION_STEPS if step not in self._done]
        if not self._done:
            self._dress("Nothing was measured", "Your avatar goes on learning your face by itself.", share=0.0)
            return
        words = f"Measured and kept for this camera: {', '.join(PARTS[step] for step in self._done)}."
        if left_out:
            words += f" Skipped: {', '.join(left_out)}."
        self._dress("Your avatar knows your face", words, share=1.0)

    def _forget(self) -> None:
        self._show.calibrate("forget")
        self._done = []
        self._dress("Forgotten", "Your avatar learns your face by itself again.", share=0.0)
        self.forget_button.hide()


class _Dots(QWidget):
    """Say which step it is, by dots: done ones are green, the present one is white."""

    DOT_PX, PITCH_PX = 8.0, 16.0

    def __init__(self) -> None:
        super().__init__()
        self._at = 0
        self._done: list[CalibrationStep] = []
        self.setFixedSize(round(self.PITCH_PX * len(CALIBRATION_STEPS)), 12)

    def set_steps(self, at: int, done: list[CalibrationStep]) -> None:
        self._at, self._done = at, done
        count = len(CALIBRATION_STEPS)
        self.setAccessibleName(f"step {min(at + 1, count)} of {count}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for dot, step in enumerate(CALIBRATION_STEPS):
            color = style.GOOD if step in self._done else style.TEXT if dot == self._at else style.RAISED_MORE
            painter.setBrush(QColor(color))
            painter.drawEllipse(QRectF(dot * self.PITCH_PX + 4.0, 2.0, self.DOT_PX, self.DOT_PX))
        painter.end()


class _Bar(QWidget):
    """Show a share as a bar that glides to where it should be."""

    HEIGHT_PX = 8
    GLIDE = 0.35  # of the way that is left, each time it is told

    def __init__(self) -> None:
        super().__init__()
        self.share = 0.0
        self._shown = 0.0
        self.setFixedHeight(self.HEIGHT_PX)

    def set_share(self, share: float) -> None:
        self.share = share
        is_at_end = share in (0.0, 1.0)
        self._shown = share if is_at_end else self._shown + (share - self._shown) * self.GLIDE
        self.setAccessibleName(f"{share:.0%} seen")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(0.0, 0.0, self.width(), self.height())
        radius = self.height() / 2.0
        painter.setPen(QPen(Qt.PenStyle.NoPen))
        painter.setBrush(QColor(style.RAISED_MORE))
        painter.drawRoundedRect(whole, radius, radius)
        if self._shown > 0.0:
            light = QLinearGradient(0.0, 0.0, float(self.width()), 0.0)
            light.setColorAt(0.0, QColor(style.PINK))
            light.setColorAt(1.0, QColor(style.VIOLET))
            painter.setBrush(QColor(style.GOOD) if self._shown >= 1.0 else light)
            whole.setWidth(max(self.width() * self._shown, 2.0 * radius))
            painter.drawRoundedRect(whole, radius, radius)
        painter.end()


_SHEET: Final = f"""
QFrame#calibrate {{ background: rgba(20, 19, 31, 238); border: 1px solid {style.RAISED_MORE}; border-radius: 16px; }}
QLabel#ask {{ font-size: 19px; font-weight: 700; }}
"""
