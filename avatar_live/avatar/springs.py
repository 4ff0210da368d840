"""Hair, ears and cloth that swing: VRMC_springBone 1.0's Verlet chains, at a rate of their own.

The authors of avatars tune at 60 Hz and the spec's formula gives another swing at any other rate, so the chains move in
steps of 1/60 s whatever the frame rate is; between two frames the bones that carry them are interpolated. All joints
that hang equally deep are computed at once.

Directions are turned by two half-turns: one about the joint's direction at rest, which is folded into its matrix, and
one about the middle between that and where it points; together they are the shortest turn between the two.
https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_springBone-1.0/README.md
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Avatar, Doubles
from avatar_live.avatar.quaternions import IDENTITY, axes_of, multiply
from avatar_live.avatar.spring_chains import LENGTH_M_MIN, Joint, joints_of
from avatar_live.avatar.spring_colliders import WIDTH, Colliders, Placed
from avatar_live.avatar.spring_limits import Limits

STEP_S: Final = 1.0 / 60.0
PAUSE_S: Final = 0.25  # after a longer one the chains hang as they did, without speed, instead of catching up
LEAP_SHARE: Final = 0.3  # of the avatar's height: what moves further in one frame was put there
GROWTH_MIN: Final = 2e-3  # in a step: what grows faster takes its hair along, which would fly out else

_OPPOSITE: Final = 1e-7  # a middle shorter than this has no direction
_IN_STEP: Final = 1e-6  # of a step
_PLACE: Final = 15  # numbers of a joint's placement: axes with their half-turn, head, span; (3, 5)


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """Hold the joints (n) of one depth: the rooted ones stand in `roots`, the others hang from `ancestors` (rows)."""

    rows: slice
    rooted: NDArray[np.int64]  # places in the level
    roots: NDArray[np.int64]  # and their rows in the body's roots
    hanging: NDArray[np.int64]
    ancestors: NDArray[np.int64]
    places: Doubles  # (hanging, 4, 5) from the ancestor
    directions: Doubles  # at rest, in the joints' own frames
    touches: NDArray[np.bool_] | None  # the colliders that stop them
    limits: Limits | None


class _Body:
    """Hold what the body does to the chains at one time, in one row of numbers so that times blend in one sum."""

    __slots__ = ("centers", "colliders", "lengths", "numbers", "roots")

    def __init__(self, numbers: Doubles, roots: int, joints: int, colliders: int) -> None:
        self.numbers = numbers
        ends = np.cumsum((roots * _PLACE, joints, colliders * WIDTH)).tolist()
        self.roots = numbers[: ends[0]].reshape(-1, 3, 5)
        self.lengths = numbers[ends[0] : ends[1]]
        self.colliders = numbers[ends[1] : ends[2]].reshape(-1, WIDTH)
        self.centers = numbers[ends[2] :].reshape(-1, 4, 4)


class Springs:
    """Swing an avatar's chains; `nodes` (N,) are the joints that turn."""

    def __init__(self, avatar: Avatar, rest_world: Doubles) -> None:
        joints = joints_of(avatar, rest_world)
        self.nodes = np.array([joint.node for joint in joints], np.int64)
        self._joints = len(joints)
        self._rest_rotations = np.array([avatar.nodes[joint.node].rotation for joint in joints]).reshape(-1, 4)
        self._tails = np.array([joint.tail for joint in joints]).reshape(-1, 3)
        self._directions = self._tails / np.linalg.norm(self._tails, axis=1, keepdims=True)
        self._rest_lengths = self._lengths(rest_world)
        sources = [joint.source for joint in joints]
        self._keep = 1.0 - np.clip([source.drag for source in sources], 0.0, 1.0).reshape(-1, 1)
        self._stiffness = np.array([source.stiffness for source in sources]).reshape(-1, 1) * STEP_S
        gravity = np.array([source.gravity_direction for source in sources]).reshape(-1, 3)
        self._gravity = gravity * np.array([source.gravity_power for source in sources])[:, None] * STEP_S
        self._hit_radii = np.array([source.hit_radius_m for source in sources])
        self._colliders = Colliders(avatar, joints, rest_world)
        centers = sorted({joint.center for joint in joints if joint.center is not None})
        self._center_nodes = np.array(centers, np.int64)
        self._center_of = np.array([-1 if j.center is None else centers.index(j.center) for j in joints], np.int64)
        places = _places(avatar, joints, self._tails, self._directions)
        rooted = [row for row, joint in enumerate(joints) if joint.ancestor < 0]
        self._root_places = places[rooted]
        self._root_parents = np.array([avatar.nodes[joints[row].node].parent for row in rooted], np.int64)
        self._root_of = _root_rows(joints, rooted)
        self._levels = _levels(joints, places, rooted, self._colliders, self._directions)
        heights = rest_world[:, 1, 3]
        self._leap_m = LEAP_SHARE * float(np.ptp(heights)) if len(heights) else 0.0
        self._current = np.zeros((self._joints, 3))
        self._previous = np.zeros((self._joints, 3))
        self._worlds = np.zeros((self._joints, 3, 4))
        self._placed = np.zeros((self._joints, 3, 5))
        self._towards = np.zeros((self._joints, 3))
        self._carry_s = 0.0
        self._last: _Body | None = None  # at the last frame
        self._stepped = self._body(rest_world)  # at the last step

    def swing(self, world: Doubles, dt_s: float) -> Doubles:
        """Return the joints' local rotations (N, 4) `dt_s` later, when the body stands as `world` (nodes, 4, 4).

        The first call, and one after numbers that are not finite, puts the chains at rest.
        """
        now = self._body(world)
        with np.errstate(all="ignore"):
            if self._last is None or not self._advance(self._last, now, dt_s):
                self._settle(now)
            elif self._stepped is not now:
                self._aim(now)
            self._last = now
            return multiply(self._rest_rotations, self._turns())

    def _advance(self, last: _Body, now: _Body, dt_s: float) -> bool:
        """Step up to `now`; false when that led nowhere."""
        elapsed_s = max(dt_s, 0.0)
        leaps = np.abs(now.roots[:, :, 3] - last.roots[:, :, 3]).max(axis=1) > self._leap_m
        if elapsed_s > PAUSE_S:
            leaps[:] = True
            elapsed_s = STEP_S
        if leaps.any():
            self._hold(last, now, leaps)
            last = self._stepped = now
        due_s = self._carry_s + elapsed_s
        count = int(due_s / STEP_S + _IN_STEP)
        for number in range(1, count + 1):
            share = (number * STEP_S - self._carry_s) / elapsed_s
            moment = now if share > 1.0 - _IN_STEP else self._between(last, now, share)
            self._step(self._stepped, moment)
            self._stepped = moment
        self._carry_s = max(due_s - count * STEP_S, 0.0)
        return bool(np.isfinite(self._current).all())

    def _step(self, before: _Body, moment: _Body) -> None:
        self._follow(before, moment)
        growth = moment.lengths / self._rest_lengths
        drift = self._current + (self._current - self._previous) * self._keep + self._gravity * growth[:, None]
        stiffness = self._stiffness * growth[:, None]
        radii = self._hit_radii * growth
        placed = Placed(moment.colliders)
        self._previous, self._current = self._current, np.empty_like(drift)
        for level in self._levels:
            rows = level.rows
            heads, aims = self._place(level, moment)
            lengths = moment.lengths[rows, None]
            towards = _unit(drift[rows] + stiffness[rows] * aims - heads)
            if level.limits is not None:
                towards = self._limited(level, towards)
            if level.touches is not None:
                if self._colliders.carry(self._worlds, moment.colliders):
                    placed = Placed(moment.colliders)
                self._push(level, level.touches, towards, heads, lengths, radii[rows], placed)
            self._current[rows] = heads + towards * lengths
            self._turn(level, heads, aims, towards)

    def _settle(self, now: _Body) -> None:
        for level in self._levels:
            heads, aims = self._place(level, now)
            self._current[level.rows] = heads + aims * now.lengths[level.rows, None]
            self._turn(level, heads, aims, aims)
        self._previous = self._current.copy()
        self._carry_s = 0.0
        self._stepped = now

    def _aim(self, now: _Body) -> None:
        """Point the joints where their tails drift between two steps."""
        tails = self._current + (self._current - self._previous) * (self._carry_s / STEP_S)
        moves = self._moves(self._stepped, now)
        if moves is not None:
            tails = _moved(moves, tails)
        for level in self._levels:
            heads, aims = self._place(level, now)
            towards = _unit(tails[level.rows] - heads)
            if level.limits is not None:
                towards = self._limited(level, towards)
            self._turn(level, heads, aims, towards)

    def _place(self, level: _Level, moment: _Body) -> tuple[Doubles, Doubles]:
        """Return heads and directions at rest (n, 3) in the world, and keep the joints' axes."""
        placed = self._placed[level.rows]
        if len(level.rooted):
            placed[level.rooted] = moment.roots[level.roots]
        if len(level.hanging):
            placed[level.hanging] = self._worlds[level.ancestors] @ level.places
        return placed[:, :, 3], _unit(placed[:, :, 4])

    def _turn(self, level: _Level, heads: Doubles, aims: Doubles, towards: Doubles) -> None:
        """Turn the joints' axes by a half-turn about the middle between the direction at rest and the one now."""
        middle = aims + towards
        axes = self._placed[level.rows, :, :3]
        square = np.vecdot(middle, middle)
        if square.min() < _OPPOSITE:  # any middle across the joint will do
            some = np.cross(aims, np.eye(3)[np.abs(aims).argmin(axis=1)])
            middle = np.where((square < _OPPOSITE)[:, None], some, middle)
            square = np.vecdot(middle, middle)
        along = np.vecmat(middle * (2.0 / square)[:, None], axes)
        worlds = self._worlds[level.rows]
        np.subtract(middle[:, :, None] * along[:, None, :], axes, out=worlds[:, :, :3])
        worlds[:, :, 3] = heads
        self._towards[level.rows] = towards

    def _push(
        self,
        level: _Level,
        touches: NDArray[np.bool_],
        towards: Doubles,
        heads: Doubles,
        lengths: Doubles,
        radii: Doubles,
        placed: Placed,
    ) -> None:
        """Bend the directions until every collider, in the file's order, has pushed the tails out."""
        colliders = self._colliders
        hits = colliders.hits(heads + towards * lengths, radii, placed) & touches
        who = np.flatnonzero(hits.any(axis=1))
        while len(who):
            first = hits[who].argmax(axis=1)
            spans = towards[who] * lengths[who]
            push = colliders.way_out(heads[who] + spans, radii[who], first, placed)
            towards[who] = _unit(spans + push)
            if level.limits is not None:
                towards[who] = self._limited(level, towards)[who]
            again = colliders.hits(heads[who] + towards[who] * lengths[who], radii[who], placed)
            hits[who] = again & touches[who] & (np.arange(colliders.count) > first[:, None])
            who = who[hits[who].any(axis=1)]

    def _limited(self, level: _Level, towards: Doubles) -> Doubles:
        assert level.limits is not None
        axes, directions = self._placed[level.rows, :, :3], level.directions
        bounded = level.limits.bound(_half_turned(directions, _unit(np.vecmat(towards, axes))))
        return _unit(np.matvec(axes, _half_turned(directions, bounded)))

    def _turns(self) -> Doubles:
        """Return the turns (N, 4) from the directions at rest to where the joints point now, in their own frames."""
        seen = _unit(np.vecmat(self._towards, self._placed[:, :, :3]))
        ax, ay, az = seen.T
        bx, by, bz = self._directions.T
        turns = np.empty((self._joints, 4))
        turns[:, 0] = ay * bz - az * by
        turns[:, 1] = az * bx - ax * bz
        turns[:, 2] = ax * by - ay * bx
        turns[:, 3] = 1.0 + ax * bx + ay * by + az * bz
        lengths = np.sqrt(np.vecdot(turns, turns))
        turns /= lengths[:, None]
        is_lost = ~(lengths > 1e-6)  # opposite, or a bone scaled to nothing
        if is_lost.any():
            turns[is_lost] = IDENTITY
        return turns

    def _follow(self, before: _Body, moment: _Body) -> None:
        moves = self._moves(before, moment)
        if moves is not None:
            self._current, self._previous = _moved(moves, self._current), _moved(moves, self._previous)

    def _moves(self, before: _Body, moment: _Body) -> Doubles | None:
        """Return how the spaces in which the joints swing (n, 4, 4) move: centers, and heads that grow."""
        grows = np.abs(moment.lengths - before.lengths) > GROWTH_MIN * before.lengths
        if not len(self._center_nodes) and not grows.any():
            return None
        moves = np.tile(np.eye(4), (self._joints, 1, 1))
        carried = self._center_of >= 0
        if carried.any():
            moves[carried] = (moment.centers @ np.linalg.pinv(before.centers))[self._center_of[carried]]
        grown = grows & ~carried
        if grown.any():
            moves[grown] = self._root_moves(before, moment)[self._root_of[grown]]
        return moves

    def _root_moves(self, before: _Body, moment: _Body) -> Doubles:
        there, here = (np.tile(np.eye(4), (len(body.roots), 1, 1)) for body in (before, moment))
        there[:, :3], here[:, :3] = before.roots[:, :, :4], moment.roots[:, :, :4]
        return np.asarray(here @ np.linalg.pinv(there))

    def _hold(self, before: _Body, now: _Body, leaps: NDArray[np.bool_]) -> None:
        """Carry the chains of these roots along as they hang, without speed."""
        who = leaps[self._root_of]
        moves = self._root_moves(before, now)[self._root_of[who]]
        self._current[who] = _moved(moves, self._current[who])
        self._previous[who] = self._current[who]

    def _between(self, first: _Body, second: _Body, share: float) -> _Body:
        """Return the state in between; blended axes are as good as turned ones over one frame."""
        return self._like(first.numbers + (second.numbers - first.numbers) * share)

    def _body(self, world: Doubles) -> _Body:
        roots, centers = len(self._root_parents), len(self._center_nodes)
        size = roots * _PLACE + self._joints + self._colliders.count * WIDTH + centers * 16
        body = self._like(np.zeros(size))
        parents = world[self._root_parents, :3, :]
        if roots and self._root_parents.min() < 0:
            parents[self._root_parents < 0] = np.eye(4)[:3]
        np.matmul(parents, self._root_places, out=body.roots)
        body.lengths[:] = np.maximum(self._lengths(world), LENGTH_M_MIN)
        self._colliders.place(world, body.colliders)
        body.centers[:] = world[self._center_nodes]
        return body

    def _like(self, numbers: Doubles) -> _Body:
        return _Body(numbers, len(self._root_parents), self._joints, self._colliders.count)

    def _lengths(self, world: Doubles) -> Doubles:
        spans = np.matvec(world[self.nodes, :3, :3], self._tails)
        return np.asarray(np.sqrt(np.vecdot(spans, spans)))


def _unit(spans: Doubles) -> Doubles:
    """Return directions (n, 3); what has no length becomes no number, and the chains are put at rest again."""
    return np.asarray(spans / np.sqrt(np.vecdot(spans, spans))[:, None])


def _half_turned(axes: Doubles, vectors: Doubles) -> Doubles:
    """Return vectors (n, 3) turned half around about unit axes (n, 3)."""
    return np.asarray(2.0 * np.vecdot(axes, vectors)[:, None] * axes - vectors)


def _moved(moves: Doubles, points: Doubles) -> Doubles:
    return np.asarray(np.matvec(moves[:, :3, :3], points) + moves[:, :3, 3])


def _places(avatar: Avatar, joints: list[Joint], tails: Doubles, directions: Doubles) -> Doubles:
    """Return the constants (n, 4, 5) that place a joint from its parent or ancestor: axes, head and span at rest."""
    out = np.zeros((len(joints), 4, 5))
    for row, joint in enumerate(joints):
        source = avatar.nodes[joint.node]
        axes = axes_of(source.rotation) * source.scale
        half = 2.0 * np.outer(directions[row], directions[row]) - np.eye(3)
        out[row, :3, :3], out[row, :3, 3], out[row, 3, 3] = axes @ half, source.translation, 1.0
        out[row, :3, 4] = axes @ tails[row]
        out[row] = joint.link @ out[row]
    return out


def _root_rows(joints: list[Joint], rooted: list[int]) -> NDArray[np.int64]:
    """Return for each joint the number, among the rooted ones, of the root that its chain hangs from."""
    number_of = {joints[row].node: number for number, row in enumerate(rooted)}
    ancestor_of = {joint.node: joint.ancestor for joint in joints}
    roots = []
    for joint in joints:
        node = joint.node
        while ancestor_of[node] >= 0:
            node = ancestor_of[node]
        roots.append(number_of[node])
    return np.array(roots, np.int64)


def _levels(
    joints: list[Joint], places: Doubles, rooted: list[int], colliders: Colliders, directions: Doubles
) -> list[_Level]:
    row_of = {joint.node: row for row, joint in enumerate(joints)}
    number_of = {row: number for number, row in enumerate(rooted)}
    levels = []
    for _, group in groupby(range(len(joints)), key=lambda row: joints[row].depth):
        members = list(group)
        first, rows = members[0], slice(members[0], members[-1] + 1)
        hanging = [row for row in members if joints[row].ancestor >= 0]
        roots = [row for row in members if joints[row].ancestor < 0]
        limits = [joints[row].source.limit for row in members]
        levels.append(
            _Level(
                rows=rows,
                rooted=np.array([row - first for row in roots], np.int64),
                roots=np.array([number_of[row] for row in roots], np.int64),
                hanging=np.array([row - first for row in hanging], np.int64),
                ancestors=np.array([row_of[joints[row].ancestor] for row in hanging], np.int64),
                places=places[hanging],
                directions=directions[rows],
                touches=touches if (touches := colliders.touches(rows)).any() else None,
                limits=Limits(limits, directions[rows]) if any(limits) else None,
            )
        )
    return levels
