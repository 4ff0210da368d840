"""A slow machine makes the watch patient, in virtual time."""

import pytest

from avatar_live.channels.processes import HEALTH_STALE_S
from avatar_live.tracking.pulse import (
    PATIENCE_S_MIN,
    SETTLED_BEATS,
    STEPS_PATIENT,
    WINDOW_S,
    Pulse,
)

STEP_S = 0.02


def beaten(pulse: Pulse, from_s: float, steps: int, step_s: float = STEP_S) -> float:
    """Let the loop go on so many steps and return the time at its end."""
    for number in range(1, steps + 1):
        pulse.beat(from_s + number * step_s)
    return from_s + steps * step_s


def test_patience_is_long_until_the_pace_is_known() -> None:
    pulse = Pulse()
    beaten(pulse, 0.0, SETTLED_BEATS - 1)
    assert pulse.patience_s == HEALTH_STALE_S
    pulse = Pulse()
    beaten(pulse, 0.0, SETTLED_BEATS)
    assert pulse.patience_s == PATIENCE_S_MIN


def test_opening_the_models_is_no_measure_of_the_pace() -> None:
    pulse = Pulse()
    now_s = beaten(pulse, 0.0, 2, step_s=3.0)
    beaten(pulse, now_s, SETTLED_BEATS)
    assert pulse.patience_s == PATIENCE_S_MIN


def test_a_slow_step_makes_patient_for_a_while_and_is_then_forgotten() -> None:
    pulse = Pulse()
    now_s = beaten(pulse, 0.0, SETTLED_BEATS)
    pulse.beat(now_s + 0.4)
    now_s = beaten(pulse, now_s + 0.4, round(0.9 * WINDOW_S / STEP_S))
    assert pulse.patience_s == pytest.approx(STEPS_PATIENT * 0.4)
    beaten(pulse, now_s, round(2.0 * WINDOW_S / STEP_S))
    assert pulse.patience_s == PATIENCE_S_MIN


def test_a_machine_too_slow_to_be_judged_has_the_common_patience() -> None:
    pulse = Pulse()
    now_s = beaten(pulse, 0.0, SETTLED_BEATS)
    beaten(pulse, now_s, 3, step_s=HEALTH_STALE_S)
    assert pulse.patience_s == HEALTH_STALE_S


def test_what_is_done_for_the_first_time_again_has_all_the_time() -> None:
    pulse = Pulse()
    now_s = beaten(pulse, 0.0, SETTLED_BEATS)
    pulse.restart()
    assert pulse.patience_s == HEALTH_STALE_S
    beaten(pulse, now_s + 2.0, SETTLED_BEATS)
    assert pulse.patience_s == PATIENCE_S_MIN, "the two seconds were no step of the loop"
