"""Props in flight, as rigid bodies: Bullet moves them, the host, the table and the floor stop them.

Bullet is stepped by a fixed time, so the same throws under the same seeds fall the same way at any frame rate.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.bullet import (
    BulletBoxShape,
    BulletCapsuleShape,
    BulletConvexHullShape,
    BulletPlaneShape,
    BulletRigidBodyNode,
    BulletShape,
    BulletSphereShape,
    BulletWorld,
)
from panda3d.core import BitMask32, LMatrix3f, LPoint3f, LQuaternionf, LVector3f, NodePath

from avatar_live.protocol.view import BALL_RADIUS
from avatar_live.stage.host import Host, Limb
from avatar_live.stage.scenery import TABLE_SIZE
from avatar_live.stage.solids import turn_about
from avatar_live.stage.table import TABLE_HEIGHT_M, TABLE_MIDDLE_Z_M, UNIT_M
from avatar_live.stage.things import GRAVITY_M_S2, PLAIN, THINGS, Launch, Thing

Doubles = NDArray[np.float64]

BODIES_MAX: Final = 40  # the oldest makes room for the newest
LIFE_S: Final = 7.5
LIFE_BELOW_S: Final = 0.8  # where hardly anybody sees it
VANISH_S: Final = 0.35
STEP_S: Final = 1.0 / 120.0
STEPS_MAX: Final = 12  # of one frame; a longer pause is not caught up with

_HIT_LEAST_M_S: Final = 0.25  # a slower one is a prop that lies against the head
_NEAR_M: Final = 0.15  # of the largest prop's middle from the head that it touches
_BOUNCE_LEAST_M_S: Final = 0.7
_BOUNCE_FULL_M_S: Final = 4.0
_LATE_S: Final = 0.1
_AIM_UNTIL_S: Final = 0.06  # before it lands, a throw follows a head that moves
_BELOW_M: Final = 0.4
_LOWEST_M, _HIGHEST_M = -0.5, 2.3
_AWAY_M: Final = 2.4
_TABLE_DEPTH_M: Final = 0.1
_HULL_DIRECTIONS: Final = 40
_FLYING: Final = BitMask32.bit(0)  # what is thrown meets nothing but the host until it lands
_FALLEN: Final = BitMask32.bit(1)
_HOST: Final = _FLYING | _FALLEN
_SET_BOUNCE: Final = 0.7  # of the table, which is covered with cloth

_Touch = tuple[str, Doubles, Doubles]  # a prop's name in the scene, where, and the impulse that the head took


@dataclass(slots=True, eq=False)
class Body:
    """Follow one prop. `bounced_s` is when it last hit something, how hard (0..1) and along which normal (3,).

    It `is_flying` until a throw lands, and `has_struck` once it met the head.
    """

    name: str
    thing: Thing
    seed: int
    dies_s: float
    node: BulletRigidBodyNode
    path: NodePath
    aim: Doubles
    lands_s: float
    bounced_s: float = -math.inf
    bounce_share: float = 0.0
    bounce_normal: Doubles | None = None
    is_flying: bool = False
    has_struck: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """Tell that a prop struck the head: where (3,) on the stage, and the impulse (3,) that the head took, N s.

    It `is_first` of that prop's: later ones are its rolling and bouncing off.
    """

    body: Body
    point_m: Doubles
    impulse_n_s: Doubles
    is_first: bool


class _Part:
    """Carry one kinematic body from frame to frame, evenly over a frame's steps, so that it pushes and never leaps."""

    def __init__(self, world: BulletWorld, root: NodePath, name: str, shape: BulletShape, mask: BitMask32) -> None:
        node = BulletRigidBodyNode(name)
        node.add_shape(shape)
        node.set_into_collide_mask(mask)
        node.set_kinematic(True)
        node.set_restitution(1.0)  # Bullet multiplies both sides' bounce: each prop brings its own
        node.set_friction(0.8)
        self.node = node
        self.path: NodePath = root.attach_new_node(node)
        self._world = world
        self._before: tuple[LPoint3f, LQuaternionf] | None = None
        self._after = (LPoint3f(0.0), LQuaternionf.ident_quat())
        world.attach(node)

    def aim(self, point_m: Doubles, turn: Doubles | None = None) -> None:
        """Say where it is to be at the end of the frame; `turn` (3, 3) turns it."""
        quaternion = LQuaternionf.ident_quat() if turn is None else _quaternion(turn)
        self._before = None if self._before is None else self._after
        self._after = (LPoint3f(*point_m.tolist()), quaternion)
        if self._before is None:
            self._before = self._after

    def move(self, share: float) -> None:
        """Stand where a share of the frame brings it."""
        if self._before is None:
            return
        (from_point, from_turn), (to_point, to_turn) = self._before, self._after
        turn = from_turn * (1.0 - share) + (to_turn if from_turn.dot(to_turn) >= 0.0 else -to_turn) * share
        turn.normalize()
        self.path.set_pos_quat(from_point + (to_point - from_point) * share, turn)

    def forget(self) -> None:
        """Leap to the next aim instead of moving there."""
        self._before = None

    def close(self) -> None:
        self._world.remove(self.node)
        self.path.remove_node()


