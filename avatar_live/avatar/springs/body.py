"""What carries the chains: the body at one time, and how the spaces move in which chains swing."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Avatar, Doubles
from avatar_live.avatar.quaternions import cross
from avatar_live.avatar.springs.chains import LENGTH_M_MIN, Joint
from avatar_live.avatar.springs.colliders import WIDTH, Colliders
from avatar_live.avatar.springs.levels import rooted_rows

GROWTH_MIN: Final = 2e-3  # in a step: what grows faster takes its hair along, which would fly out else
LEAP_SHARE: Final = 0.3  # of the avatar's size: what moves further in one frame was put there

_PLACE: Final = 15  # numbers of a joint's placement: axes with their half-turn, head, span; (3, 5)


class Moment:
    """Hold what the body does to the chains at one time, in one row of numbers so that times blend in one sum.

    `roots` (r, 3, 5) place the joints that hang from no other, `sizes` (r,) say how large they are, `lengths` (n,) are
    the joints', `colliders` (c, WIDTH) and `centers` (k, 4, 4) stand in the world.
    """

    __slots__ = ("centers", "colliders", "lengths", "numbers", "roots", "sizes")

    def __init__(self, numbers: Doubles, roots: int, joints: int, colliders: int) -> None:
        self.numbers = numbers
        ends = np.cumsum((roots * _PLACE, roots, joints, colliders * WIDTH)).tolist()
        self.roots = numbers[: ends[0]].reshape(-1, 3, 5)
        self.sizes = numbers[ends[0] : ends[1]]
        self.lengths = numbers[ends[1] : ends[2]]
        self.colliders = numbers[ends[2] : ends[3]].reshape(-1, WIDTH)
        self.centers = numbers[ends[3] :].reshape(-1, 4, 4)


class Body:
    """Read moments from an avatar's nodes."""

    def __init__(
        self, avatar: Avatar, joints: list[Joint], places: Doubles, colliders: Colliders, rest_world: Doubles
    ) -> None:
        rooted = rooted_rows(joints)
        self._nodes = np.array([joint.node for joint in joints], np.int64)
        self._tails = np.array([joint.tail for joint in joints]).reshape(-1, 3)
        self._colliders = colliders
        self._root_places = places[rooted]
        self._root_parents = np.array([avatar.nodes[joints[row].node].parent for row in rooted], np.int64)
        self._root_of = _root_rows(joints, rooted)
        centers = sorted({joint.center for joint in joints if joint.center is not None})
        self._center_nodes = np.array(centers, np.int64)
        self._center_of = np.array([-1 if j.center is None else centers.index(j.center) for j in joints], np.int64)
        self._leap_m = LEAP_SHARE * float(np.ptp(rest_world[:, :3, 3], axis=0).max(initial=0.0))
        self._rest_sizes = np.maximum(self.at(rest_world).sizes, LENGTH_M_MIN)

    def at(self, world: Doubles) -> Moment:
        """Return the moment when the nodes stand as `world` (N, 4, 4)."""
        size = len(self._root_parents) * (_PLACE + 1) + len(self._nodes)
        moment = self._like(np.zeros(size + self._colliders.count * WIDTH + len(self._center_nodes) * 16))
        parents = world[self._root_parents, :3, :]
        parents[self._root_parents < 0] = np.eye(4)[:3]
        np.matmul(parents, self._root_places, out=moment.roots)
        moment.sizes[:] = np.cbrt(np.abs(volumes(moment.roots)))
        moment.lengths[:] = np.maximum(self._lengths(world), LENGTH_M_MIN)
        self._colliders.place(world, moment.colliders)
        moment.centers[:] = world[self._center_nodes]
        return moment

    def between(self, first: Moment, second: Moment, share: float) -> Moment:
        """Return the moment in between; blended axes are as good as turned ones over one frame."""
        return self._like(first.numbers + (second.numbers - first.numbers) * share)

    def growth(self, moment: Moment) -> Doubles:
        """Return how large each joint's chain (n, 1) is against the avatar at rest."""
        return np.asarray((moment.sizes / self._rest_sizes)[self._root_of][:, None])

    def moves(self, before: Moment, now: Moment) -> Doubles | None:
        """Return how the spaces in which the joints swing (n, 4, 4) move: centers, and heads that grow."""
        grows = np.abs(now.sizes - before.sizes) > GROWTH_MIN * before.sizes
        if not len(self._center_nodes) and not grows.any():
            return None
        moves = np.tile(np.eye(4), (len(self._nodes), 1, 1))
        carried = self._center_of >= 0
        if carried.any():
            moves[carried] = (now.centers @ np.linalg.pinv(before.centers))[self._center_of[carried]]
        grown = grows[self._root_of] & ~carried
        if grown.any():
            moves[grown] = self.root_moves(before, now)[grown]
        return moves

    def root_moves(self, before: Moment, now: Moment) -> Doubles:
        """Return how what each joint's chain hangs from (n, 4, 4) moves."""
        there, here = (np.tile(np.eye(4), (len(moment.roots), 1, 1)) for moment in (before, now))
        there[:, :3], here[:, :3] = before.roots[:, :, :4], now.roots[:, :, :4]
        return np.asarray((here @ np.linalg.pinv(there))[self._root_of])

    def leaps(self, before: Moment, now: Moment) -> NDArray[np.bool_]:
        """Return whose chains (n,) were put elsewhere instead of moving there."""
        ways = np.abs(now.roots[:, :, 3] - before.roots[:, :, 3]).max(axis=1)
        return np.asarray((ways > self._leap_m)[self._root_of])

    def _like(self, numbers: Doubles) -> Moment:
        return Moment(numbers, len(self._root_parents), len(self._nodes), self._colliders.count)

    def _lengths(self, world: Doubles) -> Doubles:
        spans = np.matvec(world[self._nodes, :3, :3], self._tails)
        return np.asarray(np.sqrt(np.vecdot(spans, spans)))


def volumes(axes: Doubles) -> Doubles:
    """Return the determinants (n,) of axes (n, 3, 3 or more columns)."""
    return np.asarray(np.vecdot(cross(axes[:, :, 0], axes[:, :, 1]), axes[:, :, 2]))


def moved(moves: Doubles, points: Doubles) -> Doubles:
    """Return points (n, 3) carried by moves (n, 4, 4)."""
    return np.asarray(np.matvec(moves[:, :3, :3], points) + moves[:, :3, 3])


def _root_rows(joints: list[Joint], rooted: list[int]) -> NDArray[np.int64]:
    """Return for each joint the number, among the rooted ones, of the root that its chain hangs from."""
    number_of = {joints[row].node: number for number, row in enumerate(rooted)}
    for joint in joints:  # ancestors come before what hangs from them
        number_of.setdefault(joint.node, number_of.get(joint.ancestor, 0))
    return np.array([number_of[joint.node] for joint in joints], np.int64)
