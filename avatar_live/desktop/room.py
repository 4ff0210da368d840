"""The host keeps order: menus and buttons around the chat, and what is done about one line of it."""

from collections.abc import Callable
from typing import Final

from PySide6.QtGui import QAction, QActionGroup, QCursor, QGuiApplication
from PySide6.QtWidgets import QLineEdit, QMenu, QPushButton, QWidget

from avatar_live.desktop.audience import ChatLineRow, FeedCard
from avatar_live.desktop.room_link import BeginRound, EndPoll, Invite, RoomLink, Say
from avatar_live.desktop.show import Show
from avatar_live.desktop.together import GoalDialog, PollDialog
from avatar_live.desktop.waiting import WaitingCard
from avatar_live.protocol.keeping import RoomOrder
from avatar_live.protocol.wire import CHAT_CHARACTERS_MAX, HoldEnd, HoldMode, Moderate

HOLD_S: Final = 60.0
MUTE_S: Final = 600.0
DAY_S: Final = 86_400.0
SLOW: Final = ((0.0, "Off"), (5.0, "5 seconds"), (10.0, "10 seconds"), (30.0, "30 seconds"), (60.0, "1 minute"))
DELAY: Final = ((0.0, "Off"), (2.0, "2 seconds"), (5.0, "5 seconds"), (10.0, "10 seconds"))
HOLD: Final[tuple[tuple[HoldMode, str], ...]] = (
    ("off", "Nothing"),
    ("words", "Filtered words"),
    ("links", "Links, too"),
    ("newcomers", "Everybody's first line, too"),
    ("all", "Every line"),
)
FREEZE_WORDS: Final = "Neither chat nor gifts until you let the room go on. Hiding does the same by itself."


