"""The push game: two camps push a ball into each other's goal, and players with a ticket walk on the pitch.

Pure and deterministic: the world runs in ticks of `TICK_S`, chance comes from the seed inside the world, so the same
inputs at the same ticks always make the same world. The space is described in `protocol/view.py`; red attacks +x.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from avatar_live.game.inputs import Enter, GoalScored, Happening, Input, Leave, Push, Steer
from avatar_live.game.jostle import PLAYER_RADIUS, apart, kept_on_pitch
from avatar_live.protocol.view import BALL_RADIUS, PITCH_HALF_WIDTH, Camp, GameView, PlayerView

TICK_HZ: Final = 30.0
TICK_S: Final = 1.0 / TICK_HZ
TICKS_PER_STEP_MAX: Final = 10  # a process that slept does not hurry through what it missed

PUSH_SPEED: Final = 0.5  # units a second that a push of strength 1 adds
BALL_SPEED_MAX: Final = 2.0
BALL_DRAG_PER_S: Final = 0.9
BALL_REST_SPEED: Final = 0.01
WALL_BOUNCE: Final = 0.7
CELEBRATE_S: Final = 2.0

WALK_SPEED: Final = 0.4
BACK_SPEED: Final = 0.25
TURN_RAD_PER_S: Final = 2.2
KICK_HEARD: Final = 0.15  # a smaller change of speed is a player who goes along with the ball
KICK: Final = 1.6  # a walking player sends the ball off this much faster than the player walks
SPAWN_X: Final = 0.8

_SEED_MASK: Final = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Ball:
    x: float = 0.0
    z: float = 0.0
    speed_x: float = 0.0
    speed_z: float = 0.0
    turn_rad: float = 0.0
    kicks: int = 0
    bounces: int = 0


@dataclass(frozen=True, slots=True)
class Player:
    """Stand on the pitch; `yaw_rad` as in `PlayerView`, keys as they were steered last."""

    id: str
    name: str
    camp: Camp
    x: float
    z: float
    yaw_rad: float
    up: bool = False
    down: bool = False
    left: bool = False
    right: bool = False


@dataclass(frozen=True, slots=True)
class World:
    seed: int
    ball: Ball = Ball()
    score_red: int = 0
    score_blue: int = 0
    celebrate_s: float = 0.0
    players: tuple[Player, ...] = ()
    carried_s: float = 0.0  # time that did not fill a tick yet; negative after a tick that came early
    ticks: int = 0  # that have passed


def step(world: World, inputs: Sequence[Input], dt_s: float) -> tuple[World, tuple[Happening, ...]]:
    """Apply `inputs`, then run as many ticks as fit in `dt_s` and what was carried; return the world and its goals.

    A player feels a key at once: where no tick is due yet, the next one comes now, and is missing when it would be.
    """
    for one in inputs:
        world = _apply(world, one)
    due_s = world.carried_s + dt_s
    ticks = min(int(due_s * TICK_HZ + 1e-9), TICKS_PER_STEP_MAX)
    if ticks == 0 and due_s >= 0.0 and any(isinstance(one, Steer) for one in inputs):
        ticks = 1
    carried_s = min(due_s - ticks * TICK_S, TICK_S)
    happenings: list[Happening] = []
    for _ in range(0 if is_at_rest(world) else ticks):
        world, scorer = _tick(world)
        if scorer is not None:
            happenings.append(GoalScored(scorer, world.score_red, world.score_blue))
    return replace(world, carried_s=carried_s, ticks=world.ticks + ticks), tuple(happenings)


def is_at_rest(world: World) -> bool:
    """Say that nothing would move without an input."""
    return not world.players and world.celebrate_s == 0.0 and world.ball.speed_x == world.ball.speed_z == 0.0


def is_celebrating(world: World) -> bool:
    """Say that the ball lies in a goal, where no push moves it, until the kick-off."""
    return world.celebrate_s > 0.0


def view(world: World) -> GameView:
    """Return what the stage needs to draw the world."""
    ball = world.ball
    return GameView(
        ball_x=ball.x,
        ball_z=ball.z,
        ball_turn_rad=ball.turn_rad,
        score_red=world.score_red,
        score_blue=world.score_blue,
        players=tuple(
            PlayerView(one.id, one.name, one.camp, one.x, one.z, one.yaw_rad, one.up != one.down)
            for one in world.players
        ),
        kicks=ball.kicks,
        bounces=ball.bounces,
    )


def _apply(world: World, one: Input) -> World:
    match one:
        case Push(camp, strength):
            return _pushed(world, camp, strength)
        case Enter(id, name, camp):
            side = -1.0 if camp == "red" else 1.0
            lane = sum(player.camp == camp for player in world.players)
            z = (0.0, 0.22, -0.22)[lane % 3]
            newcomer = Player(id, name, camp, side * SPAWN_X, z, side * math.pi / 2)
            others = tuple(player for player in world.players if player.id != id)
            return replace(world, players=(*others, newcomer))
        case Leave(id):
            return replace(world, players=tuple(player for player in world.players if player.id != id))
        case Steer(id, up, down, left, right):
            return replace(
                world,
                players=tuple(
                    replace(player, up=up, down=down, left=left, right=right) if player.id == id else player
                    for player in world.players
                ),
            )
        case _:
            assert_never(one)


def _pushed(world: World, camp: Camp, strength: float) -> World:
    """Send the ball towards the goal that `camp` attacks, a little to one side, so that no two pushes look alike."""
    if is_celebrating(world):
        return world
    seed = (world.seed * 6364136223846793005 + 1442695040888963407) & _SEED_MASK  # Knuth's MMIX generator
    aside = ((seed >> 33) / (1 << 31) - 0.5) * 0.6
    speed = PUSH_SPEED * strength
    ball = world.ball
    towards = 1.0 if camp == "red" else -1.0
    pushed = replace(
        ball, speed_x=ball.speed_x + towards * speed, speed_z=ball.speed_z + aside * speed, kicks=ball.kicks + 1
    )
    return replace(world, seed=seed, ball=_slowed(pushed))


def _slowed(ball: Ball) -> Ball:
    speed = math.hypot(ball.speed_x, ball.speed_z)
    if speed <= BALL_SPEED_MAX:
        return ball
    factor = BALL_SPEED_MAX / speed
    return replace(ball, speed_x=ball.speed_x * factor, speed_z=ball.speed_z * factor)


def _tick(world: World) -> tuple[World, Camp | None]:
    players = _walked(world.players)
    if world.celebrate_s > 0.0:
        left_s = max(world.celebrate_s - TICK_S, 0.0)
        if left_s < TICK_S / 2:
            fresh = Ball(kicks=world.ball.kicks, bounces=world.ball.bounces)
            return replace(world, players=players, ball=fresh, celebrate_s=0.0), None
        return replace(world, players=players, celebrate_s=left_s), None
    ball = world.ball
    for player in players:
        ball = _bumped(ball, player)
    ball = _rolled(_slowed(ball))
    if abs(ball.x) < 1.0:
        return replace(world, players=players, ball=ball), None
    scorer: Camp = "red" if ball.x > 0.0 else "blue"
    return (
        replace(
            world,
            players=players,
            ball=replace(ball, x=math.copysign(1.0, ball.x), speed_x=0.0, speed_z=0.0),
            score_red=world.score_red + (scorer == "red"),
            score_blue=world.score_blue + (scorer == "blue"),
            celebrate_s=CELEBRATE_S,
        ),
        scorer,
    )


def _walked(players: tuple[Player, ...]) -> tuple[Player, ...]:
    """Let every player walk and turn, and none stand in another."""
    yaws_rad, xs, zs = list[float](), list[float](), list[float]()
    for player in players:
        yaw_rad = math.remainder(player.yaw_rad + (player.left - player.right) * TURN_RAD_PER_S * TICK_S, math.tau)
        way = _walking_speed(player) * TICK_S
        x, z = kept_on_pitch(player.x - math.sin(yaw_rad) * way, player.z - math.cos(yaw_rad) * way)
        yaws_rad.append(yaw_rad)
        xs.append(x)
        zs.append(z)
    apart(xs, zs)
    return tuple(
        player
        if (x, z, yaw_rad) == (player.x, player.z, player.yaw_rad)
        else Player(
            player.id, player.name, player.camp, x, z, yaw_rad, player.up, player.down, player.left, player.right
        )
        for player, x, z, yaw_rad in zip(players, xs, zs, yaws_rad, strict=True)
    )


def _walking_speed(player: Player) -> float:
    return player.up * WALK_SPEED - player.down * BACK_SPEED if player.up != player.down else 0.0


def _bumped(ball: Ball, player: Player) -> Ball:
    """Move the ball out of the player and let it go off at least as fast as the player kicks it."""
    distance, normal_x, normal_z = _between(player.x, player.z, ball.x, ball.z)
    if distance >= BALL_RADIUS + PLAYER_RADIUS:
        return ball
    speed = _walking_speed(player)
    towards_ball = -(math.sin(player.yaw_rad) * normal_x + math.cos(player.yaw_rad) * normal_z) * speed
    missing = max(towards_ball, 0.0) * KICK - (ball.speed_x * normal_x + ball.speed_z * normal_z)
    gained = max(missing, 0.0)
    overlap = BALL_RADIUS + PLAYER_RADIUS - distance
    return replace(
        ball,
        x=ball.x + normal_x * overlap,
        z=ball.z + normal_z * overlap,
        speed_x=ball.speed_x + normal_x * gained,
        speed_z=ball.speed_z + normal_z * gained,
        kicks=ball.kicks + (gained > KICK_HEARD),
    )


def _rolled(ball: Ball) -> Ball:
    drag = math.exp(-BALL_DRAG_PER_S * TICK_S)
    speed_x, speed_z = ball.speed_x * drag, ball.speed_z * drag
    if math.hypot(speed_x, speed_z) < BALL_REST_SPEED:
        speed_x = speed_z = 0.0
    x = ball.x + speed_x * TICK_S
    z = ball.z + speed_z * TICK_S
    reach_z = PITCH_HALF_WIDTH - BALL_RADIUS
    bounces = ball.bounces
    if abs(z) > reach_z:
        if z * speed_z > 0.0:
            speed_z = -speed_z * WALL_BOUNCE
            bounces += 1
        z = math.copysign(reach_z, z)
    turn_rad = math.remainder(ball.turn_rad - (x - ball.x) / BALL_RADIUS, math.tau)
    return Ball(x, z, speed_x, speed_z, turn_rad, ball.kicks, bounces)


def _between(from_x: float, from_z: float, to_x: float, to_z: float) -> tuple[float, float, float]:
    """Return the distance and the unit normal between two points; +x where they are the same."""
    distance = math.hypot(to_x - from_x, to_z - from_z)
    if distance < 1e-9:
        return distance, 1.0, 0.0
    return distance, (to_x - from_x) / distance, (to_z - from_z) / distance
