"""What stops props: host, ball and players, which move, and the table and the floor, which do not."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.bullet import (
    BulletBoxShape,
    BulletCapsuleShape,
    BulletPlaneShape,
    BulletRigidBodyNode,
    BulletShape,
    BulletSphereShape,
    BulletWorld,
)
from panda3d.core import BitMask32, LPoint3f, LQuaternionf, LVector3f, NodePath

from avatar_live.protocol.view import BALL_RADIUS, GameView
from avatar_live.stage.host import Host, Limb
from avatar_live.stage.scenery import TABLE_SIZE
from avatar_live.stage.table import TABLE_HEIGHT_M, TABLE_MIDDLE_Z_M, UNIT_M, on_table

Doubles = NDArray[np.float64]

FLYING: Final = BitMask32.bit(0)  # what is thrown meets nothing but the host until it lands
FALLEN: Final = BitMask32.bit(1)
_HOST: Final = FLYING | FALLEN
_SET_BOUNCE: Final = 0.7  # of the table, which is covered with cloth
_TABLE_DEPTH_M: Final = 0.1
_PLAYERS_MAX: Final = 16  # more would cost more than they are seen to do
_PLAYER_RADIUS: Final = 0.075  # pitch units, as the height
_PLAYER_HEIGHT: Final = 0.3


class Obstacles:
    """Hold the bodies that props meet; those that move go evenly over a frame's steps, so that they push."""

    def __init__(self, world: BulletWorld, root: NodePath) -> None:
        self._world = world
        self._root = root
        table = BulletBoxShape(LVector3f(TABLE_SIZE[0] * UNIT_M / 2, _TABLE_DEPTH_M / 2, TABLE_SIZE[1] * UNIT_M / 2))
        self._stand("table", table, (0.0, TABLE_HEIGHT_M - _TABLE_DEPTH_M / 2, TABLE_MIDDLE_Z_M))
        self._stand("floor", BulletPlaneShape(LVector3f(0.0, 1.0, 0.0), 0.0), (0.0, 0.0, 0.0))
        self._head = _Part(world, root, "head", BulletSphereShape(1.0), _HOST)
        self._head_radius_m = 0.0
        self._ball = _Part(world, root, "ball", BulletSphereShape(BALL_RADIUS * UNIT_M), FALLEN)
        self._limbs: dict[str, tuple[_Part, Limb]] = {}
        self._players: dict[str, _Part] = {}

    @property
    def head(self) -> BulletRigidBodyNode:
        """The head's body, to know its contacts by."""
        return self._head.node

    def follow(self, host: Host, game: GameView) -> None:
        """Say where all are at the end of this frame."""
        self._follow_host(host)
        self._ball.aim(on_table(game.ball_x, game.ball_z, BALL_RADIUS))
        players = {player.id: player for player in game.players[:_PLAYERS_MAX]}
        for name in self._players.keys() - players.keys():
            self._players.pop(name).close()
        for name, player in players.items():
            if name not in self._players:
                length_m = (_PLAYER_HEIGHT - 2.0 * _PLAYER_RADIUS) * UNIT_M
                shape = BulletCapsuleShape(_PLAYER_RADIUS * UNIT_M, length_m, 1)
                self._players[name] = _Part(self._world, self._root, name, shape, FALLEN)
            self._players[name].aim(on_table(player.x, player.z, _PLAYER_HEIGHT / 2.0))

    def move(self, share: float) -> None:
        """Bring all to where they are after a share of the frame."""
        for part in self._parts():
            part.move(share)

    def forget(self) -> None:
        """Let all leap to where they are told next, since nothing was there to be pushed."""
        for part in self._parts():
            part.forget()

    def close(self) -> None:
        """Take the moving ones out of the world."""
        for part in self._parts():
            part.close()
        self._limbs.clear()
        self._players.clear()

    def _follow_host(self, host: Host) -> None:
        if host.radius_m != self._head_radius_m:
            self._head_radius_m = host.radius_m
            self._head.path.set_scale(host.radius_m)
        self._head.aim(host.middle_m)
        for name in self._limbs.keys() - host.limbs.keys():
            self._limbs.pop(name)[0].close()
        for name, limb in host.limbs.items():
            way = limb.high_m - limb.low_m
            length_m = math.sqrt(float(way @ way))
            known = self._limbs.get(name)
            if known is None or not _is_alike(known[1], limb, length_m):
                if known is not None:
                    known[0].close()
                shape = BulletCapsuleShape(limb.radius_m, length_m, 1)
                known = (_Part(self._world, self._root, name, shape, _HOST), limb)
                self._limbs[name] = known
            known[0].aim((limb.low_m + limb.high_m) / 2.0, _upright_to(way, length_m))

    def _parts(self) -> "list[_Part]":
        return [self._head, self._ball, *(part for part, _ in self._limbs.values()), *self._players.values()]

    def _stand(self, name: str, shape: BulletShape, place: tuple[float, float, float]) -> None:
        node = BulletRigidBodyNode(name)
        node.add_shape(shape)
        node.set_restitution(_SET_BOUNCE)
        node.set_friction(1.0)
        node.set_into_collide_mask(FALLEN)
        self._root.attach_new_node(node).set_pos(*place)
        self._world.attach(node)


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

    def aim(self, point_m: Doubles, turn: LQuaternionf | None = None) -> None:
        """Say where it is to be at the end of the frame, and how it is turned."""
        self._before = None if self._before is None else self._after
        self._after = (LPoint3f(*point_m.tolist()), turn or LQuaternionf.ident_quat())
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


def _is_alike(shape: Limb, limb: Limb, length_m: float) -> bool:
    """Whether a limb still has the shape that was made for it: bones do not grow, avatars are changed."""
    before_m = float(np.linalg.norm(shape.high_m - shape.low_m))
    return abs(length_m - before_m) < 0.1 * before_m and abs(limb.radius_m - shape.radius_m) < 0.1 * shape.radius_m


def _upright_to(way: Doubles, length_m: float) -> LQuaternionf:
    """Return the shortest rotation that brings +Y along a way (3,)."""
    x, y, z = (way / max(length_m, 1e-9)).tolist()
    turn = LQuaternionf(1.0 + y, z, 0.0, -x) if y > -0.9999 else LQuaternionf(0.0, 1.0, 0.0, 0.0)
    turn.normalize()
    return turn
