"""The streamer's window: see oneself, choose, go live, watch the audience, hide at once."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from avatar_live.channels.processes import Health
from avatar_live.desktop import style
from avatar_live.desktop.audience import CountsCard, FeedCard
from avatar_live.desktop.choice import ChoiceBox
from avatar_live.desktop.errand import Errands
from avatar_live.desktop.feed import Feed
from avatar_live.desktop.health import HealthLine
from avatar_live.desktop.meter import LevelMeter
from avatar_live.desktop.outlets import AskPlace, OutletsCard, ask_place
from avatar_live.desktop.presence import PresenceControls
from avatar_live.desktop.preview import Preview
from avatar_live.desktop.room import RoomControls
from avatar_live.desktop.scene import FILE, AskColor, AskFile, SceneControls, ask_color
from avatar_live.desktop.share import ShareCard
from avatar_live.desktop.show import Choice, Show
from avatar_live.desktop.sound import MUTE_KEY, SoundControls
from avatar_live.protocol.api import ApiEvent

LOOK_MS: Final = 400
TITLE_CHARACTERS_MAX: Final = 60
SIDE_PX: Final = 372
COLUMNS: Final = 5
COLUMN_PX_MIN: Final = 120
PANIC_KEY: Final = "F9"
RECORD_WORDS: Final = "Records your movements, to be replayed or exported: no pictures, no sound."


def ask_file(parent: QWidget, title: str, kinds: str) -> str:
    """Let the host choose a file; empty when they changed their mind."""
    return QFileDialog.getOpenFileName(parent, title, str(Path.home()), kinds)[0]


class Window(QWidget):
    """Drive a show that is rehearsed already; closing the window does not stop it, who opened it does."""

    def __init__(
        self,
        show: Show,
        ask: AskFile = ask_file,
        ask_color: AskColor = ask_color,
        ask_place: AskPlace = ask_place,
    ) -> None:
        super().__init__()
        self._show = show
        self._ask = ask
        self._is_busy = False
        self._may_close = False
        self._fault = ""
        self._licence = ""
        self.setObjectName("window")
        self.setWindowTitle("avatar_live")
        self.setStyleSheet(style.SHEET)
        self.resize(1204, 752)  # where a 16:9 preview fits without bars

        self.preview = Preview(show.run_folder)
        self.health = HealthLine()
        self.notice = QLabel()
        self.title_edit = QLineEdit(show.title)
        self.camera_box = ChoiceBox()
        self.microphone_box = ChoiceBox()
        self.meter = LevelMeter(show.run_folder)
        self.avatar_box = ChoiceBox()
        self._errands = Errands(self)
        self.scene = SceneControls(self, show, self._errands, self._say, ask, ask_color)
        self.presence = PresenceControls(show, self.preview, self._errands, self._say)
        self.sound = SoundControls(self, show, self.preview, self._errands, self._say, ask)
        self.live_button = QPushButton()
        self.panic_button = QPushButton()
        self.record_button = QPushButton("●")
        self.share = ShareCard(show.link)
        self.outlets = OutletsCard(show, self._errands, self._say, ask_place)
        self.counts = CountsCard()
        self.feed_card = FeedCard()
        self.room = RoomControls(self, show, self.feed_card, self._say)
        self._lay_out()

        self._feed = Feed(self)
        self._feed.arrived.connect(self._tell)
        self._fill_cameras([])
        self._fill_microphones([])
        self._errands.run(show.cameras, self._fill_cameras)
        self._errands.run(show.microphones, self._fill_microphones)
        self._errands.run(show.licence_notice, self._tell_licence)
        self.avatar_box.fill([*show.avatars(), (FILE, "VRM file ...")])
        self._select()
        self.camera_box.activated.connect(self._choose_camera)
        self.microphone_box.activated.connect(self._choose_microphone)
        self.avatar_box.activated.connect(self._choose_avatar)
        self.live_button.clicked.connect(self._toggle_live)
        self.panic_button.toggled.connect(self._toggle_panic)
        self.record_button.clicked.connect(self._toggle_record)
        QShortcut(QKeySequence(PANIC_KEY), self, self.panic_button.toggle)
        QShortcut(QKeySequence(MUTE_KEY), self, self.sound.mute_button.toggle)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_MS)
        self._look()

    # --- how it looks ---------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.notice.setObjectName("notice")
        self.notice.setWordWrap(True)
        self.notice.hide()
        self.title_edit.setPlaceholderText("What is your show called?")
        self.title_edit.setMaxLength(TITLE_CHARACTERS_MAX)
        self.live_button.setObjectName("live")
        self.panic_button.setObjectName("panic")
        self.panic_button.setCheckable(True)
        self.panic_button.setToolTip(f"Covers you with a card at once ({PANIC_KEY}); chat and gifts rest meanwhile.")
        self.record_button.setObjectName("record")
        self.record_button.setCheckable(True)
        self.record_button.setAccessibleName("Record")
        self.title_edit.editingFinished.connect(lambda: self.title_edit.setCursorPosition(0))
        self.title_edit.setCursorPosition(0)

        controls = QFrame()
        controls.setObjectName("card")
        grid = QGridLayout(controls)
        grid.setContentsMargins(16, 7, 16, 9)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(5)
        rows: tuple[tuple[tuple[str, QWidget], ...], ...] = (
            (
                ("Title", self.title_edit),
                ("Motion from", self.camera_box),
                ("Voice from", self.microphone_box),
                ("Character", self.avatar_box),
            ),
            (*self.scene.fields, *self.scene.guest_fields),
            (*self.presence.fields, *self.sound.fields),
        )
        wide = {self.title_edit: 2, self.sound.fields[-1][1]: 2}  # columns
        for number, fields in enumerate(rows):
            column = 0
            for words, widget in fields:
                label = QLabel(words)
                label.setObjectName("field")
                label.setBuddy(widget)
                heading = QHBoxLayout()
                heading.setSpacing(10)
                heading.addWidget(label)
                if widget is self.microphone_box:
                    heading.addWidget(self.meter, 1)
                elif widget is self.camera_box:
                    heading.addStretch(1)
                    for switch in self.presence.switches:
                        heading.addWidget(switch)
                grid.addLayout(heading, 3 * number, column, 1, wide.get(widget, 1))
                grid.addWidget(widget, 3 * number + 1, column, 1, wide.get(widget, 1))
                column += wide.get(widget, 1)
            grid.setRowMinimumHeight(3 * number + 2, 5)
        for column in range(COLUMNS):
            grid.setColumnStretch(column, 1)
            grid.setColumnMinimumWidth(column, COLUMN_PX_MIN)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self.health, 1)
        buttons.addWidget(self.record_button)
        buttons.addWidget(self.panic_button)
        buttons.addWidget(self.live_button)
        grid.setRowMinimumHeight(8, 8)
        grid.addLayout(buttons, 9, 0, 1, COLUMNS)

        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self.preview, 1)
        left.addWidget(self.notice)
        left.addWidget(controls)
        right = QVBoxLayout()
        right.setSpacing(12)
        for card, stretch in ((self.share, 0), (self.outlets, 0), (self.counts, 0), (self.feed_card, 1)):
            card.setFixedWidth(SIDE_PX)
            right.addWidget(card, stretch)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(16)
        row.addLayout(left, 1)
        row.addLayout(right)

    def _look(self) -> None:
        """Show what changed by itself: health, refusals, the audience."""
        health, refusals = self._show.health(), self._show.refusals()
        is_live = self._show.is_live
        self.health.tell(health, refusals, is_live)
        self.presence.tell(health)
        self.outlets.tell(health)
        self.sound.tell(health)
        if is_live and "server" in health and "viewers" in health["server"].figures:
            self.counts.set_watching(round(health["server"].figures["viewers"]))
        take_fault = health["tracker"].status if self._show.take and _is_take_broken(health) else ""
        told = health["engine"].notice if "engine" in health else ""
        notice = self._fault or " ".join(refusals.values()) or take_fault or self.outlets.fault or told or self._licence
        self.notice.setText(notice)
        self.notice.setVisible(bool(notice))
        self._dress(is_live, is_ready="engine" in health and health["engine"].is_ready)

    def _dress(self, is_live: bool, is_ready: bool) -> None:
        take = self._show.take
        self.record_button.setChecked(bool(take))
        self.record_button.setToolTip(f"Records {take}; click to end." if take else RECORD_WORDS)
        is_hidden = self.panic_button.isChecked()
        self.panic_button.setText("Come back" if is_hidden else "Hide me")
        self.live_button.setText("One moment ..." if self._is_busy else "End show" if is_live else "Go live")
        self.live_button.setEnabled(not self._is_busy and (is_live or is_ready))
        self.title_edit.setEnabled(not is_live and not self._is_busy)
        if is_hidden:
            self.preview.set_badge("HIDDEN", "#b07d12")
        elif is_live:
            self.preview.set_badge("LIVE", "#e02450")
        else:
            self.preview.set_badge("REHEARSAL", style.RAISED_MORE)
        if self.live_button.property("isLive") != is_live:
            self.live_button.setProperty("isLive", is_live)
            self.live_button.style().unpolish(self.live_button)
            self.live_button.style().polish(self.live_button)
            self.share.set_live(is_live)

    # --- what the host does ---------------------------------------------------------------------------------------

    def _toggle_live(self) -> None:
        title = self.title_edit.text().strip()
        is_live = self._show.is_live
        self._is_busy = True
        if is_live:
            self._feed.stop()
            self.room.end()
        self._errands.order(self._show.end_live if is_live else lambda: self._show.go_live(title), self._after_toggle)
        self._look()

    def _after_toggle(self, fault: str | None) -> None:
        self._is_busy = False
        if self._show.is_live:
            self.counts.reset()
            self._feed.start(self._show.event_url, self._show.token)
            self.room.begin()
        self._say(fault)

    def _toggle_record(self, is_on: bool) -> None:
        ended = "" if is_on else self._show.take
        self.record_button.setEnabled(False)
        self._errands.order(lambda: self._show.record(is_on), lambda fault: self._after_record(fault, ended))

    def _after_record(self, fault: str | None, ended: str) -> None:
        """Show whether a take is recorded; one that ended can be chosen as what moves the avatar."""
        self.record_button.setEnabled(True)
        if ended and self.camera_box.findData(ended) < 0:
            self.camera_box.insertItem(self.camera_box.count() - 1, Path(ended).name, ended)
        self._say(fault)

    def _toggle_panic(self, is_on: bool) -> None:
        self._show.panic(is_on)
        self._look()

    def _choose_camera(self, index: int) -> None:
        choice = self.camera_box.itemData(index)
        if choice == FILE:
            kinds = "Videos and takes (*.mp4 *.mov *.mkv *.webm *.avi *.gif *.take);;All files (*)"
            choice = self._ask(self, "A video or take that moves the avatar", kinds)
        if choice:
            self._errands.order(lambda: self._show.use_camera(choice), self._after_choice)
        else:
            self._select()

    def _choose_microphone(self, index: int) -> None:
        choice = self.microphone_box.itemData(index)
        self._errands.order(lambda: self._show.use_microphone(choice), self._after_choice)

    def _choose_avatar(self, index: int) -> None:
        choice = self.avatar_box.itemData(index)
        if choice == FILE:
            choice = self._ask(self, "Your character", "Characters (*.vrm *.glb *.gltf);;All files (*)")
        if choice:
            self._errands.order(lambda: self._show.use_avatar(choice), self._after_choice)
            self._errands.run(self._show.licence_notice, self._tell_licence)
        else:
            self._select()

    def _after_choice(self, fault: str | None) -> None:
        self._select()
        self._say(fault)

    def _tell_licence(self, notice: str) -> None:
        """Keep in view what the character's author asks of the host, while nothing is wrong."""
        self._licence = notice
        self._look()

    def _say(self, fault: str | None) -> None:
        self._fault = fault or ""
        self._look()

    # --- what can be chosen ---------------------------------------------------------------------------------------

    def _fill_cameras(self, cameras: list[Choice]) -> None:
        recorded = ("performance", "Recorded show")
        self.camera_box.fill([("auto", "First webcam"), *cameras, recorded, (FILE, "Video or take ...")])
        self._select()

    def _fill_microphones(self, microphones: list[Choice]) -> None:
        self.microphone_box.fill([("off", "Silent"), ("auto", "System's microphone"), *microphones])
        self._select()

    def _select(self) -> None:
        """Show in the boxes what the show uses, adding a file that was chosen."""
        used = (self._show.camera, self._show.microphone, self._show.avatar)
        for box, choice in zip((self.camera_box, self.microphone_box, self.avatar_box), used, strict=True):
            if box.findData(choice) < 0:
                box.insertItem(box.count() - 1, Path(choice).name, choice)
            box.setCurrentIndex(box.findData(choice))

    def _tell(self, event: ApiEvent) -> None:
        self.counts.tell(event)
        self.feed_card.tell(event)

    # --- the end --------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  (Qt's name)
        """Close at once in rehearsal; a live show is not ended by a slip of the mouse."""
        if self._show.is_live and not self._may_close:
            event.ignore()
            self._ask_to_end()
            return
        self._timer.stop()
        self.presence.close()
        self.sound.close()
        self.preview.stop()
        self.meter.stop()
        self._feed.stop()
        self.room.end()
        self._errands.close()
        event.accept()

    def _ask_to_end(self) -> None:
        box = QMessageBox(QMessageBox.Icon.NoIcon, "avatar_live", "You are live. End the show and close?", parent=self)
        box.addButton("Stay live", QMessageBox.ButtonRole.RejectRole)
        end = box.addButton("End show", QMessageBox.ButtonRole.AcceptRole)
        end.clicked.connect(self._close_for_good)
        box.open()

    def _close_for_good(self) -> None:
        self._may_close = True
        self.close()


def _is_take_broken(health: dict[str, Health]) -> bool:
    return "tracker" in health and health["tracker"].figures.get("take_broken", 0.0) > 0.0
