"""The VMC protocol, out: a pose as the packets from which another program moves its avatar.

Bundles stay below what a network carries in one piece. The blend shapes are ARKit's ("perfect sync"), the eyes' bones
carry the gaze. https://protocol.vmc.info/english
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.mocap import osc
from avatar_live.mocap.part import Turn
from avatar_live.mocap.unity import UNITY_BONES, other_place, other_turn
from avatar_live.mocap.vmc import APPLY, BLEND, BONE, EYES, OK, ROOT, TIME
from avatar_live.motion import quaternions as quat
from avatar_live.signals import ARKIT_SHAPES, Pose

BUNDLE_BYTES_MAX: Final = 1_400

_LOADED: Final = osc.message(OK, 1)
_ROOT: Final = osc.message(ROOT, "root", *(0.0, 0.0, 0.0), *(0.0, 0.0, 0.0, 1.0))
_APPLY: Final = osc.message(APPLY)
_NOWHERE: Final = np.zeros(3)


def packets(pose: Pose, places_m: Mapping[str, NDArray[np.float64]], time_s: float) -> list[bytes]:
    """Return a pose's packets; `places_m` are the bones' places at rest from the bone that each hangs from.

    A bone that the avatar lacks is sent too, at no place of its own: another avatar may have it.
    """
    return _bundled([_LOADED, osc.message(TIME, time_s), _ROOT, *_bones(pose, places_m)]) + _bundled(
        [*_weights(pose), _APPLY]
    )


def _bones(pose: Pose, places_m: Mapping[str, NDArray[np.float64]]) -> Iterator[bytes]:
    look = quat.from_yaw_pitch_roll(pose.gaze_yaw_rad, -pose.gaze_pitch_rad, 0.0)
    for name, rotation in {**pose.rotations, **dict.fromkeys(EYES, look)}.items():
        place = places_m.get(name, _NOWHERE)
        if name == "hips":
            place = place + pose.hips_offset_m
        x, y, z = place.tolist()
        turn: Turn = tuple(rotation.tolist())
        yield osc.message(BONE, UNITY_BONES[name], *other_place((x, y, z)), *other_turn(turn))


def _weights(pose: Pose) -> Iterator[bytes]:
    for name, weight in zip(ARKIT_SHAPES, pose.shapes.tolist(), strict=True):
        yield osc.message(BLEND, name, weight)


def _bundled(messages: Sequence[bytes]) -> list[bytes]:
    bundles: list[bytes] = []
    held: list[bytes] = []
    size = 0
    for message in messages:
        if held and size + len(message) + 4 > BUNDLE_BYTES_MAX - 16:
            bundles.append(osc.bundle(held))
            held, size = [], 0
        held.append(message)
        size += len(message) + 4
    bundles.append(osc.bundle(held))
    return bundles
