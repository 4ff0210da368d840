"""Which paid cues this engine has shown: a server that died before it noted one gives it again, for nothing."""

from typing import Final

KEYS_MAX: Final = 4_096  # far more than a room lets wait


class TakenCues:
    """Remember the keys of the newest cues."""

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}

    def is_new(self, key: str) -> bool:
        """Say whether a cue is to be shown, and remember it; one without a key always is."""
        if not key:
            return True
        if key in self._keys:
            return False
        if len(self._keys) == KEYS_MAX:
            del self._keys[next(iter(self._keys))]
        self._keys[key] = None
        return True
