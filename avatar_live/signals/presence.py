"""The host before the camera, or not, as words: what is calibrated, and what is shown while nobody is seen."""

from typing import Final, Literal, get_args

CalibrationStep = Literal["ahead", "blink", "mouth"]
CALIBRATION_STEPS: Final[tuple[CalibrationStep, ...]] = get_args(CalibrationStep)

LostPolicy = Literal["idle", "hold", "sleep"]
LOST_POLICIES: Final[tuple[LostPolicy, ...]] = get_args(LostPolicy)
