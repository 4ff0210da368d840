"""Everybody's camera: the shot that the streamer chose, the director's ideas, and the way from one to the next."""

from typing import Final

from avatar_live.protocol.cues import Cue
from avatar_live.protocol.view import GameView
from avatar_live.signals.scene import ShotName
from avatar_live.stage.camerawork import Camerawork
from avatar_live.stage.director import Director, Take, take_for
from avatar_live.stage.figures import eyes
from avatar_live.stage.fit import Stature
from avatar_live.stage.shots import Framing, for_giant, frame, frame_gifter

_SEED: Final = 5


class CameraCrew:
    """Film a show: `stature` is the host's, `is_directed` lets the camera follow what happens."""

    def __init__(self) -> None:
        self.stature = Stature()
        self.is_directed = False
        self._shot: ShotName = "bust"
        self._is_new = False
        self._director = Director(_SEED)
        self._work = Camerawork()
        self._is_rolling = False

    def use(self, shot: ShotName) -> None:
        """Make this the shot that the camera is in, and comes home to."""
        self._shot, self._is_new = shot, True

    def notice(self, cue: Cue, now_s: float) -> None:
        """Hear what happens on the stage."""
        take = take_for(cue)
        if take is not None:
            self._director.notice(take, now_s)

    def film(self, game: GameView, head_scale: float, now_s: float) -> Framing:
        """Return what the camera sees at this moment."""
        if self._is_new:
            self._director.go_home(now_s)
            self._is_new = False
        take = self._director.decide(now_s) if self.is_directed else None
        shot = take.shot if take is not None else self._shot
        wanted = self._gifter(take, game, now_s) or frame(shot, self.stature)
        if self._is_rolling:
            self._work.aim(wanted, now_s)
        else:
            self._work.cut(wanted)
            self._is_rolling = True
        return for_giant(self._work.framing(now_s, is_shaking=shot == "handheld"), head_scale)

    def _gifter(self, take: Take | None, game: GameView, now_s: float) -> Framing | None:
        if take is None or not take.gifter:
            return None
        return next((frame_gifter(eyes(player, now_s)) for player in game.players if player.id == take.gifter), None)
