"""Lay one performance over another: a wave of the arm over a tracked body, a dance that fades in and out.

Poses are in the avatar's own space (see `signals.Pose`), so this works after the mirror.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from avatar_live.motion import quaternions as quat
from avatar_live.motion.bridge import smoothstep
from avatar_live.motion.skeleton import Doubles
from avatar_live.signals import HUMANOID_BONES, Pose

TRUNK: Final = frozenset(("hips", "spine", "chest", "upperChest", "neck", "head"))
LEGS: Final = frozenset(name for name in HUMANOID_BONES if name.endswith(("UpperLeg", "LowerLeg", "Foot", "Toes")))
WHOLE_BODY: Final = frozenset(HUMANOID_BONES)
UPPER_BODY: Final = WHOLE_BODY - LEGS - {"hips"}


def blend(first: Pose, second: Pose, share: float) -> Pose:
    """Return the pose that is `share` (0..1) of the way from the first to the second; a bone not named is at rest."""
    if share <= 0.0:
        return first
    if share >= 1.0:
        return replace(second, is_tracked=first.is_tracked, captured_s=first.captured_s)
    names = (*first.rotations, *(name for name in second.rotations if name not in first.rotations))
    return replace(
        first,
        rotations=dict(zip(names, _turned(_rows(first, names), _rows(second, names), share), strict=True)),
        shapes=first.shapes + (second.shapes - first.shapes) * share,
        gaze_yaw_rad=first.gaze_yaw_rad + (second.gaze_yaw_rad - first.gaze_yaw_rad) * share,
        gaze_pitch_rad=first.gaze_pitch_rad + (second.gaze_pitch_rad - first.gaze_pitch_rad) * share,
        hips_offset_m=first.hips_offset_m + (second.hips_offset_m - first.hips_offset_m) * share,
        expressions=_mixed(first.expressions, second.expressions, share),
    )


def layered(pose: Pose, over: Pose, share: float, bones: Collection[str] = UPPER_BODY) -> Pose:
    """Return the pose with `share` (0..1) of another over it, on the bones that both the mask and the other name.

    Limbs follow the other; the trunk and the head add its turns to their own, so the performer stays alive in them.
    Its expressions are shown where they are stronger. Face shapes and gaze stay the pose's. The hips travel where the
    mask has them.
    """
    if share <= 0.0:
        return pose
    share = min(share, 1.0)
    rotations = dict(pose.rotations)
    limbs = [name for name in over.rotations if name in bones and name not in TRUNK]
    trunk = [name for name in over.rotations if name in bones and name in TRUNK]
    if limbs:
        rotations.update(zip(limbs, _turned(_rows(pose, limbs), _rows(over, limbs), share), strict=True))
    if trunk:
        turns = _turned(np.tile(quat.IDENTITY, (len(trunk), 1)), _rows(over, trunk), share)
        rotations.update(zip(trunk, quat.multiply(_rows(pose, trunk), turns), strict=True))
    expressions = dict(pose.expressions)
    for name, weight in over.expressions.items():
        expressions[name] = max(expressions.get(name, 0.0), weight * share)
    hips_offset_m = pose.hips_offset_m + over.hips_offset_m * share if "hips" in bones else pose.hips_offset_m
    return replace(pose, rotations=rotations, expressions=expressions, hips_offset_m=hips_offset_m)


def fade(time_s: float, duration_s: float, in_s: float = 0.25, out_s: float = 0.35) -> float:
    """Return the share of a layer that plays from 0 to `duration_s`: it rises at the start and falls to the end."""
    return smoothstep(0.0, in_s, time_s) * (1.0 - smoothstep(duration_s - out_s, duration_s, time_s))


def _rows(pose: Pose, names: Collection[str]) -> Doubles:
    return np.array([pose.rotations.get(name, quat.IDENTITY) for name in names]).reshape(-1, 4)


def _turned(first: Doubles, second: Doubles, share: float) -> Doubles:
    """Return the rotations (n, 4) between two sets, along the shorter ways."""
    way = quat.to_rotation_vector(quat.multiply(quat.inverse(first), second))
    return quat.multiply(first, quat.from_rotation_vector(way * share))


def _mixed(first: Mapping[str, float], second: Mapping[str, float], share: float) -> dict[str, float]:
    names = (*first, *(name for name in second if name not in first))
    return {name: first.get(name, 0.0) * (1.0 - share) + second.get(name, 0.0) * share for name in names}
