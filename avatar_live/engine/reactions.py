"""What viewers make the host's body do: one move at a time over the tracked performance, the next ones waiting."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from avatar_live.avatar import AvatarError
from avatar_live.avatar.clips import HIPS_HEIGHT_M, Clip
from avatar_live.avatar.vrma import read_clip
from avatar_live.motion.blend import WHOLE_BODY, fade, layered
from avatar_live.protocol.cues import MOVES, Move
from avatar_live.signals import Pose

WAITING_MAX: Final = 3  # more are not made: nobody remembers what was asked so long ago
EASE_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class _Playing:
    clip: Clip
    start_s: float


class Reactions:
    """Play clips over a pose; a move without a clip is not made."""

    def __init__(self, clips: Mapping[Move, Clip] | None = None, hips_height_m: float = HIPS_HEIGHT_M) -> None:
        self.hips_height_m = hips_height_m  # of the avatar that moves
        self._clips = clips or {}
        self._playing: _Playing | None = None
        self._waiting: deque[Clip] = deque()

    def start(self, move: Move, now_s: float) -> None:
        """Make a move now, or when those before it are over."""
        clip = self._clips.get(move)
        if clip is None:
            return
        if self._playing is None:
            self._playing = _Playing(clip, now_s)
        elif len(self._waiting) < WAITING_MAX:
            self._waiting.append(clip)

    def over(self, pose: Pose, now_s: float) -> Pose:
        """Return the pose with the move of this moment over it; face and gaze stay the performer's."""
        if self._playing is not None and now_s - self._playing.start_s >= self._playing.clip.duration_s:
            self._playing = _Playing(self._waiting.popleft(), now_s) if self._waiting else None
        if self._playing is None:
            return pose
        clip, age_s = self._playing.clip, now_s - self._playing.start_s
        move = replace(clip.at(age_s, hips_height_m=self.hips_height_m), expressions={})
        return layered(pose, move, fade(age_s, clip.duration_s, EASE_S, EASE_S), WHOLE_BODY)


def read_clips(folder: Path) -> dict[Move, Clip]:
    """Return the clips of a folder by the move that each is named after; one that cannot be read is left out."""
    clips: dict[Move, Clip] = {}
    for move in MOVES:
        try:
            clips[move] = read_clip(folder / f"{move}.vrma")
        except AvatarError:
            continue
    return clips
