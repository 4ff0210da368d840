"""The card about where the show goes besides its viewers: recordings, platforms, SFUs, and how each does."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from avatar_live.channels.processes import Health, OutletState
from avatar_live.desktop import style
from avatar_live.desktop.errand import Errands
from avatar_live.desktop.form import buttons_of, form_of
from avatar_live.desktop.show import Show

KIND_WORDS: Final = {"recording": "records", "rtmp": "live", "whip": "live", "hls": "live"}
COLORS: Final = {
    "connecting": style.FAIR,
    "live": style.GOOD,
    "retrying": style.FAIR,
    "failed": style.BAD,
    "disk full": style.BAD,
}
HINT: Final = "Record the show, or bring it to a platform or an SFU."
FILM_WORDS: Final = "Records what viewers see and hear."
WORDS_CHARS_MAX: Final = 28

AskPlace = Callable[[QWidget], str]


def ask_place(parent: QWidget) -> str:
    """Let the host write an address and its key, which is not shown; empty when they changed their mind."""
    dialog = QDialog(parent)
    dialog.setWindowTitle("Where should the show go?")
    address, key = QLineEdit(), QLineEdit()
    address.setPlaceholderText("rtmps://live.example.com/app  or  https://sfu.example.com/whip")
    address.setMinimumWidth(420)
    key.setPlaceholderText("as the platform shows it")
    key.setEchoMode(QLineEdit.EchoMode.Password)
    form = form_of(dialog)
    form.addRow("Address", address)
    form.addRow("Key or token", key)
    form.addRow(buttons_of(dialog, "Add"))
    return place_of(address.text(), key.text()) if dialog.exec() == QDialog.DialogCode.Accepted else ""


def place_of(address: str, key: str) -> str:
    """Return an address and its key in one: RTMP has the key at the end of the address, WHIP a token after a space."""
    address, key = address.strip(), key.strip()
    if not key:
        return address
    return f"{address.rstrip('/')}/{key}" if address.startswith("rtmp") else f"{address} {key}"


class OutletsCard(QFrame):
    """Start and end recordings, add and remove places, and tell how each does; `say` gets a fault."""

    def __init__(
        self, show: Show, errands: Errands, say: Callable[[str | None], None], ask: AskPlace = ask_place
    ) -> None:
        super().__init__()
        self._show, self._errands, self._say, self._ask = show, errands, say, ask
        self.setObjectName("card")
        heading = QLabel("ALSO GOES TO")
        heading.setObjectName("heading")
        self.film_button = QPushButton()
        self.film_button.setObjectName("small")
        self.film_button.setCheckable(True)
        self.film_button.clicked.connect(self._toggle_film)
        self.add_button = QPushButton("Add ...")
        self.add_button.setObjectName("small")
        self.add_button.setToolTip("A platform by RTMP, or an SFU by WHIP. The show goes there while you are live.")
        self.add_button.clicked.connect(self._add)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(heading, 1)
        top.addWidget(self.film_button)
        top.addWidget(self.add_button)
        self.hint = QLabel(HINT)
        self.hint.setObjectName("soft")
        self._rows_layout = QVBoxLayout()
        self._rows_layout.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 12, 12)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.hint)
        column.addLayout(self._rows_layout)
        self.rows: list[OutletRow] = []
        self.fault = ""  # the sentence about an outlet that needs the host
        self.tell({})

    def tell(self, health: dict[str, Health]) -> None:
        """Show where the show goes now, and how that does."""
        states = health["outlets"].outlets if "outlets" in health else ()
        video, places = self._show.video, self._show.places
        films = [state for state in states if state.kind == "recording"]
        others = [state for state in states if state.kind != "recording"]
        wanted: list[tuple[str, OutletState | None, int | None]] = []
        if video:
            wanted.append((Path(video).name, films[0] if films else None, None))
        wanted += [(label, _at(others, index), index) for index, label in enumerate(places)]
        while len(self.rows) > len(wanted):
            self.rows.pop().leave()
        while len(self.rows) < len(wanted):
            self.rows.append(OutletRow())
            self._rows_layout.addWidget(self.rows[-1])
        for row, (label, state, index) in zip(self.rows, wanted, strict=True):
            row.tell(label, state, None if index is None else partial(self._remove, index))
        self.fault = next((state.words for state in states if state.state in ("failed", "disk full")), "")
        self.hint.setVisible(not wanted)
        self.film_button.setChecked(bool(video))
        self.film_button.setText("■ Stop recording" if video else "● Record")
        self.film_button.setToolTip(f"Records {video}; click to end." if video else FILM_WORDS)

    def _toggle_film(self, is_on: bool) -> None:
        self.film_button.setEnabled(False)
        self._errands.order(lambda: self._show.record_video(is_on), self._after)

    def _add(self) -> None:
        if place := self._ask(self):
            self._errands.order(lambda: self._show.add_place(place), self._after)

    def _remove(self, index: int) -> None:
        self._errands.order(lambda: self._show.remove_place(index), self._after)

    def _after(self, fault: str | None) -> None:
        self.film_button.setEnabled(True)
        self._say(fault)


class OutletRow(QWidget):
    """A dot, a name and a few words; the whole sentence under the pointer."""

    def __init__(self) -> None:
        super().__init__()
        self._dot, self.name, self.words = QLabel("●"), QLabel(), QLabel()
        self.words.setObjectName("soft")
        self.words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.remove_button = QPushButton("×")
        self.remove_button.setObjectName("remove")
        self.remove_button.clicked.connect(lambda: self._remove())
        policy = self.remove_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # rows stand in line
        self.remove_button.setSizePolicy(policy)
        self._remove: Callable[[], None] = lambda: None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._dot)
        row.addWidget(self.name)
        row.addWidget(self.words, 1)
        row.addWidget(self.remove_button)

    def tell(self, label: str, state: OutletState | None, remove: Callable[[], None] | None) -> None:
        """Show how it does; without a state it waits for the host to go live."""
        self._dot.setStyleSheet(f"color: {style.FAINT if state is None else COLORS[state.state]}")
        self.name.setText(_short(label))
        self.name.setToolTip(label)
        self.words.setText(_short(words_of(state)))
        self.words.setToolTip("" if state is None else state.words)
        self.remove_button.setVisible(remove is not None)
        self.remove_button.setAccessibleName(f"Remove {label}")
        self._remove = remove or (lambda: None)

    def leave(self) -> None:
        """Go away."""
        self.hide()
        self.deleteLater()


def words_of(state: OutletState | None) -> str:
    """Return how an outlet does, in a few words."""
    if state is None:
        return "when you are live"
    match state.state:
        case "live":
            minutes, seconds = divmod(int(state.live_s), 60)
            lost = f", {state.dropped} lost" if state.dropped else ""
            return f"{KIND_WORDS[state.kind]} {minutes}:{seconds:02d}{lost}"
        case "retrying":
            return f"retrying in {state.retry_s:.0f} s" if state.retry_s >= 1.0 else "retrying"
        case _:
            return state.state


def _at(states: Sequence[OutletState], index: int) -> OutletState | None:
    return states[index] if index < len(states) else None


def _short(text: str) -> str:
    return text if len(text) <= WORDS_CHARS_MAX else f"{text[: WORDS_CHARS_MAX - 1]}…"
