"""A performance as curves: what each bone and each expression does at even steps of time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.face import preset_weights
from avatar_live.signals import ARKIT_SHAPES, Pose

Doubles = NDArray[np.float64]

FaceKind = Literal["arkit", "vrm"]

_IDENTITY: Final = np.array([0.0, 0.0, 0.0, 1.0])
_STILL: Final = 1e-9  # what never moves further than this does not move


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Hold `n` moments at `times_s` (n,): `rotations` (n, 4) by bone, `hips_m` (n, 3) from rest, `expressions` (n,) by
    name, and `gaze` (n, 4), the eyes' rotation against the head. What never moves is left out.

    Each rotation is on the side of the quaternion sphere of the one before, so that straight ways between them are
    short.
    """

    times_s: Doubles
    rotations: Mapping[str, Doubles]
    hips_m: Doubles | None
    expressions: Mapping[str, Doubles]
    gaze: Doubles | None = None


def curves_of(poses: Iterable[Pose], fps: float, face: FaceKind = "arkit") -> Curves:
    """Return the curves of poses that follow each other at `fps`.

    The face is told by ARKit's 52 shapes, for avatars that have them, or by VRM's presets, for those that do not.
    """
    # What is kept of a pose is packed: ten minutes of whole ones would be a third of a gigabyte.
    names: list[tuple[str, ...]] = []
    turns: list[Doubles] = []
    rows: list[Doubles] = []
    expressions: list[Mapping[str, float]] = []
    for pose in poses:
        names.append(tuple(pose.rotations))
        turns.append(np.array(list(pose.rotations.values()), np.float64).reshape(-1, 4))
        rows.append(np.array([*pose.hips_offset_m, pose.gaze_yaw_rad, pose.gaze_pitch_rad, *pose.shapes]))
        expressions.append(pose.expressions)
    numbers = np.array(rows).reshape(-1, 5 + len(ARKIT_SHAPES))
    hips_m, gaze = numbers[:, :3], numbers[:, 3:5]
    return Curves(
        times_s=np.arange(len(rows)) / fps,
        rotations=_rotations(names, turns),
        hips_m=hips_m if _moves(hips_m) else None,
        expressions=_expressions(numbers[:, 5:], expressions, face),
        gaze=_near(_looks(gaze)) if _moves(gaze) else None,
    )


def _rotations(names: Sequence[tuple[str, ...]], turns: Sequence[Doubles]) -> dict[str, Doubles]:
    """Return the rotations (n, 4) of the bones that move, given each moment's bones and their rotations."""
    bones = list(dict.fromkeys(bone for together in dict.fromkeys(names) for bone in together))
    places = {together: [bones.index(bone) for bone in together] for together in dict.fromkeys(names)}
    told = np.tile(_IDENTITY, (len(names), len(bones), 1))
    for moment, (together, rotations) in enumerate(zip(names, turns, strict=True)):
        told[moment, places[together]] = rotations
    return {bone: _near(told[:, place]) for place, bone in enumerate(bones) if _moves(told[:, place, :3])}


def _expressions(shapes: Doubles, shown: Sequence[Mapping[str, float]], face: FaceKind) -> dict[str, Doubles]:
    if face == "arkit":
        told = dict(zip(ARKIT_SHAPES, shapes.T, strict=True))
    else:
        presets = [preset_weights(weights, blinks_apart=True) for weights in shapes]
        told = {name: np.array([weights[name] for weights in presets]) for name in (presets[0] if presets else ())}
    for name in dict.fromkeys(name for weights in shown for name in weights):
        own = np.array([weights.get(name, 0.0) for weights in shown])
        told[name] = np.maximum(told[name], own) if name in told else own
    return {name: np.clip(weights, 0.0, 1.0) for name, weights in told.items() if _moves(weights)}


def _moves(values: Doubles) -> bool:
    return bool((np.abs(values) > _STILL).any())


def _near(turns: Doubles) -> Doubles:
    """Return rotations (n, 4) with the sign that keeps each near the one before, the first with w >= 0."""
    if not len(turns):
        return turns
    flips = np.where((turns[1:] * turns[:-1]).sum(axis=1) < 0.0, -1.0, 1.0)
    signs = np.cumprod([1.0 if turns[0, 3] >= 0.0 else -1.0, *flips])
    return turns * signs[:, None]


def _looks(gaze: Doubles) -> Doubles:
    """Return the rotations (n, 4) of yaw and pitch (n, 2): about +Y, then about the turned +X, up being negative."""
    (sy, sx), (cy, cx) = np.sin(gaze.T / 2.0), np.cos(gaze.T / 2.0)
    return np.column_stack([-cy * sx, sy * cx, sy * sx, cy * cx])
