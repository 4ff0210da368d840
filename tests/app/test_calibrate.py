"""Calibrating in a terminal: the host is told what to do, and a step that is not seen is left out."""

from avatar_live.app.calibrate import ANSWER_S_MAX, ASKS, LOOK_S, calibrate_in_terminal
from avatar_live.channels.processes import CalibrationState, CalibrationWish, Health
from avatar_live.signals.presence import CALIBRATION_STEPS


class PretendedShow:
    """Answer each step after a while, as its engine would, or never."""

    def __init__(self, outcomes: dict[str, CalibrationState], *, answers: bool = True) -> None:
        self.outcomes = outcomes
        self.answers = answers
        self.wishes: list[CalibrationWish] = []
        self.waits = 0
        self._asked_at = 0

    def calibrate(self, wish: CalibrationWish) -> int:
        self.wishes.append(wish)
        self._asked_at = self.waits
        return len(self.wishes)

    def health(self) -> dict[str, Health]:
        if not self.answers:
            return {}
        number, looks = len(self.wishes), self.waits - self._asked_at
        state = CalibrationState(number - 1, "done")  # the one before
        if looks >= 1:
            state = CalibrationState(number, "running", 0.5)
        if looks >= 3:
            end = self.outcomes.get(self.wishes[-1], CalibrationState(0, "done", 1.0))
            state = CalibrationState(number, end.outcome, end.share, end.words)
        return {"engine": Health(0.0, "performing", True, calibration=state)}

    def wait_for_change(self, timeout_s: float) -> None:
        self.waits += 1


def test_each_step_is_asked_for_and_its_progress_shown() -> None:
    show, told = PretendedShow({}), list[tuple[str, float]]()
    calibrate_in_terminal(show, lambda what, share: told.append((what, share)))
    assert show.wishes == list(CALIBRATION_STEPS)
    for step in CALIBRATION_STEPS:
        assert (ASKS[step], 0.0) in told and (ASKS[step], 0.5) in told and (f"{ASKS[step]}: done", 1.0) in told


def test_a_step_that_failed_is_left_out_with_its_reason() -> None:
    words = "No blink was seen: face the camera, close both eyes fully, and try again."
    show, told = PretendedShow({"blink": CalibrationState(0, "failed", 0.0, words)}), list[tuple[str, float]]()
    calibrate_in_terminal(show, lambda what, share: told.append((what, share)))
    assert show.wishes == list(CALIBRATION_STEPS)
    assert (f"left out. {words}", 0.0) in told


def test_an_engine_that_never_answers_does_not_hold_up_the_show() -> None:
    show, told = PretendedShow({}, answers=False), list[str]()
    calibrate_in_terminal(show, lambda what, _: told.append(what))
    assert show.waits == len(CALIBRATION_STEPS) * round(ANSWER_S_MAX / LOOK_S)
    assert told[-1] == "left out. The stage did not answer."
