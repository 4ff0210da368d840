"""One frame of the show, from what the tracker saw to the picture that the encoder gets.

This is the first of the house's two stories, in one function: `make_frame`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.clips import hips_height_m
from avatar_live.avatar.licence import licence_of
from avatar_live.avatar.model import Avatar
from avatar_live.avatar.rig import Rig
from avatar_live.compositor import Overlay, compose, draw_stamp
from avatar_live.compositor.overlay import panic_card
from avatar_live.encoder.planes import size_of
from avatar_live.engine.build import build_of
from avatar_live.engine.reactions import Reactions
from avatar_live.motion import Solver
from avatar_live.protocol.cues import Banner, ChatPeak, Cue, React
from avatar_live.protocol.view import GameView
from avatar_live.signals import GivenPose, Pose, Readings, VoiceReading
from avatar_live.stage import Impact, Stage

HandOut = Callable[[dict[str, NDArray[np.uint8]]], None]

EMPTY_GAME: Final = GameView(0.0, 0.0, 0.0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class ShowFrame:
    """Hold one moment for everybody: the show's picture and each watched player's, BGRA (height, width, 4).

    `captured_s` is when the camera saw what the host does here, `pose` is what the avatar does, and `impacts` are
    what a listener hears of it.
    """

    picture: NDArray[np.uint8]
    players: dict[str, NDArray[np.uint8]]
    captured_s: float
    is_tracked: bool
    pose: Pose
    impacts: tuple[Impact, ...] = ()


@dataclass(slots=True)
class Show:
    """Own what a frame is made of; the engine's loop feeds it readings, cues and the game between two frames."""

    solver: Solver
    rig: Rig
    stage: Stage
    overlay: Overlay
    reactions: Reactions = field(default_factory=Reactions)
    readings: Readings | None = None
    voice: VoiceReading | None = None
    given: GivenPose | None = None
    game: GameView = EMPTY_GAME
    watched: Collection[str] = field(default_factory=tuple)

    def take_cue(self, cue: Cue, now_s: float) -> None:
        """Start what a viewer caused."""
        if isinstance(cue, Banner):
            self.overlay.show_banner(cue.text, cue.icon)
            return
        if isinstance(cue, React):
            self.reactions.start(cue.move, now_s)
        if isinstance(cue, ChatPeak):
            self.solver.notice_chat(now_s)
        self.stage.cue(cue, now_s)

    def use_avatar(self, avatar: Avatar) -> None:
        """Change the host's body; everything else goes on."""
        self.stage.set_avatar(avatar)
        self.rig = Rig(avatar)
        self.solver.use_build(build_of(self.rig.rest_places_m))
        self.reactions.hips_height_m = hips_height_m(avatar)
        self.overlay.credit = licence_of(avatar.meta).credit_line


def make_frame(show: Show, now_s: float, dt_s: float, hand_out: HandOut = lambda players: None) -> ShowFrame:
    """Make the picture of this moment: readings -> pose -> posture -> drawn -> composed.

    Players' own pictures are handed out as soon as they are drawn.
    """
    pose = show.solver.solve(show.readings, now_s, dt_s, show.voice, show.given)
    pose = show.stage.flinch(show.reactions.over(pose, now_s), now_s)
    posture = show.rig.animate(pose, dt_s, show.stage.head_scale(now_s))
    show.stage.arrange(posture, show.game, now_s, show.watched)
    players = _player_pictures(show.overlay, show.stage.draw_players())
    hand_out(players)
    picture = compose(show.stage.draw_main(), show.overlay, now_s)
    return ShowFrame(picture, players, pose.captured_s, pose.is_tracked, pose, show.stage.impacts)


def stamp_frame(frame: ShowFrame, now_s: float, wall_s: float) -> None:
    """Draw into the picture when its camera picture was taken, for `bench chain`."""
    draw_stamp(frame.picture, round((wall_s - (now_s - frame.captured_s)) * 1000.0))


def _player_pictures(overlay: Overlay, drawn: dict[str, NDArray[np.uint8]]) -> dict[str, NDArray[np.uint8]]:
    """Hide the host from players too while the panic card is up: they stand before the same performance."""
    if not overlay.is_panic:
        return drawn
    return {player: panic_card(*size_of(picture)) for player, picture in drawn.items()}
