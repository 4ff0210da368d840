"""The host before the camera: the window's controls for calibration, the mirror, drawn heads, and for what is shown
while nobody is seen."""

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QPushButton, QWidget

from avatar_live.channels.processes import Health
from avatar_live.desktop.calibrate import CalibratePanel
from avatar_live.desktop.choice import ChoiceBox
from avatar_live.desktop.errand import Errands
from avatar_live.desktop.preview import Preview
from avatar_live.desktop.show import Show
from avatar_live.signals.presence import CALIBRATION_STEPS, LOST_POLICIES, LostPolicy

POLICY_WORDS: Final[dict[LostPolicy, str]] = {
    "idle": "Lives on",
    "hold": "Stays as you were",
    "sleep": "Falls asleep",
}


class PresenceControls:
    """Offer what there is, order what is chosen, and warn the host at the picture's edges; `say` gets a fault."""

    def __init__(self, show: Show, preview: Preview, errands: Errands, say: Callable[[str | None], None]) -> None:
        self._show, self._preview, self._errands, self._say = show, preview, errands, say
        self.panel: CalibratePanel | None = None
        self.calibrate_button = QPushButton()
        self.calibrate_button.setToolTip("Measures how you look ahead, blink and smile, for this camera.")
        self.calibrate_button.clicked.connect(self._open)
        self.mirror_button = _switch(
            "⇄", "Mirror", "Your character moves like your mirror image. Off: like another person."
        )
        self.drawn_button = _switch("✎", "Drawn", "The camera or the clip shows a drawn character, not a person.")
        self.mirror_button.setChecked(show.is_mirrored)
        self.drawn_button.setChecked(show.is_drawn)
        self.mirror_button.toggled.connect(show.use_mirror)
        self.drawn_button.toggled.connect(show.use_drawn)
        self.lost_box = ChoiceBox()
        self.lost_box.setToolTip("What your character does while the camera does not see you.")
        self.lost_box.fill([(name, POLICY_WORDS[name]) for name in LOST_POLICIES])
        self.lost_box.activated.connect(self._choose_policy)
        self._select()
        self.tell({})

    @property
    def fields(self) -> tuple[tuple[str, QWidget], ...]:
        """The controls and how they are called."""
        return (("Your face", self.calibrate_button), ("While you are away", self.lost_box))

    @property
    def switches(self) -> tuple[QWidget, ...]:
        """The small switches that belong to what moves the character."""
        return (self.mirror_button, self.drawn_button)

    def tell(self, health: dict[str, Health]) -> None:
        """Show what is known of the face, and the tracker's warning."""
        known = health["engine"].calibration.known if "engine" in health else ()
        if set(known) == set(CALIBRATION_STEPS):
            self.calibrate_button.setText("Calibrated ✓")
        else:
            self.calibrate_button.setText("Calibrated in part" if known else "Calibrate ...")
        self.calibrate_button.setEnabled("engine" in health and health["engine"].is_ready and self.panel is None)
        self._preview.set_notice(health["tracker"].notice if "tracker" in health else "")

    def close(self) -> None:
        """Close the panel, if it is open."""
        if self.panel is not None:
            self.panel.end()

    def _open(self) -> None:
        self.panel = CalibratePanel(self._preview, self._show, self._closed)
        self.calibrate_button.setEnabled(False)

    def _closed(self) -> None:
        self.panel = None
        self.calibrate_button.setEnabled(True)

    def _choose_policy(self, index: int) -> None:
        policy = self.lost_box.itemData(index)
        self._errands.order(lambda: self._show.use_lost_policy(policy), self._after)

    def _after(self, fault: str | None) -> None:
        self._select()
        self._say(fault)

    def _select(self) -> None:
        self.lost_box.setCurrentIndex(self.lost_box.findData(self._show.lost_policy))


def _switch(sign: str, words: str, help: str) -> QPushButton:
    """Return a small button that is on or off."""
    switch = QPushButton(sign)
    switch.setObjectName("switch")
    switch.setCheckable(True)
    switch.setAccessibleName(words)
    switch.setToolTip(help)
    return switch
