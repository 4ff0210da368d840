"""The cards about the audience: how many there are, what they say and give."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Final

import numpy as np
from PIL import Image
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPixmap
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
END_PX: Final = 4
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

    line_chosen = Signal(object)  # ChatLineRow

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
        self._is_at_end = True
        self.lines.verticalScrollBar().valueChanged.connect(self._note_end)
        self.lines.verticalScrollBar().rangeChanged.connect(self._stay_at_end)
        self._top = QHBoxLayout()
        self._top.setSpacing(8)
        self._top.addWidget(heading, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 10, 12, 12)
        self._column.setSpacing(8)
        self._column.addLayout(self._top)
        self._column.addWidget(self._empty, 1)
        self._column.addWidget(self.lines, 1)
        self._chat: dict[int, ChatLineRow] = {}

    def add_controls(self, buttons: Sequence[QWidget], above: QWidget, below: QWidget) -> None:
        """Place buttons beside the heading, and widgets above and below the lines."""
        for button in buttons:
            self._top.addWidget(button)
        self._column.insertWidget(1, above)
        self._column.addWidget(below)

    def tell(self, event: ApiEvent) -> None:
        """Add a line for an event that is worth one; a test says so."""
        if event.type == "chat_removed" and not event.test:
            self._strike(int(event.data["line"]))
            return
        line = _note(f"Test: {event.type.replace('_', ' ')}") if event.test else self._line(event)
        if line is None:
            return
        self._empty.hide()
        self.lines.show()
        if self.lines.count() >= LINES_MAX:
            self._forget(self.lines.itemWidget(self.lines.item(0)))
            self.lines.takeItem(0)
        item = QListWidgetItem()
        self.lines.addItem(item)
        self.lines.setItemWidget(item, line)
        item.setSizeHint(QSize(10, line.heightForWidth(self.lines.viewport().width())))

    def texts(self) -> list[str]:
        """Return the lines as plain words."""
        rows = (self.lines.itemWidget(self.lines.item(number)) for number in range(self.lines.count()))
        return [row.accessibleName() for row in rows if row is not None]

    def _note_end(self, value: int) -> None:
        self._is_at_end = value >= self.lines.verticalScrollBar().maximum() - END_PX

    def _stay_at_end(self, _: int, end: int) -> None:
        """Go on showing the newest line when there are more, or when there is less room for them."""
        if self._is_at_end:
            self.lines.verticalScrollBar().setValue(end)

    def _line(self, event: ApiEvent) -> QWidget | None:
        if event.type != "chat":
            return _line(event)
        row = ChatLineRow(event, self.line_chosen.emit)
        self._chat[row.number] = row
        return row

    def _strike(self, number: int) -> None:
        if number in self._chat:
            self._chat[number].strike()

    def _forget(self, row: QWidget | None) -> None:
        if isinstance(row, ChatLineRow):
            self._chat.pop(row.number, None)


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
        self.words = QLabel(html)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setWordWrap(True)
        row.addWidget(self.words, 1)


class ChatLineRow(_Line):
    """One chat line; a click on it asks what to do about it."""

    def __init__(self, event: ApiEvent, choose: Callable[["ChatLineRow"], None]) -> None:
        self.name, self._text = str(event.data["name"]), str(event.data["text"])
        self.number = int(event.data["line"])
        self.is_hosts = event.data["role"] == "host"
        self.is_removed = False
        self._choose = choose
        super().__init__(f"{_who(self.name)}&nbsp; {escape(self._text)}", f"{self.name}: {self._text}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setObjectName("chat_line")
        self.setToolTip("Click: remove, mute, ban")

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  (Qt's name)
        """Ask what to do about it."""
        event.accept()
        self._choose(self)

    def strike(self) -> None:
        """Show that nobody else sees it any more."""
        self.is_removed = True
        self.words.setText(f'<s style="color:{style.FAINT}">{escape(self.name)}&nbsp; {escape(self._text)}</s>')
        self.setAccessibleName(f"{self.name}: {self._text} (removed)")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setToolTip("Removed")


def _line(event: ApiEvent) -> QWidget | None:
    name = str(event.data.get("name", ""))
    match event.type:
        case "gift":
            gift = GIFTS.get(str(event.data["gift"]))
            called = gift.name if gift is not None else str(event.data["gift"])
            coins = f'<span style="color:{style.FAIR}">{event.data["price_coins"]} coins</span>'
            html = f"{_who(name)} gave <b>{escape(called)}</b> &nbsp;{coins}"
            return _Line(html, f"{name} gave {called}", gift_icon(str(event.data["gift"])))
        case "refund":
            return _note(f"A gift was refunded: {event.data['reason']}")
        case "play_started":
            return _note(f"{name} plays for the {event.data['camp']} camp")
        case "play_ended":
            return _note(f"{name} is back in the audience")
        case "goal":
            return _note(f"Goal for {event.data['camp']}: {event.data['red']} to {event.data['blue']}")
        case "poll_started":
            return _note(f"You asked: {event.data['question']}")
        case "poll_ended":
            return _note(_poll_words(event.data))
        case "goal_reached":
            return _note(f"Reached: {event.data['title']}")
        case _:
            return None


def _poll_words(data: dict[str, str | int | float | bool]) -> str:
    if data["answer"]:
        return f"{data['question']} {data['answer']}: {data['right']} of {data['total']} knew it"
    if data["total"]:
        return f"{data['question']} {data['winner']} with {data['votes']} of {data['total']}"
    return f"{data['question']} Nobody voted"


def _note(text: str) -> QWidget:
    return _Line(f'<span style="color:{style.SOFT}">{escape(text)}</span>', text)


def _who(name: str) -> str:
    return f'<b style="color:{name_color(name)}">{escape(name)}</b>'


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
