"""When the outlets ask the encoder for a keyframe."""

from typing import Final

REGULAR_S: Final = 2.0  # what platforms ask for, and the length of a segment
ASK_S: Final = 0.5  # between two wishes: the encoder makes no more than two a second anyway


class KeyframeWishes:
    """Decide, packet by packet, whether to ask now."""

    def __init__(self) -> None:
        self._keyframe_s = self._asked_s = float("-inf")

    def saw_keyframe(self, now_s: float) -> None:
        """Note that a keyframe came."""
        self._keyframe_s = now_s

    def is_due(self, now_s: float, *, is_needed: bool, is_regular: bool) -> bool:
        """Say whether to ask: somebody waits for one, or somebody wants them regularly and the last one is old."""
        if not is_needed and not (is_regular and now_s - self._keyframe_s >= REGULAR_S):
            return False
        if now_s - self._asked_s < ASK_S:
            return False
        self._asked_s = now_s
        return True
