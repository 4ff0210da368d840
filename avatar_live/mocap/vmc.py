"""The VMC protocol, in: bones, root and blend shapes of another program's avatar, as OSC messages over UDP.

https://protocol.vmc.info/english. A program spreads one moment over many packets, so the reader remembers. Places are
in metres of the sender's avatar; how high its hips are at rest nobody says, so their offset counts from where they
were first seen.
"""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from avatar_live.mocap import osc
from avatar_live.mocap.expressions import is_known, part_of
from avatar_live.mocap.osc import Value
from avatar_live.mocap.part import PacketError, Part, Turn, checked, unit
from avatar_live.mocap.unity import OUR_BONES, other_place, other_turn
from avatar_live.motion import quaternions as quat

BONE: Final = "/VMC/Ext/Bone/Pos"
ROOT: Final = "/VMC/Ext/Root/Pos"
BLEND: Final = "/VMC/Ext/Blend/Val"
APPLY: Final = "/VMC/Ext/Blend/Apply"
OK: Final = "/VMC/Ext/OK"
TIME: Final = "/VMC/Ext/T"
EYES: Final[tuple[str, ...]] = ("leftEye", "rightEye")

Place = tuple[float, float, float]


@dataclass(slots=True)
class _Known:
    """Hold what a sender has told so far; `rest` is where its hips were first seen."""

    rotations: dict[str, Turn] = field(default_factory=dict)
    eyes: dict[str, Turn] = field(default_factory=dict)
    hips: tuple[Place, Turn] | None = None
    root: tuple[Place, Turn] | None = None
    rest: Place | None = None
    offset_m: Place | None = None
    gaze_rad: tuple[float, float] | None = None
    weights: dict[str, float] = field(default_factory=dict)
    face: Part = field(default_factory=Part)


class Vmc:
    """Read one sender's packets."""

    def __init__(self) -> None:
        self._known = _Known()

    def parse(self, data: bytes) -> Part | None:
        """Return all that is known after this packet, or None when it told nothing of a pose. Raises PacketError.

        A packet is taken whole or not at all.
        """
        bones: dict[str, tuple[Place, Turn]] = {}
        root: tuple[Place, Turn] | None = None
        weights, is_applied, is_loaded = dict(self._known.weights), False, True
        for address, values in osc.messages(data):
            if address == BONE:
                name, place, turn = _pose(values)
                if (bone := OUR_BONES.get(name.casefold())) is not None:
                    bones[bone] = place, turn
            elif address == ROOT:
                root = _pose(values)[1:]
            elif address == BLEND:
                name, weight = _weight(values)
                if is_known(name):
                    weights[name] = weight
            elif address == APPLY:
                is_applied = True
            elif address == OK:
                is_loaded = not values or values[0] != 0
        if not is_loaded:  # the sender's avatar is gone, and its next one stands elsewhere
            self._known = _Known()
            return None
        known = self._known
        known.weights = weights
        if is_applied:
            known.face = part_of(weights)
        _move(known, bones, root)
        if not bones and root is None and not is_applied:
            return None
        return Part(dict(known.rotations), known.face.shapes, known.gaze_rad or known.face.gaze_rad, known.offset_m)


def _move(known: _Known, bones: dict[str, tuple[Place, Turn]], root: tuple[Place, Turn] | None) -> None:
    """Take in bones and the root."""
    known.rotations |= {name: turn for name, (_, turn) in bones.items() if name not in ("hips", "jaw", *EYES)}
    if eyes := {name: bones[name][1] for name in EYES if name in bones}:
        known.eyes |= eyes
        known.gaze_rad = _gaze(list(known.eyes.values()))
    known.hips, known.root = bones.get("hips", known.hips), root or known.root
    if known.hips is not None and ("hips" in bones or root is not None):
        place, known.rotations["hips"] = _moved(known.hips, known.root)
        known.rest = known.rest or place
        known.offset_m = place[0] - known.rest[0], place[1] - known.rest[1], place[2] - known.rest[2]


def _moved(hips: tuple[Place, Turn], root: tuple[Place, Turn] | None) -> tuple[Place, Turn]:
    """Return the hips' place and rotation with the root's, which may walk and turn below them."""
    if root is None:
        return hips
    (place, turn), (root_place, root_turn) = hips, (np.array(root[0]), np.array(root[1]))
    x, y, z = (root_place + quat.rotate(root_turn, np.array(place))).tolist()
    qx, qy, qz, qw = quat.multiply(root_turn, np.array(turn)).tolist()
    return (x, y, z), (qx, qy, qz, qw)


def _pose(values: tuple[Value, ...]) -> tuple[str, Place, Turn]:
    """Return name, place and rotation in our space; later versions append more. Raises PacketError."""
    name, (x, y, z, qx, qy, qz, qw) = _named(values, 7)
    return name, other_place((x, y, z)), other_turn(unit(qx, qy, qz, qw))


def _weight(values: tuple[Value, ...]) -> tuple[str, float]:
    name, (weight,) = _named(values, 1)
    return name, weight


def _named(values: tuple[Value, ...], count: int) -> tuple[str, list[float]]:
    """Return a name and the numbers behind it. Raises PacketError."""
    name, numbers = (values[0] if values else None), values[1 : 1 + count]
    if not isinstance(name, str) or len(numbers) < count:
        raise PacketError(f"not a name and {count} numbers")
    floats = [float(number) for number in numbers if isinstance(number, float | int)]
    if len(floats) < count:
        raise PacketError(f"not a name and {count} numbers")
    checked(floats)
    return name, floats


def _gaze(eyes: list[Turn]) -> tuple[float, float]:
    """Return the (yaw, pitch) between the directions of the eyes."""
    x, y, z = quat.rotate(np.array(eyes), np.array([[0.0, 0.0, 1.0]] * len(eyes))).sum(axis=0).tolist()
    return math.atan2(x, z), math.atan2(y, math.hypot(x, z))
