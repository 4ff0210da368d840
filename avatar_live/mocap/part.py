"""What a packet of another program tells of the host, and the one error of a packet that tells nothing."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from avatar_live.motion import quaternions as quat
from avatar_live.motion.gaze import WITNESS_RAD

NUMBER_MAX: Final = 1e6  # metres, degrees, percent: no program means a larger one
NECK_SHARE: Final = 0.45  # of a turned head, as for a filmed one

Turn = tuple[float, float, float, float]  # x y z w, unit length


class PacketError(ValueError):
    """Say why a packet tells nothing."""


@dataclass(frozen=True, slots=True)
class Part:
    """Hold a part of a pose in the person's space (see `signals.GivenPose`); what is not named is not given.

    `rotations` are by the names of `HUMANOID_BONES`, `shapes` 0..1 by those of `ARKIT_SHAPES`, without eyeLook, which
    travels as `gaze_rad` (yaw, pitch), positive to the person's left and up.
    """

    rotations: Mapping[str, Turn] = field(default_factory=dict)
    shapes: Mapping[str, float] = field(default_factory=dict)
    gaze_rad: tuple[float, float] | None = None
    hips_offset_m: tuple[float, float, float] | None = None


def checked(numbers: Iterable[float]) -> None:
    """Raise PacketError when one of the numbers is none, or out of all proportion."""
    for number in numbers:
        if not -NUMBER_MAX <= number <= NUMBER_MAX:  # false for what is not a number
            raise PacketError(f"{number} is no number that a body has")


def unit(x: float, y: float, z: float, w: float) -> Turn:
    """Return a rotation at unit length. Raises PacketError when it has no direction."""
    checked((x, y, z, w))
    length = math.sqrt(x * x + y * y + z * z + w * w)
    if length < quat.TINY:
        raise PacketError("a rotation of no length")
    return x / length, y / length, z / length, w / length


def turned_head(rotation: quat.Doubles) -> dict[str, Turn]:
    """Return neck and head for a head that is turned by `rotation` (4,) in all."""
    vector = quat.to_rotation_vector(rotation)
    neck = quat.from_rotation_vector(vector * NECK_SHARE)
    head = quat.from_rotation_vector(vector * (1.0 - NECK_SHARE))
    return {"neck": _turn(neck), "head": _turn(head)}


def gaze_of_looks(shapes: Mapping[str, float]) -> tuple[float, float]:
    """Return the gaze (yaw, pitch) that ARKit's eyeLook weights stand for."""

    def look(way: str, eye: str) -> float:
        return shapes.get(f"eyeLook{way}{eye}", 0.0)

    to_left = 0.5 * (look("Out", "Left") - look("In", "Left") + look("In", "Right") - look("Out", "Right"))
    up = 0.5 * (look("Up", "Left") - look("Down", "Left") + look("Up", "Right") - look("Down", "Right"))
    return float(WITNESS_RAD[0]) * to_left, float(WITNESS_RAD[1]) * up


def without_looks(shapes: Mapping[str, float]) -> dict[str, float]:
    """Return the weights, 0..1, that are not the eyes' direction."""
    return {name: min(max(weight, 0.0), 1.0) for name, weight in shapes.items() if not name.startswith("eyeLook")}


def _turn(rotation: quat.Doubles) -> Turn:
    x, y, z, w = rotation.tolist()
    return x, y, z, w
