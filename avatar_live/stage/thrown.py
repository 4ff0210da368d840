"""What viewers throw, drawn: props as physics has them, squashed by their bounces, with shadows and stains."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath

from avatar_live.avatar.quaternions import axes_of
from avatar_live.stage import layers
from avatar_live.stage.axes import facing
from avatar_live.stage.colors import srgb
from avatar_live.stage.copies import Copies
from avatar_live.stage.curves import overshoot, smooth
from avatar_live.stage.host import Host
from avatar_live.stage.physics import BODIES_MAX, Body, Hit, size_of
from avatar_live.stage.scenery import TABLE_SIZE
from avatar_live.stage.solids import Solid, disc, fan, join
from avatar_live.stage.table import TABLE_HEIGHT_M, TABLE_MIDDLE_Z_M, UNIT_M
from avatar_live.stage.things import THINGS

Doubles = NDArray[np.float64]

STAINS_MAX: Final = 8
STAIN_S: Final = 3.2
_SQUASH_S: Final = 0.075
_SHADOW_REACH_M: Final = 0.5  # a prop higher above the table throws none
_SHADOW_RADIUS_M: Final = 0.07
_STAIN_SHARE: Final = 0.42  # of the skull's radius
_SLIDE_RAD_S: Final = 0.09
_STAIN_BEND: Final = 0.21  # how far the rim of a stain of size one lies behind its middle, on a skull


@dataclass(frozen=True, slots=True, eq=False)
class Stain:
    """Remember where a tomato burst on the head: `outward` (3,) from the skull's middle, `height` along it."""

    outward: Doubles
    height: float
    size: float
    turn_rad: float
    at_s: float


class Thrown:
    """Hold what is seen of the props, and the stains that they leave."""

    def __init__(self, parent: NodePath) -> None:
        self.stains: list[Stain] = []
        shadow = disc(1.0, (0.0, 0.0, 0.02, 0.55), (0.0, 0.0, 0.02, 0.0))
        self._shadows = Copies(parent, {"shadow": shadow}, BODIES_MAX, layers.SHADOWS)
        self._props = Copies(parent, {name: thing.solid() for name, thing in THINGS.items()}, BODIES_MAX)
        self._splats = Copies(parent, {"stain": _stain_solid()}, STAINS_MAX, layers.BLENDED, 100)

    def rehearse(self) -> None:
        """Let the driver meet all that may be seen here."""
        for copies in (self._props, self._shadows, self._splats):
            copies.rehearse()

    def take(self, hit: Hit, host: Host, now_s: float) -> None:
        """Leave a stain where a tomato met the head."""
        if not (hit.is_first and hit.body.thing.leaves_stain):
            return
        random = np.random.default_rng(hit.body.seed)
        outward = host.in_head(hit.point_m) - host.skull.center
        outward[2] = max(outward[2], 0.35 * host.skull.radius_m)  # where the audience sees it
        outward /= np.linalg.norm(outward)
        size = _STAIN_SHARE * host.skull.radius_m * float(random.uniform(0.85, 1.15))
        height = host.skull.height(outward, 0.7 * size)
        stain = Stain(outward, height, size, float(random.uniform(0.0, 2.0 * np.pi)), now_s)
        self.stains = [*self.stains, stain][-STAINS_MAX:]

    def show(self, bodies: Sequence[Body], places: Doubles, turns: Doubles, host: Host, now_s: float) -> None:
        """Show the props at `places` (N, 3), turned by `turns` (N, 4), and what they left on the host."""
        self.stains = [stain for stain in self.stains if now_s - stain.at_s < STAIN_S]
        poses = prop_poses(bodies, places, turns, now_s)
        names = np.array([body.name for body in bodies], dtype=object)
        self._props.show({name: poses[names == name] for name in set(names.tolist())})
        self._shadows.show({"shadow": shadow_poses(places, poses)})
        stains = [_stain_pose(stain, host, now_s) for stain in self.stains]
        self._splats.show({"stain": np.array(stains).reshape(-1, 4, 4)})


def prop_poses(bodies: Sequence[Body], places: Doubles, turns: Doubles, now_s: float) -> Doubles:
    """Return how the props are drawn (N, 4, 4): where they are, shrinking at their end, squashed by a bounce."""
    poses = np.zeros((len(bodies), 4, 4))
    if not bodies:
        return poses
    sizes = np.array([size_of(body, now_s) for body in bodies])
    poses[:, :3, :3] = axes_of(turns) * sizes[:, None, None]
    poses[:, :3, 3] = places
    poses[:, 3, 0] = 1.0
    for index, body in enumerate(bodies):
        age_s = now_s - body.bounced_s
        if body.bounce_normal is not None and body.thing.softness > 0.0 and age_s < 6.0 * _SQUASH_S:
            squash = body.thing.softness * body.bounce_share * math.exp(-age_s / _SQUASH_S)
            squash *= math.cos(0.8 * age_s / _SQUASH_S)  # springs out a little before it is round again
            along = np.outer(body.bounce_normal, body.bounce_normal)
            poses[index, :3, :3] = (np.eye(3) * (1.0 + 0.55 * squash) - 1.55 * squash * along) @ poses[index, :3, :3]
    return poses


