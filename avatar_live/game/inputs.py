"""What goes into a game and what comes out, besides its view."""

from dataclasses import dataclass

from avatar_live.protocol.view import Camp


@dataclass(frozen=True, slots=True)
class Push:
    """Push the ball for `camp`; strength 1 is a gift of confetti."""

    camp: Camp
    strength: float


@dataclass(frozen=True, slots=True)
class Enter:
    """Put a player on the pitch, at the end that the player's camp defends."""

    id: str
    name: str
    camp: Camp


@dataclass(frozen=True, slots=True)
class Leave:
    id: str


@dataclass(frozen=True, slots=True)
class Steer:
    """Say which keys a player holds down from now on."""

    id: str
    up: bool
    down: bool
    left: bool
    right: bool


Input = Push | Enter | Leave | Steer


@dataclass(frozen=True, slots=True)
class GoalScored:
    """A goal of `camp`, and the score after it."""

    camp: Camp
    score_red: int
    score_blue: int


Happening = GoalScored
