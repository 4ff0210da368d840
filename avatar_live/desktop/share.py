"""The card with the viewers' link: to click, to copy, to point a phone at."""

from typing import Final

import segno
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from avatar_live.desktop import style

QR_PX: Final = 116
COPIED_MS: Final = 1_500


class ShareCard(QFrame):
    """Show the link and its QR code; dim while nobody can open it."""

    def __init__(self, link: str) -> None:
        super().__init__()
        self.setObjectName("card")
        heading = QLabel("VIEWERS WATCH HERE")
        heading.setObjectName("heading")
        self.link = QLabel()
        self.link.setObjectName("link")
        self.link.setOpenExternalLinks(True)
        self.link.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.hint = QLabel()
        self.hint.setObjectName("soft")
        self.hint.setWordWrap(True)
        self.copy_button = QPushButton("Copy link")
        self.copy_button.clicked.connect(self._copy)
        self._code = QLabel()
        self._code.setFixedSize(QR_PX, QR_PX)
        self._code.setAccessibleName("QR code of the viewers' link")

        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(heading)
        words.addWidget(self.link)
        words.addWidget(self.hint)
        words.addStretch(1)
        words.addWidget(self.copy_button, alignment=Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 14, 14)
        row.setSpacing(14)
        row.addLayout(words, 1)
        row.addWidget(self._code)
        self._address = link
        self.set_live(is_live=False)

    def set_live(self, is_live: bool) -> None:
        """Say whether the link leads anywhere now."""
        color = style.TEXT if is_live else style.SOFT
        shown = self._address.removeprefix("http://").rstrip("/")
        anchor = f'<a href="{self._address}" style="color:{color};text-decoration:none">{shown}</a>'
        self.link.setText(anchor if is_live else f'<span style="color:{color}">{shown}</span>')
        self.hint.setText("Any browser on your network, phones too." if is_live else "Opens when you go live.")
        self._code.setPixmap(qr_pixmap(self._address, QR_PX, "#14131f" if is_live else "#6f6a8c"))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._address)
        self.copy_button.setText("Copied")
        QTimer.singleShot(COPIED_MS, self, lambda: self.copy_button.setText("Copy link"))


def qr_pixmap(text: str, side_px: int, dark: str) -> QPixmap:
    """Return a QR code on a light, rounded ground."""
    modules = [[bool(cell) for cell in row] for row in segno.make(text, error="m", micro=False).matrix]
    pixmap = QPixmap(side_px, side_px)
    pixmap.fill(Qt.GlobalColor.transparent)
    cell = (side_px - 12) // len(modules)
    begin = (side_px - cell * len(modules)) // 2
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#f5f3ff"))
    painter.drawRoundedRect(0, 0, side_px, side_px, 10, 10)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    for y, row in enumerate(modules):
        for x, is_dark in enumerate(row):
            if is_dark:
                painter.fillRect(begin + x * cell, begin + y * cell, cell, cell, QColor(dark))
    painter.end()
    return pixmap
