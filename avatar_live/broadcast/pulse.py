"""What a page says over a data channel once a second: that it lives, and how its picture does.

A browser answers for a page that hangs: it confirms its consent and reports what it receives. Only the page itself can
say that somebody sees the picture. Other people's players say nothing here, and are judged by their RTCP alone.
"""

from typing import Final

import msgspec

from avatar_live.protocol.wire import Pulse

LABEL: Final = "pulse"
PULSE_BYTES_MAX: Final = 256
SILENT_S_MAX: Final = 4.2  # four pulses; with the pause between two looks gone within 5 s
FIGURE_MAX: Final = 24 * 3_600_000  # of what a page says: a day of milliseconds

_decoder = msgspec.json.Decoder(Pulse)


class PulseInput:
    """Hold the last pulse of one viewer, and when it came; what is malformed is dropped."""

    def __init__(self) -> None:
        self._heard_s: float | None = None
        self.last = Pulse()

    def read(self, message: str | bytes, now_s: float) -> None:
        """Take one message of the channel."""
        if not isinstance(message, str) or len(message) > PULSE_BYTES_MAX:
            return
        try:
            said = _decoder.decode(message)
        except (ValueError, msgspec.DecodeError):
            return
        self._heard_s = now_s
        self.last = Pulse(*(min(max(figure, 0), FIGURE_MAX) for figure in msgspec.structs.astuple(said)))

    def has_stopped(self, now_s: float) -> bool:
        """Say whether a page that spoke once has fallen silent."""
        return self._heard_s is not None and now_s - self._heard_s > SILENT_S_MAX
