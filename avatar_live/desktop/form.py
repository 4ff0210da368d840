"""How the window's dialogs look: a column of words, one of fields, and two buttons."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout

ROW_SHEET = "QLabel { min-height: 36px; }"  # as high as a field, so that words stand beside what they name


def form_of(dialog: QDialog) -> QFormLayout:
    """Lay a dialog out, a row a field."""
    dialog.setStyleSheet(ROW_SHEET)
    form = QFormLayout(dialog)
    form.setContentsMargins(18, 16, 18, 14)
    form.setHorizontalSpacing(14)
    form.setVerticalSpacing(8)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return form


def buttons_of(dialog: QDialog, words: str) -> QDialogButtonBox:
    """Return the buttons that do it, said in `words`, and that change one's mind."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    do_it = buttons.button(QDialogButtonBox.StandardButton.Ok)
    do_it.setText(words)
    do_it.setObjectName("primary")
    for button in buttons.buttons():
        button.setIcon(QIcon())  # desktops have pictures of their own for these, which fit nothing here
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons
