"""The stage draws the avatar, its set, the game and the effects off screen, and hands back pictures.

`Stage` is all that others need; panda3d stays in here.
"""

from avatar_live.stage.display import StageError
from avatar_live.stage.spectacle import Impact
from avatar_live.stage.stage import Drawn, Stage

__all__ = ["Drawn", "Impact", "Stage", "StageError"]
