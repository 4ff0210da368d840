"""Hair, ears and cloth that swing: VRMC_springBone 1.0's Verlet chains, at a rate of their own.

The authors of avatars tune at 60 Hz and the spec's formula gives another swing at any other rate, so the chains move in
steps of 1/60 s whatever the frame rate is; between two frames the bones that carry them are interpolated. All joints
that hang equally deep are computed at once.
https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_springBone-1.0/README.md
"""

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Avatar, Doubles, Spring, SpringJoint
from avatar_live.avatar.quaternions import IDENTITY, axes_between, axes_of, between, matrices, multiply

STEP_S: Final = 1.0 / 60.0
ELAPSED_S_MAX: Final = 0.1  # a longer pause continues from here instead of catching up

_LENGTH_M_MIN: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """Hold the joints (n) that have equally many swinging ancestors, and where their parents' matrices come from."""

    rows: slice
    ancestors: NDArray[np.int64]  # rows of the nearest swinging ancestors, empty at the first level
    links: Doubles  # (n, 4, 4) from that ancestor to the joint's parent


@dataclass(slots=True, eq=False)
class _Surroundings:
    """Hold what the body does to the chains at one time: parents of the first level, colliders, centers."""

    parents: Doubles
    starts: Doubles
    ends: Doubles
    radii: Doubles
    centers: Doubles

    def towards(self, later: "_Surroundings", share: float) -> "_Surroundings":
        """Return the state in between; blended axes are as good as turned ones over one frame."""
        return _Surroundings(
            self.parents + (later.parents - self.parents) * share,
            self.starts + (later.starts - self.starts) * share,
            self.ends + (later.ends - self.ends) * share,
            self.radii + (later.radii - self.radii) * share,
            self.centers + (later.centers - self.centers) * share,
        )


