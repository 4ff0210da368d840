"""When a packet is heard or shown, in seconds that sound and picture share."""

from dataclasses import dataclass
from typing import Final

from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, EncodedFrame, StreamKind

SHARE: Final = 1 / 128  # of a packet's own lag that goes into the known one: cameras jitter by some milliseconds
STEP_S_MAX: Final = 0.1  # a lag that is further off says that a camera stands still, not that the picture is late
VIDEO_LAG_S_MAX: Final = 0.3
TICK_S: Final = 0.002  # between two packets of one stream: containers count in milliseconds


@dataclass(frozen=True, slots=True, eq=False)
class Stamped:
    """Hold a packet and `at_s`, the monotonic time of what it shows or says."""

    frame: EncodedFrame
    at_s: float


class Timeline:
    """Line sound and picture up by the time at which they were captured.

    A packet's `pts` runs smoothly but says when the engine made it; `captured_s` says when it happened but jitters with
    the camera. So the time is that of `pts` less a lag between the two which moves slowly.
    """

    def __init__(self) -> None:
        self._lags_s: dict[StreamKind, float] = {}
        self._last_s: dict[StreamKind, float] = {}

    def stamp(self, frame: EncodedFrame) -> Stamped:
        """Return the packet with its time, which rises within each stream."""
        made_s = frame.pts / (VIDEO_CLOCK_HZ if frame.kind == "video" else AUDIO_CLOCK_HZ)
        lag_s = made_s - frame.captured_s
        known_s = self._lags_s.get(frame.kind)
        if known_s is None:
            known_s = min(lag_s, VIDEO_LAG_S_MAX) if frame.kind == "video" else lag_s
        else:
            known_s += max(-STEP_S_MAX, min(lag_s - known_s, STEP_S_MAX)) * SHARE
        self._lags_s[frame.kind] = known_s
        at_s = max(made_s - known_s, self._last_s.get(frame.kind, float("-inf")) + TICK_S)
        self._last_s[frame.kind] = at_s
        return Stamped(frame, at_s)
