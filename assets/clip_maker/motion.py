"""A motion: channels with keys, sampled into rotations of bones, the way of the hips and weights of expressions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from avatar_live.mocap.body import SIDES
from avatar_live.mocap.curves import Curves

from .body import legs, quaternions, standing_foot, turn
from .curves import Floats, sample

RATE_HZ: Final = 30

Values = Mapping[str, float]  # by channel: "rightUpperArm.z" in degrees, "hips.up" in metres, "happy" 0..1

_AXES: Final = "xyz"
_WAYS: Final = ("right", "up", "ahead")  # of hips and feet, in metres; right is the avatar's left on +X turned round


@dataclass(frozen=True, slots=True)
class Motion:
    """Hold the keys of one motion; `lags_s` lets channels whose name starts so follow the others later."""

    name: str
    duration_s: float
    keys: Sequence[tuple[float, Values]]
    is_looped: bool = False
    lags_s: Mapping[str, float] = field(default_factory=dict)


def bake(motion: Motion) -> Curves:
    """Sample a motion; legs are solved from the hips and the feet where any of them moves."""
    times_s = np.arange(round(motion.duration_s * RATE_HZ) + 1) / RATE_HZ
    channels = _channels(motion, times_s)
    still = np.zeros(len(times_s))
    bones = {name.split(".")[0] for name in channels if name[-2:-1] == "." and name[-1] in _AXES}
    turns = {
        bone: turn(np.column_stack([channels.get(f"{bone}.{axis}", still) for axis in _AXES])) for bone in sorted(bones)
    }
    hips_m = None
    if any(name.split(".")[0] in ("hips", "leftFoot", "rightFoot") for name in channels):
        hips_m = _way("hips", channels, still)
        hips = turns.setdefault("hips", np.tile(np.eye(3), (len(times_s), 1, 1)))
        for side in SIDES:
            foot_m = standing_foot(side) + _way(f"{side}Foot", channels, still)
            turns.update(legs(side, hips_m, hips, foot_m, channels.get(f"{side}Foot.tip", still)))
    return Curves(
        times_s,
        {bone: quaternions(rotations) for bone, rotations in turns.items()},
        hips_m,
        {name: np.clip(values, 0.0, 1.0) for name, values in channels.items() if "." not in name},
    )


def _channels(motion: Motion, times_s: Floats) -> dict[str, Floats]:
    keys: dict[str, list[tuple[float, float]]] = {}
    for time_s, values in motion.keys:
        for name, value in values.items():
            keys.setdefault(name, []).append((time_s, value))
    period_s = motion.duration_s if motion.is_looped else None
    return {name: sample(points, times_s - _lag(motion, name), period_s) for name, points in sorted(keys.items())}


def _lag(motion: Motion, channel: str) -> float:
    return max((lag_s for start, lag_s in motion.lags_s.items() if channel.startswith(start)), default=0.0)


def _way(name: str, channels: Mapping[str, Floats], still: Floats) -> Floats:
    across, up, ahead = (channels.get(f"{name}.{way}", still) for way in _WAYS)
    return np.column_stack([-across, up, ahead])
