"""The steps of the chains: inertia, the pull back to rest, gravity, limits, colliders, and the turn that follows.

The authors of avatars tune at 60 Hz and the spec's formula gives another swing at any other rate, so the chains move in
steps of 1/60 s whatever the frame rate is; between two frames the bones that carry them are interpolated.
https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_springBone-1.0/README.md (algorithm)
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Avatar, Doubles
from avatar_live.avatar.quaternions import IDENTITY, cross, multiply
from avatar_live.avatar.springs.body import Body, Moment, moved, volumes
from avatar_live.avatar.springs.chains import joints_of
from avatar_live.avatar.springs.colliders import Colliders, Placed
from avatar_live.avatar.springs.levels import Level, half_turns, levels_of, places_of

STEP_S: Final = 1.0 / 60.0
PAUSE_S: Final = 0.25  # after a longer one the chains hang as they did, without speed, instead of catching up

_OPPOSITE: Final = 1e-7  # a middle shorter than this has no direction
_IN_STEP: Final = 1e-6  # of a step


class Springs:
    """Swing an avatar's chains; `nodes` (N,) are the joints that turn."""

    @np.errstate(all="ignore")  # a file's numbers may be beyond reason
    def __init__(self, avatar: Avatar, rest_world: Doubles) -> None:
        joints = joints_of(avatar, rest_world)
        self.nodes = np.array([joint.node for joint in joints], np.int64)
        self._rest_rotations = np.array([avatar.nodes[joint.node].rotation for joint in joints]).reshape(-1, 4)
        tails = np.array([joint.tail for joint in joints]).reshape(-1, 3)
        self._directions = tails / np.linalg.norm(tails, axis=1, keepdims=True)
        sources = [joint.source for joint in joints]
        self._keep = 1.0 - np.clip([source.drag for source in sources], 0.0, 1.0).reshape(-1, 1)
        self._stiffness = np.array([source.stiffness for source in sources]).reshape(-1, 1) * STEP_S
        gravity = np.array([source.gravity_direction for source in sources]).reshape(-1, 3)
        self._gravity = gravity * np.array([source.gravity_power for source in sources])[:, None] * STEP_S
        self._hit_radii = np.array([source.hit_radius_m for source in sources])
        places = places_of(avatar, joints, self._directions)
        self._colliders = Colliders(avatar, joints, rest_world)
        self._body = Body(avatar, joints, places, self._colliders, rest_world)
        self._levels = levels_of(avatar, joints, places, self._directions, self._colliders)
        self._current, self._previous = np.zeros((2, len(joints), 3))
        self._worlds = np.zeros((len(joints), 3, 4))
        self._placed = np.zeros((len(joints), 3, 5))
        self._towards = np.zeros((len(joints), 3))
        self._carry_s = 0.0
        self._last: Moment | None = None  # at the last frame
        self._stepped = self._body.at(rest_world)  # at the last step

    @np.errstate(all="ignore")
    def swing(self, world: Doubles, dt_s: float) -> Doubles:
        """Return the joints' local rotations (N, 4) `dt_s` later, when the body stands as `world` (nodes, 4, 4).

        The first call, and one after numbers that are not finite, puts the chains at rest.
        """
        now = self._body.at(world)
        if self._last is None or not self._advance(self._last, now, dt_s):
            self._settle(now)
        elif self._stepped is not now:
            self._aim(now)
        self._last = now
        return multiply(self._rest_rotations, self._turns())

    def _advance(self, last: Moment, now: Moment, dt_s: float) -> bool:
        """Step up to `now`; false when that led nowhere."""
        elapsed_s = max(dt_s, 0.0)
        leaps = self._body.leaps(last, now)
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
            moment = now if share > 1.0 - _IN_STEP else self._body.between(last, now, share)
            self._step(self._stepped, moment)
            self._stepped = moment
        self._carry_s = max(due_s - count * STEP_S, 0.0)
        return bool(np.isfinite(self._current).all())

    def _step(self, before: Moment, moment: Moment) -> None:
        moves = self._body.moves(before, moment)
        if moves is not None:
            self._current, self._previous = moved(moves, self._current), moved(moves, self._previous)
        growth = self._body.growth(moment)
        drift = self._current + (self._current - self._previous) * self._keep + self._gravity * growth
        stiffness = self._stiffness * growth
        radii = self._hit_radii * growth[:, 0]
        placed = Placed(moment.colliders)
        reaches = self._colliders.reaches(radii, placed)
        self._previous, self._current = self._current, np.empty_like(drift)
        for level in self._levels:
            rows = level.rows
            heads, aims, lengths = self._place(level, moment)
            towards = _unit(drift[rows] + stiffness[rows] * aims - heads)
            if level.limits is not None:
                towards = self._limited(level, towards)
            if level.touches is not None:
                if self._colliders.carry(self._worlds, moment.colliders):
                    placed = Placed(moment.colliders)
                self._push(level, level.touches, towards, heads, lengths, radii[rows], reaches[rows], placed)
            self._current[rows] = heads + towards * lengths
            self._turn(level, heads, aims, towards)

    def _hold(self, before: Moment, now: Moment, who: NDArray[np.bool_]) -> None:
        """Carry these joints (n,) along as they hang, without speed."""
        held = moved(self._body.root_moves(before, now)[who], self._current[who])
        self._current[who] = self._previous[who] = held

    def _settle(self, now: Moment) -> None:
        for level in self._levels:
            heads, aims, lengths = self._place(level, now)
            self._current[level.rows] = heads + aims * lengths
            self._turn(level, heads, aims, aims)
        self._previous = self._current.copy()
        self._carry_s = 0.0
        self._stepped = now

    def _aim(self, now: Moment) -> None:
        """Point the joints where their tails drift between two steps."""
        tails = self._current + (self._current - self._previous) * (self._carry_s / STEP_S)
        moves = self._body.moves(self._stepped, now)
        if moves is not None:
            tails = moved(moves, tails)
        for level in self._levels:
            heads, aims, _ = self._place(level, now)
            towards = _unit(tails[level.rows] - heads)
            if level.limits is not None:
                towards = self._limited(level, towards)
            self._turn(level, heads, aims, towards)

    def _place(self, level: Level, moment: Moment) -> tuple[Doubles, Doubles, Doubles]:
        """Return heads and directions at rest (n, 3) in the world and lengths (n, 1), and keep the joints' axes."""
        placed = self._placed[level.rows]
        if len(level.rooted):
            placed[level.rooted] = moment.roots[level.roots]
        if len(level.hanging):
            placed[level.hanging] = self._worlds[level.ancestors] @ level.places
        spans = placed[:, :, 4]
        found = np.sqrt(np.vecdot(spans, spans))[:, None]
        return placed[:, :, 3], spans / found, found if level.skew else moment.lengths[level.rows, None]

    def _turn(self, level: Level, heads: Doubles, aims: Doubles, towards: Doubles) -> None:
        """Turn the joints' axes by a half-turn about the middle between the direction at rest and the one now."""
        worlds, axes = self._worlds[level.rows], self._placed[level.rows, :, :3]
        if level.skew is None:
            middle = _middle(aims, towards)
            along = np.vecmat(middle * (2.0 / np.vecdot(middle, middle))[:, None], axes)
            np.subtract(middle[:, :, None] * along[:, None, :], axes, out=worlds[:, :, :3])
        else:  # an uneven scale bends what turns in the world, so the turn is made in the joint's own frame
            own = _half_turned(level.directions, _seen(level, axes, towards))
            middle = _middle(level.directions, own)
            middle /= np.sqrt(np.vecdot(middle, middle))[:, None]
            before, after = level.skew
            worlds[:, :, :3] = axes @ before @ half_turns(middle) @ after
        worlds[:, :, 3] = heads
        self._towards[level.rows] = towards

    def _push(
        self,
        level: Level,
        touches: NDArray[np.bool_],
        towards: Doubles,
        heads: Doubles,
        lengths: Doubles,
        radii: Doubles,
        reaches: Doubles,
        placed: Placed,
    ) -> None:
        """Bend the directions until every collider, in the file's order, has pushed the tails out."""
        colliders = self._colliders
        hits = colliders.hits(heads + towards * lengths, radii, reaches, placed) & touches
        if not hits.any():
            return
        who = np.flatnonzero(hits.any(axis=1))
        while len(who):
            first = hits[who].argmax(axis=1)
            spans = towards[who] * lengths[who]
            push = colliders.way_out(heads[who] + spans, radii[who], first, placed)
            towards[who] = _unit(spans + push)
            if level.limits is not None:
                towards[who] = self._limited(level, towards)[who]
            again = colliders.hits(heads[who] + towards[who] * lengths[who], radii[who], reaches[who], placed)
            hits[who] = again & touches[who] & (np.arange(colliders.count) > first[:, None])
            who = who[hits[who].any(axis=1)]

    def _limited(self, level: Level, towards: Doubles) -> Doubles:
        assert level.limits is not None
        axes, directions = self._placed[level.rows, :, :3], level.directions
        bounded = level.limits.bound(_half_turned(directions, _seen(level, axes, towards)))
        return _unit(np.matvec(axes, _half_turned(directions, bounded)))

    def _turns(self) -> Doubles:
        """Return the turns (N, 4) from the directions at rest to where the joints point now, in their own frames."""
        seen = np.empty_like(self._towards)
        for level in self._levels:
            seen[level.rows] = _seen(level, self._placed[level.rows, :, :3], self._towards[level.rows])
        ax, ay, az = seen.T
        bx, by, bz = self._directions.T
        turns = np.empty((len(seen), 4))
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


