"""Lay what other programs give over what the camera and the idle show, and cross when some of it comes or goes.

Given parts are replaced before the mirror, so that its switch means the same for them as for the camera.
"""

import math
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.bridge import Bridge
from avatar_live.motion.face import BLINKS
from avatar_live.motion.mirror import Motion
from avatar_live.motion.skeleton import BONES, rows
from avatar_live.signals import ARKIT_SHAPES, HUMANOID_BONES, GivenPose

Doubles = NDArray[np.float64]

STALE_S = 0.5  # an older given pose is none: its sender, or the tracker that passes it on, is gone
CROSS_S = 0.35
# Bones that turn, and faces that change, faster than any body's were handed from one program to another; lids may.
LEAP_RAD_S, LEAP_WEIGHTS_S = 40.0, 20.0
LEAP_OVER_S_MIN = 1.0 / 60.0
UNIT_ERROR_MAX = 0.1
GAZE_RAD_MAX: Final = np.radians([45.0, 35.0])
HIPS_M_MAX = 2.0  # further away no camera of ours films
WEIGHT_MAX = 1.5  # 0..1 up to rounding

_SHAPES = len(ARKIT_SHAPES)
_PLACES: Final = np.array([HUMANOID_BONES.index(name) for name in BONES])
_HEAD: Final = rows("neck", "head")
_NOTHING: Final = bytes(len(HUMANOID_BONES) + len(ARKIT_SHAPES) + 2)


class Given:
    """Follow given poses; `leads` tells whether the newest moves head or face, since `captured_s`."""

    def __init__(self) -> None:
        self._bridge = Bridge()
        self._given: GivenPose | None = None
        self._turns: Doubles = np.zeros((0, 4))
        self.leads = False
        self.captured_s = 0.0

    def look(self, given: GivenPose | None, now_s: float) -> None:
        """Take the newest given pose, which may be old once more, or None."""
        given = admit(given, now_s)
        if _what(given) != _what(self._given) or self._is_leap(given):
            self._bridge.start(CROSS_S)
        self._given = given
        self.leads = given is not None and bool(given.has_rotation[_PLACES[_HEAD]].any() or given.has_shape.any())
        if given is not None:
            self._turns = given.rotations[_PLACES].astype(np.float64)
            self.captured_s = given.captured_s

    def trunk(self, rotations: Doubles) -> Doubles:
        """Return rotations (bones, 4) with the given ones in their places, not crossed: what limbs hang from."""
        if self._given is None:
            return rotations
        return np.where(self._given.has_rotation[_PLACES][:, None], self._turns, rotations)

    def over(self, motion: Motion, dt_s: float) -> Motion:
        """Return the motion with what is given in place of its own."""
        rotations, shapes, gaze, hips_m = self.trunk(motion.rotations), motion.shapes, motion.gaze, motion.hips_m
        if (given := self._given) is not None:
            shapes = np.where(given.has_shape, given.shapes, shapes)
            gaze = given.gaze_rad.astype(np.float64) if given.has_gaze else gaze
            hips_m = given.hips_offset_m.astype(np.float64) if given.has_hips_offset else hips_m
        numbers = np.concatenate((shapes, gaze, hips_m))
        rotations, numbers = self._bridge.cross(rotations, numbers, dt_s)
        return Motion(rotations, numbers[:_SHAPES], numbers[_SHAPES : _SHAPES + 2], numbers[_SHAPES + 2 :])

    def _is_leap(self, given: GivenPose | None) -> bool:
        """Tell whether the body is suddenly elsewhere: the same parts now come from another program."""
        before = self._given
        if given is None or before is None or given.captured_s == before.captured_s:
            return False
        passed_s = max(given.captured_s - before.captured_s, LEAP_OVER_S_MIN)
        angle_rad = min(LEAP_RAD_S * passed_s, math.pi)
        alike = np.abs((given.rotations * before.rotations).sum(axis=1))[given.has_rotation]
        changes = np.abs(given.shapes - before.shapes)
        changes[BLINKS] = 0.0
        return bool((alike < math.cos(0.5 * angle_rad)).any() or (changes > LEAP_WEIGHTS_S * passed_s).any())


def admit(given: GivenPose | None, now_s: float) -> GivenPose | None:
    """Return a given pose without what no body has: rotations of another length than one, numbers that are none."""
    if given is None or not given.captured_s <= now_s + STALE_S or now_s - given.captured_s > STALE_S:
        return None
    with np.errstate(all="ignore"):  # what is not finite is left out below
        lengths = np.sqrt((given.rotations * given.rotations).sum(axis=1))
        # Comparisons with what is not a number are false.
        is_unit = np.abs(lengths - 1.0) < UNIT_ERROR_MAX
        is_weight = np.abs(given.shapes) < WEIGHT_MAX
        rotations = given.rotations / lengths[:, None]
    has_gaze = given.has_gaze and bool(np.isfinite(given.gaze_rad).all())
    has_hips = given.has_hips_offset and bool(np.isfinite(given.hips_offset_m).all())
    admitted = replace(
        given,
        rotations=np.where(is_unit[:, None], rotations, quat.IDENTITY),
        has_rotation=given.has_rotation & is_unit,
        shapes=np.clip(np.where(is_weight, given.shapes, 0.0), 0.0, 1.0),
        has_shape=given.has_shape & is_weight,
        gaze_rad=np.clip(np.nan_to_num(given.gaze_rad), -GAZE_RAD_MAX, GAZE_RAD_MAX),
        has_gaze=has_gaze,
        hips_offset_m=np.clip(np.nan_to_num(given.hips_offset_m), -HIPS_M_MAX, HIPS_M_MAX),
        has_hips_offset=has_hips,
    )
    return admitted if any(_what(admitted)) else None


def _what(given: GivenPose | None) -> bytes:
    """Return which parts are given, for comparison; all zero when none is."""
    if given is None:
        return _NOTHING
    return given.has_rotation.tobytes() + given.has_shape.tobytes() + bytes((given.has_gaze, given.has_hips_offset))
