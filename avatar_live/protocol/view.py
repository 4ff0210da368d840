"""What the stage needs of a game to draw it: positions, never rules."""

from typing import Final, Literal

import msgspec

Camp = Literal["red", "blue"]
CAMPS: Final[tuple[Camp, Camp]] = ("red", "blue")
BALL_RADIUS: Final = 0.11
PITCH_HALF_WIDTH: Final = 0.4


class PlayerView(msgspec.Struct, frozen=True):
    """Place one player's character on the pitch, in pitch units (see `GameView`).

    `yaw_rad` 0 faces -Z, towards the host; positive turns to the character's left (counter-clockwise from above).
    """

    id: str
    name: str
    camp: Camp
    x: float
    z: float
    yaw_rad: float
    is_walking: bool


class GameView(msgspec.Struct, frozen=True, tag="game"):
    """Show the push game on its pitch: x runs from -1 (the goal that blue attacks) to +1 (the goal that red attacks),
    z from -0.4 (the host's edge) to +0.4 (the audience's edge); one unit is half the pitch's length.

    A viewer of the main camera sees +X to the right. The ball's radius is `BALL_RADIUS` units and it rests on the
    pitch; `ball_turn_rad` is how far it has rolled about the Z axis (moving to +x turns it negative). `kicks` and
    `bounces` count what the ball was given and where it struck the wall since the game began: both are heard.
    """

    ball_x: float
    ball_z: float
    ball_turn_rad: float
    score_red: int
    score_blue: int
    players: tuple[PlayerView, ...] = ()
    kicks: int = 0
    bounces: int = 0