def shadow_poses(places: Doubles, poses: Doubles) -> Doubles:
    """Return soft round shadows (N, 4, 4) on the table under what is above it, fainter the higher it is."""
    width, depth = TABLE_SIZE
    high = places[:, 1] - TABLE_HEIGHT_M
    is_above = (high > 0.0) & (high < _SHADOW_REACH_M)
    is_above &= (np.abs(places[:, 0]) < width * UNIT_M / 2) & (
        np.abs(places[:, 2] - TABLE_MIDDLE_Z_M) < depth * UNIT_M / 2
    )
    share = 1.0 - high[is_above] / _SHADOW_REACH_M
    size = np.cbrt(np.abs(np.linalg.det(poses[is_above, :3, :3]))) * _SHADOW_RADIUS_M * (1.6 - 0.6 * share)
    shadows = np.zeros((int(is_above.sum()), 4, 4))
    shadows[:, (0, 1, 2), (0, 1, 2)] = size[:, None]
    shadows[:, :3, 3] = places[is_above]
    shadows[:, 1, 3] = TABLE_HEIGHT_M + 0.002
    shadows[:, 3, 0] = share * share
    return shadows


def _stain_pose(stain: Stain, host: Host, now_s: float) -> Doubles:
    """Return how a stain is drawn (4, 4): it splashes open, slides down and fades."""
    age_s = now_s - stain.at_s
    slid_s = max(0.0, age_s - 0.35)
    down = _SLIDE_RAD_S * slid_s
    outward = stain.outward - np.array([0.0, down, 0.0])
    outward /= np.linalg.norm(outward)
    axes = facing(outward)
    turn = np.array(
        [[math.cos(stain.turn_rad), -math.sin(stain.turn_rad)], [math.sin(stain.turn_rad), math.cos(stain.turn_rad)]]
    )
    size = stain.size * overshoot(age_s / 0.16)
    local = np.zeros((4, 4))
    flat = np.diag([size * (1.0 - 0.04 * slid_s), size * (1.0 + 0.13 * slid_s)]) @ turn  # it runs
    local[:3, :2] = axes[:, :2] @ flat
    local[:3, 2] = axes[:, 2] * size
    local[:3, 3] = host.skull.center + outward * (stain.height + 0.02 * stain.size)
    local[3, 3] = 1.0
    pose: Doubles = host.head @ local
    pose[3] = (smooth((STAIN_S - age_s) / 0.6), 0.0, 0.0, 0.0)
    return pose


def _stain_solid() -> Solid:
    """Return a splash about the origin that faces +Z, of radius one at its longest points, bent like a head."""
    spikes = np.array([1.0, 0.55, 0.8, 0.5, 0.95, 0.6, 0.72, 0.5, 1.0, 0.58, 0.85, 0.52])
    share = np.linspace(0.0, len(spikes), 72, endpoint=False)
    low = np.floor(share).astype(int)
    blend = (1.0 - np.cos(np.pi * (share - low))) / 2.0
    rim = spikes[low % len(spikes)] * (1.0 - blend) + spikes[(low + 1) % len(spikes)] * blend
    drops = [
        fan(np.full(16, 0.12 - 0.015 * index), srgb("#d52a22", 0.95)).moved(1.15 * np.cos(a), 1.15 * np.sin(a), 0.0)
        for index, a in enumerate((0.5, 1.9, 3.4, 4.9))
    ]
    seeds = [
        fan(np.full(8, 0.055), srgb("#ffd98a", 0.9), 0.03)
        .scaled(0.7, 1.25, 1.0)
        .moved(0.36 * np.cos(a), 0.36 * np.sin(a), 0.0)
        for a in (0.4, 2.2, 3.6, 5.3)
    ]
    shine = fan(np.full(16, 0.14), srgb("#ffb3a8", 0.85), 0.04).scaled(1.6, 0.7, 1.0).moved(-0.15, 0.22, 0.0)
    splash = (fan(rim, srgb("#a5140f", 0.92), rings=4), fan(0.9 * rim, srgb("#e5352b", 0.97), 0.02, rings=4))
    flat = join(*splash, *drops, *seeds, shine)
    bent = flat.positions - np.array([0.0, 0.0, _STAIN_BEND]) * (flat.positions[:, :2] ** 2).sum(axis=1, keepdims=True)
    return Solid(bent, flat.normals, flat.colors, flat.triangles)
