"""What viewers hear: the window's controls for music and mute, and the door to the mixer."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from avatar_live.channels.processes import Health
from avatar_live.desktop.choice import ChoiceBox
from avatar_live.desktop.errand import Errands
from avatar_live.desktop.mixer import MixerPanel
from avatar_live.desktop.preview import Preview
from avatar_live.desktop.scene import FILE, AskFile
from avatar_live.desktop.show import Show
from avatar_live.sound.level import SILENT_DBFS

MUTE_KEY: Final = "F8"
KINDS: Final = "Music (*.mp3 *.ogg *.opus *.flac *.wav *.m4a *.aac);;All files (*)"


class SoundControls:
    """Offer what there is, order what is chosen; `say` gets the reason of what cannot be."""

    def __init__(
        self,
        parent: QWidget,
        show: Show,
        preview: Preview,
        errands: Errands,
        say: Callable[[str | None], None],
        ask_file: AskFile,
    ) -> None:
        self._parent, self._show, self._preview, self._errands = parent, show, preview, errands
        self._say, self._ask_file = say, ask_file
        self._loudness_dbfs = SILENT_DBFS
        self.panel: MixerPanel | None = None
        self.music_box = ChoiceBox()
        self.music_box.fill([("", "None"), (FILE, "Music file ...")])
        self.music_box.setToolTip("Plays over and over, and steps back while somebody speaks.")
        self.music_box.activated.connect(self._choose_music)
        self.mixer_button = QPushButton("Mixer")
        self.mixer_button.setCheckable(True)
        self.mixer_button.setToolTip("How loud each part is, and which thanks are spoken.")
        self.mixer_button.clicked.connect(self._toggle_mixer)
        self.mute_button = QPushButton()
        self.mute_button.setObjectName("mute")
        self.mute_button.setCheckable(True)
        self.mute_button.setToolTip(f"Viewers do not hear your microphone ({MUTE_KEY}).")
        self.mute_button.toggled.connect(self._toggle_mute)
        self._both = QWidget()
        row = QHBoxLayout(self._both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.mixer_button, 1)
        row.addWidget(self.mute_button, 1)
        self._select()

    @property
    def fields(self) -> tuple[tuple[str, QWidget], ...]:
        """The controls and how they are called."""
        return (("Music", self.music_box), ("Sound", self._both))

    def tell(self, health: dict[str, Health]) -> None:
        """Show how loud the mix is."""
        figures = health["engine"].figures if "engine" in health else {}
        self._loudness_dbfs = figures.get("sound_dbfs", SILENT_DBFS)
        if self.panel is not None:
            self.panel.tell(self._loudness_dbfs)

    def close(self) -> None:
        """Close the panel, if it is open."""
        if self.panel is not None:
            self.panel.end()

    def _toggle_mixer(self, is_open: bool) -> None:
        if is_open:
            self.panel = MixerPanel(self._preview, self._show, self._errands, self._say, self._closed)
            self.panel.tell(self._loudness_dbfs)
        else:
            self.close()

    def _closed(self) -> None:
        self.panel = None
        self.mixer_button.setChecked(False)

    def _toggle_mute(self, is_on: bool) -> None:
        self._show.use_levels(msgspec.structs.replace(self._show.levels, is_muted=is_on))
        self._select()

    def _choose_music(self, index: int) -> None:
        choice = self.music_box.itemData(index)
        if choice == FILE:
            choice = self._ask_file(self._parent, "Music behind the show", KINDS)
            if not choice:
                self._select()
                return
        self._errands.order(lambda: self._show.use_music(choice), self._after)

    def _after(self, fault: str | None) -> None:
        self._select()
        self._say(fault)

    def _select(self) -> None:
        used = self._show.music
        if self.music_box.findData(used) < 0:
            self.music_box.insertItem(self.music_box.count() - 1, Path(used).name, used)
        self.music_box.setCurrentIndex(self.music_box.findData(used))
        is_muted = self._show.levels.is_muted
        self.mute_button.blockSignals(True)
        self.mute_button.setChecked(is_muted)
        self.mute_button.setText("Muted" if is_muted else "Mute")
        self.mute_button.blockSignals(False)