class Physics:
    """Hold the props that are in the air or lie about: `bodies`, and row for row where they are.

    `places` (N, 3) are their middles, `turns` (N, 4) their rotations, x y z w.
    """

    def __init__(self) -> None:
        self.bodies: list[Body] = []
        self.places: Doubles = np.zeros((0, 3))
        self.turns: Doubles = np.zeros((0, 4))
        self._thrown = 0
        self._world = BulletWorld()
        self._world.set_gravity(LVector3f(0.0, -GRAVITY_M_S2, 0.0))
        self._root = NodePath("physics")
        self._rest_s = 0.0
        table = BulletBoxShape(LVector3f(TABLE_SIZE[0] * UNIT_M / 2, _TABLE_DEPTH_M / 2, TABLE_SIZE[1] * UNIT_M / 2))
        self._stand("table", table, (0.0, TABLE_HEIGHT_M - _TABLE_DEPTH_M / 2, TABLE_MIDDLE_Z_M))
        self._stand("floor", BulletPlaneShape(LVector3f(0.0, 1.0, 0.0), 0.0), (0.0, 0.0, 0.0))
        self._head = _Part(self._world, self._root, "head", BulletSphereShape(1.0), _HOST)
        self._head_radius_m = 0.0
        self._ball = _Part(self._world, self._root, "ball", BulletSphereShape(BALL_RADIUS * UNIT_M), _FALLEN)
        self._limbs: dict[str, tuple[_Part, Limb]] = {}

    def throw(self, name: str, seed: int, launch: Launch, now_s: float) -> None:
        """Let a prop go; one that we do not know is a tomato."""
        name = name if name in THINGS else PLAIN
        thing = THINGS[name]
        self._thrown += 1
        node = BulletRigidBodyNode(str(self._thrown))  # by which a contact knows it again
        node.set_mass(thing.mass_kg)
        node.add_shape(_shape(name))
        node.set_restitution(thing.bounce)
        node.set_friction(thing.friction)
        node.set_linear_damping(thing.air_drag)
        node.set_angular_damping(thing.spin_drag)
        node.set_linear_sleep_threshold(0.02)  # Bullet's own puts to sleep what rolls at walking pace
        node.set_angular_sleep_threshold(0.1)
        node.set_ccd_motion_threshold(0.02)
        node.set_ccd_swept_sphere_radius(0.02)
        path: NodePath = self._root.attach_new_node(node)
        path.set_pos(LPoint3f(*launch.start_m.tolist()))
        is_flying = launch.flight_s > 0.0
        self._attach(node, thing, _FLYING if is_flying else _FALLEN)
        node.set_linear_velocity(LVector3f(*launch.velocity_m_s.tolist()))
        node.set_angular_velocity(LVector3f(*launch.spin_rad_s.tolist()))
        lands_s = now_s + launch.flight_s
        self.bodies.append(
            Body(name, thing, seed, now_s + LIFE_S, node, path, launch.aim, lands_s, is_flying=is_flying)
        )
        self.places = np.concatenate([self.places, launch.start_m[None]])
        self.turns = np.concatenate([self.turns, [[0.0, 0.0, 0.0, 1.0]]])
        if len(self.bodies) > BODIES_MAX:
            self._keep(np.arange(len(self.bodies)) >= len(self.bodies) - BODIES_MAX)

    def step(self, host: Host, ball_m: Doubles, now_s: float, dt_s: float) -> list[Hit]:
        """Move everything on by `dt_s`, the host and the game's ball to where they are now; return the head's hits."""
        self._keep(self._is_here(now_s))
        if not self.bodies:
            self._rest_s = 0.0
            for part in self._parts():
                part.forget()
            return []
        self._follow(host, ball_m)
        self._rest_s = min(self._rest_s + dt_s, STEPS_MAX * STEP_S)
        steps = int(self._rest_s / STEP_S + 1e-6)
        self._rest_s = max(self._rest_s - steps * STEP_S, 0.0)
        for body, place in zip(self.bodies, self.places, strict=True):
            left_s = body.lands_s - (now_s - dt_s)
            if body.is_flying and left_s > _AIM_UNTIL_S:
                _guide(body, place, host, left_s)
            elif body.is_flying and left_s < -_LATE_S:  # the head got out of its way
                self._let_fall(body)
        before = self._velocities()
        reach_m = host.radius_m + _NEAR_M + dt_s * float(np.abs(before).max())
        is_near = bool((np.linalg.norm(self.places - host.middle_m, axis=1) < reach_m).any())
        touches: list[_Touch] = []
        parts = self._parts()
        for index in range(steps):
            for part in parts:
                part.move((index + 1) / steps)
            self._world.do_physics(STEP_S, 0)
            if is_near:
                self._feel(touches)
        self._look(before, steps * STEP_S, now_s)
        return self._hits(touches)

    def close(self) -> None:
        """Let everything go."""
        self._keep(np.zeros(len(self.bodies), np.bool_))
        for part in self._parts():
            part.close()
        self._limbs.clear()

    # --- the host and the set ---------------------------------------------------------------------------------------

    def _stand(self, name: str, shape: BulletShape, place: tuple[float, float, float]) -> None:
        node = BulletRigidBodyNode(name)
        node.add_shape(shape)
        node.set_restitution(_SET_BOUNCE)
        node.set_friction(1.0)
        node.set_into_collide_mask(_FALLEN)
        self._root.attach_new_node(node).set_pos(*place)
        self._world.attach(node)

    def _parts(self) -> list[_Part]:
        return [self._head, self._ball, *(part for part, _ in self._limbs.values())]

    def _follow(self, host: Host, ball_m: Doubles) -> None:
        if host.radius_m != self._head_radius_m:
            self._head_radius_m = host.radius_m
            self._head.path.set_scale(host.radius_m)
        self._head.aim(host.middle_m)
        self._ball.aim(ball_m)
        for name in self._limbs.keys() - host.limbs.keys():
            self._limbs.pop(name)[0].close()
        for name, limb in host.limbs.items():
            known = self._limbs.get(name)
            length_m = float(np.linalg.norm(limb.high_m - limb.low_m))
            if known is None or not _is_alike(known[1], limb, length_m):
                if known is not None:
                    known[0].close()
                shape = BulletCapsuleShape(limb.radius_m, length_m, 1)
                known = (_Part(self._world, self._root, name, shape, _HOST), limb)
                self._limbs[name] = known
            known[0].aim((limb.low_m + limb.high_m) / 2.0, _turn_up_to(limb.high_m - limb.low_m))

    # --- the props --------------------------------------------------------------------------------------------------

    def _attach(self, node: BulletRigidBodyNode, thing: Thing, mask: BitMask32) -> None:
        node.set_into_collide_mask(mask)
        self._world.attach(node)
        node.set_gravity(LVector3f(0.0, -thing.gravity_m_s2, 0.0))  # attaching sets the world's

    def _let_fall(self, body: Body) -> None:
        """End a throw: from now on the prop meets everything."""
        body.is_flying = False
        self._world.remove(body.node)  # Bullet asks for the mask only when a body comes
        self._attach(body.node, body.thing, _FALLEN)

    def _velocities(self) -> Doubles:
        return np.array([tuple(body.node.get_linear_velocity()) for body in self.bodies])

    def _look(self, before: Doubles, moved_s: float, now_s: float) -> None:
        """Take the places from Bullet; a change of speed that gravity does not explain is a bounce."""
        places = [body.node.get_transform() for body in self.bodies]
        self.places = np.array([tuple(place.get_pos()) for place in places])
        self.turns = np.roll(np.array([tuple(place.get_quat()) for place in places]), -1, axis=1)  # Bullet: w x y z
        for index in np.flatnonzero(self.places[:, 1] < _BELOW_M).tolist():
            self.bodies[index].dies_s = min(self.bodies[index].dies_s, now_s + LIFE_BELOW_S)
        change = self._velocities() - before
        change[:, 1] += moved_s * np.array([body.thing.gravity_m_s2 for body in self.bodies])
        speeds = np.linalg.norm(change, axis=1)
        for index in np.flatnonzero(speeds > _BOUNCE_LEAST_M_S).tolist():
            body = self.bodies[index]
            if body.is_flying:
                self._let_fall(body)
            body.bounced_s, body.bounce_share = now_s, min(float(speeds[index]) / _BOUNCE_FULL_M_S, 1.0)
            body.bounce_normal = change[index] / speeds[index]

    def _feel(self, touches: list[_Touch]) -> None:
        """Note what this step's contacts gave the head."""
        head = self._head.node
        for manifold in self._world.manifolds:
            first, second = manifold.get_node0(), manifold.get_node1()
            if first != head and second != head:
                continue
            other, sign = (second, 1.0) if first == head else (first, -1.0)
            for number in range(manifold.get_num_manifold_points()):
                contact = manifold.get_manifold_point(number)
                push = sign * contact.get_applied_impulse() * np.array(contact.get_normal_world_on_b())
                touches.append((other.get_name(), np.array(contact.get_position_world_on_a()), push))

    def _hits(self, touches: list[_Touch]) -> list[Hit]:
        """Add the touches of each prop up to the hit that they are."""
        hits = []
        for body in self.bodies if touches else ():
            own = [(point, push) for name, point, push in touches if name == body.node.get_name()]
            push = np.sum([np.zeros(3), *(push for _, push in own)], axis=0)
            if float(np.linalg.norm(push)) >= _HIT_LEAST_M_S * body.thing.mass_kg:
                hits.append(Hit(body, own[0][0], push, not body.has_struck))
                body.has_struck = True
        return hits

    def _is_here(self, now_s: float) -> NDArray[np.bool_]:
        """Return which bodies are neither too old nor too far away to be seen."""
        dies_s = np.array([body.dies_s for body in self.bodies])
        high = self.places[:, 1]
        aside = np.abs(self.places[:, (0, 2)]).max(axis=1, initial=0.0)
        is_here: NDArray[np.bool_] = (now_s < dies_s) & (high > _LOWEST_M) & (high < _HIGHEST_M) & (aside < _AWAY_M)
        return is_here

    def _keep(self, is_kept: NDArray[np.bool_]) -> None:
        """Remove the other bodies."""
        if is_kept.all():
            return
        for index in np.flatnonzero(~is_kept).tolist():
            self._world.remove(self.bodies[index].node)
            self.bodies[index].path.remove_node()
        self.bodies = [self.bodies[index] for index in np.flatnonzero(is_kept).tolist()]
        self.places, self.turns = self.places[is_kept], self.turns[is_kept]


