"""The cards about the audience: how many there are, what they say and give."""

from html import escape
from typing import Final

import numpy as np
from PIL import Image
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from avatar_live.compositor.icons import draw_icon
from avatar_live.desktop import style
from avatar_live.protocol.api import ApiEvent
from avatar_live.protocol.catalogue import GIFTS

LINES_MAX: Final = 300  # older ones scroll out
ICON_PX: Final = 26
# Names get one of these by their letters, so that a talker is known at a glance.
NAME_COLORS: Final = ("#ff8fb3", "#ffb37a", "#ffd66e", "#b9e67e", "#6fe3b4", "#6bd3f2", "#8fb1ff", "#b79bff", "#f19bff")


class CountsCard(QFrame):
    """Count viewers, likes and gifts of this show."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        self._labels: dict[str, QLabel] = {}
        for name in ("watching", "likes", "gifts", "coins"):
            count, words = QLabel("0"), QLabel(name)
            count.setObjectName("count")
            words.setObjectName("count_name")
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(count)
            column.addWidget(words)
            row.addLayout(column, 1)
            self._labels[name] = count
        self.reset()

    def reset(self) -> None:
        """Begin a show."""
        self._gifts = 0
        self._coins = 0
        for label in self._labels.values():
            label.setText("0")

    def tell(self, event: ApiEvent) -> None:
        """Count an event, unless somebody only tries things out."""
        if event.test:
            return
        match event.type:
            case "viewer_joined" | "viewer_left":
                self._labels["watching"].setText(f"{event.data['audience']}")
            case "like":
                self._labels["likes"].setText(f"{event.data['total']:,}")
            case "gift":
                self._count_gift(1, int(event.data["price_coins"]))

    def set_watching(self, viewers: int) -> None:
        """Correct the number of viewers by what the server says."""
        self._labels["watching"].setText(f"{viewers:,}")

    def text(self, name: str) -> str:
        """Return what stands over a name."""
        return self._labels[name].text()

    def _count_gift(self, gifts: int, coins: int) -> None:
        self._gifts += gifts
        self._coins += coins
        self._labels["gifts"].setText(f"{self._gifts:,}")
        self._labels["coins"].setText(f"{self._coins:,}")


class FeedCard(QFrame):
    """List chat lines and gifts, newest at the bottom; it stays put while the host reads further up."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        heading = QLabel("CHAT AND GIFTS")
        heading.setObjectName("heading")
        self._empty = QLabel("Chat lines and gifts appear here\nonce somebody watches.")
        self._empty.setObjectName("soft")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.lines = QListWidget()
        self.lines.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.lines.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.lines.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.lines.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.lines.setSpacing(1)
        self.lines.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 8, 10)
        column.setSpacing(8)
        column.addWidget(heading)
        column.addWidget(self._empty, 1)
        column.addWidget(self.lines, 1)

    def tell(self, event: ApiEvent) -> None:
        """Add a line for an event that is worth one; a test says so."""
        line = _note(f"Test: {event.type.replace('_', ' ')}") if event.test else _line(event)
        if line is None:
            return
        self._empty.hide()
        self.lines.show()
        bar = self.lines.verticalScrollBar()
        is_at_end = bar.value() >= bar.maximum() - 4
        if self.lines.count() >= LINES_MAX:
            self.lines.takeItem(0)
        item = QListWidgetItem()
        self.lines.addItem(item)
        self.lines.setItemWidget(item, line)
        item.setSizeHint(QSize(10, line.heightForWidth(self.lines.viewport().width())))
        if is_at_end:
            self.lines.scrollToBottom()

    def texts(self) -> list[str]:
        """Return the lines as plain words."""
        rows = (self.lines.itemWidget(self.lines.item(number)) for number in range(self.lines.count()))
        return [row.accessibleName() for row in rows if row is not None]


class _Line(QFrame):
    def __init__(self, html: str, plain: str, icon: QPixmap | None = None) -> None:
        super().__init__()
        self.setAccessibleName(plain)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 3, 6, 3)
        row.setSpacing(8)
        if icon is not None:
            picture = QLabel()
            picture.setPixmap(icon)
            picture.setFixedSize(ICON_PX, ICON_PX)
            row.addWidget(picture, alignment=Qt.AlignmentFlag.AlignTop)
            self.setStyleSheet(f"_Line {{ background: {style.RAISED}; border-radius: 9px; }}")
            row.setContentsMargins(10, 6, 10, 6)
        words = QLabel(html)
        words.setTextFormat(Qt.TextFormat.RichText)
        words.setWordWrap(True)
        row.addWidget(words, 1)


def _line(event: ApiEvent) -> QWidget | None:
    name = str(event.data.get("name", ""))
    who = f'<b style="color:{name_color(name)}">{escape(name)}</b>'
    match event.type:
        case "chat":
            text = str(event.data["text"])
            return _Line(f"{who}&nbsp; {escape(text)}", f"{name}: {text}")
        case "gift":
            gift = GIFTS.get(str(event.data["gift"]))
            called = gift.name if gift is not None else str(event.data["gift"])
            coins = f'<span style="color:{style.FAIR}">{event.data["price_coins"]} coins</span>'
            html = f"{who} gave <b>{escape(called)}</b> &nbsp;{coins}"
            return _Line(html, f"{name} gave {called}", gift_icon(str(event.data["gift"])))
        case "refund":
            return _note(f"A gift was refunded: {event.data['reason']}")
        case "play_started":
            return _note(f"{name} plays for the {event.data['camp']} camp")
        case "play_ended":
            return _note(f"{name} is back in the audience")
        case "goal":
            return _note(f"Goal for {event.data['camp']}: {event.data['red']} to {event.data['blue']}")
        case _:
            return None


def _note(text: str) -> QWidget:
    return _Line(f'<span style="color:{style.SOFT}">{escape(text)}</span>', text)


def name_color(name: str) -> str:
    """Return the colour of a name, the same in every show."""
    return NAME_COLORS[sum(name.encode()) % len(NAME_COLORS)]


def gift_icon(gift: str) -> QPixmap:
    """Return the picture of a gift, the one of the stage's banner."""
    image = Image.new("RGBA", (ICON_PX * 2, ICON_PX * 2), (0, 0, 0, 0))
    draw_icon(image, gift, ICON_PX, ICON_PX, ICON_PX)
    pixels = np.ascontiguousarray(image)
    drawn = QImage(pixels.data, ICON_PX * 2, ICON_PX * 2, ICON_PX * 8, QImage.Format.Format_RGBA8888)
    pixmap = QPixmap.fromImage(drawn)
    pixmap.setDevicePixelRatio(2.0)
    return pixmap
