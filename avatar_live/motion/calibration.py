"""What was measured of one face before one camera: looking ahead, its lids' range, its mouth's range.

Weights are raw ones, as `face.raw_weights` gives them: a change of what those mean needs a new `VERSION`, so that an
old file is told apart and not believed.
"""

import math
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from avatar_live.signals.presence import CalibrationStep

VERSION: Final = 1
CALM: Final = 5.0  # the automatic adaptation is this much slower where a calibration says from where it starts
LID_RISE_MIN: Final = 0.12  # raw units between an open and a closed lid, below which no blink can be told from noise

Weight = Annotated[float, Meta(ge=0.0, le=1.0)]
Angle = Annotated[float, Meta(ge=-math.pi, le=math.pi)]
Metres = Annotated[float, Meta(ge=-20.0, le=20.0)]


class Ahead(msgspec.Struct, frozen=True):
    """Hold a face that looks straight ahead: the head's rotation vector relative to the line from the camera, the gaze
    in the head (yaw, pitch), the face's place from the camera, and the resting weights by ARKit's names.
    """

    rotation_rad: tuple[Angle, Angle, Angle]
    gaze_rad: tuple[Angle, Angle]
    place_m: tuple[Metres, Metres, Metres]
    shapes: dict[str, Weight]


class Lids(msgspec.Struct, frozen=True):
    """Hold the raw blink of open and of closed lids, left and right."""

    opened: tuple[Weight, Weight]
    closed: tuple[Weight, Weight]

    def __post_init__(self) -> None:
        if any(shut < wide + LID_RISE_MIN for wide, shut in zip(self.opened, self.closed, strict=True)):
            raise ValueError("closed lids must lie above open ones")


class Mouth(msgspec.Struct, frozen=True):
    """Hold how far the mouth's shapes go, by ARKit's names."""

    peaks: dict[str, Weight]


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what is known of a face; a part that was skipped is None."""

    version: Literal[1]
    ahead: Ahead | None = None
    lids: Lids | None = None
    mouth: Mouth | None = None

    @property
    def known(self) -> tuple[CalibrationStep, ...]:
        """The steps that were done."""
        parts: dict[CalibrationStep, object] = {"ahead": self.ahead, "blink": self.lids, "mouth": self.mouth}
        return tuple(step for step, part in parts.items() if part is not None)


UNCALIBRATED: Final = Calibration(version=VERSION)