class RoomControls:
    """Order what the host chooses, and show how the room is kept; `say` gets a fault or a word for the host."""

    def __init__(self, parent: QWidget, show: Show, feed: FeedCard, say: Callable[[str | None], None]) -> None:
        self._show, self._feed, self._say = show, feed, say
        self._room: RoomOrder | None = None
        self.link = RoomLink(parent)
        self.link.looked.connect(self._tell)
        self.link.invited.connect(self._copy_invitation)
        self.link.answered.connect(self._answer)
        self.order_button = QPushButton("Order ▾")
        self.order_button.setObjectName("small")
        self.order_button.setToolTip("Slow mode, lines that wait for you, links, moderators.")
        self.play_button = QPushButton("Play ▾")
        self.play_button.setObjectName("small")
        self.play_button.setToolTip("Polls, quizzes, goals, rounds.")
        self.freeze_button = QPushButton("Freeze")
        self.freeze_button.setObjectName("small")
        self.freeze_button.setCheckable(True)
        self.freeze_button.setToolTip(FREEZE_WORDS)
        self.freeze_button.clicked.connect(self._freeze)
        self.waiting = WaitingCard(self.order)
        self.say_edit = QLineEdit()
        self.say_edit.setMaxLength(CHAT_CHARACTERS_MAX)
        self.say_edit.setPlaceholderText("Say something to everybody ...")
        self.say_edit.returnPressed.connect(self._speak)
        self.line_menu: QMenu | None = None
        self.dialog: PollDialog | GoalDialog | None = None  # the newest
        self.order_menu = self._order_menu(parent)
        self.order_button.clicked.connect(lambda: _open(self.order_menu, self.order_button))
        self.play_menu = self._play_menu(parent)
        self.play_button.clicked.connect(lambda: _open(self.play_menu, self.play_button))
        feed.add_controls((self.play_button, self.order_button, self.freeze_button), self.waiting, self.say_edit)
        feed.line_chosen.connect(self._open_line_menu)
        self._dress()

    def begin(self) -> None:
        """Reach the room: the show is live."""
        self.link.start(self._show.api_url, self._show.token)
        self._dress()

    def end(self) -> None:
        """Let the room go."""
        self.link.stop()
        self._room = None
        self.waiting.clear()
        self._dress()

    def order(self, deed: Moderate) -> None:
        """Order something."""
        self.link.wish(deed)

    # --- what is shown ----------------------------------------------------------------------------------------------

    def _tell(self, room: RoomOrder) -> None:
        if not self.link.is_up:
            return  # what was on its way when the show ended
        self._room = room
        self.waiting.tell(room)
        self._dress()

    def _dress(self) -> None:
        is_live, room = self.link.is_up, self._room
        for widget in (self.play_button, self.order_button, self.freeze_button, self.say_edit):
            widget.setEnabled(is_live)
        is_frozen = room is not None and room.is_frozen
        self.freeze_button.setChecked(is_frozen)
        self.freeze_button.setText("Frozen" if is_frozen else "Freeze")
        if room is None:
            return
        for group, value in (
            (self._slow_actions, room.slow_s),
            (self._delay_actions, room.delay_s),
            (self._hold_actions, room.hold),
        ):
            for action in group.actions():
                action.setChecked(action.data() == value)
        self._drop_action.setChecked(room.then == "drop")
        self._links_action.setChecked(room.has_links)

    def _answer(self, fault: str) -> None:
        self._say(fault or None)

    # --- what the host does -----------------------------------------------------------------------------------------

    def _order_menu(self, parent: QWidget) -> QMenu:
        menu = QMenu(parent)
        self._slow_actions = _choices(
            menu.addMenu("Slow mode"), SLOW, lambda seconds: self.order(Moderate("slow", seconds=seconds))
        )
        hold_menu = menu.addMenu("Wait for me")
        self._hold_actions = _choices(hold_menu, HOLD, self._hold)
        hold_menu.addSeparator()
        self._drop_action = hold_menu.addAction("Drop what I do not decide on within a minute")
        self._drop_action.setCheckable(True)
        self._drop_action.triggered.connect(lambda: self._hold(None))
        self._delay_actions = _choices(
            menu.addMenu("Chat is late by"), DELAY, lambda seconds: self.order(Moderate("delay", seconds=seconds))
        )
        self._links_action = menu.addAction("Links are welcome")
        self._links_action.setCheckable(True)
        self._links_action.triggered.connect(lambda is_on: self.order(Moderate("links_on" if is_on else "links_off")))
        menu.addSeparator()
        menu.addAction("Copy a link for a moderator").triggered.connect(lambda: self.link.wish(Invite()))
        return menu

    def _play_menu(self, parent: QWidget) -> QMenu:
        menu = QMenu(parent)
        menu.addAction("Ask the viewers ...").triggered.connect(lambda: self._open_dialog(PollDialog(parent)))
        menu.addAction("End the poll now").triggered.connect(lambda: self.link.wish(EndPoll()))
        menu.addSeparator()
        menu.addAction("Set a goal ...").triggered.connect(lambda: self._open_dialog(GoalDialog(parent)))
        menu.addAction("Begin another round").triggered.connect(lambda: self.link.wish(BeginRound()))
        return menu

    def _open_dialog(self, dialog: PollDialog | GoalDialog) -> None:
        """Ask beside the show, which goes on meanwhile."""
        dialog.accepted.connect(lambda: self.link.wish(dialog.asked()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        self.dialog = dialog

    def _hold(self, mode: HoldMode | None) -> None:
        held = self._room.hold if self._room is not None else "off"
        then: HoldEnd = "drop" if self._drop_action.isChecked() else "tell"
        self.order(Moderate("hold", seconds=HOLD_S, hold=mode if mode is not None else held, then=then))

    def _freeze(self, is_on: bool) -> None:
        self.order(Moderate("freeze" if is_on else "thaw"))

    def _speak(self) -> None:
        if text := self.say_edit.text().strip():
            self.link.wish(Say(text))
            self.say_edit.clear()

    def _open_line_menu(self, row: ChatLineRow) -> None:
        if not self.link.is_up or row.is_removed:
            return
        menu = QMenu(self._feed)
        deeds: tuple[tuple[str, Moderate], ...] = (("Remove this line", Moderate("remove", seq=row.number)),)
        if not row.is_hosts:
            deeds = (
                *deeds,
                (f"Mute {row.name} for 10 minutes", Moderate("mute", seq=row.number, seconds=MUTE_S)),
                (f"Mute {row.name} for a day", Moderate("mute", seq=row.number, seconds=DAY_S)),
                (f"Ban {row.name}", Moderate("ban", seq=row.number)),
                (f"Ban {row.name} and this network address", Moderate("ban", seq=row.number, is_by_address=True)),
            )
        for words, deed in deeds:
            menu.addAction(words.replace("&", "&&")).triggered.connect(lambda _=False, deed=deed: self.order(deed))
        menu.popup(QCursor.pos())
        self.line_menu = menu

    def _copy_invitation(self, token: str) -> None:
        link = self._show.link  # of a show for who holds its token, it ends in that
        QGuiApplication.clipboard().setText(f"{link}{'&' if '#' in link else '#'}invitation={token}")
        self._say("A link for one moderator is on your clipboard. It is good once, for a day.")


def _open(menu: QMenu, button: QPushButton) -> None:
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))


def _choices(menu: QMenu, choices: "tuple[tuple[object, str], ...]", choose: Callable[..., None]) -> QActionGroup:
    """Offer choices of which one holds."""
    group = QActionGroup(menu)
    for value, words in choices:
        action = QAction(words, menu)
        action.setCheckable(True)
        action.setData(value)
        action.triggered.connect(lambda _=False, value=value: choose(value))
        group.addAction(action)
        menu.addAction(action)
    return group