class Springs:
    """Swing an avatar's chains; `nodes` (N,) are the joints that turn."""

    def __init__(self, avatar: Avatar, rest_world: Doubles) -> None:
        joints = _simulated(avatar, rest_world)
        self.nodes = np.array([joint.node for joint in joints], np.int64)
        sources = [joint.source for joint in joints]
        self._levels = _levels(avatar, joints)
        rest = np.array([avatar.nodes[joint.node].rotation for joint in joints]).reshape(-1, 4)
        self._rest_rotations = rest
        scales = np.array([avatar.nodes[joint.node].scale for joint in joints]).reshape(-1, 3)
        self._rest_axes = axes_of(rest) * scales[:, None, :]
        self._translations = np.array([avatar.nodes[joint.node].translation for joint in joints]).reshape(-1, 3)
        self._tails = np.array([joint.tail for joint in joints]).reshape(-1, 3)
        self._directions = self._tails / np.linalg.norm(self._tails, axis=1, keepdims=True)
        worlds = rest_world[self.nodes]
        self._rest_lengths = np.linalg.norm(np.einsum("nij,nj->ni", worlds[:, :3, :3], self._tails), axis=1)
        self._keep = 1.0 - np.clip([source.drag for source in sources], 0.0, 1.0).reshape(-1, 1)
        self._stiffness = np.array([source.stiffness for source in sources]) * STEP_S
        self._gravity = np.array([source.gravity_direction for source in sources]).reshape(-1, 3)
        self._gravity = self._gravity * np.array([source.gravity_power for source in sources])[:, None] * STEP_S
        self._hit_radii = np.array([source.hit_radius_m for source in sources])
        self._touches = np.zeros((len(joints), len(avatar.colliders)), bool)
        for row, joint in enumerate(joints):
            self._touches[row, list(joint.colliders)] = True
        self._collider_nodes = np.array([collider.node for collider in avatar.colliders], np.int64)
        self._collider_starts = np.array([collider.offset for collider in avatar.colliders]).reshape(-1, 3)
        self._collider_ends = np.array([collider.tail for collider in avatar.colliders]).reshape(-1, 3)
        self._collider_radii = np.array([collider.radius_m for collider in avatar.colliders])
        centers = sorted({joint.center for joint in joints if joint.center is not None})
        self._center_nodes = np.array(centers, np.int64)
        self._center_of = np.array([-1 if j.center is None else centers.index(j.center) for j in joints], np.int64)
        first = self._levels[0].rows if self._levels else slice(0, 0)
        self._parent_nodes = np.array([avatar.nodes[node].parent for node in self.nodes[first]], np.int64)
        self._current = np.zeros((len(joints), 3))
        self._previous = np.zeros((len(joints), 3))
        self._worlds = np.zeros((len(joints), 4, 4))
        self._aims = np.zeros((len(joints), 3))
        self._carry_s = 0.0
        self._last: _Surroundings | None = None

    def swing(self, world: Doubles, dt_s: float) -> Doubles:
        """Return the joints' local rotations (N, 4) `dt_s` later, when the body stands as `world` (nodes, 4, 4).

        The first call, and one after numbers that are not finite, puts the chains at rest.
        """
        now = self._surroundings(world)
        with np.errstate(all="ignore"):
            if self._last is None or not self._advance(self._last, now, dt_s):
                self._carry_s = 0.0
                self._settle(now)
            ahead = self._carry_s / STEP_S
            self._aim(now, self._current + (self._current - self._previous) * ahead)
            turns = between(self._directions, self._aims)
        turns[~np.isfinite(turns).all(axis=1)] = IDENTITY  # a bone scaled to nothing points nowhere
        self._last = now
        return multiply(self._rest_rotations, turns)

    def _advance(self, last: _Surroundings, now: _Surroundings, dt_s: float) -> bool:
        elapsed_s = min(max(dt_s, 0.0), ELAPSED_S_MAX)
        due_s = self._carry_s + elapsed_s
        count = int(due_s / STEP_S + 1e-6)
        before = last
        for number in range(1, count + 1):
            share = min((number * STEP_S - self._carry_s) / elapsed_s, 1.0) if elapsed_s > 0.0 else 1.0
            moment = last.towards(now, share)
            self._step(before, moment)
            before = moment
        self._carry_s = max(due_s - count * STEP_S, 0.0)
        return bool(np.isfinite(self._current).all())

    def _step(self, before: _Surroundings, moment: _Surroundings) -> None:
        if len(self._center_nodes):
            self._follow_centers(before, moment)
        drift = self._current + (self._current - self._previous) * self._keep
        self._previous = self._current
        self._current = drift
        for level in self._levels:
            heads, axes, aims, lengths = self._place(level, moment)
            rows = level.rows
            growth = (lengths / self._rest_lengths[rows])[:, None]
            push = aims * self._stiffness[rows, None] + self._gravity[rows]
            tails = heads + _at_length(drift[rows] + push * growth - heads, aims, lengths)
            tails = self._outside(tails, heads, aims, lengths, rows, moment)
            self._current[rows] = tails
            self._turn(level, heads, axes, aims, (tails - heads) / lengths[:, None])

    def _settle(self, now: _Surroundings) -> None:
        for level in self._levels:
            heads, axes, aims, lengths = self._place(level, now)
            self._current[level.rows] = heads + aims * lengths[:, None]
            self._turn(level, heads, axes, aims, aims)
        self._previous = self._current.copy()

    def _aim(self, now: _Surroundings, tails: Doubles) -> None:
        for level in self._levels:
            heads, axes, aims, lengths = self._place(level, now)
            towards = _at_length(tails[level.rows] - heads, aims, lengths) / lengths[:, None]
            local = np.einsum("nji,nj->ni", axes, towards)
            self._aims[level.rows] = local / np.linalg.norm(local, axis=1, keepdims=True)
            self._turn(level, heads, axes, aims, towards)

    def _place(self, level: _Level, moment: _Surroundings) -> tuple[Doubles, Doubles, Doubles, Doubles]:
        """Return heads (n, 3), axes at rest (n, 3, 3), directions at rest (n, 3) and lengths (n,), in the world."""
        parents = self._worlds[level.ancestors] @ level.links if len(level.ancestors) else moment.parents
        rows = level.rows
        heads = np.einsum("nij,nj->ni", parents[:, :3, :3], self._translations[rows]) + parents[:, :3, 3]
        axes = parents[:, :3, :3] @ self._rest_axes[rows]
        spans = np.einsum("nij,nj->ni", axes, self._tails[rows])
        lengths = np.maximum(np.sqrt(np.einsum("ni,ni->n", spans, spans)), _LENGTH_M_MIN)
        return heads, axes, spans / lengths[:, None], lengths

    def _turn(self, level: _Level, heads: Doubles, axes: Doubles, aims: Doubles, towards: Doubles) -> None:
        self._worlds[level.rows, :3, :3] = axes_between(aims, towards) @ axes
        self._worlds[level.rows, :3, 3] = heads
        self._worlds[level.rows, 3, 3] = 1.0

    def _outside(
        self, tails: Doubles, heads: Doubles, aims: Doubles, lengths: Doubles, rows: slice, moment: _Surroundings
    ) -> Doubles:
        if not len(moment.radii):
            return tails
        reach = moment.radii + self._hit_radii[rows, None]
        spans = moment.ends - moment.starts
        gaps = _gaps(tails[:, None, :], moment.starts, spans)
        hits = (np.einsum("ncj,ncj->nc", gaps, gaps) < reach * reach) & self._touches[rows]
        for number in np.flatnonzero(hits.any(axis=0)):
            gap = _gaps(tails, moment.starts[number], spans[number])
            distance = np.sqrt(np.einsum("nj,nj->n", gap, gap))
            inside = hits[:, number] & (distance < reach[:, number]) & (distance > _LENGTH_M_MIN)
            out = tails + gap * (reach[:, number] / np.maximum(distance, _LENGTH_M_MIN) - 1.0)[:, None]
            tails = np.where(inside[:, None], heads + _at_length(out - heads, aims, lengths), tails)
        return tails

    def _follow_centers(self, before: _Surroundings, moment: _Surroundings) -> None:
        carried = self._center_of >= 0
        moves = moment.centers @ np.linalg.pinv(before.centers)  # a center may be scaled to nothing
        move = moves[self._center_of[carried]]
        for tails in (self._current, self._previous):
            tails[carried] = np.einsum("nij,nj->ni", move[:, :3, :3], tails[carried]) + move[:, :3, 3]

    def _surroundings(self, world: Doubles) -> _Surroundings:
        parents = np.where((self._parent_nodes >= 0)[:, None, None], world[self._parent_nodes], np.eye(4))
        carriers = world[self._collider_nodes]
        axes, places = carriers[:, :3, :3], carriers[:, :3, 3]
        return _Surroundings(
            parents=parents,
            starts=np.einsum("nij,nj->ni", axes, self._collider_starts) + places,
            ends=np.einsum("nij,nj->ni", axes, self._collider_ends) + places,
            radii=self._collider_radii * np.linalg.norm(axes[:, :, 0], axis=1),
            centers=world[self._center_nodes],
        )


