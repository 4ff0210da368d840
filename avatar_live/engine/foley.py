"""Which sound belongs to what is seen: decided here, played by the console."""

import math
from collections.abc import Sequence
from typing import Final, assert_never

from avatar_live.protocol.cues import (
    Banner,
    Barrage,
    ChatPeak,
    Confetti,
    Cue,
    Fireworks,
    GiantHead,
    Goal,
    Hearts,
    React,
    Spotlight,
    Sticker,
    Throw,
)
from avatar_live.protocol.view import GameView
from avatar_live.sound.effects import Play
from avatar_live.stage import Impact
from avatar_live.stage.sparks import openings_s

SPLATS: Final = {"tomato": "tomato", "duck": "duck", "rose": "rose"}  # others thud
SIDE_M: Final = 1.0  # what is so far from the middle of the stage sounds from one side alone
GOAL_PAN: Final = 0.6
PITCH_PAN: Final = 0.5
THUD_SHARE_MIN: Final = 0.25


class Foley:
    """Collect what is to be heard until the picture is made that shows it."""

    def __init__(self) -> None:
        self._cues: list[Cue] = []
        self._view: GameView | None = None

    def notice(self, cue: Cue) -> None:
        """Hear a cue with the next picture."""
        self._cues.append(cue)

    def sounds(self, impacts: Sequence[Impact], view: GameView, captured_s: float) -> list[Play]:
        """Return what is heard of the picture of a captured time."""
        plays = [play for cue in self._cues for play in sounds_of_cue(cue, captured_s)]
        plays += sounds_of_impacts(impacts, captured_s)
        if self._view is not None and view is not self._view:
            plays += sounds_of_game(self._view, view, captured_s)
        self._cues, self._view = [], view
        return plays


def sounds_of_cue(cue: Cue, at_s: float) -> list[Play]:
    """Return what is heard of a cue that shows at a captured time; a prop that is thrown sounds when it strikes."""
    match cue:
        case Barrage():
            return [Play("barrage", at_s)]
        case Sticker():
            return [Play("sticker", at_s)]
        case Confetti():
            return [Play("confetti", at_s)]
        case GiantHead():
            return [Play("giant_head", at_s)]
        case Fireworks(seed=seed):
            return [
                Play("fireworks", at_s + later_s, 0.7 * math.sin(seed + 2.4 * number), -2.0 * (number % 3))
                for number, later_s in enumerate(openings_s(seed))
            ]
        case Goal(camp=camp):
            return [Play("goal", at_s, GOAL_PAN if camp == "red" else -GOAL_PAN)]
        case Banner(icon="ticket"):
            return [Play("ticket", at_s)]
        case React(move="dance"):
            return [Play("dance", at_s)]
        case Throw() | React() | Hearts() | Banner() | Spotlight() | ChatPeak():
            return []
        case _:
            assert_never(cue)


def sounds_of_impacts(impacts: Sequence[Impact], at_s: float) -> list[Play]:
    """Return what is heard of props that strike something."""
    return [
        Play(SPLATS[impact.thing], at_s, impact.x_m / SIDE_M)
        if impact.is_on_head and impact.thing in SPLATS
        else Play("thud", at_s, impact.x_m / SIDE_M, -14.0 * (1.0 - impact.share))
        for impact in impacts
        if impact.is_on_head or impact.share > THUD_SHARE_MIN
    ]


def sounds_of_game(before: GameView, view: GameView, at_s: float) -> list[Play]:
    """Return what is heard of the game between two views: kicks, the ball at the wall, a kick-off, who comes on."""
    pan = PITCH_PAN * view.ball_x
    plays = [Play("kick", at_s, pan)] if view.kicks > before.kicks else []
    if view.bounces > before.bounces:
        plays.append(Play("bounce", at_s, pan))
    if abs(before.ball_x) >= 1.0 > abs(view.ball_x):
        plays.append(Play("kickoff", at_s))
    known = {player.id for player in before.players}
    return plays + [Play("join", at_s, PITCH_PAN * player.x) for player in view.players if player.id not in known]
