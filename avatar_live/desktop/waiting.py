"""What waits for the host's word: held lines, to let through or not, and lines that viewers reported."""

from collections.abc import Callable
from html import escape
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from avatar_live.desktop import style
from avatar_live.protocol.keeping import HeldLine, Reported, RoomOrder
from avatar_live.protocol.wire import HoldReason, Moderate

ROWS_MAX: Final = 3  # at once; the next one comes when one is decided
WHY: Final[dict[HoldReason, str]] = {
    "word": "filtered word",
    "link": "link",
    "newcomer": "newcomer",
    "all": "held",
    "delay": "not told yet",
}


class WaitingCard(QFrame):
    """Show the first few and count the others; gone while nothing waits. `order` gets the host's word."""

    def __init__(self, order: Callable[[Moderate], None]) -> None:
        super().__init__()
        self._order = order
        self._shown: tuple[HeldLine | Reported, ...] = ()
        self._decided: set[tuple[type, int]] = set()  # until the room says so itself
        self.setObjectName("waiting")
        self.heading = QLabel()
        self.heading.setObjectName("heading")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(10, 7, 8, 7)
        self._column.setSpacing(4)
        self._column.addWidget(self.heading)
        self.rows: list[WaitingRow] = []
        self.hide()

    def tell(self, room: RoomOrder) -> None:
        """Show what waits; reported lines come first, since everybody reads those already."""
        waiting: tuple[HeldLine | Reported, ...] = (*room.reported, *room.held)
        self._decided &= {_key(one) for one in waiting}
        self._show(tuple(one for one in waiting if _key(one) not in self._decided))

    def clear(self) -> None:
        """Forget all of it: the show is over."""
        self._decided.clear()
        self._show(())

    def _show(self, waiting: tuple[HeldLine | Reported, ...]) -> None:
        self.setVisible(bool(waiting))
        more = len(waiting) - ROWS_MAX
        self.heading.setText(f"WAITING FOR YOU · {len(waiting)}" if more > 0 else "WAITING FOR YOU")
        shown = waiting[:ROWS_MAX]
        if [_key(one) for one in shown] == [_key(one) for one in self._shown]:
            return  # a button that is being pressed stays where it is
        self._shown = shown
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows = [WaitingRow(one, self._decide) for one in shown]
        for row in self.rows:
            self._column.addWidget(row)

    def _decide(self, one: HeldLine | Reported, is_fine: bool) -> None:
        if isinstance(one, HeldLine):
            self._order(Moderate("approve" if is_fine else "deny", line=one.line))
        else:
            self._order(Moderate("dismiss" if is_fine else "remove", seq=one.line))
        self._decided.add(_key(one))
        self._show(tuple(other for other in self._shown if _key(other) not in self._decided))


class WaitingRow(QFrame):
    """One line with yes and no."""

    def __init__(self, one: HeldLine | Reported, decide: Callable[[HeldLine | Reported, bool], None]) -> None:
        super().__init__()
        is_held = isinstance(one, HeldLine)
        why = WHY[one.reason] if isinstance(one, HeldLine) else f"reported by {one.reports}"
        words = QLabel(
            f'<b>{escape(one.name)}</b>&nbsp; {escape(one.text)} &nbsp;<span style="color:{style.FAIR}">{why}</span>'
        )
        words.setTextFormat(Qt.TextFormat.RichText)
        words.setWordWrap(True)
        self.yes_button, self.no_button = QPushButton("✓"), QPushButton("✕")
        self.yes_button.setObjectName("yes")
        self.no_button.setObjectName("no")
        self.yes_button.setToolTip("Let it through" if is_held else "It is fine")
        self.no_button.setToolTip("Do not let it through" if is_held else "Remove it")
        for button in (self.yes_button, self.no_button):
            button.setAccessibleName(button.toolTip())
        self.yes_button.clicked.connect(lambda: decide(one, True))
        self.no_button.clicked.connect(lambda: decide(one, False))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(words, 1)
        row.addWidget(self.yes_button)
        row.addWidget(self.no_button)


def _key(one: HeldLine | Reported) -> tuple[type, int]:
    return type(one), one.line