def _at_length(spans: Doubles, aims: Doubles, lengths: Doubles) -> Doubles:
    """Return spans (n, 3) stretched to their lengths; one that has none points where its joint aims at rest."""
    found = np.sqrt(np.einsum("ni,ni->n", spans, spans))[:, None]
    return np.where(found > _LENGTH_M_MIN, spans / np.maximum(found, _LENGTH_M_MIN), aims) * lengths[:, None]


def _gaps(tails: Doubles, starts: Doubles, spans: Doubles) -> Doubles:
    """Return the vectors from the nearest points of the colliders' segments to the tails."""
    offsets = tails - starts
    squares = np.maximum((spans * spans).sum(axis=-1), 1e-12)
    along = np.clip((offsets * spans).sum(axis=-1) / squares, 0.0, 1.0)
    return np.asarray(offsets - along[..., None] * spans)


@dataclass(frozen=True, slots=True, eq=False)
class _Joint:
    node: int
    source: SpringJoint
    tail: Doubles
    colliders: tuple[int, ...]
    center: int | None
    ancestor: int  # the node of the nearest swinging ancestor, -1 for none
    depth: int


def _simulated(avatar: Avatar, rest_world: Doubles) -> list[_Joint]:
    """Return the joints that have a tail and a length, ordered by how many swinging ancestors they have."""
    found: dict[int, tuple[Spring, SpringJoint, Doubles]] = {}
    for spring in avatar.springs:
        for joint, tip in pairwise(spring.joints):
            span = rest_world[tip.node, :3, 3] - rest_world[joint.node, :3, 3]
            axes = rest_world[joint.node, :3, :3]
            if joint.node not in found and np.linalg.norm(span) > _LENGTH_M_MIN and abs(np.linalg.det(axes)) > 1e-12:
                found[joint.node] = (spring, joint, np.asarray(np.linalg.solve(axes, span), np.float64))
    joints: list[_Joint] = []
    depths: dict[int, int] = {}
    for node in sorted(found):  # parents come before children
        ancestor = avatar.nodes[node].parent
        while ancestor >= 0 and ancestor not in found:
            ancestor = avatar.nodes[ancestor].parent
        depths[node] = depths[ancestor] + 1 if ancestor >= 0 else 0
        spring, joint, tail = found[node]
        joints.append(_Joint(node, joint, tail, spring.colliders, spring.center, ancestor, depths[node]))
    return sorted(joints, key=lambda joint: joint.depth)


def _levels(avatar: Avatar, joints: list[_Joint]) -> list[_Level]:
    row_of = {joint.node: row for row, joint in enumerate(joints)}
    levels = []
    for _, group in groupby(enumerate(joints), key=lambda item: item[1].depth):
        members = list(group)
        hanging = [joint for _, joint in members if joint.ancestor >= 0]
        levels.append(
            _Level(
                rows=slice(members[0][0], members[-1][0] + 1),
                ancestors=np.array([row_of[joint.ancestor] for joint in hanging], np.int64),
                links=np.array([_link(avatar, joint) for joint in hanging]).reshape(-1, 4, 4),
            )
        )
    return levels


def _link(avatar: Avatar, joint: _Joint) -> Doubles:
    """Return the matrix (4, 4) from the swinging ancestor to the joint's parent, as it is at rest."""
    link = np.eye(4)
    node = avatar.nodes[joint.node].parent
    while node != joint.ancestor:
        source = avatar.nodes[node]
        link = matrices(source.translation[None], source.rotation[None], source.scale[None])[0] @ link
        node = source.parent
    return link
