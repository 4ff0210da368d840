"""What the host is seen in: the window's boxes for backdrop, light, camera and guest, and the director's button."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QPushButton, QWidget

from avatar_live.desktop.choice import ChoiceBox
from avatar_live.desktop.errand import Errands
from avatar_live.desktop.show import Choice, Show
from avatar_live.signals.layer import PLACES
from avatar_live.signals.scene import LIGHTS, PICTURE_KINDS, SHOTS, VIDEO_KINDS

FILE: Final = "file"  # the entry that opens a file dialog
COLOR: Final = "color"  # and the one for any colour
BACKDROPS: Final[list[Choice]] = [
    ("room", "Room"),
    ("gradient:#1d2b64,#f8a5c2", "Dawn"),
    ("gradient:#0f2027,#2c7a7b", "Lagoon"),
    ("chroma:green", "Green screen"),
    ("chroma:blue", "Blue screen"),
    ("chroma:magenta", "Magenta screen"),
    (COLOR, "Colour ..."),
    (FILE, "Picture or video ..."),
]
SHOT_WORDS: Final = {"full": "Full body", "handheld": "Hand-held"}
GUEST_PLACES: Final[list[Choice]] = [
    ("", "Not shown"),
    *((place, place.replace("-", " ").capitalize()) for place in PLACES),
]
KINDS: Final = f"Pictures and videos ({' '.join('*' + kind for kind in (*PICTURE_KINDS, *VIDEO_KINDS))});;All files (*)"

AskFile = Callable[[QWidget, str, str], str]
AskColor = Callable[[QWidget, str], str]


def ask_color(parent: QWidget, color: str) -> str:
    """Let the host choose a colour, `#rrggbb`; empty when they changed their mind."""
    chosen = QColorDialog.getColor(QColor(color), parent, "Colour behind you")
    return chosen.name() if chosen.isValid() else ""


class SceneControls:
    """Offer what there is, show what is used, order what is chosen; `say` gets the reason of what cannot be."""

    def __init__(
        self,
        parent: QWidget,
        show: Show,
        errands: Errands,
        say: Callable[[str | None], None],
        ask_file: AskFile,
        ask_color: AskColor,
    ) -> None:
        self._parent, self._show, self._errands, self._say = parent, show, errands, say
        self._ask_file, self._ask_color = ask_file, ask_color
        self.backdrop_box = ChoiceBox()
        self.light_box = ChoiceBox()
        self.shot_box = ChoiceBox()
        self.guest_box = ChoiceBox()
        self.director_button = QPushButton()
        self.director_button.setObjectName("director")
        self.director_button.setCheckable(True)
        self.director_button.setToolTip("The camera looks at gifts, goals and chat, and comes home to its shot.")
        self.backdrop_box.fill(BACKDROPS)
        self.light_box.fill([(name, name.capitalize()) for name in LIGHTS])
        self.shot_box.fill([(name, SHOT_WORDS.get(name, name.capitalize())) for name in SHOTS])
        self.guest_box.fill(GUEST_PLACES)
        door = show.guest_door
        self.guest_box.setEnabled(bool(door))
        self.guest_box.setToolTip(door or "Start with --guests to let a camera or a screen in from OBS or a phone.")
        self.guest_box.activated.connect(self._choose_guest)
        self.backdrop_box.activated.connect(self._choose_backdrop)
        self.light_box.activated.connect(self._choose_light)
        self.shot_box.activated.connect(self._choose_shot)
        self.director_button.toggled.connect(self._toggle_director)
        self.select()

    @property
    def fields(self) -> tuple[tuple[str, QWidget], ...]:
        """The controls and how they are called."""
        return (
            ("Backdrop", self.backdrop_box),
            ("Light", self.light_box),
            ("Camera", self.shot_box),
            ("Director", self.director_button),
        )

    @property
    def guest_fields(self) -> tuple[tuple[str, QWidget], ...]:
        """What there is to choose of guests."""
        return (("Guest", self.guest_box),)

    def select(self) -> None:
        """Show what the show uses."""
        layer = self._show.layer
        if self.guest_box.findData(layer) < 0:  # of another size, as the command line may say
            self.guest_box.addItem(layer.replace("-", " ").capitalize() + " %", layer)
        used = self._show.backdrop
        if self.backdrop_box.findData(used) < 0:
            words = Path(used).name if not used.startswith(("#", "gradient:")) else used
            self.backdrop_box.insertItem(self.backdrop_box.count() - 2, words, used)
        for box, choice in (
            (self.backdrop_box, used),
            (self.light_box, self._show.light),
            (self.shot_box, self._show.shot),
            (self.guest_box, self._show.layer),
        ):
            box.setCurrentIndex(box.findData(choice))
        self.director_button.blockSignals(True)
        self.director_button.setChecked(self._show.has_director)
        self.director_button.setText("Follows the show" if self._show.has_director else "Off")
        self.director_button.blockSignals(False)

    def _choose_backdrop(self, index: int) -> None:
        choice = self.backdrop_box.itemData(index)
        if choice == FILE:
            choice = self._ask_file(self._parent, "What is behind you", KINDS)
        elif choice == COLOR:
            used = self._show.backdrop
            choice = self._ask_color(self._parent, used if used.startswith("#") else "#223344")
        if choice:
            self._errands.order(lambda: self._show.use_backdrop(choice), self._after)
        else:
            self.select()

    def _choose_light(self, index: int) -> None:
        choice = self.light_box.itemData(index)
        self._errands.order(lambda: self._show.use_light(choice), self._after)

    def _choose_shot(self, index: int) -> None:
        choice = self.shot_box.itemData(index)
        self._errands.order(lambda: self._show.use_shot(choice), self._after)

    def _choose_guest(self, index: int) -> None:
        choice = self.guest_box.itemData(index)
        self._errands.order(lambda: self._show.use_layer(choice), self._after)

    def _toggle_director(self, is_on: bool) -> None:
        self._show.use_director(is_on)
        self.select()

    def _after(self, fault: str | None) -> None:
        self.select()
        self._say(fault)
