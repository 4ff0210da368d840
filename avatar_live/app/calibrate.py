"""Calibrate without a window: what to do is told in the terminal, and a step that is not seen is left out."""

from collections.abc import Callable
from typing import Final, Protocol

from avatar_live.channels.processes import CalibrationState, CalibrationWish, Health
from avatar_live.signals.presence import CALIBRATION_STEPS, CalibrationStep

LOOK_S: Final = 0.1
ANSWER_S_MAX: Final = 30.0  # more than a step takes and an engine needs to come back

ASKS: Final[dict[CalibrationStep, str]] = {
    "ahead": "look straight ahead and hold still for 2 seconds",
    "blink": "blink twice, slowly",
    "mouth": "open your mouth wide, smile, then purse your lips",
}


class Calibratable(Protocol):
    """A show whose engine runs, as `LocalShow`."""

    def calibrate(self, wish: CalibrationWish) -> int:
        """Order a step and return the id of the answer."""

    def health(self) -> dict[str, Health]:
        """Return what each part says."""

    def wait_for_change(self, timeout_s: float) -> None:
        """Wait, at most so long."""


def calibrate_in_terminal(show: Calibratable, report: Callable[[str, float], None]) -> None:
    """Go through the steps; `report` gets what the host is to do and how much of it was seen."""
    for step in CALIBRATION_STEPS:
        state = _answer(show, step, report)
        if state.outcome == "done":
            report(f"{ASKS[step]}: done", 1.0)
        else:
            report(f"left out. {state.words}".strip(), 0.0)


def _answer(show: Calibratable, step: CalibrationStep, report: Callable[[str, float], None]) -> CalibrationState:
    """Return how the step ended, or that nobody answered."""
    number = show.calibrate(step)
    for _ in range(round(ANSWER_S_MAX / LOOK_S)):
        health = show.health()
        state = health["engine"].calibration if "engine" in health else CalibrationState()
        if state.id == number and state.outcome != "running":
            return state
        report(ASKS[step], state.share if state.id == number else 0.0)
        show.wait_for_change(LOOK_S)
    return CalibrationState(number, "failed", words="The stage did not answer.")
