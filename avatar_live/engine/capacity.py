"""How many players this machine carries: one more than play now, as long as it keeps pace.

What a player costs differs a hundredfold between machines (a camera of its own to draw, a stream to encode), so it is
not reckoned beforehand but seen: while the show holds its frame rate and the processors have time left, another one
may come. Nobody who plays is sent away; the room lets tickets wait in line meanwhile.
"""

from typing import Final

from avatar_live.stage.cameras import PLAYERS_MAX
from avatar_live.stage.degrade import Quality

BUSY_SHARE_MAX: Final = 0.92  # of all processors together; above it a player more makes everybody stutter
FULL_S: Final = 5.0  # a machine that was full is so for this long: what it needs comes in bursts
PLAYERS_MIN: Final = 1  # a lone player always may: their picture is what suffers then


class Capacity:
    """Say how many players may be in the game, from what is measured once a second or oftener."""

    def __init__(self) -> None:
        self._full_s = float("-inf")

    def note(self, quality: Quality, busy_share: float, playing: int, now_s: float) -> int:
        """Take the quality that is drawn with, how busy the processors are, 0..1, and how many play now."""
        if quality.rate < 1.0 or busy_share > BUSY_SHARE_MAX:
            self._full_s = now_s
        is_full = now_s - self._full_s < FULL_S
        return min(max(playing + (0 if is_full else 1), PLAYERS_MIN), PLAYERS_MAX)