def _unit(spans: Doubles) -> Doubles:
    """Return directions (n, 3); what has no length becomes no number, and the chains are put at rest again."""
    return np.asarray(spans / np.sqrt(np.vecdot(spans, spans))[:, None])


def _middle(first: Doubles, second: Doubles) -> Doubles:
    """Return vectors (n, 3) halfway between unit vectors; between opposite ones any across them will do."""
    middle = first + second
    square = np.vecdot(middle, middle)
    if square.min() < _OPPOSITE:
        across = np.cross(first, np.eye(3)[np.abs(first).argmin(axis=1)])
        middle = np.where((square < _OPPOSITE)[:, None], across, middle)
    return np.asarray(middle)


def _seen(level: Level, axes: Doubles, towards: Doubles) -> Doubles:
    """Return world directions (n, 3) as the joints' axes, which have their half-turn, see them."""
    if level.skew is None:
        return _unit(np.vecmat(towards, axes))
    a, b, c = axes[:, :, 0], axes[:, :, 1], axes[:, :, 2]
    cofactors = np.stack([cross(b, c), cross(c, a), cross(a, b)], axis=1)
    return _unit(np.matvec(cofactors, towards) * np.sign(volumes(axes))[:, None])


def _half_turned(axes: Doubles, vectors: Doubles) -> Doubles:
    """Return vectors (n, 3) turned half around about unit axes (n, 3)."""
    return np.asarray(2.0 * np.vecdot(axes, vectors)[:, None] * axes - vectors)