def size_of(body: Body, now_s: float) -> float:
    """Return how large a prop is drawn: it shrinks away at the end of its life."""
    share = min(max((body.dies_s - now_s) / VANISH_S, 0.0), 1.0)
    return share * (2.0 - share)


def _guide(body: Body, place: Doubles, host: Host, left_s: float) -> None:
    """Keep a throw on its way to a head that moves: the speed that lands it on time, under its own gravity."""
    velocity = (host.middle_m + body.aim * host.radius_m - place) / left_s
    velocity[1] += 0.5 * body.thing.gravity_m_s2 * left_s
    body.node.set_linear_velocity(LVector3f(*velocity.tolist()))
    if body.thing.points_ahead:
        body.path.set_quat(_quaternion(_turn_ahead(velocity)))
        body.node.set_angular_velocity(LVector3f(0.0))


def _quaternion(turn: Doubles) -> LQuaternionf:
    """Return a rotation (3, 3) as panda has it."""
    quaternion = LQuaternionf()
    quaternion.set_from_matrix(LMatrix3f(*turn.T.ravel().tolist()))
    return quaternion


@cache
def _shape(name: str) -> BulletShape:
    """Return a prop's shape for collisions, shared by all of its kind."""
    thing = THINGS[name]
    if thing.ball_radius_m > 0.0:
        return BulletSphereShape(thing.ball_radius_m)
    points = thing.solid().positions
    # The points that lie farthest in directions spread evenly (a Fibonacci sphere) are the hull, near enough.
    index = np.arange(_HULL_DIRECTIONS) + 0.5
    tilt, turn = np.arccos(1.0 - 2.0 * index / _HULL_DIRECTIONS), np.pi * (1.0 + 5.0**0.5) * index
    directions = np.stack([np.cos(turn) * np.sin(tilt), np.cos(tilt), np.sin(turn) * np.sin(tilt)])
    shape = BulletConvexHullShape()
    for corner in np.unique(np.argmax(points @ directions, axis=0)):
        shape.add_point(LPoint3f(*points[corner].tolist()))
    shape.set_margin(0.004)
    return shape


