"""What a player's page sends back over the data channel: which arrow keys are down."""

from typing import Final

import msgspec

from avatar_live.protocol.wire import Keys

LABEL: Final = "input"
KEYS_BYTES_MAX: Final = 256

_decoder = msgspec.json.Decoder(Keys)


class KeyInput:
    """Read the messages of one player: the newest wins, and what is malformed is dropped and counted."""

    def __init__(self) -> None:
        self._last = Keys(n=-1)
        self.dropped = 0

    def read(self, message: str | bytes) -> Keys | None:
        """Return the keys that are down now; None for a message that is malformed, too long or older than the last."""
        try:
            if not isinstance(message, str) or len(message) > KEYS_BYTES_MAX or len(message.encode()) > KEYS_BYTES_MAX:
                raise ValueError
            keys = _decoder.decode(message)
        except (ValueError, msgspec.DecodeError):
            self.dropped += 1
            return None
        if keys.n <= self._last.n:
            return None
        self._last = keys
        return keys

    def release(self) -> Keys | None:
        """Return keys that are all up when some were down: a player who is gone does not walk on."""
        last = self._last
        if not (last.up or last.down or last.left or last.right):
            return None
        self._last = Keys(n=last.n + 1)
        return self._last
