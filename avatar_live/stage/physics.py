"""Props in flight, as rigid bodies: Bullet moves them, obstacles stop them.

Bullet is stepped by fixed times and nothing else is random, so the same throws under the same seeds fall the same way.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.bullet import BulletRigidBodyNode, BulletWorld
from panda3d.core import BitMask32, LMatrix3f, LPoint3f, LQuaternionf, LVector3f, NodePath

from avatar_live.protocol.view import GameView
from avatar_live.stage.axes import facing
from avatar_live.stage.host import Host
from avatar_live.stage.hulls import shapes_of
from avatar_live.stage.obstacles import FALLEN, FLYING, Obstacles
from avatar_live.stage.things import GRAVITY_M_S2, PLAIN, THINGS, Launch, Thing

Doubles = NDArray[np.float64]

BODIES_MAX: Final = 40  # the oldest makes room for the newest
LIFE_S: Final = 7.5
LIFE_BELOW_S: Final = 0.8  # where hardly anybody sees it
VANISH_S: Final = 0.35
STEP_S: Final = 1.0 / 60.0
_FINER: Final = 2  # steps to one while something is near the head: it must not sink in
STEPS_MAX: Final = 6  # of one frame; a longer pause is not caught up with

_HIT_LEAST_M_S: Final = 0.25  # a slower one is a prop that lies against the head
_NEAR_M: Final = 0.15  # of the largest prop's middle from the head that it touches
_BOUNCE_LEAST_M_S: Final = 0.7
_BOUNCE_FULL_M_S: Final = 4.0
_LATE_S: Final = 0.1
_AIM_UNTIL_S: Final = 0.06  # before it lands, a throw follows a head that moves
_BELOW_M: Final = 0.4
_ASIDE_M_S_MAX: Final = 0.45
_BACK_M_S_MIN, _BACK_M_S_MAX = 0.55, 0.9
_LOWEST_M, _HIGHEST_M = -0.5, 2.3  # beyond these nobody sees it
_AWAY_M: Final = 2.4

_Touches = dict[str, tuple[Doubles, Doubles]]  # by a prop's name in the scene: where, and the impulse on the head


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
        self._obstacles = Obstacles(self._world, self._root)

    def throw(self, name: str, seed: int, launch: Launch, now_s: float) -> None:
        """Let a prop go; one that we do not know is a tomato."""
        name = name if name in THINGS else PLAIN
        thing = THINGS[name]
        self._thrown += 1
        node = BulletRigidBodyNode(str(self._thrown))  # by which a contact knows it again
        node.set_mass(thing.mass_kg)
        for shape, place in shapes_of(name):
            node.add_shape(shape, place)
        node.set_restitution(thing.bounce)
        node.set_friction(thing.friction)
        node.set_linear_damping(thing.air_drag)
        node.set_angular_damping(thing.spin_drag)
        node.set_linear_sleep_threshold(0.05)  # Bullet's own puts to sleep what rolls at walking pace
        node.set_angular_sleep_threshold(0.4)
        node.set_ccd_motion_threshold(0.02)
        node.set_ccd_swept_sphere_radius(0.02)
        path: NodePath = self._root.attach_new_node(node)
        path.set_pos(LPoint3f(*launch.start_m.tolist()))
        is_flying = launch.flight_s > 0.0
        self._attach(node, thing, FLYING if is_flying else FALLEN)
        if thing.stays_upright:
            node.set_angular_factor(LVector3f(0.0, 1.0, 0.0))
        node.set_linear_velocity(LVector3f(*launch.velocity_m_s.tolist()))
        x, y, z = launch.spin_rad_s.tolist()
        node.set_angular_velocity(LVector3f(0.0, y, 0.0) if thing.stays_upright else LVector3f(x, y, z))
        lands_s = now_s + launch.flight_s
        self.bodies.append(
            Body(name, thing, seed, now_s + LIFE_S, node, path, launch.aim, lands_s, is_flying=is_flying)
        )
        self.places = np.concatenate([self.places, launch.start_m[None]])
        self.turns = np.concatenate([self.turns, [[0.0, 0.0, 0.0, 1.0]]])
        if len(self.bodies) > BODIES_MAX:
            self._keep(np.arange(len(self.bodies)) >= len(self.bodies) - BODIES_MAX)

    def step(self, host: Host, game: GameView, now_s: float, dt_s: float) -> list[Hit]:
        """Move everything on by `dt_s`, host, ball and players to where they are now; return the head's hits."""
        self._keep(self._is_here(now_s))
        if not self.bodies:
            self._rest_s = 0.0
            self._obstacles.forget()
            return []
        self._obstacles.follow(host, game)
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
        touches: _Touches = {}
        parts = steps * (_FINER if is_near else 1)
        for index in range(parts):
            self._obstacles.move((index + 1) / parts)
            self._world.do_physics(steps * STEP_S / parts, 0)
            if is_near:
                self._feel(touches)
        self._look(before, steps * STEP_S, now_s)
        return self._hits(touches)

    def close(self) -> None:
        """Let everything go."""
        self._keep(np.zeros(len(self.bodies), np.bool_))
        self._obstacles.close()

    def _attach(self, node: BulletRigidBodyNode, thing: Thing, mask: BitMask32) -> None:
        node.set_into_collide_mask(mask)
        self._world.attach(node)
        node.set_gravity(LVector3f(0.0, -thing.gravity_m_s2, 0.0))  # attaching sets the world's

    def _let_fall(self, body: Body) -> None:
        """End a throw: from now on the prop meets everything."""
        body.is_flying = False
        self._world.remove(body.node)  # Bullet asks for the mask only when a body comes
        self._attach(body.node, body.thing, FALLEN)

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
                _turn_to_table(body.node)
            body.bounced_s, body.bounce_share = now_s, min(float(speeds[index]) / _BOUNCE_FULL_M_S, 1.0)
            body.bounce_normal = change[index] / speeds[index]

    def _feel(self, touches: _Touches) -> None:
        """Note what this step's contacts gave the head."""
        head = self._obstacles.head
        for manifold in self._world.manifolds:
            first, second = manifold.get_node0(), manifold.get_node1()
            if first != head and second != head:
                continue
            is_first = first == head
            other, sign = (second, 1.0) if is_first else (first, -1.0)
            for number in range(manifold.get_num_manifold_points()):
                contact = manifold.get_manifold_point(number)
                push = sign * contact.get_applied_impulse() * np.array(contact.get_normal_world_on_b())
                on_head = contact.get_position_world_on_a() if is_first else contact.get_position_world_on_b()
                name, here = other.get_name(), np.array(on_head)
                first_here, before = touches.get(name, (here, np.zeros(3)))
                touches[name] = (first_here, before + push)

    def _hits(self, touches: _Touches) -> list[Hit]:
        """Return the touches that are hits: a prop that lies against the head gives it no knock."""
        hits = []
        for body in self.bodies if touches else ():
            point, push = touches.get(body.node.get_name(), (None, None))
            if point is None or push is None or math.sqrt(push @ push) < _HIT_LEAST_M_S * body.thing.mass_kg:
                continue
            hits.append(Hit(body, point, push, not body.has_struck))
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
        body.path.set_quat(_quaternion(facing(velocity)))
        body.node.set_angular_velocity(LVector3f(0.0))


def _turn_to_table(node: BulletRigidBodyNode) -> None:
    """Let what bounces off the host fall on the table, where it is seen, not into the lap or over the far edge."""
    velocity = node.get_linear_velocity()
    velocity[0] = min(max(velocity[0], -_ASIDE_M_S_MAX), _ASIDE_M_S_MAX)
    velocity[2] = min(max(velocity[2], _BACK_M_S_MIN), _BACK_M_S_MAX)
    node.set_linear_velocity(velocity)


def _quaternion(turn: Doubles) -> LQuaternionf:
    """Return a rotation (3, 3) as panda has it."""
    quaternion = LQuaternionf()
    quaternion.set_from_matrix(LMatrix3f(*turn.T.ravel().tolist()))
    return quaternion
