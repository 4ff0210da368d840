"""One line that says how the parts of the show do."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from avatar_live.channels.processes import Health
from avatar_live.desktop import style

PARTS = {"tracker": "Tracker", "engine": "Stage", "server": "Server"}
FIGURES = {"tracker": ("fps", "fps"), "engine": ("render_fps", "fps"), "server": ("viewers", "watching")}

WEAK = "watch_weak"  # viewers who are sent the small picture


class HealthLine(QWidget):
    """A dot and a few words for each part: green is well, amber is starting or refused, grey is off."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(22)
        self._labels = {name: QLabel() for name in PARTS}
        for label in self._labels.values():
            label.setObjectName("soft")
            row.addWidget(label)
        row.addStretch(1)
        self.tell({}, {}, is_live=False)

    def tell(self, health: dict[str, Health], refusals: dict[str, str], is_live: bool) -> None:
        """Show how the parts do now."""
        for name, called in PARTS.items():
            color, words = style.FAIR, "starting"
            if name in refusals:
                color, words = style.BAD, "stopped"
            elif name == "server" and not is_live:
                color, words = style.FAINT, "off"
            elif name in health:
                part = health[name]
                color = style.GOOD if part.is_ready else style.FAIR
                figure, unit = FIGURES[name]
                words = f"{part.figures[figure]:.0f} {unit}" if figure in part.figures else part.status
                if weak := part.figures.get(WEAK, 0.0):
                    words += f", {weak:.0f} on a weak network"
            self._labels[name].setText(f'<span style="color:{color}">●</span>&nbsp; {called} &nbsp;{words}')
            self._labels[name].setToolTip(refusals.get(name, health[name].status if name in health else ""))

    def text(self, name: str) -> str:
        """Return the words about a part."""
        return self._labels[name].text()