def _is_alike(shape: Limb, limb: Limb, length_m: float) -> bool:
    """Whether a limb still has the shape that was made for it: bones do not grow, avatars are changed."""
    before_m = float(np.linalg.norm(shape.high_m - shape.low_m))
    return abs(length_m - before_m) < 0.1 * before_m and abs(limb.radius_m - shape.radius_m) < 0.1 * shape.radius_m


def _turn_up_to(way: Doubles) -> Doubles:
    """Return a rotation (3, 3) that brings +Y along a way (3,)."""
    up = way / max(float(np.linalg.norm(way)), 1e-9)
    axis = np.array([up[2], 0.0, -up[0]])
    length = float(np.linalg.norm(axis))
    if length < 1e-6:
        return np.diag([1.0, np.sign(up[1]) or 1.0, np.sign(up[1]) or 1.0])
    return turn_about(axis / length, math.acos(min(max(float(up[1]), -1.0), 1.0)))


def _turn_ahead(way: Doubles) -> Doubles:
    """Return a rotation (3, 3) that brings +Z along a way (3,), wings level."""
    ahead = way / max(float(np.linalg.norm(way)), 1e-9)
    right = np.cross(np.array([0.0, 1.0, 0.0]), ahead)
    right /= max(float(np.linalg.norm(right)), 1e-9)
    return np.stack([right, np.cross(ahead, right), ahead], axis=1)
