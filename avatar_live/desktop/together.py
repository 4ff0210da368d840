"""Dialogs with which the host asks the viewers something, or sets them a goal."""

from typing import Final, get_args

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QSpinBox, QWidget

from avatar_live.desktop.choice import TEXT_FROM_LEFT_PX, ChoiceBox
from avatar_live.desktop.form import buttons_of, form_of
from avatar_live.desktop.room_link import Ask, SetGoal
from avatar_live.protocol.together import (
    CHOICE_CHARACTERS_MAX,
    CHOICES_MAX,
    CHOICES_MIN,
    GOAL_TITLE_CHARACTERS_MAX,
    QUESTION_CHARACTERS_MAX,
    GoalKind,
)

WIDTH_PX: Final = 400
TARGET_MAX: Final = 10_000_000
SECONDS: Final = ((30, "30 seconds"), (60, "1 minute"), (120, "2 minutes"), (300, "5 minutes"))
POLL: Final = "None: it is a poll"
REWARDS: Final = (
    ("confetti", "Confetti"),
    ("fireworks", "Fireworks"),
    ("barrage", "A rain of gifts"),
    ("dance", "You dance"),
    ("none", "Nothing"),
)


class PollDialog(QDialog):
    """Write a question and its answers; with a right one it is a quiz."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Ask the viewers")
        self.question = QLineEdit()
        self.question.setMaxLength(QUESTION_CHARACTERS_MAX)
        self.question.setMinimumWidth(WIDTH_PX)
        self.question.setPlaceholderText("What shall we play next?")
        self.choices = [QLineEdit() for _ in range(CHOICES_MAX)]
        self.seconds = ChoiceBox()
        self.seconds.fill([(str(seconds), words) for seconds, words in SECONDS])
        self.seconds.setCurrentIndex(1)
        self.answer = ChoiceBox()
        form = form_of(self)
        form.addRow("Question", self.question)
        for number, choice in enumerate(self.choices):
            choice.setMaxLength(CHOICE_CHARACTERS_MAX)
            choice.setPlaceholderText("" if number < CHOICES_MIN else "may stay empty")
            choice.textChanged.connect(self._dress)
            form.addRow(f"Answer {number + 1}", choice)
        form.addRow("Right one", self.answer)
        form.addRow("For", self.seconds)
        self.buttons = buttons_of(self, "Ask")
        form.addRow(self.buttons)
        self.question.textChanged.connect(self._dress)
        self._dress()

    def asked(self) -> Ask:
        """Return what was written."""
        answer = self.answer.currentIndex() - 1
        return Ask(
            self.question.text().strip(),
            tuple(self._written()),
            float(self.seconds.currentData()),
            answer if answer >= 0 else None,
        )

    def _written(self) -> list[str]:
        return [text for choice in self.choices if (text := choice.text().strip())]

    def _dress(self) -> None:
        written, chosen = self._written(), self.answer.currentIndex()
        self.answer.fill([("", POLL), *((str(number), text) for number, text in enumerate(written))])
        self.answer.setCurrentIndex(chosen if 0 <= chosen <= len(written) else 0)
        is_whole = bool(self.question.text().strip()) and len(written) >= CHOICES_MIN
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(is_whole)


class GoalDialog(QDialog):
    """Choose what everybody together shall reach."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Set a goal")
        self.kind = ChoiceBox()
        self.kind.fill([(kind, kind.capitalize()) for kind in get_args(GoalKind)])
        self.title_edit = QLineEdit()
        self.title_edit.setMaxLength(GOAL_TITLE_CHARACTERS_MAX)
        self.title_edit.setMinimumWidth(WIDTH_PX)
        self.title_edit.setPlaceholderText("A dance for a thousand likes")
        self.target = QSpinBox()
        self.target.setRange(1, TARGET_MAX)
        self.target.setValue(1_000)
        self.target.setGroupSeparatorShown(True)
        self.target.lineEdit().setTextMargins(TEXT_FROM_LEFT_PX, 0, 0, 0)
        self.reward = ChoiceBox()
        self.reward.fill(list(REWARDS))
        form = form_of(self)
        form.addRow("Title", self.title_edit)
        form.addRow("Count", self.kind)
        form.addRow("Up to", self.target)
        form.addRow("Then", self.reward)
        self.buttons = buttons_of(self, "Set")
        form.addRow(self.buttons)
        self.title_edit.textChanged.connect(self._dress)
        self._dress()

    def asked(self) -> SetGoal:
        """Return what was chosen."""
        return SetGoal(
            self.kind.currentData(), self.title_edit.text().strip(), self.target.value(), self.reward.currentData()
        )

    def _dress(self) -> None:
        is_whole = bool(self.title_edit.text().strip())
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(is_whole)
