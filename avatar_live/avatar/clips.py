"""A recorded performance: rotations, hips, expressions and gaze over time, in terms that fit any avatar.

Rotations are normalised as in `signals.Pose`, the way of the hips is told in heights of the hips.
https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html#appendix-c-interpolation
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from avatar_live.avatar.model import Avatar, Doubles
from avatar_live.avatar.quaternions import axes_of, conjugate, multiply, slerp
from avatar_live.signals import Pose

HIPS_HEIGHT_M: Final = 0.9  # of nobody in particular: an adult's
_HEAD_CHAIN: Final = ("hips", "spine", "chest", "upperChest", "neck", "head")

Interpolation = Literal["step", "linear", "cubic"]


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Hold what `names` (n) do at `times_s` (K,): `values` (K, n, width), cubic ones (K, 3, n, width) with tangents.

    A cubic key is an in-tangent per second, a value and an out-tangent per second. Four-wide values are rotations.
    """

    names: tuple[str, ...]
    times_s: Doubles
    values: Doubles
    interpolation: Interpolation = "linear"

    def at(self, time_s: float) -> Doubles:
        """Return the values (n, width) at a time; before the first and after the last key, theirs."""
        is_cubic = self.interpolation == "cubic"
        after = int(np.searchsorted(self.times_s, time_s, side="right"))
        if after == 0 or after == len(self.times_s):
            key = self.values[max(after - 1, 0)]
            return np.asarray(key[1] if is_cubic else key)
        span_s = float(self.times_s[after] - self.times_s[after - 1])
        share = (time_s - float(self.times_s[after - 1])) / span_s
        first, second = self.values[after - 1], self.values[after]
        match self.interpolation:
            case "step":
                return np.asarray(first)
            case "linear":
                return slerp(first, second, share) if self.values.shape[-1] == 4 else first + (second - first) * share
            case "cubic":
                return _hermite(first, second, share, span_s)


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Hold a whole recording of `duration_s`.

    `rotations` name humanoid bones, `hips` moves them by their height, `expressions` are VRM's or the avatar's own,
    `gaze` is a rotation against the head. `target` is a point to look at, from the place of the eyes at rest, in
    heights of the hips; where it is set it rules over `gaze`.
    """

    duration_s: float
    rotations: Sequence[Track] = ()
    hips: Track | None = None
    expressions: Sequence[Track] = ()
    gaze: Track | None = None
    target: Track | None = None

    def at(self, time_s: float, is_looped: bool = False, hips_height_m: float = HIPS_HEIGHT_M) -> Pose:
        """Return the pose at a time, for an avatar whose hips are so high; it names only bones that the clip moves."""
        if is_looped and self.duration_s > 0.0:
            time_s %= self.duration_s
        rotations = _named(self.rotations, time_s)
        yaw_rad, pitch_rad = self._gaze(rotations, time_s)
        return Pose(
            rotations=rotations,
            gaze_yaw_rad=yaw_rad,
            gaze_pitch_rad=pitch_rad,
            hips_offset_m=np.zeros(3) if self.hips is None else self.hips.at(time_s)[0] * hips_height_m,
            expressions={
                name: min(max(float(weight[0]), 0.0), 1.0) for name, weight in _named(self.expressions, time_s).items()
            },
        )

    def _gaze(self, rotations: Mapping[str, Doubles], time_s: float) -> tuple[float, float]:
        if self.target is not None:
            towards = self.target.at(time_s)[0]
            head = np.array([0.0, 0.0, 0.0, 1.0])
            for bone in _HEAD_CHAIN:
                if bone in rotations:
                    head = multiply(head, rotations[bone])
            towards = axes_of(conjugate(head)) @ towards
        elif self.gaze is not None:
            towards = axes_of(self.gaze.at(time_s)[0])[:, 2]
        else:
            return 0.0, 0.0
        x, y, z = towards.tolist()
        return float(np.arctan2(x, z)), float(np.arctan2(y, np.hypot(x, z)))


def hips_height_m(avatar: Avatar) -> float:
    """Return how high the avatar's hips are at rest, for `Clip.at`."""
    world = np.eye(4)
    node = avatar.humanoid["hips"]
    while node >= 0:
        source = avatar.nodes[node]
        local = np.eye(4)
        local[:3, :3] = axes_of(source.rotation) * source.scale
        local[:3, 3] = source.translation
        world = local @ world
        node = source.parent
    return abs(float(world[1, 3]))


def _named(tracks: Sequence[Track], time_s: float) -> dict[str, Doubles]:
    return {name: value for track in tracks for name, value in zip(track.names, track.at(time_s), strict=True)}


def _hermite(first: Doubles, second: Doubles, share: float, span_s: float) -> Doubles:
    """Return the cubic spline's values (n, width) between two keys (3, n, width)."""
    square, cube = share * share, share * share * share
    values = (
        (2.0 * cube - 3.0 * square + 1.0) * first[1]
        + span_s * (cube - 2.0 * square + share) * first[2]
        + (3.0 * square - 2.0 * cube) * second[1]
        + span_s * (cube - square) * second[0]
    )
    if values.shape[-1] == 4:
        values = values / np.maximum(np.linalg.norm(values, axis=-1, keepdims=True), 1e-9)
    return np.asarray(values)
